"""What a coding form sends: a selected passage, or turns and sentences by number."""

from dataclasses import dataclass, field

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.domains.passages import Passage
from app.domains.transcripts import TranscriptText, transcript_with, transcripts_of
from app.errors import Invalid
from app.web.forms import Posted

NOTHING_SELECTED = (
    "Nothing is selected. Select a passage of the transcript first, then choose its domain."
)


@dataclass(frozen=True)
class Selected:
    """A passage as it was sent; `exact` leaves its ends where they are."""

    version_id: int
    start: int
    end: int
    quote: str
    exact: bool


@dataclass(frozen=True)
class Typed:
    """What the form of turns and sentences held when it was refused, and why."""

    numbers: dict[str, str]
    domains: tuple[str, ...] = ()
    message: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, form: Posted, error: Invalid) -> "Typed":
        """Keep it for the page that asks again."""
        return cls(
            {name: form.text(name) for name in NUMBERS},
            tuple(form.texts("domain")),
            error.message,
            error.fields,
        )


NUMBERS = ("from_turn", "from_sentence", "to_turn", "to_sentence")
NOTHING_TYPED = Typed(dict.fromkeys(NUMBERS, ""))


def selected(db: Session, case: CaseContext, form: Posted) -> Selected:
    """The passage of a form, selected with the mouse or named by turns. Raises `Invalid`."""
    version_id = form.whole("transcript_version", 0)
    if form.has("from_turn"):
        transcript = transcript_with(transcripts_of(db, case.case_id), version_id)
        start, end = by_numbers(form, transcript)
        return Selected(version_id, start, end, transcript.text[start:end], exact=False)
    start, end = form.whole("start", -1), form.whole("end", -1)
    if start < 0 or end < 0:
        raise Invalid(NOTHING_SELECTED)
    return Selected(version_id, start, end, form.raw("quote"), exact=form.text("exact") == "1")


def by_numbers(form: Posted, transcript: TranscriptText) -> tuple[int, int]:
    """From turn and sentence to turn and sentence; a sentence left empty is the first or last."""
    first = form.whole("from_turn")
    last = form.whole("to_turn", first)
    turn = next((turn for turn in transcript.turns if turn.number == last), None)
    start, _ = transcript.sentence(first, form.whole("from_sentence", 1))
    _, end = transcript.sentence(
        last, form.whole("to_sentence", len(turn.sentences) if turn else 1)
    )
    if end <= start:
        raise Invalid("The passage ends before it begins. Look at the numbers of the turns.")
    return start, end


STEPS = {
    "start-earlier": (0, -1),
    "start-later": (0, 1),
    "end-earlier": (1, -1),
    "end-later": (1, 1),
}


def moved(form: Posted, block: Passage, transcript: TranscriptText) -> tuple[int, int]:
    """Where a block's ends shall be: one sentence further (`step`), or by numbers."""
    step = form.text("step")
    if not step:
        return by_numbers(form, transcript)
    if step not in STEPS:
        raise Invalid(f"'{step[:40]}' is no way to move the ends of a block.")
    edge, direction = STEPS[step]
    start, end = stepped(block.start, block.end, transcript, edge, direction)
    if end <= start:
        raise Invalid("The block is one sentence long; it cannot be made shorter this way.")
    return start, end


def stepped(
    start: int, end: int, transcript: TranscriptText, edge: int, direction: int
) -> tuple[int, int]:
    """A range with one end (0 start, 1 end) one sentence earlier (-1) or later (1)."""
    at = end if edge else start
    marks = transcript.sentence_ends if edge else transcript.boundaries
    beyond = [mark for mark in marks if (mark > at if direction > 0 else mark < at)]
    to = (beyond[0] if direction > 0 else beyond[-1]) if beyond else at
    return (start, to) if edge else (to, end)
