"""Routes of reports: the findings of a sample, and the files taken from them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.db import Db
from app.errors import NotFound
from app.permissions import Action
from app.reports import audit_routes, version_routes
from app.reports.choices import Choice, read_choice
from app.reports.findings_page import (
    FILES,
    WHOLE_STUDY,
    file_name,
    may_see_not_agreed,
    may_see_raw_data,
    read_findings,
    read_tables,
)
from app.reports.formats import FORMATS, Format, FormatName
from app.studies.guard import Id, StudyContext, may
from app.web.templating import page

router = APIRouter()
router.include_router(version_routes.router)
router.include_router(audit_routes.router)

See = Annotated[StudyContext, Depends(may(Action.SEE_FINDINGS))]
Export = Annotated[StudyContext, Depends(may(Action.EXPORT))]
SAMPLES = "/studies/{study}/samples"


def _choice(request: Request, study: StudyContext) -> Choice:
    return read_choice(
        request.query_params,
        raw_data=may_see_raw_data(study),
        not_agreed=may_see_not_agreed(study),
    )


@router.get(SAMPLES + "/{sample}/findings")
def findings(request: Request, db: Db, study: See, sample: Id) -> Response:
    """The table as it will print; `?category=12` opens what stands behind that row."""
    view = read_findings(db, study, sample, _choice(request, study))
    return page(
        request,
        "reports/findings.html",
        "answer",
        findings=view,
        url=f"/studies/{study.id}/samples/{sample}",
        files=FILES,
        files_of_study=WHOLE_STUDY,
        may_export=study.can(Action.EXPORT),
        may_see_set_up=study.can(Action.SEE_SET_UP),
        may_set_up=study.can(Action.SET_UP),
        may_see_not_agreed=may_see_not_agreed(study),
        may_see_raw_data=may_see_raw_data(study),
    )


@router.get(SAMPLES + "/all/findings/table.{ending}")
def all_tables(request: Request, db: Db, study: Export, ending: str) -> Response:
    """The tables of all samples in one file."""
    return _file(request, db, study, None, ending)


@router.get(SAMPLES + "/{sample}/findings/table.{ending}")
def table(request: Request, db: Db, study: Export, sample: Id, ending: str) -> Response:
    """The table in a file, with the columns of the page."""
    return _file(request, db, study, sample, ending)


def _file(
    request: Request, db: Session, study: StudyContext, sample_id: int | None, ending: str
) -> Response:
    """`?plain=1` gives csv for machines: no mark, and no guard against formulas."""
    chosen = _format(ending)
    choice = _choice(request, study)
    tables = read_tables(db, study, sample_id, choice)
    content = chosen.render(
        tables, choice.chosen_columns(tables), for_browser=request.query_params.get("plain") != "1"
    )
    name = file_name(study, sample_id, chosen.ending)
    return Response(
        content,
        media_type=chosen.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _format(ending: str) -> Format:
    for entry in FORMATS.values():
        if entry.ending == f".{ending.lower()}":
            return entry
    known = ", ".join(FORMATS[name].ending for name in FormatName)
    raise NotFound(f"Tables are not made as .{ending[:20]}; there is {known}.")
