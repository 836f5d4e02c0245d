"""Three units in consensus, P03 that is not begun, and a meeting of Ana, Ben and Chi about them."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.cases.models import Case, Transcript, TranscriptVersion, Turn
from app.consensus.models import Attendance, Meeting, Point, Unit
from app.consensus.rules import PointKind, State
from app.meetings.forms import Arrangement
from app.meetings.service import begin
from tests.home.a_sample import SampleInTheMaking
from tests.people import People, Person


@dataclass
class AMeeting:
    """What the tests say 'the meeting' to."""

    db: Session
    people: People
    sample: SampleInTheMaking
    cases: dict[str, Case]
    board: int
    """The domain whose board is being sorted."""
    id: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.people.url}/meetings/{self.id}"

    @property
    def row(self) -> Meeting:
        """As it stands now."""
        return self.db.get_one(Meeting, self.id, populate_existing=True)

    def unit(self, code: str) -> Unit:
        """The unit of a case, as it stands now."""
        unit = self.sample.unit_of(case=self.cases[code])
        self.db.refresh(unit)
        return unit

    def begin(self, *present: Person) -> int:
        """The first of them begins a meeting of these."""
        who = present or (self.people.ana, self.people.ben, self.people.chi)
        study = self.people.context(self.db, who[0])
        asked = Arrangement(frozenset(person.id for person in who))
        self.id = begin(self.db, study, asked)
        self.db.commit()
        return self.id

    def present(self) -> list[str]:
        """Who is there, by name."""
        names = {person.id: person.name for person in self.people.everybody.values()}
        rows = self.db.exec(
            select(Attendance.account_id)
            .where(col(Attendance.meeting_id) == self.id, col(Attendance.until).is_(None))
            .order_by(col(Attendance.account_id))
        )
        return [names[account_id] for account_id in rows]

    def add_point(self, code: str, **more: object) -> Point:
        """A passage of a case that is still to be discussed: the second turn of its transcript."""
        version = self.db.exec(
            select(TranscriptVersion.id)
            .join(Transcript)
            .where(Transcript.case_id == self.cases[code].id)
        ).one()
        if not self.db.exec(select(Turn.id).where(Turn.version_id == version)).all():
            for number, start in ((1, 0), (2, 3)):
                turn = Turn(
                    version_id=version or 0, number=number, speaker="P", start=start, end=start + 3
                )
                self.db.add(turn)
        point = Point(
            unit_id=self.unit(code).id or 0,
            kind=PointKind.PASSAGE,
            transcript_version_id=version,
            start=3,
            end=5,
            **more,
        )
        self.db.add(point)
        self.db.commit()
        return point


def a_meeting(db: Session, people: People, *, begun: bool = True) -> AMeeting:
    """The world of these tests; `begun` holds the meeting open already."""
    sample = SampleInTheMaking(db, people)
    reasons = sample.domain("Reasons for crying", State.CONSENSUS)
    cases = {code: sample.case(code, State.CONSENSUS) for code in ("P01", "P02")}
    cases["P03"] = sample.case("P03")
    db.commit()
    made = AMeeting(db, people, sample, cases, reasons.id or 0)
    if begun:
        made.begin()
    return made
