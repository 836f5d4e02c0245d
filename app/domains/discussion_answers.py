"""What a browser gets while a case's passages are discussed: the page, or what changed of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext
from app.consensus.point_pages import Typed
from app.consensus.points import PointView
from app.consensus.practising import practice_of
from app.consensus.queries import UnitFacts
from app.consensus.rules import State
from app.domains.coding import turn_at, turn_id
from app.domains.deciding import Settled
from app.domains.differences import passage_of
from app.domains.discussion import Discussion, Redraw, lanes_said, read_discussion
from app.domains.mine import read_mine
from app.domains.passages import Passage
from app.domains.point_words import Discussed, place_of
from app.domains.switches import Switch
from app.domains.transcripts import TranscriptText, transcripts_of
from app.domains.unit_acts import UnitActs, unit_acts
from app.permissions import Action
from app.web.forms import Posted
from app.web.templating import Toast, is_fragment, page, plural, see_other

PAGE = "domains/discussion.html"
CHANGE = "domains/discussion_change.html"


@dataclass(frozen=True)
class View:
    """What the templates of this page get."""

    case: CaseContext
    discussion: Discussion
    acts: UnitActs
    typed: Typed | None = None

    @property
    def url(self) -> str:
        """The page's address; what is decided goes to addresses below it."""
        return discussion_url(self.case)

    @property
    def send(self) -> dict[str, str]:
        """How htmx sends the forms of this page."""
        return {"hx-swap": "none", "hx-include": "#seen"}

    @property
    def may_decide(self) -> bool:
        """May this person decide and reserve just now?"""
        return self.case.can(Action.CODE) and self.case.unit.state is State.CONSENSUS

    @property
    def me_id(self) -> int:
        """Who looks."""
        return self.case.study.me.id

    @property
    def open_elsewhere(self) -> int:
        """What of the case is to be discussed besides passages."""
        return self.case.unit.open_points - len(self.discussion.to_discuss)

    @property
    def layers(self) -> tuple[Switch, ...]:
        """From one's own draft to all of them, and to the team's layer."""
        own = any(head.judge_id == self.me_id for head in self.discussion.heads)
        return layer_switch(self.case, is_own=False, drafted=own)

    @property
    def switches(self) -> tuple[Switch, ...]:
        """The transcripts of the case, where it has more than one."""
        there, shown = self.discussion.transcripts, self.discussion.transcript
        return tuple(
            Switch(each.title, f"{self.url}?transcript={each.number}", each is shown)
            for each in there
            if len(there) > 1
        )

    @property
    def lanes(self) -> str:
        """The lanes of each layer, for the page to send back."""
        return lanes_said(self.discussion.lanes)

    def at(self, point: Discussed) -> str:
        """Where a point is opened, at its turn."""
        return f"{self.url}?point={point.point.id}{anchor(point)}"

    def asks(self, point: Discussed) -> str:
        """The same for a page that swaps its parts."""
        return f"{self.url}?point={point.point.id}"


def layer_switch(case: CaseContext, *, is_own: bool, drafted: bool = True) -> tuple[Switch, ...]:
    """From one's own draft, where one has one, to all of them, and to the team's layer."""
    url = discussion_url(case)
    mine = (Switch("Mine", f"{url}/mine", is_own),) if drafted else ()
    others = Switch("Side by side", url, not is_own)
    return (*mine, others, Switch("Consensus", f"{case.url}/coding", False))


def own_page(request: Request, db: Session, case: CaseContext) -> Response:
    """What the consensus changed in one's own coding."""
    layers = layer_switch(case, is_own=True)
    return page(
        request,
        "domains/mine.html",
        view=read_mine(db, case),
        layers=layers,
        practice=practice_of(db, case.unit.id),
    )


def discussion_url(case: CaseContext) -> str:
    """The address of the discussing page of a case."""
    return f"{case.url}/coding/discussion"


def anchor(point: Discussed) -> str:
    """The turn where a point begins."""
    if point.transcript is None or point.turn is None:
        return ""
    return f"#{turn_id(point.transcript.number)}{point.turn}"


@dataclass(frozen=True)
class Seen:
    """What a page that asks for its parts shows: content version, transcript, point, lanes."""

    content: int
    shown: int
    at: int | None
    lanes: str

    @classmethod
    def of(cls, form: Posted) -> "Seen":
        """As the page's forms send it."""
        at = form.whole("at", 0) or None
        return cls(form.whole("content", -1), form.whole("shown", 0), at, form.text("lanes"))


def opened(
    request: Request,
    db: Session,
    case: CaseContext,
    seen: Seen,
    *,
    point_id: int | None = None,
    after: int | None = None,
    transcript: int | None = None,
    changed: Sequence[Passage] = (),
    unit: UnitFacts | None = None,
    toast: Toast | None = None,
    typed: Typed | None = None,
    status: int = 200,
    transcripts: tuple[TranscriptText, ...] = (),
) -> Response:
    """A point of the page, or the next one `after` another: the whole page, or what changed of it.

    `unit` is the unit after what was done; the turns that a page in step has already are left out.
    """
    is_in_step = seen.content == case.unit.content
    case = replace(case, unit=unit) if unit else case
    found = read_discussion(
        db,
        case,
        point_id=point_id,
        after=after,
        transcript=transcript,
        redraw=Redraw(seen.at, seen.lanes, changed)
        if is_in_step and is_fragment(request)
        else None,
        transcripts=transcripts,
    )
    view = View(case, found, unit_acts(case), typed)
    is_done = request.method == "POST" and status < 400
    moves = is_fragment(request) and seen.shown not in (0, found.number)
    if moves or (is_done and not is_fragment(request)):
        return see_other(request, view.at(found.current) if found.current else view.url, toast)
    if not is_fragment(request):
        return page(request, PAGE, status=status, view=view)
    return page(
        request,
        CHANGE,
        "change",
        status=status,
        toast=toast,
        view=view,
        headers={"HX-Push-Url": view.asks(found.current) if found.current else view.url},
    )


def decided(
    request: Request, db: Session, case: CaseContext, seen: Seen, settled: Settled
) -> Response:
    """On to what is to be discussed next."""
    here = passage_of(settled.decided.after)
    there = next((t for t in settled.transcripts if t.version_id == here.version), None)
    where = place_of(there, here.start, here.end)
    left = settled.decided.unit.open_points
    rest = f"{left} still to discuss." if left else "Nothing is left to discuss."
    said = f"{where}: noted. {rest}"
    if settled.stays:
        blocks = plural(len(settled.stays), "block")
        said += f" Of the earlier decision {blocks} stayed, changed or built on since: look at it."
    return opened(
        request,
        db,
        case,
        seen,
        after=settled.decided.after.id,
        changed=settled.touched,
        unit=settled.decided.unit,
        toast=Toast(said),
        transcripts=settled.transcripts,
    )


def to_coding(request: Request, db: Session, case: CaseContext, point: PointView) -> Response:
    """To the passage on the coding page, where the team chooses ends and domains by hand."""
    transcripts = transcripts_of(db, case.case_id)
    version = point.transcript_version_id
    there = next((each for each in transcripts if each.version_id == version), None)
    query = f"?point={point.id}"
    if there is None:
        return see_other(request, f"{case.url}/coding{query}")
    if there.number > 1:
        query += f"&transcript={there.number}"
    turn = f"{turn_id(there.number)}{turn_at(there.turns, (point.start or 0) + 1)}"
    return see_other(request, f"{case.url}/coding{query}#{turn}")
