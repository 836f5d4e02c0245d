"""The page on which a PI merges two domains of a sample."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core_ideas.merging_domains import merge_domains
from app.db import Db, one_or_not_found
from app.domains.list_queries import domain_list_page
from app.domains.queries import domain_list
from app.errors import Conflict, Invalid
from app.permissions import Action
from app.studies.guard import Id, StudyContext, may
from app.web.errors import status_of
from app.web.forms import Form
from app.web.templating import Toast, page, plural, see_other

router = APIRouter()

LIST = "/studies/{study}/samples/{sample}/domains"
MERGE = LIST + "/{domain}/merge"
Edit = Annotated[StudyContext, Depends(may(Action.EDIT_DOMAIN_LIST))]


def _page(
    request: Request,
    db: Session,
    study: StudyContext,
    sample: int,
    domain: int,
    *,
    chosen: int = 0,
    error: Invalid | Conflict | None = None,
) -> Response:
    lines = domain_list_page(db, study, sample).lines
    line = one_or_not_found(
        next((line for line in lines if line.domain.id == domain), None), "domain in this sample"
    )
    return page(
        request,
        "core_ideas/merge_domains.html",
        status=status_of(error) if error else 200,
        url=LIST.format(study=study.id, sample=sample),
        sample=study.sample(sample),
        line=line,
        choices=[(each.domain.id, each.domain.title) for each in lines if each is not line],
        chosen=chosen,
        message=error.message if error else "",
        fields=error.fields if isinstance(error, Invalid) else {},
    )


@router.get(MERGE)
def ask(
    request: Request,
    db: Db,
    study: Edit,
    sample: Id,
    domain: Id,
    into: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """What would go where; `?into=5` has that domain chosen. Back after merging: to the list."""
    if domain not in {each.id for each in domain_list(db, sample)}:
        gone = Toast("That domain is not in this list any more: it was merged or removed.")
        return see_other(request, LIST.format(study=study.id, sample=study.sample(sample).id), gone)
    return _page(request, db, study, sample, domain, chosen=into)


@router.post(MERGE)
def merge(request: Request, db: Db, form: Form, study: Edit, sample: Id, domain: Id) -> Response:
    """Put everything in the domain into the chosen one."""
    into = form.whole("into", 0)
    try:
        merged = merge_domains(db, study, sample_id=sample, domain_id=domain, into_id=into)
    except (Invalid, Conflict) as error:
        return _page(request, db, study, sample, domain, chosen=into, error=error)
    went = f"{plural(merged.blocks, 'block')} and {plural(merged.core_ideas, 'core idea')}"
    toast = Toast(f"“{merged.title}” is merged into “{merged.into}”: {went} went over.")
    return see_other(request, f"{LIST.format(study=study.id, sample=sample)}#domain-{into}", toast)
