"""Routes that import: files are read apart, previewed, and stored only when confirmed.

Reading takes seconds, so it happens between the guard and the write: the request's transaction is
ended before it (docs/decisions/0014-reading-apart.md) and nothing of the database is asked after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from app.cases import preview
from app.cases.codes import code_key
from app.cases.forms import CaseForm, files_of, index_of, proposal_as_typed
from app.cases.importing import (
    LOOK_AGAIN,
    problems_of,
    store_attributes,
    store_proposal,
    taken_codes,
)
from app.cases.proposal import Proposal, propose
from app.cases.queries import case_page
from app.cases.readers.encodings import CHOICES, name_of
from app.cases.reading import read_apart
from app.cases.sheet import Sheet, read_sheet
from app.cases.speakers import SpeakerRole
from app.config import Settings
from app.db import Db
from app.errors import Invalid, NotFound
from app.permissions import Action
from app.studies.guard import Code, StudyContext, may
from app.web.forms import Form, Posted
from app.web.templating import Toast, page, plural, see_other

router = APIRouter()

MayEdit = Annotated[StudyContext, Depends(may(Action.EDIT_TRANSCRIPTS))]
MaySetUp = Annotated[StudyContext, Depends(may(Action.SET_UP))]
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{48}$")]


def new_page(
    request: Request,
    study: StudyContext,
    typed: CaseForm,
    *,
    wrong: Invalid | None = None,
    several: bool = False,
) -> Response:
    """The page with both forms: one case, or several files at once. Asks nothing of the database.

    `several` says which of the two was sent; the sentences stand there.
    """
    fields = _at_field(wrong, "files" if several else "transcripts")
    return page(
        request,
        "cases/new.html",
        "several" if several else "one",
        status=422 if wrong else 200,
        typed=typed,
        fields={} if several else fields,
        file_fields=fields if several else {},
        doubt=typed.doubt if "code" in fields else None,
    )


def _at_field(wrong: Invalid | None, field: str) -> Mapping[str, str]:
    """The sentences at their fields; one that names none stands at the files."""
    return (wrong.fields or {field: wrong.message}) if wrong else {}


def start_import(
    request: Request,
    db: Session,
    study: StudyContext,
    files: list[tuple[str, bytes, str | None]],
    *,
    code: str | None,
    sample_ids: Sequence[int] = (),
    attributes: Mapping[str, str] | None = None,
    case_id: int | None = None,
    first_number: int = 1,
) -> Response:
    """Read the files and put them aside. On to the preview; raises `Invalid`."""
    for sample_id in sample_ids:
        study.sample(sample_id)
    db.commit()
    parsed = read_apart(files)
    proposal = propose(
        list(zip(parsed, [data for _, data, _ in files], strict=True)),
        code=code,
        first_number=first_number,
        sample_ids=sample_ids,
        attributes=attributes,
        case_id=case_id,
    )
    key = preview.keep(_settings(request), study, {"proposal": proposal.as_json()})
    return see_other(request, f"{_new(study)}/{key}")


@router.post("/studies/{study}/cases/new/files")
def several(request: Request, form: Form, db: Db, study: MayEdit) -> Response:
    """Several files at once: a case for each."""
    typed = CaseForm.of(form)
    try:
        files = files_of(form, "files")
        return start_import(request, db, study, files, code=None, sample_ids=typed.sample_ids)
    except Invalid as wrong:
        return new_page(request, study, typed, wrong=wrong, several=True)


@router.get("/studies/{study}/cases/{code}/transcripts/new")
def new_transcript(request: Request, db: Db, study: MayEdit, code: Code) -> Response:
    """The form that adds a transcript to a case."""
    return _transcript_page(request, case_page(db, study, code).row.code)


@router.post("/studies/{study}/cases/{code}/transcripts")
def add_transcript(request: Request, form: Form, db: Db, study: MayEdit, code: Code) -> Response:
    """Read further transcripts of a case and show them."""
    row = case_page(db, study, code).row
    try:
        return start_import(
            request,
            db,
            study,
            files_of(form, "transcripts"),
            code=row.code,
            case_id=row.id,
            first_number=max((one.number for one in row.transcripts), default=0) + 1,
        )
    except Invalid as wrong:
        return _transcript_page(request, row.code, wrong)


def _transcript_page(request: Request, code: str, wrong: Invalid | None = None) -> Response:
    return page(
        request,
        "cases/new_transcript.html",
        "form",
        status=422 if wrong else 200,
        code=code,
        fields=_at_field(wrong, "transcripts"),
    )


@router.post("/studies/{study}/cases/new/attributes")
def attributes_from_table(request: Request, form: Form, study: MaySetUp) -> Response:
    """Read a csv table of attributes and show it."""
    wrong = Invalid("Choose a .csv file.", {"sheet": "Choose a .csv file."})
    try:
        for upload in form.files("sheet"):
            sheet = read_sheet(upload.name, upload.data)
            content = {"columns": sheet.columns, "rows": sheet.rows}
            key = preview.keep(_settings(request), study, {"sheet": content})
            return see_other(request, f"{_new(study)}/{key}")
    except Invalid as found:
        wrong = found
    return page(
        request,
        "cases/new_attributes.html",
        "form",
        status=422,
        fields={"sheet": wrong.message},
    )


@router.get("/studies/{study}/cases/new/attributes")
def new_attributes(request: Request, study: MaySetUp) -> Response:
    """The form that takes a table of attributes."""
    return page(request, "cases/new_attributes.html", "form", fields={})


@router.get("/studies/{study}/cases/new/{key}")
def look(request: Request, db: Db, study: MayEdit, key: Key, all: str = "") -> Response:
    """The preview of an import, or of attributes from a table."""
    content = preview.kept(_settings(request), study, key)
    if "sheet" in content:
        return _sheet_page(request, db, study, key, content["sheet"])
    proposal = Proposal.from_json(content["proposal"])
    return _preview_page(request, db, study, key, proposal, whole=all)


@router.post("/studies/{study}/cases/new/{key}")
def confirm(request: Request, form: Form, db: Db, study: MayEdit, key: Key) -> Response:
    """Store what the preview shows: everything, or nothing."""
    settings = _settings(request)
    proposal = _as_typed(form, settings, study, key)
    try:
        with preview.taking(settings, study, key):
            with db.begin_nested():
                stored = store_proposal(db, study, proposal)
            # On disk before the preview goes: a failed commit must leave it in its place.
            db.commit()
    except Invalid as wrong:
        return _preview_page(request, db, study, key, proposal, wrong=wrong)
    transcripts = plural(len(proposal.transcripts), "transcript")
    if len(stored) == 1:
        toast = Toast(f"{transcripts} stored in {stored[0].code}.")
        return see_other(request, f"/studies/{study.id}/cases/{stored[0].code}", toast)
    toast = Toast(f"{transcripts} stored in {plural(len(stored), 'case')}.")
    return see_other(request, f"/studies/{study.id}/cases", toast)


@router.post("/studies/{study}/cases/new/{key}/typed")
def keep_typed(request: Request, form: Form, study: MayEdit, key: Key) -> Response:
    """Keep what was typed and show one file's turns in full."""
    settings = _settings(request)
    proposal = _as_typed(form, settings, study, key)
    preview.rewrite(settings, study, key, {"proposal": proposal.as_json()})
    index = index_of(form.text("all"), proposal)
    return see_other(request, f"{_new(study)}/{key}?all={index}#file-{index}")


