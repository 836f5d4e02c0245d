"""Consensus versions over HTTP: a case's and a board's, by person, compared, in files."""

import io
from dataclasses import replace

import docx
import lxml.html
import pytest
from sqlmodel import Session

from app.cases.guard import load_case
from app.cases.service import add_case, store_transcript
from app.consensus.drafting import take_up
from app.consensus.models import Assignment
from app.consensus.service import reopen
from app.core_ideas.service import reword
from app.cross_analysis.amending import amend_wording
from app.cross_analysis.placing import place
from app.cross_analysis.service import rename_category
from app.domains.blocks import assign
from app.domains.queries import domain_list
from app.domains.service import add_domain
from app.domains.transcripts import transcripts_of
from app.studies.models import Study
from app.studies.ways import WayOfWorking
from tests.core_ideas.a_case import GRIEF, MOTHER, ROLES, TURNS
from tests.cross_analysis.an_agreed_case import (
    LOSS,
    SHARED,
    THOUGHT,
    AnAgreedCase,
    make_agreed_case,
)
from tests.html import Reader
from tests.people import People

CLEARER = "C told P that C's mother did not know C any more."


@pytest.fixture
def p07(db: Session, people: People) -> AnAgreedCase:
    """P07, agreed; Antecedent is being sorted."""
    return make_agreed_case(db, people)


def _url(p07: AnAgreedCase) -> str:
    return p07.seen_by().url + "/consensus-version"


def _reworded_anew(p07: AnAgreedCase, text: str = CLEARER) -> None:
    """Reopen the case, reword a core idea, agree anew: version 2."""
    p07.reopen()
    version = p07.version_of(p07.loss)
    reword(p07.db, p07.seen_by(), core_idea_id=p07.loss, text=text, version=version)
    p07.agree_to_case()
    p07.db.commit()


def test_the_page_is_the_document(p07: AnAgreedCase) -> None:
    text = Reader(p07.people.ben.browser).open(_url(p07)).text
    for expected in (
        "Consensus version 1 Agreed by all",
        "Judges Ana, Ben, Chi, Dee",
        "1 Antecedent",
        f"1.1 {LOSS} turns 2, 4",
        f"1.2 {SHARED} turn 4",
        f"1a 2 {MOTHER}",
        f"1b 4 {GRIEF} also in THO",
        f"2.1 {THOUGHT}",
        "Nothing is coded in this domain.",
        "Uncoded turns 4, 6",
    ):
        assert expected in text


WHO = [("ana", 200), ("ben", 200), ("eli", 403), ("gus", 403), ("ida", 403), ("hal", 404)]


@pytest.mark.parametrize(("who", "status"), [*WHO, ("jo", 404)])
@pytest.mark.parametrize("path", ["", "/compare", ".docx", ".html"])
def test_only_who_may_see_the_coding_sees_its_versions(
    p07: AnAgreedCase, who: str, status: int, path: str
) -> None:
    _reworded_anew(p07)
    answer = p07.people.everybody[who].get(_url(p07) + path)
    assert answer.status_code == status
    if status != 200:
        assert "mother" not in answer.text


def test_another_judge_sees_it_once_agreed_and_not_while_it_is_open(p07: AnAgreedCase) -> None:
    people = p07.people
    for person in (people.ana, people.ben):
        p07.db.add(Assignment(unit_id=p07.seen_by().unit.id, account_id=person.id))
    p07.db.commit()
    assert people.chi.get(_url(p07)).status_code == 200
    p07.reopen()
    p07.db.commit()
    assert people.chi.get(_url(p07)).status_code == 403
    assert people.chi.get(_url(p07) + "?version=1").status_code == 403
    assert people.ben.get(_url(p07)).status_code == 200


def test_an_auditor_reads_nothing_before_the_request(p07: AnAgreedCase) -> None:
    board = p07.board().url
    p07.agree_to_board()
    p07.db.commit()
    for url in (_url(p07), f"{_url(p07)}.docx", f"{board}/version", f"{board}/version.html"):
        assert p07.people.eli.get(url).status_code == 403


def test_a_stranger_is_led_to_sign_in(p07: AnAgreedCase) -> None:
    assert p07.people.stranger.get(_url(p07)).status_code == 303


def test_in_consensus_the_working_document_is_marked_as_such(p07: AnAgreedCase) -> None:
    p07.reopen()
    reword(p07.db, p07.seen_by(), core_idea_id=p07.loss, text="Not agreed yet.", version=1)
    p07.db.commit()
    reader = Reader(p07.people.ben.browser).open(_url(p07))
    assert "Working document: not agreed by all" in reader.text
    assert "Not agreed yet." in reader.text
    reader.follow("Version 1")
    assert LOSS in reader.text
    assert "the case was reopened since" in reader.text


