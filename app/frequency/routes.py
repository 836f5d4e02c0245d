"""The page on which a sample's frequency rule is chosen, with what each rule would mean.

It lies here and not with the other settings because only this floor knows the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.db import Db
from app.errors import Conflict, Invalid
from app.frequency.queries import SampleFacts, samples_of
from app.frequency.rules import FEWEST_CASES, RARE_OVER, RULES, Label, Rule, cut_offs
from app.frequency.service import choose_rule, has_begun
from app.permissions import Action
from app.studies.guard import Id, StudyContext, may
from app.studies.queries import sample_version
from app.studies.service import FEWEST
from app.web.errors import status_of
from app.web.forms import Form
from app.web.templating import Toast, page, see_other

router = APIRouter()

EXAMPLE = 12
"""The N for which cut-offs are shown while a sample has too few cases for labels."""
SHOWN = (Label.GENERAL, Label.TYPICAL, Label.VARIANT, Label.RARE)


@dataclass(frozen=True)
class RuleLine:
    """A rule with its cut-offs, as in 'general 9–10'; an empty cell is a label it has not."""

    rule: Rule
    cells: tuple[str, ...]


def lines(n: int, min_cases: int) -> tuple[RuleLine, ...]:
    """Every rule with its cut-offs at `n` cases."""
    found = []
    for rule in RULES.values():
        bands = {band.label: band for band in cut_offs(n, rule, min_cases)}
        cells = (bands.get(label) for label in SHOWN)
        found.append(
            RuleLine(
                rule,
                tuple(
                    "" if not b else str(b.low) if b.low == b.high else f"{b.low}–{b.high}"
                    for b in cells
                ),
            )
        )
    return tuple(found)


def _page(
    request: Request,
    db: Session,
    study: StudyContext,
    sample: SampleFacts,
    *,
    rule: str,
    min_cases: int,
    status: int = 200,
    message: str = "",
    fields: Mapping[str, str] | None = None,
    reason: str = "",
) -> Response:
    n = sample.cases if sample.cases >= FEWEST_CASES else EXAMPLE
    chosen = RULES.get(rule)
    return page(
        request,
        "frequency/rule.html",
        "cut_offs",
        status=status,
        sample=sample,
        version=sample_version(db, sample.id),
        begun=has_begun(db, sample.id),
        may_set_up=study.can(Action.SET_UP),
        lines=lines(n, min_cases),
        shown_n=n,
        is_example=n != sample.cases,
        asks_about_rare=sample.cases > RARE_OVER and not (chosen and chosen.has_rare),
        rare_over=RARE_OVER,
        rule=rule,
        min_cases=min_cases,
        message=message,
        fields=fields or {},
        reason=reason,
    )


def _sample(db: Session, study: StudyContext, sample_id: int) -> SampleFacts:
    study.sample(sample_id)
    return next(sample for sample in samples_of(db, study.id) if sample.id == sample_id)


def _fewest(text: str, sample: SampleFacts) -> int:
    return int(text) if text in map(str, FEWEST) else sample.min_cases


@router.get("/studies/{study}/samples/{sample}/rule")
def rule_page(
    request: Request,
    db: Db,
    study: Annotated[StudyContext, Depends(may(Action.SEE_SET_UP))],
    sample: Id,
) -> Response:
    """The rules and their cut-offs at the sample's N; `?min_cases=3` shows them for three."""
    facts = _sample(db, study, sample)
    return _page(
        request,
        db,
        study,
        facts,
        rule=request.query_params.get("rule", facts.rule),
        min_cases=_fewest(request.query_params.get("min_cases", ""), facts),
    )


@router.post("/studies/{study}/samples/{sample}/rule")
def save_rule(
    request: Request,
    db: Db,
    form: Form,
    study: Annotated[StudyContext, Depends(may(Action.SET_UP))],
    sample: Id,
) -> Response:
    """Fix the rule; refused, show the page again with what was chosen."""
    facts = _sample(db, study, sample)
    try:
        choose_rule(
            db,
            study,
            sample_id=sample,
            rule=form.text("rule"),
            min_cases=form.whole("min_cases", facts.min_cases),
            version=form.whole("version", 0),
            reason=form.raw("reason"),
        )
    except (Invalid, Conflict) as error:
        return _page(
            request,
            db,
            study,
            facts,
            rule=form.text("rule"),
            min_cases=_fewest(form.text("min_cases"), facts),
            status=status_of(error),
            message=error.message,
            fields=error.fields if isinstance(error, Invalid) else {},
            reason=form.raw("reason"),
        )
    return see_other(
        request,
        f"/studies/{study.id}/settings#sample-{sample}",
        Toast(f"{facts.name} is labelled by {form.text('rule')}."),
    )
