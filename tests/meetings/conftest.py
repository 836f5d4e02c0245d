"""What the tests of meetings build on."""

import pytest
from sqlmodel import Session

from tests.meetings.a_meeting import AMeeting, a_meeting
from tests.people import People


@pytest.fixture
def meeting(db: Session, people: People) -> AMeeting:
    """An open meeting of Ana, Ben and Chi."""
    return a_meeting(db, people)


@pytest.fixture
def team(db: Session, people: People) -> AMeeting:
    """The same study before anybody has begun a meeting."""
    return a_meeting(db, people, begun=False)