def test_a_version_that_there_is_not_is_named(p07: AnAgreedCase) -> None:
    for asked in ("7", "x", "working", "-1", "1.0"):
        answer = p07.people.ben.get(f"{_url(p07)}?version={asked}")
        assert answer.status_code == 404
        assert "The newest is version 1" in answer.text


def test_nothing_of_a_private_draft_shows(db: Session, people: People) -> None:
    study = db.get_one(Study, people.study.id)
    study.way_of_working = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    url = a_case_in_private(db, people)
    _draft(db, people, "P", words="Seconds.")
    small = {who: _words(people.everybody[who].get(url).text) for who in ("ana", "chi")}
    _draft(db, people, "P", words=MOTHER)
    for who, page in small.items():
        person = people.everybody[who]
        assert "No consensus version yet" in page
        assert _words(person.get(url).text) == page
        assert person.get(f"{url}/compare").status_code == 404
        assert person.get(f"{url}.docx").status_code == 404
    assert MOTHER not in people.ben.get(url).text


def a_case_in_private(db: Session, people: People) -> str:
    """P09 that nobody has begun, in a study of private drafts; its version's address."""
    context = people.context(db)
    case = add_case(db, context, code="P09", sample_ids=[people.sample.id or 0])
    store_transcript(db, context, case_id=case.id or 0, title="Interview", turns=TURNS, roles=ROLES)
    db.commit()
    return f"{people.sample_url}/cases/P09/consensus-version"


def _draft(db: Session, people: People, title: str, *, words: str) -> None:
    """Ben puts a passage of P09 into the domain, in his own draft."""
    sample_id = people.sample.id or 0
    listed = domain_list(db, sample_id)
    domain_id = next((row.id for row in listed if row.title == title), None)
    if domain_id is None:
        domain_id = add_domain(db, people.context(db), sample_id=sample_id, title=title).id
    seen = load_case(db, people.context(db, people.ben), sample_id, "P09")
    unit = take_up(db, seen.scene, seen.unit)
    (transcript,) = transcripts_of(db, seen.case_id)
    start = transcript.text.index(words)
    assign(
        db,
        replace(seen, unit=unit),
        version_id=transcript.version_id,
        start=start,
        end=start + len(words),
        quote=words,
        domain_ids=[domain_id or 0],
    )
    db.commit()


def _words(html: str) -> str:
    return " ".join(lxml.html.fromstring(html).text_content().split())


def test_two_versions_are_compared_word_by_word(p07: AnAgreedCase) -> None:
    _reworded_anew(p07, "C told P about the illness of C's mother.")
    reader = Reader(p07.people.ben.browser).open(_url(p07))
    reader.send("Show what changed")
    page = reader.page
    assert "From version 1 to version 2" in reader.text
    assert [each.text_content() for each in page.xpath("//main//del")] == ["loss"]
    assert [each.text_content() for each in page.xpath("//main//ins")] == ["illness"]
    assert SHARED not in reader.text
    back = p07.people.ben.get(f"{_url(p07)}/compare?from=2&to=1").text
    assert "<del>illness</del>" in back


def test_the_working_document_is_compared_with_what_was_agreed(p07: AnAgreedCase) -> None:
    p07.reopen()
    reword(p07.db, p07.seen_by(), core_idea_id=p07.loss, text="Not agreed yet.", version=1)
    p07.db.commit()
    text = Reader(p07.people.ben.browser).open(f"{_url(p07)}/compare").text
    assert "From version 1 to working document" in text
    assert "Not agreed yet." in text


def test_with_one_version_there_is_nothing_to_compare(p07: AnAgreedCase) -> None:
    answer = p07.people.ben.get(f"{_url(p07)}/compare")
    assert answer.status_code == 404
    assert "only one version" in answer.text


def test_the_pages_of_a_case_lead_to_its_version(p07: AnAgreedCase) -> None:
    people = p07.people
    case = p07.seen_by().url
    for url in (f"{case}/coding", f"{case}/core-ideas", f"{people.url}/cases/P07", people.url):
        page = lxml.html.fromstring(people.ben.get(url).text)
        assert f"{case}/consensus-version" in page.xpath("//a/@href"), url


