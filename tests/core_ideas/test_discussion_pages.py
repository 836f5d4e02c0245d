"""Core ideas discussed through the page: what each person sees and can do there."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.models import Reservation
from app.consensus.rules import Outcome
from app.core_ideas.models import AbsenceReason
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.core_ideas.a_revealed_case import (
    BEN,
    CHI,
    GRIEF,
    HEARD,
    TEARS,
    ADraft,
    ARevealedCase,
    private_case,
    revealed_case,
)
from tests.html import Reader
from tests.people import People

BENS_TEARS = "P shed one tear on each side."
CHIS_TEARS = "P shed a tear on each side, for seconds."


@pytest.fixture
def case(db: Session, people: People) -> ARevealedCase:
    return revealed_case(db, people)


def at(case: ARevealedCase, name: str, domain: str = "") -> Reader:
    """Somebody on the page, with a domain open."""
    url = f"{case.discussion}?point={case.point(domain).id}" if domain else case.discussion
    return Reader(case.people.everybody[name].browser).open(url)


def cells(reader: Reader) -> list[list[str]]:
    """The judges' names in the cells of each row."""
    return [
        [head.text_content().split()[1] for head in row.find_class("cell-head")]
        for row in reader.page.find_class("side-by-side")
    ]


def values(case: ARevealedCase, domain: str, choice: str, **more: str) -> dict[str, object]:
    """The form of a domain."""
    return {"version": case.point(domain).version, "choice": choice, **more}


def decision_url(case: ARevealedCase, domain: str) -> str:
    """Where its decision is sent."""
    return f"{case.discussion}/points/{case.point(domain).id}/decision"


def test_judges_stand_side_by_side_by_name_with_the_words_that_differ(
    case: ARevealedCase,
) -> None:
    reader = at(case, "ben", "EXT")
    assert cells(reader) == [["Ben", "Chi"]]
    marked = [mark.text_content() for mark in reader.page.iter("mark")]
    assert marked == ["one", "a", ", for seconds"]
    assert TEARS in reader.text
    assert "3 to discuss" in reader.text


def test_one_button_takes_a_judges_words_and_goes_on_to_the_next(case: ARevealedCase) -> None:
    reader = at(case, "chi", "EXT").send("Chi’s", reason="It says how long.")
    assert case.texts("EXT") == [CHIS_TEARS]
    assert "2 to discuss" in reader.text
    assert "Chi’s words" in reader.text
    assert case.point("EXT").reason == "It says how long."
    reader = at(case, "ben", "EXT")
    assert "It says how long." in reader.text
    reader.send("Ben’s")
    assert case.texts("EXT") == [BENS_TEARS]


def test_both_and_none_and_later_weigh_the_same(case: ARevealedCase) -> None:
    buttons = [
        (button.get("data-kind"), " ".join(button.text_content().split()))
        for button in at(case, "ben", "EXT").page.find_class("choice-button")
    ]
    assert buttons == [
        ("plain", "Ben’s 1"),
        ("plain", "Chi’s 2"),
        ("plain", "Both 3"),
        ("plain", "None 4"),
        ("plain", "Talk later 5"),
    ]
    at(case, "ben", "EXT").send("Both")
    assert case.texts("EXT") == [BENS_TEARS, CHIS_TEARS]
    at(case, "ben", "EXT").send("Talk later")
    assert case.point("EXT").is_for_later


def test_other_words_are_typed_right_there(case: ARevealedCase) -> None:
    point = case.point("EXT")
    reader = at(case, "ben", "EXT")
    (field,) = reader.page.xpath("//textarea[starts-with(@id, 'text-')]")
    assert " ".join(field.text_content().split()) == f"{BENS_TEARS} {CHIS_TEARS}"
    reader.send("Take these words", **{field.get("name").replace("-", "__"): "P shed two tears."})
    assert case.texts("EXT") == ["P shed two tears."]
    assert case.point("EXT").version == point.version + 1


def test_a_domain_of_several_rows_is_decided_row_by_row_or_at_once(
    db: Session, people: People
) -> None:
    case = private_case(db, people)
    both = [(GRIEF, "ANT"), (TEARS, "ANT")]
    bens = [("ANT", "P felt grief.", GRIEF), ("ANT", "Wet eyes.", TEARS)]
    chis = [("ANT", "One tear.", TEARS), ("ANT", "P felt C's grief.", GRIEF)]
    case.draft(people.ben, ADraft(both, bens))
    case.draft(people.chi, ADraft(both, chis))
    db.commit()
    reader = at(case, "ben", "ANT").send("All of Chi’s")
    assert case.texts("ANT") == ["P felt C's grief.", "One tear."]
    reader = at(case, "ben", "ANT")
    names = sorted({field.get("name") for field in reader.page.xpath("//input[@type='radio']")})
    takes = dict(zip(names, (f"one view:{people.ben.id}", "double-code"), strict=True))
    reader.send("Take what is chosen", **{key.replace("-", "__"): v for key, v in takes.items()})
    assert len(case.texts("ANT")) == 3
    again = at(case, "chi", "ANT").page
    checked = [field.get("value") for field in again.xpath("//input[@type='radio'][@checked]")]
    assert sorted(checked) == sorted(takes.values())


