"""What a browser gets: the page of a case's core ideas, or the part of it that changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases.guard import CaseContext
from app.core_ideas.advice import Check
from app.core_ideas.forms import checks_off
from app.core_ideas.models import AbsenceReason
from app.core_ideas.queries import CoreIdeas, read_core_ideas
from app.core_ideas.service import Change
from app.core_ideas.undo import own_turns
from app.db import guid, one_or_not_found
from app.domains.coding import case_units
from app.domains.switches import Switch
from app.domains.unit_acts import UnitActs, unit_acts
from app.permissions import Action
from app.trail.own import NOTHING, Turns
from app.web.templating import Toast, is_fragment, page, see_other

PAGE = "core_ideas/core_ideas.html"
ANSWER = "core_ideas/answer.html"


@dataclass(frozen=True)
class Problem:
    """What was refused: at a core idea or (without one) at the form that adds to a domain."""

    message: str
    core_idea_id: int | None = None
    domain_id: int | None = None


@dataclass(frozen=True)
class View:
    """What the templates of this page get.

    `typed` is what stood in the form that adds a core idea to the domain `typed_at`; `focus` is
    the id of the element to go on from.
    """

    case: CaseContext
    ideas: CoreIdeas
    acts: UnitActs
    off: frozenset[Check]
    problem: Problem | None = None
    typed: str = ""
    typed_at: int | None = None
    focus: str = ""
    own: Turns = NOTHING

    @property
    def sees_drafts(self) -> bool:
        """May this person look at the drafts once they are revealed?"""
        return self.case.can(Action.SEE_DRAFTS)

    @property
    def url(self) -> str:
        """The page's address."""
        return f"{self.case.url}/core-ideas"

    @property
    def checks(self) -> tuple[Check, ...]:
        """All pieces of advice there are."""
        return tuple(Check)

    @property
    def reasons(self) -> tuple[AbsenceReason, ...]:
        """All reasons for having no core idea."""
        return tuple(AbsenceReason)

    def new_key(self) -> str:
        """A key for one more form that adds a core idea."""
        return guid()

    def typed_in(self, domain_id: int) -> str:
        """What stood in the form that adds a core idea to a domain."""
        return self.typed if self.typed_at == domain_id else ""

    def trouble(self, core_idea_id: int) -> str:
        """What was refused at a core idea."""
        here = self.problem and self.problem.core_idea_id == core_idea_id
        return self.problem.message if self.problem and here else ""


def _view(
    request: Request,
    db: Session,
    case: CaseContext,
    *,
    problem: Problem | None = None,
    typed: str = "",
    typed_at: int | None = None,
    focus: str = "",
) -> View:
    off = checks_off(request)
    ideas = read_core_ideas(db, case, off=off)
    own = own_turns(db, case)
    return View(case, ideas, unit_acts(case), off, problem, typed, typed_at, focus, own)


def whole_page(
    request: Request,
    db: Session,
    case: CaseContext,
    *,
    status: int = 200,
    problem: Problem | None = None,
    typed: str = "",
) -> Response:
    """The page, with what was refused if anything was."""
    typed_at = problem.domain_id if problem else None
    view = _view(request, db, case, problem=problem, typed=typed, typed_at=typed_at)
    samples = tuple(
        Switch(
            unit.sample,
            f"/studies/{case.study.id}/samples/{unit.sample_id}/cases/{case.code}/core-ideas",
            unit.sample_id == case.sample.id,
        )
        for unit in case_units(db, case)
        if unit.is_visible
    )
    return page(request, PAGE, status=status, view=view, samples=samples)


def changed(
    request: Request,
    db: Session,
    case: CaseContext,
    change: Change,
    said: str,
    *,
    typed: str = "",
    focus: str = "",
    retarget: bool = False,
) -> Response:
    """After a change: the domains it touched for htmx, the way back to the place for others."""
    undo_url = f"{case.url}/core-ideas/undo/{change.entry}" if change.entry else None
    toast = Toast(said if change.entry else "It is so already; nothing was changed.", undo_url)
    touched = [idea.domain_id for idea in (*change.before, *change.after)]
    anchor = f"core-idea-{change.after[0].id}" if change.after else f"domain-{touched[0]}"
    case = replace(case, unit=change.unit)
    return sections(
        request, db, case, touched, toast, anchor, typed=typed, focus=focus, retarget=retarget
    )


def sections(
    request: Request,
    db: Session,
    case: CaseContext,
    domain_ids: list[int],
    toast: Toast,
    anchor: str,
    *,
    typed: str = "",
    focus: str = "",
    retarget: bool = False,
) -> Response:
    """Domains of the page, the first in place and the others by their ids."""
    if not is_fragment(request):
        return see_other(request, f"{case.url}/core-ideas#{anchor}", toast)
    view = _view(request, db, case, typed=typed, typed_at=domain_ids[0], focus=focus)
    shown = [view.ideas.section(domain_id) for domain_id in dict.fromkeys(domain_ids)]
    if not retarget:
        return page(request, ANSWER, "domains", toast=toast, view=view, sections=shown)
    headers = {
        "HX-Retarget": f"#domain-{domain_ids[0]}",
        "HX-Reswap": "outerHTML",
        # Not before the swap: the new message takes the place of the form that asked.
        "HX-Trigger-After-Swap": f'{{"toast": {toast.as_json()}}}',
    }
    return page(request, ANSWER, "domains", headers=headers, view=view, sections=shown)