def test_a_judge_agrees_on_the_page_of_the_version(p07: AnAgreedCase) -> None:
    p07.reopen()
    p07.db.commit()
    reader = Reader(p07.people.ben.browser).open(_url(p07)).send("Agree to this version")
    assert reader.url.endswith("/consensus-version")
    assert "1 of 4 agreed" in reader.text


# Correcting the spelling


def test_a_judge_corrects_the_spelling_of_an_agreed_core_idea(p07: AnAgreedCase) -> None:
    reader = Reader(p07.people.ben.browser).open(p07.case.url)
    assert "correct the spelling" in reader.text
    page = f"{p07.case.url}/{p07.shared}/correction"
    reader.open(page).send("Save the correction", text="P shared a part of the grief.")
    assert reader.url == f"{p07.case.url}#core-idea-{p07.shared}"
    text = reader.open(_url(p07)).text
    assert "Consensus version 2 Spelling corrected" in text
    assert "1.2 spelling or punctuation corrected Ben" in text


def test_a_correction_that_changes_the_sense_keeps_what_was_typed(p07: AnAgreedCase) -> None:
    answer = p07.people.ben.post(
        f"{p07.case.url}/{p07.shared}/correction", {"text": "P shared all of it.", "version": "1"}
    )
    assert answer.status_code == 422
    assert "amend it from the board" in answer.text
    assert "P shared all of it." in answer.text


def test_a_stale_correction_shows_both_wordings(p07: AnAgreedCase) -> None:
    answer = p07.people.ben.post(
        f"{p07.case.url}/{p07.shared}/correction", {"text": f"{SHARED}!", "version": "9"}
    )
    assert answer.status_code == 409
    assert "As it stands now" in answer.text
    assert f"{SHARED}!" in _words(answer.text) + answer.text


@pytest.mark.parametrize("who", ["eli", "ida", "hal"])
def test_who_does_not_judge_corrects_nothing(p07: AnAgreedCase, who: str) -> None:
    url = f"{p07.case.url}/{p07.shared}/correction"
    person = p07.people.everybody[who]
    assert person.get(url).status_code in (403, 404)
    assert person.post(url, {"text": "x", "version": "1"}).status_code in (403, 404)


# Files


def test_the_word_file_opens_again_with_everything_in_it(p07: AnAgreedCase) -> None:
    _reworded_anew(p07)
    answer = p07.people.ben.get(f"{_url(p07)}.docx?version=1")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="crying-in-therapy-p07-version-1.docx"'
    )
    found = docx.Document(io.BytesIO(answer.content))
    styled = [(paragraph.style.name, paragraph.text) for paragraph in found.paragraphs]
    assert styled[0] == ("Title", "P07, consensus version 1")
    assert ("Domain", "1 Antecedent") in styled
    assert ("Core Idea", f"1.1  {LOSS}  [turns 2, 4]") in styled
    assert ("Raw Data", f"1b  4  P: {GRIEF}  also in THO") in styled
    assert any(text.startswith("Agreements: Ana ") for _, text in styled)
    assert ("Note", "Uncoded turns: 4, 6") in styled
    assert CLEARER not in "".join(text for _, text in styled)


def test_the_web_page_stands_alone(p07: AnAgreedCase) -> None:
    answer = p07.people.ben.get(f"{_url(p07)}.html")
    page = lxml.html.fromstring(answer.content)
    assert not page.xpath("//script|//link|//img|//a")
    assert page.xpath("string(//h1)") == "P07, consensus version 1"
    assert f"1.1  {LOSS}  [turns 2, 4]" in [p.text_content() for p in page.xpath("//p")]


def test_a_file_of_the_working_document_says_so(p07: AnAgreedCase) -> None:
    p07.reopen()
    p07.db.commit()
    answer = p07.people.ben.get(f"{_url(p07)}.html")
    assert "not agreed by all" in answer.text
    assert "p07-working.html" in answer.headers["content-disposition"]


def test_an_unknown_format_is_named(p07: AnAgreedCase) -> None:
    answer = p07.people.ben.get(f"{_url(p07)}.pdf")
    assert answer.status_code == 404
    assert ".docx" in answer.text


def test_markup_in_a_core_idea_stays_text(p07: AnAgreedCase) -> None:
    _reworded_anew(p07, "P <b>cried</b> & left.")
    for path in ("", "/compare", ".html"):
        html = p07.people.ben.get(_url(p07) + path).text
        assert "<b>cried</b>" not in html
    found = docx.Document(io.BytesIO(p07.people.ben.get(f"{_url(p07)}.docx").content))
    assert "P <b>cried</b> & left." in "\n".join(p.text for p in found.paragraphs)


