"""Nothing that carries a number tells how much somebody has drafted in private."""

import json
from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext, load_case
from app.cases.service import add_case, store_transcript
from app.cases.speakers import SpeakerRole
from app.consensus.drafting import take_up
from app.core_ideas.models import CoreIdea
from app.core_ideas.service import add
from app.cross_analysis.guard import load_board
from app.cross_analysis.models import Category
from app.cross_analysis.service import add_category
from app.domains.blocks import Change, assign, leave_out
from app.domains.models import Block, NotCoded
from app.domains.service import add_domain
from app.domains.transcripts import transcripts_of
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.html import without_keys
from tests.people import People, Person

SENTENCE = "I was holding my breath, and some of it was mine. "
ROLES = {"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT}
TURNS = (("I", "What went on?", ""), ("P", SENTENCE * 40, ""))


class World:
    """P01 is coded together; P02 and the board are drafted in private from now on."""

    def __init__(self, db: Session, people: People) -> None:
        self.db, self.people = db, people
        study = people.context(db)
        self.sample = people.sample.id or 0
        self.domain = add_domain(db, study, sample_id=self.sample, title="Antecedent").id or 0
        for code in ("P01", "P02"):
            case = add_case(db, study, code=code, sample_ids=[self.sample])
            store_transcript(
                db, study, case_id=case.id or 0, title="Interview", turns=TURNS, roles=ROLES
            )
        self.share(0)
        row = db.get_one(Study, people.study.id)
        row.way_of_working = row.board_way = WayOfWorking.INDEPENDENT_FIRST
        db.add(row)
        db.commit()

    def case(self, code: str, person: Person) -> CaseContext:
        here = load_case(self.db, self.people.context(self.db, person), self.sample, code)
        return replace(here, unit=take_up(self.db, here.scene, here.unit))

    def put(self, case: CaseContext, number: int, *, marks: bool = False) -> Change:
        transcript = transcripts_of(self.db, case.case_id)[0]
        start = transcript.text.index(SENTENCE) + number * len(SENTENCE)
        words = {
            "version_id": transcript.version_id,
            "start": start,
            "end": start + 10,
            "quote": transcript.text[start : start + 10],
        }
        if marks:
            return leave_out(self.db, case, **words)  # type: ignore[arg-type]
        return assign(self.db, case, domain_ids=[self.domain], **words)  # type: ignore[arg-type]

    def share(self, number: int) -> Change:
        """Chi codes a passage of P01, for all to see."""
        change = self.put(self.case("P01", self.people.chi), number)
        self.db.commit()
        return change

    def draft(self, first: int, count: int) -> None:
        """Ben drafts blocks, marks, core ideas and categories of his own."""
        ben = self.people.ben
        for number in range(first, first + count):
            case = self.case("P02", ben)
            self.put(case, number)
            self.put(case, number, marks=True)
            add(self.db, self.case("P02", ben), domain_id=self.domain, text=f"Idea {number}.")
            board = load_board(self.db, self.people.context(self.db, ben), self.sample, self.domain)
            board = replace(board, unit=take_up(self.db, board.scene, board.unit))
            add_category(self.db, board, title=f"Category {number}")
        self.db.commit()

    def seen(self, person: Person) -> dict[str, str]:
        """Every page of somebody, without what differs each time it is opened."""
        url, sample = self.people.url, self.people.sample_url
        board = f"{sample}/domains/{self.domain}/cross-analysis"
        pages = ["/", url, f"{url}/cases", f"{url}/trail", f"{url}/team", f"{url}/settings"]
        pages += [f"{sample}/domains", f"{sample}/cross-analysis", board, f"{sample}/findings"]
        for code in ("P01", "P02"):
            pages += [f"{url}/cases/{code}", f"{sample}/cases/{code}/coding"]
            pages += [f"{sample}/cases/{code}/core-ideas"]
        found = {}
        for page in pages:
            answer = person.get(page)
            text = without_keys(answer.text)
            found[page] = f"{answer.status_code} {text}"
        return found


@pytest.fixture
def world(db: Session, people: People) -> World:
    return World(db, people)


def test_drafting_fifty_things_moves_nothing_that_another_person_sees(
    world: World, people: People
) -> None:
    world.draft(0, 1)
    others = [people.ana, people.chi, people.eli, people.ida]
    before = [world.seen(person) for person in others]
    world.draft(1, 13)
    for person, was in zip(others, before, strict=True):
        for page, text in world.seen(person).items():
            assert text == was[page], (person.name, page)


def test_an_undo_counts_no_drafts(world: World, db: Session, people: People) -> None:
    world.draft(0, 1)  # that somebody drafts is known, and has entries of its own
    first = world.share(1)
    world.draft(1, 3)
    case = world.case("P01", people.chi)
    passage = {"from_turn": 2, "from_sentence": 3, "domain": world.domain}
    version = transcripts_of(db, case.case_id)[0].version_id
    answer = people.chi.post(
        f"{case.url}/coding/blocks", passage | {"transcript_version": version}, htmx=True
    )
    undo = json.loads(answer.headers["hx-trigger"])["toast"]["undo"]
    assert first.entry is not None
    assert undo == f"{case.url}/coding/undo/{first.entry + 1}"


@pytest.mark.parametrize("table", [Block, NotCoded, CoreIdea, Category])
def test_ids_neither_count_nor_come_in_order(world: World, db: Session, table: type[Block]) -> None:
    world.draft(0, 12)
    ids = [row.id or 0 for row in db.exec(select(table).order_by(col(table.made_at)))]
    assert len(ids) >= 12
    assert ids != sorted(ids)
    assert max(ids) > 1000 * len(ids)