def published(
    request: Request, db: Session, case: CaseContext, change: Change, *, whole: bool
) -> Response:
    """After other words were published: what stands beside the field, or the `whole` core idea."""
    idea = change.after[0]
    case = replace(case, unit=change.unit)
    if not is_fragment(request):
        said = "Saved." if change.entry else "Nothing was changed."
        return see_other(request, f"{case.url}/core-ideas#core-idea-{idea.id}", Toast(said))
    part = "idea" if whole else "side"
    return one_idea(request, db, case, idea.id, part=part, saved=True, entry=change.entry)


def one_idea(
    request: Request,
    db: Session,
    case: CaseContext,
    core_idea_id: int,
    *,
    part: str = "idea",
    status: int = 200,
    message: str = "",
    saved: bool = False,
    entry: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One core idea as it stands, as a fragment (`part`: 'idea', 'side').

    `saved` says that it was published just now, by the trail's `entry` if that changed anything.
    """
    view = _view(request, db, case, problem=Problem(message, core_idea_id) if message else None)
    section = one_or_not_found(view.ideas.holding(core_idea_id), "core idea in this case")
    return page(
        request,
        ANSWER,
        part,
        status=status,
        headers=headers,
        view=view,
        section=section,
        idea=section.idea(core_idea_id),
        saved=saved,
        entry=entry,
    )


def look_again(
    request: Request,
    db: Session,
    case: CaseContext,
    core_idea_id: int,
    message: str,
    *,
    status: int,
) -> Response:
    """Refused: the core idea as it stands with the reason, and with what was typed.

    A stale edit (409) shows the whole core idea anew, a bad one (422) leaves the field alone.
    """
    if not is_fragment(request):
        return whole_page(request, db, case, status=status, problem=Problem(message, core_idea_id))
    part, place = ("idea", "") if status == 409 else ("side", "-side")
    headers = {"HX-Retarget": f"#core-idea-{core_idea_id}{place}", "HX-Reswap": "outerHTML"}
    return one_idea(
        request,
        db,
        case,
        core_idea_id,
        part=part,
        status=status,
        message=message,
        headers=headers,
    )


def refused_to_add(
    request: Request,
    db: Session,
    case: CaseContext,
    domain_id: int,
    message: str,
    *,
    typed: str,
) -> Response:
    """422: the form that adds a core idea, with the reason and with what was typed."""
    problem = Problem(message, domain_id=domain_id)
    if not is_fragment(request):
        return whole_page(request, db, case, status=422, problem=problem, typed=typed)
    focus = f"domain-{domain_id}-new"
    view = _view(request, db, case, problem=problem, typed=typed, typed_at=domain_id, focus=focus)
    section = one_or_not_found(view.ideas.section(domain_id), "domain in this sample")
    return page(request, ANSWER, "domains", status=422, view=view, sections=[section])


def gone(
    request: Request,
    db: Session,
    case: CaseContext,
    core_idea_id: int,
    *,
    domain_id: int,
    text: str,
) -> Response:
    """409: the core idea was removed while somebody typed in it. The words are offered again."""
    message = "This core idea was removed or merged with another while you were typing."
    if not is_fragment(request):
        message += " Your words stand in the form that adds one: add them there if you want."
        problem = Problem(message, domain_id=domain_id)
        return whole_page(request, db, case, status=409, problem=problem, typed=text)
    headers = {"HX-Retarget": f"#core-idea-{core_idea_id}", "HX-Reswap": "outerHTML"}
    return page(
        request,
        ANSWER,
        "gone",
        status=409,
        headers=headers,
        view=_view(request, db, case),
        core_idea_id=core_idea_id,
        domain_id=domain_id,
        message=message,
        text=text,
    )


def draft_kept(
    request: Request, case: CaseContext, core_idea_id: int, saved_at: datetime | None
) -> Response:
    """The words beside the field after a keystroke's draft; None where nothing is unpublished."""
    if not is_fragment(request):
        return see_other(request, f"{case.url}/core-ideas#core-idea-{core_idea_id}")
    return page(request, ANSWER, "draft", core_idea_id=core_idea_id, saved_at=saved_at)


def draft_dropped(request: Request, db: Session, case: CaseContext, core_idea_id: int) -> Response:
    """The core idea with the published words again."""
    if not is_fragment(request):
        return see_other(request, f"{case.url}/core-ideas#core-idea-{core_idea_id}")
    return one_idea(request, db, case, core_idea_id)
