"""What is done to a study while drafts are private tells nothing of them, and fails on none.

Each test looks at the same act twice: where a draft holds something, and where it holds nothing.
"""

from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from app.cases.service import add_case, store_transcript, take_out_of_sample
from app.cases.transcripts import remove_transcript
from app.consensus.assigning import set_judges
from app.consensus.models import Layer, Unit
from app.consensus.rules import State
from app.core_ideas.models import CoreIdea
from app.core_ideas.reshaping import merge, move, remove
from app.cross_analysis.boards import boards_of
from app.cross_analysis.models import Category, Placement
from app.domains.list_queries import domain_list_page
from app.domains.list_service import change_domain, remove_domain
from app.domains.models import Block, Domain, DomainKind
from app.errors import Conflict
from app.frequency.queries import findings_of, samples_of
from app.home.progress import sample_progress, sample_tabs
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from app.trail.service import Scene, count_entries, record
from tests.core_ideas.a_case import ACase as Written
from tests.core_ideas.a_case import make_case
from tests.domains.a_case import TURNS, ACase, a_case
from tests.people import People, Person

BREATH = "I held my breath."
HOLDS = pytest.mark.parametrize("holds", [True, False], ids=["draft in use", "empty draft"])


def works_in_private(db: Session, people: People) -> None:
    """Cases and boards are begun from private drafts."""
    study = db.get_one(Study, people.study.id)
    study.way_of_working = study.board_way = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    db.commit()


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P01 with its transcript and three domains, to be drafted in private."""
    made = a_case(db, people)
    works_in_private(db, people)
    return made


def drafts(case: ACase, db: Session, person: Person, *, holds: bool) -> None:
    """Somebody begins to draft the case; the draft holds a block of Antecedent, or nothing."""
    form = case.selected(db, BREATH, domain=case.domains["Antecedent"])
    assert person.post(f"{case.url}/blocks", form).status_code == 303
    if not holds:
        block = db.exec(select(Block)).one()
        url = f"{case.url}/blocks/{block.id}/removal"
        assert person.post(url, {"version": block.version}).status_code == 303
    assert db.exec(select(Unit.state).where(col(Unit.case_id) == case.case_id)).one() is (
        State.INDEPENDENT
    )


def said_by(act: Callable[[], object]) -> str:
    """The sentence with which an act is refused."""
    with pytest.raises(Conflict) as refused:
        act()
    return refused.value.message


# ---- the set-up


@HOLDS
def test_a_domain_stays_while_cases_are_drafted_whatever_the_drafts_use(
    db: Session, people: People, case: ACase, holds: bool
) -> None:
    drafts(case, db, people.ben, holds=holds)
    for title in ("Antecedent", "Consequences"):
        said = said_by(
            lambda title=title: remove_domain(
                db,
                people.context(db),
                sample_id=people.sample.id or 0,
                domain_id=case.domains[title],
            )
        )
        assert said == (
            f"'{title}' stays in the list: cases or boards of “as therapist” have been drafted in "
            "private, and a draft may use it. Merge it into another domain, give it another title, "
            "or remove it once all drafts are revealed."
        )


@HOLDS
def test_the_domain_list_counts_no_draft(
    db: Session, people: People, case: ACase, holds: bool
) -> None:
    drafts(case, db, people.ben, holds=holds)
    page = domain_list_page(db, people.context(db), people.sample.id or 0)
    assert {(line.blocks, line.cases, line.core_ideas) for line in page.lines} == {(0, 0, 0)}


def test_a_domain_is_removed_before_anybody_drafts(
    db: Session, people: People, case: ACase
) -> None:
    sample_id, domain_id = people.sample.id or 0, case.domains["Consequences"]
    remove_domain(db, people.context(db), sample_id=sample_id, domain_id=domain_id)
    assert len(db.exec(select(Domain)).all()) == 2


def board_url(people: People, domain_id: int) -> str:
    """A board's address."""
    return f"{people.sample_url}/domains/{domain_id}/cross-analysis"


def sorts(db: Session, people: People, domain_id: int, person: Person, *, holds: bool) -> None:
    """Somebody begins a private list of categories, and keeps its one category or not."""
    url = board_url(people, domain_id)
    assert person.post(f"{url}/categories", {"title": "Very private"}).status_code == 303
    if not holds:
        made = db.exec(select(Category.id)).one()
        assert person.post(f"{url}/categories/{made}/remove").status_code == 303


