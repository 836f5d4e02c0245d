"""Every item shows its own history, and only to who may see where it happened."""

import re
from dataclasses import replace

import lxml.html
import pytest
from sqlmodel import Session, col, select

from app.cases.guard import load_case
from app.cases.service import add_case, store_transcript
from app.consensus.drafting import submit, take_up
from app.consensus.service import agree, reopen
from app.core_ideas.reshaping import move, split
from app.core_ideas.service import reword
from app.core_ideas.undo import undo
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.placing import Card, move_cards
from app.cross_analysis.service import (
    add_category,
    merge_categories,
    remove_category,
    rename_category,
)
from app.cross_analysis.undo import undo as undo_on_board
from app.domains import blocks
from app.domains.list_service import change_domain
from app.domains.models import Block, DomainKind
from app.domains.passages import Kind
from app.home.history import history
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from app.trail.models import TrailAlso, TrailEntry
from tests.core_ideas.a_case import GRIEF, MOTHER, ROLES, TEARS, TURNS, ACase, make_case
from tests.people import People, Person


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    return make_case(db, people)


def _url(people: People, kind: str, item_id: int | None) -> str:
    return f"{people.url}/history/{kind}/{item_id}"


def _lines(
    people: People, kind: str, item_id: int | None, person: Person | None = None
) -> list[str]:
    """What each line says, but for when."""
    answer = (person or people.ana).get(_url(people, kind, item_id))
    assert answer.status_code == 200, answer.status_code
    found = lxml.html.fromstring(answer.text).find_class("item-history")[0]
    for time in list(found.iter("time")):
        time.drop_tree()
    return [" ".join(" ".join(line.itertext()).split()) for line in found.iter("li")]


def test_a_block_tells_who_put_it_where_moved_it_and_noted_what(
    case: ACase, db: Session, people: People
) -> None:
    block = case.block_at(MOTHER)
    ben, chi = case.seen_by(people.ben), case.seen_by(people.chi)
    blocks.write_memo(db, ben, block_id=block, version=1, memo="Ask Ana about her.")
    blocks.write_memo(db, chi, block_id=block, version=2, memo="Ask Ben about her.")
    end = case.text.index(GRIEF) + len(GRIEF)
    start = case.text.index(MOTHER)
    blocks.move(db, ben, block_id=block, version=3, start=start, end=end)
    db.commit()
    assert _lines(people, "block", block) == [
        "Ben moved the ends of a block in P07 Passage turn 2, all turns 2–4",
        "Chi wrote a memo in P07 Memo Ask Ana Ben about her.",
        "Ben wrote a memo in P07 Memo Ask Ana about her.",
        "Ana put a passage of P07 in “Antecedent” Passage turn 2, all Domains “Antecedent”",
    ]


def test_a_not_coded_mark_has_a_history(case: ACase, db: Session, people: People) -> None:
    start = case.text.index(TEARS)
    made = blocks.leave_out(
        db,
        case.seen_by(people.ben),
        version_id=case.version_id,
        start=start,
        end=start + len(TEARS),
        quote=TEARS,
    )
    mark = made.after[0].id
    blocks.remove(db, case.seen_by(), kind=Kind.NOT_CODED, passage_id=mark, version=1)
    db.commit()
    assert [line.split(" Passage")[0] for line in _lines(people, "not-coded", mark)] == [
        "Ana took a “not coded” mark off P07",
        "Ben marked a passage of P07 as not coded",
    ]


