"""Two PIs who change the same setting: what is refused, and the two versions to choose from."""

from collections.abc import Mapping

from sqlmodel import Session

from app.accounts.kept import Item, TwoVersions, kept_for, two_versions
from app.errors import StaleEdit, Versions
from app.permissions import Action
from app.studies.guard import StudyContext
from app.studies.queries import SettingsPage
from app.trail.items import at_version, last_hand

STUDY, SAMPLE, ABBREVIATION = "study", "sample", "abbreviation"
LABELS: dict[str, dict[str, str]] = {
    STUDY: {"title": "Title"},
    SAMPLE: {"name": "Name", "topic": "Topic phrase"},
    ABBREVIATION: {"short": "Abbreviation", "meaning": "Meaning"},
}


def stale_setting(
    db: Session,
    study: StudyContext,
    item: Item,
    *,
    present: Mapping[str, str],
    typed: Mapping[str, str],
    version: int = 0,
    now: int = 0,
    base: Mapping[str, str] | None = None,
) -> StaleEdit:
    """The refusal of a save from an older `version`, with what stands (at `now`) and was typed.

    `base` is what the form was loaded with, where it says so itself.
    """
    hand = last_hand(db, study.scene, item.kind, item.id, fields=list(typed))
    who = hand.name if hand else "Somebody"
    if base is None:
        base = at_version(db, study.scene, item.kind, item.id, version)
    first = next(iter(present.values()))
    return StaleEdit(
        f"{who} changed “{first}” after you opened it, so nothing was saved now. What you typed is "
        "kept for you: choose.",
        fields={
            name: Versions(base.get(name, ""), present[name], typed[name], who, now)
            for name in typed
        },
        seen=version,
    )


def two_versions_of_settings(
    db: Session, study: StudyContext, page: SettingsPage
) -> dict[str, TwoVersions]:
    """For each line of the settings where another saved first: both versions, by the line's id."""
    if not study.can(Action.SET_UP):
        return {}
    present = {Item(STUDY, study.id): ({"title": page.title}, page.version)}
    for sample in page.samples:
        texts = {"name": sample.name, "topic": sample.topic}
        present[Item(SAMPLE, sample.id)] = texts, sample.version
    for line in page.abbreviations:
        present[Item(ABBREVIATION, line.id)] = {"short": line.short, "meaning": line.meaning}, 0
    found = {}
    kept = kept_for(db, study.me.id, list(LABELS), [item.id for item in present])
    for item, mine in kept.items():
        if item not in present:
            continue
        texts, version = present[item]
        labels = LABELS[item.kind]
        hand = last_hand(db, study.scene, item.kind, item.id, fields=list(labels))
        both = two_versions(mine, texts, version=version, labels=labels, hand=hand)
        if both:
            found["title" if item.kind == STUDY else f"{item.kind}-{item.id}"] = both
    return found


def item_of(study: StudyContext, part: str) -> Item | None:
    """What a line of the settings is about: 'title', 'sample-3', 'abbreviation-7'."""
    kind, _, number = part.partition("-")
    if part == "title":
        return Item(STUDY, study.id)
    return Item(kind, int(number)) if kind in LABELS and number.isdecimal() else None