@HOLDS
def test_a_domain_stays_analytic_once_its_board_is_drafted_whatever_the_lists_hold(
    db: Session, people: People, case: ACase, holds: bool
) -> None:
    domain_id = case.domains["Antecedent"]
    sorts(db, people, domain_id, people.ben, holds=holds)
    domain = db.get_one(Domain, domain_id)
    said = said_by(
        lambda: change_domain(
            db,
            people.context(db),
            sample_id=people.sample.id or 0,
            domain_id=domain_id,
            title=domain.title,
            abbreviation=domain.abbreviation,
            definition="",
            kind=DomainKind.OTHER,
            version=domain.version,
        )
    )
    assert "has been drafted in private" in said
    assert "category" not in said


@HOLDS
def test_a_case_stays_in_its_sample_once_it_is_drafted_whatever_the_drafts_hold(
    db: Session, people: People, case: ACase, holds: bool
) -> None:
    drafts(case, db, people.ben, holds=holds)
    said = said_by(
        lambda: take_out_of_sample(
            db, people.context(db), case_id=case.case_id, sample_id=people.sample.id or 0
        )
    )
    assert said == (
        "P01 stays in the sample 'as therapist': it has been drafted there in private. What has "
        "begun keeps its place, whatever the drafts hold."
    )


@HOLDS
def test_a_transcript_stays_once_its_case_is_drafted_whatever_the_drafts_hold(
    db: Session, people: People, case: ACase, holds: bool
) -> None:
    assert "Remove this transcript" in people.ana.get(f"{people.url}/cases/P01").text
    drafts(case, db, people.ben, holds=holds)
    said = said_by(
        lambda: remove_transcript(db, people.context(db), case_id=case.case_id, number=1)
    )
    assert said == (
        "'Interview' of P01 stays: the case has been drafted in private, and a text that may be "
        "coded is frozen."
    )
    assert "Remove this transcript" not in people.ana.get(f"{people.url}/cases/P01").text


def test_a_draft_that_was_never_revealed_tells_nothing_afterwards_either(
    db: Session, people: People, case: ACase
) -> None:
    drafts(case, db, people.dee, holds=True)
    remaining = (people.ana, people.ben, people.chi)
    unit_id = db.exec(select(Unit.id).where(col(Unit.case_id) == case.case_id)).one() or 0
    set_judges(
        db,
        people.context(db),
        unit_id=unit_id,
        account_ids=[person.id for person in remaining],
        reason="On leave.",
    )
    db.commit()
    for person in remaining:
        person.post(case.url.replace("/coding", "/draft/submission"))
    assert db.get_one(Unit, unit_id, populate_existing=True).state is State.CONSENSUS
    said = said_by(
        lambda: remove_transcript(db, people.context(db), case_id=case.case_id, number=1)
    )
    assert "has been drafted in private" in said


def test_text_that_is_added_gives_submitted_drafts_back(
    db: Session, people: People, case: ACase
) -> None:
    drafts(case, db, people.ben, holds=True)
    people.ben.post(case.url.replace("/coding", "/draft/submission"))
    store_transcript(
        db, people.context(db), case_id=case.case_id, title="Later", turns=TURNS, roles={}
    )
    assert db.exec(select(Layer.submitted_at).where(Layer.account_id == people.ben.id)).one() is (
        None
    )
    trail = people.ana.get(f"{people.url}/trail").text
    assert "gave Ben the draft of P01 back: a transcript was added" in trail


# ---- boards on which somebody sorts in private


@pytest.fixture
def written(db: Session, people: People) -> Written:
    """P07 with two core ideas in Antecedent, in the shared layer; its board is begun in private."""
    made = make_case(db, people)
    for text in ("C told P about her mother.", "P held the breath."):
        made.add_idea(text)
    works_in_private(db, people)
    return made


def places(db: Session, people: People, written: Written, person: Person, *core_ideas: int) -> None:
    """Somebody puts core ideas into a category of their private list."""
    url = board_url(people, written.domains["ANT"])
    assert person.post(f"{url}/categories", {"title": "Very private"}).status_code == 303
    category = db.exec(select(Category.id)).one()
    for core_idea in core_ideas:
        form = {"card": f"{core_idea}-", "to": category}
        assert person.post(f"{url}/cards", form).status_code == 303


def placed(db: Session) -> list[int]:
    """The core ideas that stand anywhere."""
    return list(db.exec(select(Placement.core_idea_id)).all())