def test_a_row_without_a_choice_is_asked_for_and_what_was_typed_stays(
    case: ARevealedCase,
) -> None:
    form = values(case, "THO", "edited", reason="Because.", **{"take-absence": "not coded"})
    answer = case.people.ben.post(decision_url(case, "THO"), form)
    assert answer.status_code == 422
    assert "One core idea has no choice yet" in answer.text
    assert "Because." in answer.text
    assert not case.point("THO").is_decided


def test_a_refused_decision_leaves_nothing_half_written(case: ARevealedCase) -> None:
    at(case, "ben", "THO").send("Ben’s: not asked")
    assert case.texts("THO") == []
    content = case.seen_by().unit.content
    answer = case.people.ben.post(decision_url(case, "THO"), values(case, "THO", "double-code"))
    assert answer.status_code == 409
    assert "still to be agreed" in answer.text
    assert case.seen_by().unit.content == content
    answer = case.people.ben.get(case.url)
    assert "No core idea: <b>not asked</b>" in answer.text


def test_a_late_decision_is_told_what_was_decided_first(case: ARevealedCase) -> None:
    late = values(case, "EXT", "not coded", reason="Not needed.")
    url = decision_url(case, "EXT")
    at(case, "ben", "EXT").send("Ben’s")
    for htmx in (False, True):
        answer = case.people.chi.post(url, late, htmx=htmx)
        assert answer.status_code == 409
        assert "Ben noted a decision on this meanwhile" in answer.text
        assert "Not needed." in answer.text
    assert case.texts("EXT") == [BENS_TEARS]


def test_htmx_gets_the_regions_and_the_address_of_what_comes_next(case: ARevealedCase) -> None:
    answer = case.people.ben.post(
        decision_url(case, "EXT"), values(case, "EXT", "not coded"), htmx=True
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="work"' in answer.text
    assert answer.headers["HX-Replace-Url"].endswith(f"?point={case.point('ANT').id}")
    assert "Noted, and written into the consensus." in answer.headers["HX-Trigger"]


def test_what_all_have_is_listed_for_a_glance_and_can_be_talked_about(
    db: Session, people: People
) -> None:
    case = private_case(db, people)
    same = ADraft([(TEARS, "EXT")], [("EXT", "P shed tears.")], [("THO", AbsenceReason.TOO_THIN)])
    for person in (people.ben, people.chi):
        case.draft(person, same)
    db.commit()
    reader = at(case, "ben")
    assert "0 to discuss" in reader.text
    assert "2 domains the same" in reader.text
    assert "too thin" in reader.text
    reader = at(case, "ben", "EXT").send("talk about it after all")
    assert "1 to discuss" in reader.text
    assert case.texts("EXT") == ["P shed tears."]
    reader.send("As all have it")
    assert case.texts("EXT") == ["P shed tears."]
    assert case.seen_by().unit.open_points == 0


def test_reviewers_talk_about_a_core_idea_of_the_drafter_after_all(
    db: Session, people: People
) -> None:
    case = private_case(db, people, way=WayOfWorking.DRAFTER_AND_REVIEWERS)
    case.draft(people.ben, BEN)
    db.commit()
    reader = at(case, "chi")
    assert "0 to discuss" in reader.text
    reader = at(case, "chi", "EXT").send("talk about it after all")
    assert cells(reader) == [["Ben"]]
    reader.send("As drafted")
    assert case.texts("EXT") == [BENS_TEARS]
    at(case, "chi", "EXT").send("None")
    assert case.texts("EXT") == []


def test_a_reservation_stays_on_record_and_is_withdrawn_by_its_judge_only(
    case: ARevealedCase, db: Session
) -> None:
    answer = case.people.chi.post(
        f"{case.discussion}/points/{case.point('EXT').id}/reservations", {"reservation": " "}
    )
    assert answer.status_code == 422
    at(case, "chi", "EXT").send("Keep it on record", reservation="I still hear it otherwise.")
    assert "Chi keeps a reservation" in at(case, "ben", "EXT").text
    (kept,) = db.exec(select(Reservation.id).where(col(Reservation.account_id) > 0)).all()
    url = f"{case.discussion}/reservations/{kept}/withdrawal"
    assert case.people.ben.post(url, {"point": "1"}).status_code == 403
    at(case, "chi", "EXT").send("Withdraw it")
    assert "withdrew a reservation" in at(case, "ben", "EXT").text


def test_a_core_idea_whose_passages_wait_says_so(case: ARevealedCase) -> None:
    reader = at(case, "ben", "THO")
    assert "its passages are still to be agreed" in reader.text
    assert "Discuss the passages first" in reader.text
    assert "its passages are still to be agreed" not in at(case, "ben", "EXT").text


def test_nobody_sees_a_draft_before_all_have_submitted(db: Session, people: People) -> None:
    case = private_case(db, people)
    case.draft(people.ben, BEN)
    case.draft(people.chi, CHI, submitting=False)
    db.commit()
    for person in people.everybody.values():
        for url in (case.discussion, f"{case.discussion}/mine"):
            answer = person.get(url)
            assert answer.status_code in (403, 404), person.name
            assert "tear" not in answer.text
            assert HEARD not in answer.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("ana", 200), ("ben", 200), ("dee", 403), ("eli", 403), ("gus", 403), ("ida", 403)],
)
def test_after_the_reveal_the_pi_and_the_judges_of_the_case_see_the_drafts(
    case: ARevealedCase, name: str, status: int
) -> None:
    answer = case.people.everybody[name].get(case.discussion)
    assert answer.status_code == status
    assert ("some of" in answer.text) == (status == 200)


