"""What the tests of home build on."""

import pytest
from sqlmodel import Session

from tests.home.a_sample import SampleInTheMaking
from tests.people import People


@pytest.fixture
def sample(db: Session, people: People) -> SampleInTheMaking:
    """The people's sample, empty, with builders for its cases and domains."""
    return SampleInTheMaking(db, people)