@router.post("/studies/{study}/cases/new/{key}/encoding")
def read_again(request: Request, form: Form, db: Db, study: MayEdit, key: Key) -> Response:
    """Read one text again in another encoding."""
    settings = _settings(request)
    proposal = _as_typed(form, settings, study, key)
    index = index_of(form.text("again"), proposal)
    one = proposal.transcripts[index]
    taken = taken_codes(db, study)
    db.commit()
    encoding = form.text(f"encoding-{index}")
    again = read_apart([(one.name, one.data, encoding)])[0]
    if again.refusal:
        wrong = Invalid(LOOK_AGAIN, {f"encoding-{index}": again.refusal})
        return _shown(request, study, key, proposal, taken, wrong=wrong)
    fresh = propose([(again, one.data)], code=one.code).transcripts[0]
    fresh = replace(fresh, title=one.title, sure=one.sure, data=one.data)
    proposal = proposal.with_transcript(index, fresh)
    preview.rewrite(settings, study, key, {"proposal": proposal.as_json()})
    return see_other(request, f"{_new(study)}/{key}#file-{index}")


@router.post("/studies/{study}/cases/new/{key}/cancel")
def cancel(request: Request, study: MayEdit, key: Key) -> Response:
    """Leave nothing of a preview."""
    preview.remove(_settings(request), study, key)
    return see_other(request, f"/studies/{study.id}/cases", Toast("Cancelled; nothing was kept."))