def test_outsiders_find_no_page(case: ARevealedCase) -> None:
    assert case.people.hal.get(case.discussion).status_code == 404
    assert case.people.stranger.get(case.discussion).status_code == 303


def test_the_pi_who_does_not_judge_reads_and_decides_nothing(case: ARevealedCase) -> None:
    page = at(case, "ana", "EXT").page
    assert not page.find_class("choice-button")
    form = values(case, "EXT", "not coded")
    assert case.people.ana.post(decision_url(case, "EXT"), form).status_code == 403


def test_a_case_that_is_worked_on_together_has_nothing_side_by_side(
    db: Session, people: People
) -> None:
    case = private_case(db, people)
    study = db.get_one(Study, people.study.id)
    study.way_of_working = WayOfWorking.TOGETHER
    db.add(study)
    db.commit()
    assert "on one shared layer" in at(case, "ben").text


def test_what_became_of_ones_own_is_told_core_idea_by_core_idea(case: ARevealedCase) -> None:
    at(case, "ben", "EXT").send("Chi’s")
    reader = Reader(case.people.ben.browser).open(f"{case.discussion}/mine")
    fates = [
        (line.get("data-fate"), " ".join(line.text_content().split()))
        for line in reader.page.xpath("//ul[@class='own-changes']/li")
    ]
    assert fates == [
        ("kept", f"kept {HEARD}"),
        ("dropped", "not taken P felt some of C's grief."),
        ("reworded", "no core idea not asked"),
        ("reworded", "reworded P shed onea tear on each side, for seconds."),
    ]
    assert "1 kept" in reader.text
    other = Reader(case.people.chi.browser).open(f"{case.discussion}/mine")
    assert "2 kept" in other.text


def test_who_drafted_nothing_has_no_page_of_their_own(case: ARevealedCase) -> None:
    assert case.people.ana.get(f"{case.discussion}/mine").status_code == 404


@pytest.mark.parametrize("more", [0, 3])
def test_the_page_asks_the_same_few_statements_however_much_there_is(
    db: Session, people: People, statements: list[str], more: int
) -> None:
    case = private_case(db, people)
    words = [("EXT", f"P said {number}.", TEARS) for number in range(more)]
    case.draft(people.ben, ADraft([(TEARS, "EXT"), (GRIEF, "ANT")], [*BEN.ideas[2:], *words]))
    case.draft(people.chi, ADraft([(TEARS, "EXT"), (GRIEF, "ANT")], [*CHI.ideas[2:], *words]))
    db.commit()
    at(case, "ben")
    for url, bound in ((case.discussion, 21), (f"{case.discussion}/mine", 11)):
        statements.clear()
        case.people.ben.get(url)
        assert len(statements) <= bound, (url, len(statements))


def test_an_agreed_case_shows_what_was_decided_and_no_buttons(db: Session, people: People) -> None:
    case = private_case(db, people)
    for person, text in ((people.ben, BENS_TEARS), (people.chi, CHIS_TEARS)):
        case.draft(person, ADraft([(TEARS, "EXT")], [("EXT", text)]))
    db.commit()
    at(case, "ben", "EXT").send("Both")
    case.agree()
    db.commit()
    reader = at(case, "chi", "EXT")
    assert "all kept" in reader.text
    assert not reader.page.find_class("choice-button")
    assert case.point("EXT").outcome is Outcome.DOUBLE_CODE
