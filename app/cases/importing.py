"""From a confirmed proposal to cases and frozen transcripts: everything, or nothing."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.codes import checked_code, code_key, doubt
from app.cases.models import Case
from app.cases.proposal import Proposal, ProposedTranscript
from app.cases.service import (
    add_case,
    case_of,
    checked_title,
    merge_attributes,
    store_transcript,
    taken_code,
)
from app.cases.sheet import Sheet
from app.db import run
from app.errors import Invalid
from app.studies.guard import StudyContext

LOOK_AGAIN = "Nothing is stored yet. Please look at what is marked below."


def store_proposal(db: Session, study: StudyContext, proposal: Proposal) -> list[Case]:
    """Store an import; files with one code become transcripts of one case.

    Raises `Invalid` with a sentence at each field that cannot stand, before anything is written.
    """
    problems = problems_of(proposal, taken_codes(db, study))
    if problems:
        raise Invalid(LOOK_AGAIN, problems)
    cases: dict[str, Case] = {}
    for index, one in enumerate(proposal.transcripts):
        key = code_key(one.code)
        if key not in cases:
            try:
                cases[key] = _case_for(db, study, proposal, one)
            except Invalid as raced:
                raise Invalid(LOOK_AGAIN, {f"code-{index}": raced.message}) from None
        case_id = cases[key].id
        assert case_id is not None
        store_transcript(
            db, study, case_id=case_id, title=one.title, turns=one.turns, roles=one.roles
        )
    return list(cases.values())


def _case_for(
    db: Session, study: StudyContext, proposal: Proposal, one: ProposedTranscript
) -> Case:
    if proposal.case_id is not None:
        return case_of(db, study, proposal.case_id)
    return add_case(
        db,
        study,
        code=one.code,
        sample_ids=proposal.sample_ids,
        attributes=proposal.attributes,
    )


def taken_codes(db: Session, study: StudyContext) -> dict[str, str]:
    """The codes of the study by their keys."""
    rows = run(
        db, sa.select(col(Case.code_key), col(Case.code)).where(col(Case.study_id) == study.id)
    )
    return dict(rows.all())


def problems_of(proposal: Proposal, taken: Mapping[str, str]) -> dict[str, str]:
    """What keeps a proposal from being stored: a sentence for each field `name-index`."""
    found: dict[str, str] = {}
    for index, one in enumerate(proposal.transcripts):
        try:
            checked_title(one.title)
            if proposal.case_id is None:
                code = checked_code(one.code)
                if code_key(code) in taken:
                    raise taken_code(code, taken[code_key(code)])
        except Invalid as wrong:
            found |= {f"{name}-{index}": text for name, text in wrong.fields.items()}
            continue
        hint = doubt(one.code) if proposal.case_id is None else None
        if hint and not one.sure:
            found[f"code-{index}"] = f"{hint} Choose another code, or tick that it is one."
    return found


def store_attributes(
    db: Session, study: StudyContext, sheet: Sheet, columns: list[int]
) -> tuple[int, int]:
    """Set the chosen attribute columns of a sheet. Returns how many cases changed, of how many."""
    known = {
        code_key(code): case_id
        for case_id, code in run(
            db, sa.select(col(Case.id), col(Case.code)).where(col(Case.study_id) == study.id)
        )
    }
    changed = met = 0
    for code, values in sheet.rows:
        case_id = known.get(code_key(code))
        if case_id is None:
            continue
        met += 1
        wanted = {sheet.columns[place]: values[place] for place in columns if values[place]}
        changed += merge_attributes(db, study, case_id=case_id, attributes=wanted)
    return changed, met
