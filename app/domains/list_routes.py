"""The page of a sample's domain list, and every change a PI makes on it."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.kept import Item, keep_typed, let_go
from app.db import Db
from app.domains.list_queries import domain_list_page, two_versions_of_domains
from app.domains.list_service import (
    add_several,
    change_domain,
    copy_list,
    remove_domain,
    shift_domain,
)
from app.domains.models import DomainKind
from app.domains.rules import read_lines
from app.domains.service import add_domain
from app.domains.switches import Switch
from app.errors import Conflict, Invalid, StaleEdit
from app.permissions import Action
from app.studies.forms import typed
from app.studies.guard import Id, StudyContext, may
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, is_fragment, page, plural, see_other

router = APIRouter()

LIST = "/studies/{study}/samples/{sample}/domains"
See = Annotated[StudyContext, Depends(may(Action.SEE_DOMAIN_LIST))]
Edit = Annotated[StudyContext, Depends(may(Action.EDIT_DOMAIN_LIST))]

KINDS = (
    (DomainKind.ANALYTIC, "Analytic: cross-analysed and reported in the table"),
    (DomainKind.CONTEXTUAL, "Contextual: coded and not reported, such as warm-up questions"),
    (DomainKind.DESCRIPTIVE, "Descriptive: plain facts, counted in the text, without labels"),
    (DomainKind.OTHER, "Other: what fits nowhere; if it fills up, a domain is missing"),
)
OTHER = "Data that fit no other domain, or are off the topic. Looked through again at the end."


def _page(
    request: Request,
    db: Session,
    study: StudyContext,
    sample: int,
    *,
    part: str = "",
    status: int = 200,
    message: str = "",
    fields: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    toast: Toast | None = None,
    focus: str = "",
) -> Response:
    """The page; `part` is what it is about: 'new', 'lines', 'copy', a domain's id, 'removal-5'."""
    here = study.sample(sample)
    domains = domain_list_page(db, study, sample)
    return page(
        request,
        "domains/list.html",
        "entries",
        status=status,
        toast=toast,
        versions=two_versions_of_domains(db, study, domains),
        sample=here,
        switch=[
            Switch(each.name, _url(study, each.id), each.id == sample) for each in study.samples
        ],
        url=_url(study, sample),
        domains=domains,
        may_edit=study.can(Action.EDIT_DOMAIN_LIST),
        sees_plan=study.can(Action.SEE_SET_UP),
        kinds=KINDS,
        part=part,
        message=message,
        fields=fields or {},
        typed=values or {},
        focus=focus,
    )


def _save(
    request: Request,
    db: Session,
    form: Posted,
    study: StudyContext,
    sample: int,
    *,
    part: str,
    change: Callable[[], Toast],
) -> Response:
    """Make a change and go back to its place; refused, show the page with what was typed."""
    try:
        toast = change()
    except (Invalid, Conflict) as error:
        if isinstance(error, StaleEdit):
            keep_typed(db, study.me.id, Item("domain", int(part)), error)
        return _page(
            request,
            db,
            study,
            sample,
            part=part,
            status=status_of(error),
            message=error.message,
            fields=error.fields if isinstance(error, Invalid) else {},
            values=typed(form, "title", "abbreviation", "definition", "kind", "lines"),
        )
    return see_other(request, f"{_url(study, sample)}#{_place(part)}", toast)


def _url(study: StudyContext, sample: int) -> str:
    return f"/studies/{study.id}/samples/{sample}/domains"


def _place(part: str) -> str:
    return f"domain-{part}" if part.isdecimal() else "new"


def _kind(form: Posted) -> DomainKind:
    chosen = form.text("kind", DomainKind.ANALYTIC)
    try:
        return DomainKind(chosen)
    except ValueError:
        sentence = f"'{chosen[:40]}' is not a kind of domain: {', '.join(DomainKind)}."
        raise Invalid(sentence, {"kind": sentence}) from None


