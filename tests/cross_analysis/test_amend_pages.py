"""Amendments in the browser, and what is to be looked at again: for each kind of person."""

import pytest
from sqlmodel import Session, col, select

from app.cases.service import store_transcript
from app.consensus.models import Stale
from app.consensus.rules import State
from app.core_ideas.service import reword
from app.cross_analysis.amending import amend_wording
from app.cross_analysis.placing import place
from app.domains.list_service import change_domain
from app.domains.models import Domain
from app.studies.models import Member
from tests.core_ideas.a_case import ROLES, TURNS
from tests.cross_analysis.an_agreed_case import LOSS, SHARED, AnAgreedCase, make_agreed_case
from tests.html import Reader
from tests.people import People

CLEARER = "C told P that C's mother did not know C any more."


@pytest.fixture
def p07(db: Session, people: People) -> AnAgreedCase:
    """P07, agreed; Antecedent is being sorted."""
    return make_agreed_case(db, people)


def _card(p07: AnAgreedCase, core_idea_id: int) -> str:
    return f"{p07.board().url}?card={core_idea_id}"


def _amended(p07: AnAgreedCase) -> None:
    amend_wording(p07.db, p07.board(), core_idea_id=p07.loss, text=CLEARER, version=1)
    p07.db.commit()


def test_a_core_idea_is_amended_from_its_card_and_agreed_with_the_board(p07: AnAgreedCase) -> None:
    reader = Reader(p07.people.ben.browser).open(_card(p07, p07.loss))
    assert "P07 stays agreed" in reader.text
    reader.send("Amend the wording", text=CLEARER)
    assert CLEARER in reader.text
    reader.follow("1 amendment")
    assert "P07 1.1 reworded Ben" in reader.text
    assert "waits for the agreement" in reader.text
    for name in ("ana", "ben", "chi", "dee"):
        reader = Reader(p07.people.everybody[name].browser).open(p07.board().url)
        reader.follow("Agree to this board")
        assert "Agreed with this board" in reader.text
        reader.send("Agree")
    reader.open(f"{p07.board().url}?beside=amendments")
    assert "agreed, in version 2 of P07" in reader.text
    reader.open(p07.seen_by().url + "/consensus-version")
    assert "Consensus version 2 Amended while sorting" in reader.text
    assert "1.1 reworded Ben" in reader.text


def test_a_split_and_a_move_are_made_without_javascript(p07: AnAgreedCase) -> None:
    reader = Reader(p07.people.ben.browser).open(_card(p07, p07.loss))
    reader.send("Split at the line break", text="C told P of C's mother.\nShe did not know C.")
    assert p07.case.texts() == ["C told P of C's mother.", "She did not know C.", SHARED]
    reader.open(_card(p07, p07.shared))
    reader.send("Move it there", domain=str(p07.case.domains["EXT"]))
    assert p07.case.texts("EXT") == [SHARED]
    assert SHARED not in reader.text


def test_a_pending_amendment_is_withdrawn_from_the_list(p07: AnAgreedCase) -> None:
    _amended(p07)
    reader = Reader(p07.people.chi.browser).open(f"{p07.board().url}?beside=amendments")
    reader.send("withdraw")
    assert p07.case.texts() == [LOSS, SHARED]
    assert "None. Open a card" in reader.text


def test_pending_amendments_are_listed_on_the_pages_of_the_case(p07: AnAgreedCase) -> None:
    _amended(p07)
    reader = Reader(p07.people.ben.browser).open(p07.case.url)
    assert "1 core idea was amended while sorting" in reader.text
    reader.follow("See before and after")
    assert "Amended while sorting, not agreed yet" in reader.text
    assert "waits for the agreement of that board" in reader.text


def test_what_was_typed_stays_when_an_amendment_is_refused(p07: AnAgreedCase) -> None:
    url = f"{p07.board().url}/core-ideas/{p07.loss}"
    card = f"?card={p07.loss}"
    answer = p07.people.ben.post(f"{url}/split{card}", {"text": "One line.", "version": "1"})
    assert answer.status_code == 422
    assert "Where does the second core idea begin?" in answer.text
    assert "One line." in answer.text
    _amended(p07)
    answer = p07.people.ben.post(f"{url}/wording{card}", {"text": "Mine.", "version": "1"})
    assert answer.status_code == 409
    assert "Ana changed this core idea after you opened it" in answer.text
    assert ">\nMine.</textarea>" in answer.text
    assert p07.case.texts()[0] == CLEARER