@router.post("/studies/{study}/cases/new/{key}/attributes")
def confirm_attributes(request: Request, form: Form, db: Db, study: MaySetUp, key: Key) -> Response:
    """Set the ticked columns of the table."""
    settings = _settings(request)
    columns = form.numbers("columns")
    with preview.taking(settings, study, key) as content:
        sheet = _sheet(_part(content, "sheet"))
        if any(place >= len(sheet.columns) for place in columns):
            raise Invalid("There is no such column in this table. Reload the page and try again.")
        changed, met = store_attributes(db, study, sheet, columns)
        db.commit()
    toast = Toast(f"Attributes of {changed} of {plural(met, 'case')} changed.")
    return see_other(request, f"/studies/{study.id}/cases", toast)


def _sheet(content: dict[str, list[str]]) -> Sheet:
    return Sheet(
        tuple(content["columns"]), tuple((row[0], tuple(row[1])) for row in content["rows"])
    )


def _sheet_page(
    request: Request, db: Session, study: StudyContext, key: str, content: dict[str, list[str]]
) -> Response:
    sheet = _sheet(content)
    taken = taken_codes(db, study)
    known = [
        (taken[code_key(code)], cells) for code, cells in sheet.rows if code_key(code) in taken
    ]
    return page(
        request,
        "cases/preview_attributes.html",
        sheet=sheet,
        doubts=[sheet.doubt(place) for place in range(len(sheet.columns))],
        known=known,
        unknown=[code for code, _ in sheet.rows if code_key(code) not in taken],
        url=f"{_new(study)}/{key}",
    )


def _as_typed(form: Posted, settings: Settings, study: StudyContext, key: str) -> Proposal:
    content = preview.kept(settings, study, key)
    return proposal_as_typed(form, Proposal.from_json(_part(content, "proposal")))


def _part(content: preview.Content, kind: str) -> Any:
    """Transcripts and tables are previewed alike; one is not confirmed as the other."""
    if kind not in content:
        raise NotFound(preview.GONE)
    return content[kind]


def _preview_page(
    request: Request,
    db: Session,
    study: StudyContext,
    key: str,
    proposal: Proposal,
    *,
    wrong: Invalid | None = None,
    whole: str = "",
) -> Response:
    return _shown(request, study, key, proposal, taken_codes(db, study), wrong=wrong, whole=whole)


def _shown(
    request: Request,
    study: StudyContext,
    key: str,
    proposal: Proposal,
    taken: Mapping[str, str],
    *,
    wrong: Invalid | None = None,
    whole: str = "",
) -> Response:
    shown = index_of(whole, proposal) if whole else -1
    return page(
        request,
        "cases/preview.html",
        "turns" if whole else "whole",
        status=422 if wrong else 200,
        proposal=proposal,
        fields=wrong.fields if wrong else problems_of(proposal, taken),
        message=wrong.message if wrong else None,
        whole=shown,
        one=proposal.transcripts[shown] if whole else None,
        index=shown,
        url=f"{_new(study)}/{key}",
        roles=[(role.value, role.value) for role in SpeakerRole],
        encodings=CHOICES,
        encoding_name=name_of,
    )


def _new(study: StudyContext) -> str:
    return f"/studies/{study.id}/cases/new"


def _settings(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)