def test_a_core_idea_tells_its_words_its_splitting_and_where_it_stood(
    case: ACase, db: Session, people: People
) -> None:
    idea = case.add_idea("C's mother forgot C. P felt it.")
    ben = case.seen_by(people.ben)
    reword(db, ben, core_idea_id=idea, text="C's mother forgot C. P grieved.", version=1)
    change = split(db, case.seen_by(), core_idea_id=idea, parts=["Mother.", "Grief."], version=2)
    board = _board(db, people, case)
    category = add_category(db, board, title="Felt closer").id or 0
    move_cards(db, board, cards=[Card(idea)], to=frozenset({category}))
    remove_category(db, board, category_id=category, cards_too=True)
    db.commit()
    first, second = (
        _lines(people, "core-idea", idea),
        _lines(people, "core-idea", change.after[1].id),
    )
    assert first[0] == "Ana removed the category “Felt closer” from “Antecedent”"
    assert "On the board unsorted" in first[1]
    assert "in a category removed since" in first[1]
    assert first[3].startswith("Ben reworded a core idea of P07 in “Antecedent” Words")
    assert first[3].endswith("C's mother forgot C. P felt it grieved .")
    assert first[4].startswith("Ana wrote a core idea of P07 in “Antecedent”")
    assert len(second) == 1
    assert second[0].startswith("Ana split a core idea of P07 in “Antecedent” Words Grief.")


def _board(db: Session, people: People, case: ACase, person: Person | None = None) -> BoardContext:
    sample = people.sample.id or 0
    return load_board(db, people.context(db, person), sample, case.domains["ANT"])


def test_a_category_tells_its_titles_and_what_was_merged_into_it(
    case: ACase, db: Session, people: People
) -> None:
    board = _board(db, people, case)
    kept, gone = (add_category(db, board, title=title).id or 0 for title in ("Closer", "Near"))
    ben = _board(db, people, case, people.ben)
    rename_category(db, ben, category_id=kept, title="Felt closer", version=1)
    merge_categories(db, board, category_id=gone, into_id=kept)
    undo_on_board(db, board)
    db.commit()
    assert _lines(people, "category", kept) == [
        "Ana parted merged categories in “Antecedent”, taking a change back",
        "Ana merged the category “Near” of “Antecedent” into another",
        "Ben renamed a category of “Antecedent” to “Felt closer” Title Closer Felt closer",
        "Ana made the category “Closer” in “Antecedent” Title Closer In the board itself",
    ]
    assert len(_lines(people, "category", gone)) == 3


def test_a_domain_tells_what_it_was_called_and_what_it_meant(
    case: ACase, db: Session, people: People
) -> None:
    domain = case.domains["EXT"]
    change_domain(
        db,
        people.context(db),
        sample_id=people.sample.id or 0,
        domain_id=domain,
        title="Extent of crying",
        abbreviation="EXT",
        definition="How long.",
        kind=DomainKind.DESCRIPTIVE,
        version=1,
    )
    db.commit()
    for person in (people.ana, people.ben, people.eli, people.ida):
        assert _lines(people, "domain", domain, person)[0] == (
            "Ana changed the domain “Extent of crying” Title Extent of crying "
            "Definition How long. Kind analytic descriptive"
        )


def test_a_unit_tells_its_agreements_and_why_it_was_reopened(
    case: ACase, db: Session, people: People
) -> None:
    for person in (people.ana, people.ben, people.chi, people.dee):
        seen = case.seen_by(person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what="P07")
    seen = case.seen_by()
    reopen(db, seen.scene, seen.unit, reason="A page was missing.")
    db.commit()
    lines = _lines(people, "unit", seen.unit.id)
    assert lines[0] == "Ana reopened P07: A page was missing."
    assert lines[-1] == "Ana agreed to P07"


def test_an_undone_core_idea_keeps_one_history(case: ACase, db: Session, people: People) -> None:
    idea = case.add_idea("P heard of C's mother.")
    move(db, case.seen_by(), core_idea_id=idea, domain_id=case.domains["THO"])
    undo(db, case.seen_by())
    db.commit()
    whats = [
        line.split(" Words")[0].split(" Domains")[0] for line in _lines(people, "core-idea", idea)
    ]
    assert whats == [
        "Ana took back a change of core ideas in P07",
        "Ana moved a core idea of P07 to “Thoughts”",
        "Ana wrote a core idea of P07 in “Antecedent”",
    ]


def test_htmx_gets_a_dialog_over_its_page(case: ACase, people: People) -> None:
    answer = people.ben.get(_url(people, "block", case.block_at(MOTHER)), htmx=True)
    assert "data-open" in answer.text
    assert "<html" not in answer.text


