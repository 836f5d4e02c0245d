"""Routes of frozen versions as files: Word, or a web page that stands alone."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.cases.guard import CaseContext, in_case
from app.core_ideas.version_page import read_version
from app.cross_analysis.guard import BoardContext, in_board
from app.cross_analysis.version_page import read_board_version
from app.db import Db
from app.errors import NotFound
from app.permissions import Action
from app.reports.findings_page import slug
from app.reports.paper import Line, as_page, as_word
from app.reports.version_paper import board_lines, board_title, case_lines, case_title
from app.reports.word import MEDIA_TYPE
from app.studies.guard import check

router = APIRouter()

SAMPLE = "/studies/{study}/samples/{sample}"


@router.get(SAMPLE + "/cases/{code}/consensus-version.{ending}")
def case_file(
    request: Request,
    db: Db,
    ending: str,
    case: Annotated[CaseContext, Depends(in_case(Action.SEE_CODING))],
) -> Response:
    """The version that `?version=2` asks for, else the one its page shows, in a file."""
    check(case.actor, Action.EXPORT)
    view = read_version(db, case, request.query_params.get("version", ""))
    if view.document is None:
        raise NotFound(f"There is nothing of {case.code} to take away: nobody has agreed yet.")
    lines = case_lines(view.document, view.head, working=view.is_working)
    name = f"{slug(case.study.title, 40)}-{slug(case.code, 40)}-{_version(view.key)}"
    return _file(case_title(view.document, view.head), lines, name, ending)


@router.get(SAMPLE + "/domains/{domain}/cross-analysis/version.{ending}")
def board_file(
    request: Request,
    db: Db,
    ending: str,
    here: Annotated[BoardContext, Depends(in_board(Action.SEE_BOARD))],
) -> Response:
    """An agreed cross-analysis in a file."""
    check(here.actor, Action.EXPORT)
    view = read_board_version(db, here, request.query_params.get("version", ""))
    if view.document is None or view.head is None:
        raise NotFound(f"Nobody has agreed to {here.what} yet.")
    lines = board_lines(view.document, view.head)
    name = f"{slug(here.study.title, 40)}-{slug(here.title, 40)}-{_version(view.key)}"
    return _file(board_title(view.document, view.head), lines, name, ending)


def _version(key: str) -> str:
    return f"version-{key}" if key.isdecimal() else key


def _file(title: str, lines: Sequence[Line], name: str, ending: str) -> Response:
    if ending == "docx":
        content, media_type = as_word(lines), MEDIA_TYPE
    elif ending == "html":
        content, media_type = as_page(title, lines).encode(), "text/html; charset=utf-8"
    else:
        raise NotFound(f"Versions are not made as .{ending[:20]}; there is .docx, .html.")
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "Cache-Control": "no-store",
        },
    )
