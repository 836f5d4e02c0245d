"""Private drafts of a case on its pages: whose one is at, submitting, taking back, the reveal."""

from sqlmodel import Session

from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.domains.a_case import ACase, a_case
from tests.html import Reader
from tests.people import People, Person

BREATH = "I held my breath."
AWAY = "Then I looked away."


def works(db: Session, people: People, way: WayOfWorking, *, passes: int = 1) -> ACase:
    """P01 with its transcript and domains, nothing coded, in a study that works in this way."""
    case = a_case(db, people)
    study = db.get_one(Study, people.study.id)
    study.way_of_working, study.passes = way, passes
    db.add(study)
    db.commit()
    return case


def code(db: Session, case: ACase, person: Person, words: str, title: str = "Antecedent") -> None:
    """Somebody puts a passage into a domain, on the page."""
    form = case.selected(db, words, domain=case.domains[title])
    answer = person.post(f"{case.url}/blocks", form)
    assert answer.status_code == 303, answer.text[:300]


def at(case: ACase, person: Person, page: str = "coding") -> Reader:
    """Somebody at a page of the case."""
    return Reader(person.browser).open(case.url.replace("/coding", f"/{page}"))


def submit(case: ACase, person: Person) -> Reader:
    """Somebody submits their draft, from the coding page."""
    return at(case, person).follow("Submit my draft").send("Submit my draft")


def test_a_draft_goes_from_private_to_revealed_on_the_pages(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.INDEPENDENT_FIRST)
    for person in (people.ana, people.ben, people.chi, people.dee):
        code(db, case, person, BREATH)
        page = at(case, person).text
        assert "This is your own draft. Nobody else sees it, the PI neither" in page
        assert "Agree to this version" not in page
        said = submit(case, person).text
        if person is not people.dee:
            assert "Your draft is submitted and frozen" in said
    assert "The drafts are revealed." in said
    assert "Discuss the drafts" in said


def test_before_submitting_the_page_says_what_is_uncoded_and_lets_it_through(
    db: Session, people: People
) -> None:
    case = works(db, people, WayOfWorking.INDEPENDENT_FIRST)
    code(db, case, people.ben, BREATH)
    page = at(case, people.ben).follow("Submit my draft")
    assert "Not covered yet: 3 turns, the first is turn 2" in page.text
    assert "Neither a core idea nor a reason: Antecedent, Reasons for crying" in page.text
    assert "When Ana, Chi and Dee have submitted too" in page.text
    assert "Your draft is submitted" in page.send("Submit my draft").text


def test_a_submitted_draft_is_read_only_until_it_is_taken_back(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.INDEPENDENT_FIRST)
    code(db, case, people.ben, BREATH)
    page = submit(case, people.ben)
    assert "domain-popover" not in page.answer.text
    refused = people.ben.post(
        f"{case.url}/blocks", case.selected(db, AWAY, domain=case.domains["Antecedent"])
    )
    assert refused.status_code == 409
    assert "Take it back to change it" in refused.text
    assert "Your draft is open again" in page.send("Take my draft back").text
    code(db, case, people.ben, AWAY)


def test_who_has_submitted_is_told_and_nothing_more(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.INDEPENDENT_FIRST)
    code(db, case, people.ben, BREATH)
    submit(case, people.ben)
    seen = at(case, people.chi)
    assert "Submitted: Ben. Still drafting: Ana, you and Dee." in seen.text
    assert "Independent · 1 of 4 submitted" in seen.text
    assert "data-block=" not in seen.answer.text
    assert "0 of 3" in " ".join(seen.page.get_element_by_id("coverage").text_content().split())


def test_the_last_who_submits_is_told_that_all_is_revealed(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.INDEPENDENT_FIRST)
    for person in (people.ana, people.ben, people.chi):
        submit(case, person)
    page = at(case, people.dee).follow("Submit my draft").text
    assert "You are the last: all drafts are revealed at once" in page


def test_after_the_reveal_there_is_nothing_to_submit_or_take_back(
    db: Session, people: People
) -> None:
    case = works(db, people, WayOfWorking.INDEPENDENT_FIRST)
    for person in (people.ana, people.ben, people.chi, people.dee):
        submit(case, person)
    draft = case.url.replace("/coding", "/draft")
    assert people.ben.post(f"{draft}/return").status_code == 409
    assert people.ben.post(f"{draft}/submission").status_code == 409
    shown = Reader(people.ben.browser).open(f"{draft}/submission")
    assert "The drafts of P01 are revealed already." in shown.text


# ---- drafter and reviewers