@HOLDS
def test_a_core_idea_on_a_private_board_is_removed_like_any_other(
    db: Session, people: People, written: Written, holds: bool
) -> None:
    first = written.ideas()[0].id
    places(db, people, written, people.ben, *([first] if holds else []))
    page = people.ana.get(written.url).text
    assert "stands on the board" not in page
    change = remove(db, written.seen_by(), core_idea_id=first, version=1)
    assert change.entry
    assert written.texts() == ["P held the breath."]
    assert placed(db) == []
    seen = people.ben.get(board_url(people, written.domains["ANT"])).text
    assert "C told P about her mother." not in seen


@HOLDS
def test_core_ideas_on_a_private_board_are_merged_and_moved_like_any_other(
    db: Session, people: People, written: Written, holds: bool
) -> None:
    first, second = [idea.id for idea in written.ideas()]
    places(db, people, written, people.ben, *([first, second] if holds else []))
    case = written.seen_by()
    merge(db, case, core_idea_id=first, with_id=second, version=1)
    assert placed(db) == ([first] if holds else [])
    move(db, written.seen_by(), core_idea_id=first, domain_id=written.domains["THO"])
    assert placed(db) == []
    assert len(db.exec(select(CoreIdea)).all()) == 1


@HOLDS
def test_no_count_anywhere_knows_of_a_private_board(
    db: Session, people: People, written: Written, holds: bool
) -> None:
    places(
        db, people, written, people.ben, *([idea.id for idea in written.ideas()] if holds else [])
    )
    context = people.context(db)
    rows = boards_of(db, context, people.sample.id or 0)
    assert [(row.core_ideas, row.unsorted) for row in rows] == [(2, 2), (0, 0), (0, 0)]
    assert rows[0].words == "independent, 0 of 4 submitted"
    boards = sample_progress(db, context, sample_tabs(db, context)[0]).boards
    assert [(board.core_ideas, board.unsorted) for board in boards] == [(2, 2), (0, 0), (0, 0)]
    (findings,) = findings_of(db, context.id, samples_of(db, context.id))
    assert [domain.categories for domain in findings.domains] == [[], [], []]
    assert [domain.empty for domain in findings.domains] == [[], [], []]


@HOLDS
def test_no_count_anywhere_knows_of_a_private_draft(
    db: Session, people: People, case: ACase, holds: bool
) -> None:
    drafts(case, db, people.ben, holds=holds)
    if holds:
        block = db.exec(select(Block)).one()
        form = {"domain": case.domains["Antecedent"], "new_text": "P held the breath."}
        url = case.url.replace("/coding", "/core-ideas")
        assert people.ben.post(url, form).status_code == 303
        assert block.id
    context = people.context(db)
    seen = sample_progress(db, context, sample_tabs(db, context)[0])
    assert seen.cases[0].coding.words == "independent, 0 of 4 submitted"
    assert seen.cases[0].transcript.words == "stored, v1"
    assert {(board.core_ideas, board.unsorted) for board in seen.boards} == {(0, 0)}
    for person in (people.ana, people.chi):
        page = person.get(case.url).text
        assert "P held the breath." not in page
        assert 'data-block="' not in page
        assert "0 of 3" in page


def test_the_trail_has_no_title_of_a_private_category(
    db: Session, people: People, written: Written
) -> None:
    places(db, people, written, people.ben)
    private = db.exec(select(Category.id)).one()
    record(
        db,
        Scene(people.study.id or 0, people.ana.id),
        "sort a core idea",
        item=CoreIdea(id=written.ideas()[0].id),  # type: ignore[call-arg]
        before={"places": []},
        after={"places": [private]},
    )
    db.commit()
    page = people.ana.get(f"{people.url}/trail").text
    assert "a category removed since" in page
    assert "Very private" not in page


def test_the_number_of_entries_in_the_trail_tells_of_no_draft(
    db: Session, people: People, case: ACase
) -> None:
    drafts(case, db, people.ben, holds=True)
    before = count_entries(db)
    form = case.selected(db, "Then I looked away.", domain=case.domains["Antecedent"])
    for _ in range(3):
        assert people.ben.post(f"{case.url}/blocks", form).status_code == 303
    assert count_entries(db) == before


def test_a_case_that_nobody_drafted_is_still_taken_out(
    db: Session, people: People, case: ACase
) -> None:
    drafts(case, db, people.ben, holds=True)
    other = add_case(db, people.context(db), code="P02", sample_ids=[people.sample.id or 0])
    take_out_of_sample(
        db, people.context(db), case_id=other.id or 0, sample_id=people.sample.id or 0
    )
    assert len(db.exec(select(Unit).where(col(Unit.case_id).is_not(None))).all()) == 1