def test_htmx_draws_the_board_anew_and_says_so(p07: AnAgreedCase) -> None:
    url = f"{p07.board().url}/core-ideas/{p07.loss}/wording?card={p07.loss}"
    answer = p07.people.ben.post(url, {"text": CLEARER, "version": "1"}, htmx=True)
    assert answer.status_code == 200
    assert 'id="board"' in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert "Amended." in answer.headers["hx-trigger"]


def test_an_open_case_offers_its_own_page_instead(p07: AnAgreedCase) -> None:
    p07.reopen()
    p07.db.commit()
    text = Reader(p07.people.ben.browser).open(_card(p07, p07.loss)).text
    assert "P07 is open, so there is nothing to amend" in text


def test_an_agreed_board_offers_no_amendment(p07: AnAgreedCase) -> None:
    p07.agree_to_board()
    p07.db.commit()
    assert "Amend this core idea" not in p07.people.ben.get(_card(p07, p07.loss)).text


@pytest.mark.parametrize(
    ("who", "status"), [("eli", 403), ("gus", 403), ("ida", 403), ("hal", 404), ("jo", 404)]
)
def test_only_judges_amend(p07: AnAgreedCase, who: str, status: int) -> None:
    _amended(p07)
    person, board = p07.people.everybody[who], p07.board().url
    (amendment,) = p07.amendments()
    for path, fields in (
        (f"core-ideas/{p07.shared}/wording", {"text": "x", "version": "1"}),
        (f"core-ideas/{p07.shared}/split", {"text": "x\ny", "version": "1"}),
        (f"core-ideas/{p07.shared}/domain", {"domain": "1", "version": "1"}),
        (f"amendments/{amendment.id}/withdrawal", {}),
        ("looked-at", {"up_to": "9"}),
    ):
        assert person.post(f"{board}/{path}", fields).status_code == status, path
    assert p07.case.texts() == [CLEARER, SHARED]


def test_a_pi_who_does_not_judge_amends_nothing(p07: AnAgreedCase) -> None:
    member = p07.db.exec(select(Member).where(col(Member.account_id) == p07.people.ana.id)).one()
    member.is_judge = False
    p07.db.add(member)
    p07.db.commit()
    url = f"{p07.board().url}/core-ideas/{p07.shared}/wording"
    assert p07.people.ana.post(url, {"text": "x", "version": "1"}).status_code == 403


def test_an_amendment_of_another_board_is_not_there(p07: AnAgreedCase) -> None:
    _amended(p07)
    (amendment,) = p07.amendments()
    other = p07.board(domain="THO").url
    answer = p07.people.ben.post(f"{other}/amendments/{amendment.id}/withdrawal")
    assert answer.status_code == 404
    answer = p07.people.ben.post(
        f"{other}/core-ideas/{p07.loss}/wording", {"text": "x", "version": "2"}
    )
    assert answer.status_code == 404


# What is to be looked at again


def _marked(p07: AnAgreedCase) -> list[str]:
    p07.db.commit()
    found = p07.db.exec(select(Stale).where(col(Stale.looked_at).is_(None)).order_by(Stale.id))
    return [mark.why for mark in found]


def test_reopening_a_case_marks_the_boards_its_core_ideas_stand_on(p07: AnAgreedCase) -> None:
    p07.reopen()
    assert _marked(p07) == ["P07 was reopened for recoding."]
    assert p07.board().unit.look_again == "P07 was reopened for recoding."
    assert p07.board(domain="THO").unit.look_again == ""


def test_a_case_agreed_anew_marks_only_the_boards_under_which_it_changed(
    p07: AnAgreedCase,
) -> None:
    place(p07.db, p07.board(domain="THO"), core_idea_id=p07.thought, category_id=None)
    p07.reopen()
    p07.db.exec(select(Stale)).all()
    reword(p07.db, p07.seen_by(), core_idea_id=p07.thought, text="P thought.", version=1)
    p07.agree_to_case()
    assert _marked(p07).count("P07 was agreed anew, and its core ideas here changed.") == 1
    assert "agreed anew" in p07.board(domain="THO").unit.look_again
    assert "agreed anew" not in p07.board().unit.look_again