def test_what_is_not_known_or_not_ones_own_is_not_there(case: ACase, people: People) -> None:
    block = case.block_at(MOTHER)
    for kind, item in (("block", 1), ("core-idea", block), ("layer", block), ("study", 1)):
        assert people.ana.get(_url(people, kind, item)).status_code == 404, kind
    assert people.hal.get(_url(people, "block", block)).status_code == 404
    assert people.ida.get(_url(people, "block", block)).status_code == 404
    assert people.eli.get(_url(people, "block", block)).status_code == 404


def test_no_item_of_another_study_is_read_in_ones_own(case: ACase, people: People) -> None:
    url = f"/studies/{people.other_study.id}/history/block/{case.block_at(MOTHER)}"
    assert people.hal.get(url).status_code == 404


@pytest.fixture
def drafted(db: Session, people: People) -> ACase:
    """P07, of which Ben has drafted a block in private, and nobody else anything."""
    study = db.get_one(Study, people.study.id)
    study.way_of_working = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    db.commit()
    context = people.context(db)
    case = add_case(db, context, code="P07", sample_ids=[people.sample.id or 0])
    version = store_transcript(
        db, context, case_id=case.id or 0, title="First interview", turns=TURNS, roles=ROLES
    )
    made = ACase(db, people, version.id or 0, version.text)
    made.add_domain("Antecedent")
    _draft(db, people, people.ben, made)
    db.commit()
    return made


def _draft(db: Session, people: People, person: Person, case: ACase) -> None:
    here = load_case(db, people.context(db, person), people.sample.id or 0, "P07")
    here = replace(here, unit=take_up(db, here.scene, here.unit))
    start = case.text.index(MOTHER)
    blocks.assign(
        db,
        here,
        version_id=case.version_id,
        start=start,
        end=start + len(MOTHER),
        quote=MOTHER,
        domain_ids=[case.domains["ANT"]],
    )


def test_a_drafts_history_is_its_judges_until_the_reveal_and_the_judges_and_pis_after(
    drafted: ACase, db: Session, people: People
) -> None:
    block = db.exec(select(Block.id)).one()
    everybody = people.everybody.values()

    def who_may() -> set[str]:
        return {p.name for p in everybody if p.get(_url(people, "block", block)).status_code == 200}

    assert who_may() == {"ben"}
    assert "put a passage" in _lines(people, "block", block, people.ben)[0]
    for person in (people.ana, people.ben, people.chi, people.dee):
        if person is not people.ben:
            _draft(db, people, person, drafted)
        here = load_case(db, people.context(db, person), people.sample.id or 0, "P07")
        submit(db, here.scene, here.unit, what="P07")
        db.commit()
        if person is not people.dee:
            assert who_may() == {"ben"}
    assert who_may() == {"ana", "ben", "chi", "dee"}


def test_ones_own_history_is_no_scan(
    case: ACase, db: Session, people: People, statements: list[str]
) -> None:
    if db.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite says which index it walks; PostgreSQL decides by statistics")
    block = case.block_at(MOTHER)
    statements.clear()
    history(db, people.context(db), "block", block)
    walked = [each for each in statements if "trail_entry" in each]
    assert walked
    for statement in walked:
        values = tuple(1 for _ in range(statement.count("?")))
        plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        for row in plan:
            assert not re.search(r"SCAN trail_(entry|also|values)", row[3]), (row[3], statement)


def test_what_an_entry_is_also_about_is_noted_beside_it(case: ACase, db: Session) -> None:
    idea = case.add_idea("One. Two.")
    change = split(db, case.seen_by(), core_idea_id=idea, parts=["One.", "Two."], version=1)
    entry = db.exec(select(TrailEntry.id).where(col(TrailEntry.verb) == "split a core idea")).one()
    also = db.exec(select(TrailAlso).where(TrailAlso.entry_id == entry)).one()
    assert (also.item_kind, also.item_id) == ("core_idea", change.after[1].id)
