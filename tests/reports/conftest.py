"""The sample whose findings are looked at."""

import pytest
from sqlmodel import Session

from app.consensus.rules import State
from app.studies.service import add_abbreviation
from tests.frequency.a_sample import ASample, make_sample
from tests.people import People
from tests.reports.a_page import CODES, QUOTE


@pytest.fixture
def sample(db: Session, people: People) -> ASample:
    """N = 10: two agreed domains, one that is being sorted; a single case; raw data of P01."""
    made = make_sample(db, people)
    made.add_cases(*CODES)
    made.find(CODES[:9], "Reasons", "P felt close")
    made.find(CODES[:6], "Reasons", "P felt close", "at the end")
    made.find(CODES[:2], "Reasons", "P was tired")
    made.find(CODES[:1], "Reasons", "P was alone")
    made.find(CODES[:7], "Extent", "Minimal")
    made.find(CODES[:8], "Consequences", "Deeper work")
    made.set_board("Consequences", State.CONSENSUS)
    version = made.add_transcript("P01", ("I", "And then?"), ("P", QUOTE))
    made.add_raw_data(made.ideas[0], "P01", version, 10, QUOTE)
    add_abbreviation(db, made.study, short="P", meaning="participant")
    db.commit()
    return made