def test_a_judge_looks_at_a_board_again_from_home(p07: AnAgreedCase) -> None:
    p07.reopen()
    p07.agree_to_case()
    p07.db.commit()
    reader = Reader(p07.people.ben.browser).open("/")
    assert "Look at the board Antecedent again" in reader.text
    reader.follow("Look at the board Antecedent again")
    assert "Something under this board changed" in reader.text
    reader.send("I have looked at it")
    assert _marked(p07) == []
    assert "Look at it again" not in reader.text
    assert "Look at the board" not in Reader(p07.people.chi.browser).open("/").text
    mark = p07.db.exec(select(Stale)).one()
    assert (mark.looked_by, mark.looked_at is not None) == (p07.people.ben.id, True)


def _redefine(p07: AnAgreedCase, **changes: str) -> None:
    domain = p07.db.get_one(Domain, p07.case.domains["ANT"])
    kept = {
        "title": domain.title,
        "abbreviation": domain.abbreviation,
        "definition": domain.definition,
    }
    change_domain(
        p07.db,
        p07.people.context(p07.db),
        sample_id=p07.people.sample.id or 0,
        domain_id=domain.id or 0,
        kind=domain.kind,
        version=domain.version,
        **kept | changes,
    )


def test_redefining_a_domain_marks_the_cases_coded_in_it(p07: AnAgreedCase) -> None:
    _redefine(p07, definition="What led up to the tears.")
    (why,) = _marked(p07)
    assert why.startswith("The domain “Antecedent” was redefined")
    people, case = p07.people, p07.seen_by().url
    reader = Reader(people.ben.browser).open(people.url)
    assert "look at it again" in reader.text
    reader.open(f"{case}/core-ideas").follow("Look at it again")
    assert "The domain “Antecedent” was redefined" in reader.text
    reader.send("I have looked at it")
    assert _marked(p07) == []
    assert reader.url.endswith("/consensus-version")


def test_spelling_and_abbreviation_of_a_domain_redefine_nothing(p07: AnAgreedCase) -> None:
    _redefine(p07, abbreviation="ANTE")
    _redefine(p07, title="Antecedents.")
    assert _marked(p07) == []


def test_a_domain_in_which_nothing_is_coded_marks_no_case(p07: AnAgreedCase) -> None:
    domain = p07.db.get_one(Domain, p07.case.domains["EXT"])
    change_domain(
        p07.db,
        p07.people.context(p07.db),
        sample_id=p07.people.sample.id or 0,
        domain_id=domain.id or 0,
        title="How long, how hard",
        abbreviation="EXT",
        definition="",
        kind=domain.kind,
        version=domain.version,
    )
    assert _marked(p07) == []


def test_another_transcript_marks_a_case_that_is_being_coded(p07: AnAgreedCase) -> None:
    p07.reopen()
    assert p07.unit.state is State.CONSENSUS
    study = p07.people.context(p07.db)
    store_transcript(
        p07.db,
        study,
        case_id=p07.seen_by().case_id,
        title="Follow-up",
        turns=TURNS,
        roles=ROLES,
    )
    assert "Another transcript of P07 was stored after it was coded." in _marked(p07)


@pytest.mark.parametrize(("who", "status"), [("eli", 403), ("ida", 403), ("hal", 404)])
def test_who_does_not_judge_clears_no_mark(p07: AnAgreedCase, who: str, status: int) -> None:
    _redefine(p07, definition="What led up to the tears.")
    p07.db.commit()
    answer = p07.people.everybody[who].post(f"{p07.seen_by().url}/looked-at", {"up_to": "999"})
    assert answer.status_code == status
    assert len(_marked(p07)) == 1


def test_a_mark_that_came_meanwhile_stays(p07: AnAgreedCase) -> None:
    _redefine(p07, definition="What led up to the tears.")
    seen = p07.seen_by().unit.look_up_to
    _redefine(p07, title="Before the tears")
    p07.db.commit()
    p07.people.ben.post(f"{p07.seen_by().url}/looked-at", {"up_to": str(seen)})
    (why,) = _marked(p07)
    assert "Before the tears" in why
