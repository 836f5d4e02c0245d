"""What the plan sends to the auditors, when, and until when they have it.

PURE. Auditors look at the first cases early, where they still steer the domain list, then at every
case or at batches of cases (Hill et al., 2005); some teams let domains and core ideas be audited
apart.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.audit.words import Audited
from app.consensus.rules import AGREED_OR_LATER, State, Step

USUAL_DAYS = 14
MOST_DAYS = 365


@dataclass(frozen=True)
class Due:
    """Until when an auditor has an audit. It is a hint: nothing runs out, and nothing is refused.

    `last` is the last day, by the calendar in UTC, so that it is the same day for everybody.
    """

    last: date
    is_late: bool
    words: str


def due(asked: datetime, days: int, at: datetime) -> Due:
    """Of an audit that was asked for at `asked`: 'due 6 December', afterwards 'was due ...'."""
    last = asked.astimezone(UTC).date() + timedelta(days=days)
    today = at.astimezone(UTC).date()
    is_late = today > last
    year = "" if last.year == today.year else f" {last.year}"
    return Due(last, is_late, f"{'was due' if is_late else 'due'} {last.day} {last:%B}{year}")


@dataclass(frozen=True)
class ItemKey:
    """Which item of the plan: a unit, or a sample's domain list."""

    unit_id: int | None = None
    sample_id: int | None = None

    @property
    def word(self) -> str:
        """For addresses and forms: '12', or 'list-3'."""
        return f"list-{self.sample_id}" if self.unit_id is None else str(self.unit_id)

    @property
    def number(self) -> int:
        """For the rotation; lists count below zero, so none is taken for a unit."""
        if self.unit_id is not None:
            return self.unit_id
        assert self.sample_id is not None
        return -self.sample_id


def item_key(word: str) -> ItemKey | None:
    """Back from the word of an address or a form; None where it is none."""
    digits = word.removeprefix("list-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):
        return None
    return ItemKey(sample_id=int(digits)) if digits != word else ItemKey(unit_id=int(digits))


def wanted_cases(cases: Sequence[int], which: Audited, first: int) -> Sequence[int]:
    """Of a sample's cases, in its order, those that go to auditors."""
    if which is Audited.NONE:
        return ()
    return cases[:first] if which is Audited.FIRST else cases


def batches(cases: Sequence[int], size: int) -> tuple[tuple[int, ...], ...]:
    """A sample's cases, in its order, in batches of `size`; the last one has what is left.

    Raises `ValueError` for a size below one.
    """
    if size < 1:
        raise ValueError("a batch has at least one case")
    return tuple(tuple(cases[at : at + size]) for at in range(0, len(cases), size))


def waits_for(
    batch: Collection[int], states: Mapping[int, tuple[State, Step]], due: Step
) -> tuple[int, ...]:
    """The cases of a batch that are not so far yet as one whose `due` part could go: it waits."""

    def is_there(state: State, step: Step) -> bool:
        if due is Step.DOMAINS and step is Step.CORE_IDEAS:
            return True
        return state in AGREED_OR_LATER and (due is Step.DOMAINS or step is not Step.DOMAINS)

    return tuple(case for case in batch if not is_there(*states[case]))


def due_step(state: State, step: Step, audited: Collection[Step], *, is_apart: bool) -> Step | None:
    """What of a case goes to its auditors next; None where nothing does.

    `step` is what the case is worked on, `audited` what closed rounds were about. Apart, the
    domains are audited first: in two passes after the first pass, in one pass as the first round on
    the whole version; then the core ideas. Together, a case of two passes waits for the second.
    """
    if state is State.CLOSED:
        rest = is_apart and step is Step.BOTH and set(audited) == {Step.DOMAINS}
        return Step.CORE_IDEAS if rest else None
    if state is not State.AGREED:
        return None
    if not is_apart:
        return None if step is Step.DOMAINS else Step.BOTH
    if step is not Step.CORE_IDEAS:
        return Step.DOMAINS
    return Step.CORE_IDEAS if Step.DOMAINS in audited else Step.BOTH
