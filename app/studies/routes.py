"""The list of studies, a new one, and a study's settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.kept import keep_typed, let_go
from app.accounts.sessions import SignedIn
from app.db import Db
from app.errors import Conflict, Invalid, StaleEdit
from app.permissions import Action
from app.studies import team
from app.studies.forms import typed, ways
from app.studies.guard import Id, StudyContext, may
from app.studies.queries import my_studies, settings_page
from app.studies.service import (
    add_abbreviation,
    add_sample,
    change_abbreviation,
    change_sample,
    create_study,
    remove_abbreviation,
    remove_sample,
    rename_study,
)
from app.studies.stale import item_of, two_versions_of_settings
from app.studies.ways import FOR_BOARDS, FOR_CASES, FOR_PASSES
from app.studies.working import choose_ways
from app.web.errors import status_of
from app.web.forms import Form, Posted
from app.web.templating import Toast, page, see_other

router = APIRouter()

SetUp = Annotated[StudyContext, Depends(may(Action.SET_UP))]
SeeSetUp = Annotated[StudyContext, Depends(may(Action.SEE_SET_UP))]


@router.get("/studies")
def list_studies(request: Request, db: Db, me: SignedIn) -> Response:
    """The studies one belongs to."""
    return page(request, "studies/list.html", studies=my_studies(db, me))


@router.get("/studies/new")
def new_study(request: Request, me: SignedIn) -> Response:
    """An empty form: anybody who is signed in may create a study."""
    return page(request, "studies/new.html", fields={}, typed={"title": ""}, judge=True)


@router.post("/studies/new")
def create(request: Request, db: Db, form: Form, me: SignedIn) -> Response:
    """Create the study and lead to what comes next."""
    try:
        study = create_study(db, me, title=form.raw("title"), judge=form.has("is_judge"))
    except Invalid as error:
        return page(
            request,
            "studies/new.html",
            status=422,
            fields=error.fields,
            typed=typed(form, "title"),
            judge=form.has("is_judge"),
        )
    return see_other(request, f"/studies/{study.id}", Toast(f"“{study.title}” is yours to set up."))


def _settings(
    request: Request,
    db: Session,
    study: StudyContext,
    *,
    change: str,
    status: int = 200,
    message: str = "",
    fields: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> Response:
    found = settings_page(db, study)
    return page(
        request,
        "studies/settings.html",
        status=status,
        settings=found,
        versions=two_versions_of_settings(db, study, found),
        may_set_up=study.can(Action.SET_UP),
        change=change,
        message=message,
        fields=fields or {},
        typed=values,
        for_cases=FOR_CASES,
        afterwards=[(way.value, way.value.capitalize()) for way in FOR_CASES],
        for_boards=FOR_BOARDS,
        for_passes=FOR_PASSES,
    )


TYPED = ("title", "name", "topic", "short", "meaning")
WAYS = ("way", "way_after", "first_cases", "board_way", "passes")


Change = Callable[[Session, StudyContext, Posted], object]


@dataclass(frozen=True)
class Asked:
    """A change of the settings that somebody asks for with a form."""

    request: Request
    db: Session
    form: Posted
    study: StudyContext

    def save(self, part: str, done: str, change: Change) -> Response:
        """Make the change and go back to its place; refused, show the page with what was typed.

        With `keep_theirs` one's own words for the line are let go instead.
        """
        request, db, form, study = self.request, self.db, self.form, self.study
        item = item_of(study, part)
        if item and form.has("keep_theirs"):
            let_go(db, study.me.id, item)
            return see_other(request, f"/studies/{study.id}/settings#{part}")
        try:
            change(db, study, form)
        except (Invalid, Conflict) as error:
            if item and isinstance(error, StaleEdit):
                keep_typed(db, study.me.id, item, error)
            return _settings(
                request,
                db,
                study,
                change=part,
                status=status_of(error),
                message=error.message,
                fields=error.fields if isinstance(error, Invalid) else {},
                values=typed(form, *TYPED, *WAYS),
            )
        return see_other(request, f"/studies/{study.id}/settings#{part}", Toast(done))


def _asked(request: Request, db: Db, form: Form, study: SetUp) -> Asked:
    return Asked(request, db, form, study)


ToSave = Annotated[Asked, Depends(_asked)]


@router.get("/studies/{study}/settings")
def settings(request: Request, db: Db, study: SeeSetUp) -> Response:
    """Title, samples and abbreviations; `?change=sample-3` opens that line for a change."""
    change = request.query_params.get("change", "") if study.can(Action.SET_UP) else ""
    return _settings(request, db, study, change=change)


@router.post("/studies/{study}/settings")
def rename(asked: ToSave) -> Response:
    """Another title."""
    return asked.save(
        part="title",
        done="Title saved.",
        change=lambda db, study, form: rename_study(
            db, study, title=form.raw("title"), version=form.whole("version", 0)
        ),
    )


@router.post("/studies/{study}/settings/ways")
def save_ways(asked: ToSave) -> Response:
    """How the team works on what is begun next."""
    return asked.save(
        part="ways",
        done="Saved. It holds for cases and boards that nobody has begun yet.",
        change=lambda db, study, form: choose_ways(
            db, study, ways=ways(form), seen=form.raw("seen")
        ),
    )


@router.post("/studies/{study}/settings/samples")
def new_sample(asked: ToSave) -> Response:
    """One more sample."""
    return asked.save(
        part="new-sample",
        done="Sample added. Its frequency rule is knox-2017 until you choose another.",
        change=lambda db, study, form: add_sample(
            db, study, name=form.raw("name"), topic=form.raw("topic")
        ),
    )


@router.post("/studies/{study}/settings/samples/{sample}")
def save_sample(asked: ToSave, sample: Id) -> Response:
    """Another name or topic phrase."""
    return asked.save(
        part=f"sample-{sample}",
        done="Sample saved.",
        change=lambda db, study, form: change_sample(
            db,
            study,
            sample_id=sample,
            name=form.raw("name"),
            topic=form.raw("topic"),
            version=form.whole("version", 0),
        ),
    )


@router.post("/studies/{study}/settings/samples/{sample}/removal")
def drop_sample(asked: ToSave, sample: Id) -> Response:
    """Remove a sample that holds nothing."""
    return asked.save(
        part="samples",
        done="Sample removed.",
        change=lambda db, study, form: remove_sample(db, study, sample_id=sample),
    )


@router.post("/studies/{study}/settings/abbreviations")
def new_abbreviation(asked: ToSave) -> Response:
    """One more abbreviation."""
    return asked.save(
        part="new-abbreviation",
        done="Abbreviation added.",
        change=lambda db, study, form: add_abbreviation(
            db, study, short=form.raw("short"), meaning=form.raw("meaning")
        ),
    )


@router.post("/studies/{study}/settings/abbreviations/{abbreviation}")
def save_abbreviation(asked: ToSave, abbreviation: Id) -> Response:
    """Another abbreviation or meaning."""
    return asked.save(
        part=f"abbreviation-{abbreviation}",
        done="Abbreviation saved.",
        change=lambda db, study, form: change_abbreviation(
            db,
            study,
            abbreviation_id=abbreviation,
            short=form.raw("short"),
            meaning=form.raw("meaning"),
            was=form.raw("was"),
            was_short=form.raw("was_short") if form.has("was_short") else None,
        ),
    )


@router.post("/studies/{study}/settings/abbreviations/{abbreviation}/removal")
def drop_abbreviation(asked: ToSave, abbreviation: Id) -> Response:
    """Take a line off the list."""
    return asked.save(
        part="abbreviations",
        done="Abbreviation removed.",
        change=lambda db, study, form: remove_abbreviation(db, study, abbreviation_id=abbreviation),
    )


router.include_router(team.router)