@router.get(LIST)
def domain_list(
    request: Request, db: Db, study: See, sample: Id, change: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """The list; `?change=5` opens that domain for a change."""
    part = str(change) if change and study.can(Action.EDIT_DOMAIN_LIST) else ""
    return _page(request, db, study, sample, part=part)


@router.post(LIST)
def add(request: Request, db: Db, form: Form, study: Edit, sample: Id) -> Response:
    """One more domain at the end."""

    def change() -> Toast:
        domain = add_domain(
            db,
            study,
            sample_id=sample,
            title=form.raw("title"),
            abbreviation=form.raw("abbreviation"),
            definition=form.raw("definition"),
            kind=_kind(form),
        )
        return Toast(f"“{domain.title}” added; its margin name is {domain.abbreviation}.")

    return _save(request, db, form, study, sample, part="new", change=change)


@router.post(LIST + "/other")
def add_other(request: Request, db: Db, form: Form, study: Edit, sample: Id) -> Response:
    """The domain *Other*, as every list has one."""

    def change() -> Toast:
        add_domain(
            db, study, sample_id=sample, title="Other", definition=OTHER, kind=DomainKind.OTHER
        )
        return Toast("“Other” added.")

    return _save(request, db, form, study, sample, part="other", change=change)


@router.post(LIST + "/lines")
def add_lines(request: Request, db: Db, form: Form, study: Edit, sample: Id) -> Response:
    """Several domains at once, from pasted lines."""

    def change() -> Toast:
        count = add_several(db, study, sample_id=sample, lines=read_lines(form.raw("lines")))
        return Toast(f"{plural(count, 'domain')} added.")

    return _save(request, db, form, study, sample, part="lines", change=change)


@router.post(LIST + "/copy")
def copy(request: Request, db: Db, form: Form, study: Edit, sample: Id) -> Response:
    """The domains of another sample that are not here yet."""

    def change() -> Toast:
        copied = copy_list(db, study, sample_id=sample, from_sample_id=form.whole("from"))
        said = f"{plural(len(copied.added), 'domain')} copied"
        here = f"; {', '.join(copied.skipped)} stood here already" if copied.skipped else ""
        return Toast(f"{said}{here}.")

    return _save(request, db, form, study, sample, part="copy", change=change)


@router.post(LIST + "/{domain}")
def save(request: Request, db: Db, form: Form, study: Edit, sample: Id, domain: Id) -> Response:
    """Another title, abbreviation, definition or kind; `keep_theirs` lets one's own words go."""

    def change() -> Toast:
        if form.has("keep_theirs"):
            let_go(db, study.me.id, Item("domain", domain))
            return Toast("It stays as it is.")
        changed = change_domain(
            db,
            study,
            sample_id=sample,
            domain_id=domain,
            title=form.raw("title"),
            abbreviation=form.raw("abbreviation"),
            definition=form.raw("definition"),
            kind=_kind(form),
            version=form.whole("version", 0),
        )
        return Toast(f"“{changed.title}” saved.")

    return _save(request, db, form, study, sample, part=str(domain), change=change)


@router.post(LIST + "/{domain}/order")
def order(request: Request, db: Db, form: Form, study: Edit, sample: Id, domain: Id) -> Response:
    """A domain up or down in the list."""
    by = form.whole("by")
    shift_domain(db, study, sample_id=sample, domain_id=domain, by=by)
    toast = Toast("Moved up." if by < 0 else "Moved down.")
    if not is_fragment(request):
        return see_other(request, f"{_url(study, sample)}#domain-{domain}", toast)
    focus = f"domain-{domain}-{'up' if by < 0 else 'down'}"
    return _page(request, db, study, sample, toast=toast, focus=focus)


@router.post(LIST + "/{domain}/removal")
def remove(request: Request, db: Db, form: Form, study: Edit, sample: Id, domain: Id) -> Response:
    """Remove a domain that nothing rests on."""

    def change() -> Toast:
        title = remove_domain(db, study, sample_id=sample, domain_id=domain)
        return Toast(f"“{title}” removed.")

    return _save(request, db, form, study, sample, part=f"removal-{domain}", change=change)