# The board


def _agreed_board(p07: AnAgreedCase) -> str:
    p07.agree_to_board()
    p07.db.commit()
    return p07.board().url + "/version"


def test_an_agreed_board_is_kept_as_it_was(p07: AnAgreedCase) -> None:
    url = _agreed_board(p07)
    text = Reader(p07.people.ben.browser).open(url).text
    assert "Cross-analysis, version 1 Agreed by all" in text
    assert f"1.1 P07 {LOSS} 1.1 · turns 2, 4" in text
    seen = p07.board()
    reopen(p07.db, seen.scene, seen.unit, reason="Another title.")
    rename_category(p07.db, p07.board(), category_id=p07.category, title="Nearness", version=1)
    p07.db.commit()
    text = Reader(p07.people.ben.browser).open(url).text
    assert "the board was reopened since" in text
    assert "1 Closeness" in text


def test_two_versions_of_a_board_are_compared(p07: AnAgreedCase) -> None:
    url = _agreed_board(p07)
    seen = p07.board()
    reopen(p07.db, seen.scene, seen.unit, reason="Another title.")
    rename_category(p07.db, p07.board(), category_id=p07.category, title="Nearness", version=1)
    place(p07.db, p07.board(), core_idea_id=p07.shared, category_id=None)
    amend_wording(p07.db, p07.board(), core_idea_id=p07.loss, text=CLEARER, version=1)
    p07.agree_to_board()
    p07.db.commit()
    text = Reader(p07.people.ben.browser).open(f"{url}/compare").text
    assert "From version 1 to version 2" in text
    assert "1 Nearness Formerly “Closeness”." in text
    assert f"P07 {SHARED} taken out; stands in Miscellaneous" in text
    assert "Other words" in text
    assert Reader(p07.people.ben.browser).open(url).text.count("Amendments made while sorting") == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("ana", 200), ("ben", 200), ("eli", 403), ("ida", 200), ("hal", 404), ("jo", 404)],
)
def test_an_agreed_board_is_for_who_may_see_boards(
    p07: AnAgreedCase, who: str, status: int
) -> None:
    assert p07.people.everybody[who].get(_agreed_board(p07)).status_code == status


def test_a_reader_loses_sight_of_it_when_the_board_is_reopened(p07: AnAgreedCase) -> None:
    url = _agreed_board(p07)
    seen = p07.board()
    reopen(p07.db, seen.scene, seen.unit, reason="Again.")
    p07.db.commit()
    assert p07.people.ida.get(url).status_code == 403


def test_a_reader_takes_no_file_away(p07: AnAgreedCase) -> None:
    url = _agreed_board(p07)
    assert "Take away" not in p07.people.ida.get(url).text
    assert p07.people.ida.get(f"{url}.docx").status_code == 403


def test_a_board_opens_again_from_its_files(p07: AnAgreedCase) -> None:
    url = _agreed_board(p07)
    found = docx.Document(io.BytesIO(p07.people.ben.get(f"{url}.docx").content))
    texts = [paragraph.text for paragraph in found.paragraphs]
    assert texts[0] == "Antecedent, cross-analysis version 1"
    assert "1 Closeness  n = 1" in texts
    assert f"1.1  P07 {LOSS}  [1.1, turns 2, 4]" in texts
    assert LOSS in _words(p07.people.ben.get(f"{url}.html").text)


def test_a_board_that_nobody_agreed_to_has_no_version(p07: AnAgreedCase) -> None:
    url = p07.board().url + "/version"
    assert "Not agreed yet" in p07.people.ben.get(url).text
    for path in ("/compare", ".docx", "?version=1"):
        assert p07.people.ben.get(url + path).status_code == 404


def test_a_version_costs_the_same_however_large(p07: AnAgreedCase, statements: list[str]) -> None:
    def counts() -> list[int]:
        found = []
        for url in (_url(p07), f"{_url(p07)}.docx", f"{p07.board().url}/version"):
            statements.clear()
            assert p07.people.ben.get(url).status_code == 200
            found.append(len(statements))
        return found

    p07.agree_to_board()
    p07.db.commit()
    before = counts()
    p07.reopen()
    for number in range(12):
        p07.case.add_idea(f"Core idea number {number}.", "THO")
    p07.db.commit()
    working = counts()
    p07.agree_to_case()
    p07.db.commit()
    assert counts() == before
    p07.reopen()
    for number in range(12):
        p07.case.add_idea(f"One more, number {number}.", "ANT")
    p07.db.commit()
    assert counts() == working
