"""Routes of cases: the list, adding, a case's own page. Importing has `import_routes.py`.

A route that takes files asks for the form first, so that a slow upload is read before the request
takes the write lock.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.cases import import_routes
from app.cases.attributes import from_lines
from app.cases.forms import CaseForm, files_of, role_of
from app.cases.import_routes import MayEdit, new_page, start_import
from app.cases.queries import CasePage, case_list, case_page
from app.cases.service import add_case, change_attributes, put_into_sample, take_out_of_sample
from app.cases.speakers import SpeakerRole
from app.cases.transcripts import describe_transcript, remove_transcript
from app.db import Db
from app.errors import Invalid, StaleEdit
from app.permissions import Action
from app.studies.guard import Code, Id, StudyContext, may
from app.web.forms import Form
from app.web.templating import Toast, page, see_other

router = APIRouter()
router.include_router(import_routes.router)

MaySee = Annotated[StudyContext, Depends(may(Action.SEE_SET_UP))]
MaySetUp = Annotated[StudyContext, Depends(may(Action.SET_UP))]


@router.get("/studies/{study}/cases")
def cases(request: Request, db: Db, study: MaySee) -> Response:
    """The list of cases."""
    return page(
        request,
        "cases/cases.html",
        cases=case_list(db, study),
        can_edit=study.can(Action.SET_UP),
        sheet_error=None,
    )


@router.get("/studies/{study}/cases/new")
def new_case(request: Request, study: MaySetUp) -> Response:
    """The forms that add one case or several."""
    only = [sample.id for sample in study.samples] if len(study.samples) == 1 else []
    return new_page(request, study, CaseForm(sample_ids=tuple(only)))


@router.post("/studies/{study}/cases/new")
def add(request: Request, form: Form, db: Db, study: MayEdit) -> Response:
    """Add one case: at once, or with its transcripts by way of a preview."""
    typed = CaseForm.of(form)
    try:
        if form.files("transcripts"):
            return start_import(
                request,
                db,
                study,
                files_of(form, "transcripts"),
                code=typed.code,
                sample_ids=typed.sample_ids,
                attributes=from_lines(typed.attributes),
            )
        code, attributes = typed.checked()
        with db.begin_nested():
            case = add_case(
                db, study, code=code, sample_ids=typed.sample_ids, attributes=attributes
            )
    except Invalid as wrong:
        return new_page(request, study, typed, wrong=wrong)
    return see_other(request, f"{_cases(study)}/{case.code}", Toast(f"Case {case.code} added."))


@router.get("/studies/{study}/cases/{code}")
def one_case(request: Request, db: Db, study: MaySee, code: Code) -> Response:
    """A case's own page."""
    return _case_page(request, study, case_page(db, study, code))


@router.post("/studies/{study}/cases/{code}/attributes")
def save_attributes(request: Request, form: Form, db: Db, study: MaySetUp, code: Code) -> Response:
    """Change what is known of a case."""
    shown = case_page(db, study, code)
    typed = form.raw("attributes")
    try:
        change_attributes(
            db,
            study,
            case_id=shown.row.id,
            attributes=from_lines(typed),
            version=form.whole("version"),
        )
    except Invalid as wrong:
        return _case_page(request, study, shown, typed=typed, fields=wrong.fields, status=422)
    except StaleEdit as stale:
        return _case_page(request, study, shown, typed=typed, stale=stale, status=409)
    return see_other(request, f"{_cases(study)}/{shown.row.code}", Toast("Attributes saved."))


@router.post("/studies/{study}/cases/{code}/samples")
def join_sample(request: Request, form: Form, db: Db, study: MaySetUp, code: Code) -> Response:
    """Put a case into a sample."""
    row = case_page(db, study, code).row
    sample = study.sample(form.whole("sample"))
    put_into_sample(db, study, case_id=row.id, sample_id=sample.id)
    url = f"{_cases(study)}/{row.code}"
    undo = f"{url}/samples/{sample.id}/leave"
    return see_other(request, url, Toast(f"{row.code} is in '{sample.name}' now.", undo))


@router.post("/studies/{study}/cases/{code}/samples/{sample}/leave")
def leave_sample(request: Request, db: Db, study: MaySetUp, code: Code, sample: Id) -> Response:
    """Take a case out of a sample in which nothing has been done with it."""
    row = case_page(db, study, code).row
    name = study.sample(sample).name
    take_out_of_sample(db, study, case_id=row.id, sample_id=sample)
    return see_other(
        request, f"{_cases(study)}/{row.code}", Toast(f"{row.code} has left '{name}'.")
    )


@router.post("/studies/{study}/cases/{code}/transcripts/{number}")
def describe(
    request: Request, form: Form, db: Db, study: MayEdit, code: Code, number: Id
) -> Response:
    """Give a stored transcript another title, or its speakers other roles."""
    shown = case_page(db, study, code)
    entry = next((one for one in shown.transcripts if one.row.number == number), None)
    speakers = entry.speakers if entry else ()
    try:
        describe_transcript(
            db,
            study,
            case_id=shown.row.id,
            number=number,
            title=form.text("title"),
            roles={
                label: role_of(form.text(f"role-{place}"), role)
                for place, (label, role) in enumerate(speakers)
            },
        )
    except Invalid as wrong:
        fields = {f"{name}-{number}": text for name, text in wrong.fields.items()}
        return _case_page(request, study, shown, fields=fields, status=422)
    return see_other(request, f"{_cases(study)}/{shown.row.code}", Toast("Transcript saved."))


@router.post("/studies/{study}/cases/{code}/transcripts/{number}/remove")
def take_back(request: Request, db: Db, study: MayEdit, code: Code, number: Id) -> Response:
    """Remove a transcript on which nothing rests."""
    row = case_page(db, study, code).row
    remove_transcript(db, study, case_id=row.id, number=number)
    return see_other(request, f"{_cases(study)}/{row.code}", Toast("Transcript removed."))


def _cases(study: StudyContext) -> str:
    return f"/studies/{study.id}/cases"


def _case_page(
    request: Request,
    study: StudyContext,
    shown: CasePage,
    *,
    status: int = 200,
    typed: str | None = None,
    fields: Mapping[str, str] | None = None,
    stale: StaleEdit | None = None,
) -> Response:
    row = shown.row
    versions = stale.versions if stale else None
    lines = "\n".join(f"{name} = {value}" for name, value in row.attributes)
    view: dict[str, Any] = {
        "case": row,
        "transcripts": shown.transcripts,
        "other_samples": shown.other_samples,
        "can_edit": study.can(Action.SET_UP),
        "roles": [(role.value, role.value) for role in SpeakerRole],
        "attributes": lines if typed is None else typed,
        "fields": fields or {},
        "stale": stale.message if stale else None,
        "theirs": versions.theirs if versions else "",
        "version": versions.version if versions else row.version,
    }
    return page(request, "cases/case.html", status=status, **view)