def test_reviewers_wait_for_the_drafter_and_then_see_the_draft(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.DRAFTER_AND_REVIEWERS)
    assert "It is Ana’s turn to draft P01" in at(case, people.ben).text
    code(db, case, people.ana, BREATH)
    waiting = at(case, people.ben)
    assert "Ana drafts P01" in waiting.text
    assert "I held my breath" in waiting.text, "a reviewer reads the transcript meanwhile"
    assert "data-block=" not in waiting.answer.text
    assert "Submit my draft" not in waiting.text
    assert "You draft P01 for the team" in at(case, people.ana).text
    assert "The draft is revealed." in submit(case, people.ana).text
    assert "data-block=" in at(case, people.ben).answer.text
    assert "Look at the draft" in at(case, people.ben).text


def test_a_reviewer_neither_codes_nor_submits_before_the_draft_is_there(
    db: Session, people: People
) -> None:
    case = works(db, people, WayOfWorking.DRAFTER_AND_REVIEWERS)
    draft = case.url.replace("/coding", "/draft")
    form = case.selected(db, BREATH, domain=case.domains["Antecedent"])
    assert people.ben.post(f"{case.url}/blocks", form).status_code == 409
    assert people.ben.post(f"{draft}/submission").status_code == 403
    assert people.ben.post(f"{draft}/return").status_code == 403


# ---- two passes


def agree(case: ACase, *persons: Person) -> Reader:
    """Judges agree, from the coding page."""
    for person in persons:
        page = at(case, person).send("Agree to this version")
    return page


def test_two_passes_go_from_domains_to_core_ideas(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.TOGETHER, passes=2)
    everybody = (people.ana, people.ben, people.chi, people.dee)
    code(db, case, people.ben, BREATH)
    assert "The domains come first" in at(case, people.ben, "core-ideas").text
    refused = people.ben.post(
        case.url.replace("/coding", "/core-ideas"),
        {"domain": case.domains["Antecedent"], "new_text": "P held the breath."},
    )
    assert refused.status_code == 409
    page = agree(case, *everybody)
    assert "Everybody has agreed to the domains of P01." in page.text
    page = at(case, people.ben).send("Go on to the core ideas")
    assert "second pass, core ideas" in page.text
    locked = at(case, people.ben)
    assert "The blocks are locked" in locked.text
    assert "data-block=" in locked.answer.text
    form = case.selected(db, AWAY, domain=case.domains["Antecedent"])
    assert people.ben.post(f"{case.url}/blocks", form).status_code == 409
    page = at(case, people.ben, "core-ideas").send("Add core idea", new_text="P held the breath.")
    assert "P held the breath." in page.answer.text
    assert "Everybody has agreed to P01." in agree(case, *everybody).text


def test_in_the_second_pass_each_drafts_core_ideas_on_the_agreed_blocks(
    db: Session, people: People
) -> None:
    case = works(db, people, WayOfWorking.INDEPENDENT_FIRST, passes=2)
    everybody = (people.ana, people.ben, people.chi, people.dee)
    for person in everybody:
        code(db, case, person, BREATH)
        submit(case, person)
    agree(case, *everybody)
    at(case, people.ana).send("Go on to the core ideas")
    page = at(case, people.ben, "core-ideas")
    page.send("Add core idea", new_text="P held the breath, says Ben.")
    assert "This is your own draft" in page.text
    for other in (people.ana, people.chi):
        seen = at(case, other, "core-ideas")
        assert "says Ben" not in seen.answer.text
        assert "data-block=" in at(case, other).answer.text
    for person in everybody:
        at(case, person, "core-ideas").follow("Submit my draft").send("Submit my draft")
    assert "says Ben" in at(case, people.ben, "core-ideas/discussion").text


def test_nobody_goes_on_before_the_domains_are_agreed_or_twice(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.TOGETHER, passes=2)
    url = case.url.replace("/coding", "/next-pass")
    assert people.ben.post(url).status_code == 409
    code(db, case, people.ben, BREATH)
    agree(case, people.ana, people.ben, people.chi, people.dee)
    assert people.eli.post(url).status_code == 403
    assert people.ben.post(url).status_code == 303
    twice = people.chi.post(url)
    assert twice.status_code == 409
    assert "Somebody went on" in twice.text


def test_in_one_pass_there_is_nothing_to_go_on_to(db: Session, people: People) -> None:
    case = works(db, people, WayOfWorking.TOGETHER)
    code(db, case, people.ben, BREATH)
    page = agree(case, people.ana, people.ben, people.chi, people.dee)
    assert "Go on to the core ideas" not in page.text
    assert people.ben.post(case.url.replace("/coding", "/next-pass")).status_code == 409
