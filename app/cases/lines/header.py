"""The lines at the top of a file that are about the transcript and not of it. PURE."""

from collections import Counter
from collections.abc import Sequence

from app.cases.lines import Line, soft_wraps
from app.cases.lines.speaker_labels import Kind, Label, Shape, is_metadata_key, shape_of


def header_lines(
    lines: Sequence[Line], found: Sequence[Label | None], labels: Sequence[Label | None]
) -> set[int]:
    """The lines at the top that say something about the transcript, by their place.

    `Interviewer: Maria Lopez` is a fact and not a turn where it stands among facts (`Date: ...`)
    or explains a label that comes back (`I: Interviewer`).
    """
    times = Counter(label.key for label in labels if label)
    several = sum(label is not None and is_metadata_key(label.name) for label in found) > 1
    header: set[int] = set()
    seen: set[str] = set()
    for n, line in enumerate(lines):
        label = found[n]
        if line.heading and not labels[n]:
            continue
        if label is None or label.kind is not Kind.COLON:
            if labels[n] or (label is None and soft_wraps.ends_sentence(line.text)):
                break
            continue
        if _is_fact(label, times) and (several or not soft_wraps.ends_sentence(label.rest)):
            header.add(n)
        elif labels[n] is None:
            continue
        elif label.key not in seen and _names_somebody(label, times, lines, found, n, header):
            header.add(n)
        else:
            break
        seen.add(label.key)
    return header


def _is_fact(label: Label, times: Counter[str]) -> bool:
    return is_metadata_key(label.name) and times[label.key] < 3 and len(label.rest.split()) <= 15


def _names_somebody(
    label: Label,
    times: Counter[str],
    lines: Sequence[Line],
    found: Sequence[Label | None],
    place: int,
    header: set[int],
) -> bool:
    """Whether `Interviewer: X` only names who that was."""
    value = label.rest
    if len(value.split()) > 6 or soft_wraps.ends_sentence(value):
        return False
    shape = shape_of(value)
    if shape is Shape.ROLE and len(label.name) <= 3 < len(value) and times[label.key] > 1:
        return True
    if value and shape not in (Shape.ROLE, Shape.NAME):
        return False
    after = _fact_follows(lines, found, times, place)
    beside = (place - 1 in header and not lines[place].gap) or after
    alone = times[label.key] == 1 and bool(header) and max(times.values()) > 1
    return beside or alone


def _fact_follows(
    lines: Sequence[Line], found: Sequence[Label | None], times: Counter[str], place: int
) -> bool:
    """Whether a fact stands further down in the same block of short `key: value` lines."""
    for n in range(place + 1, min(place + 12, len(lines))):
        label = found[n]
        if lines[n].gap or label is None or label.kind is not Kind.COLON:
            return False
        if _is_fact(label, times):
            return True
        if soft_wraps.ends_sentence(label.rest) or len(label.rest.split()) > 6:
            return False
    return False
