"""Two people who save the same text: one wins, and nobody's words are lost."""

import re

import lxml.html
import pytest
from sqlmodel import Session, select

from app.accounts.models import KeptText
from app.trail.service import verify
from tests.html import Reader
from tests.people import People
from tests.two_people import NAMES, Shared, shared_texts


@pytest.fixture
def texts(db: Session, people: People) -> dict[str, Shared]:
    return shared_texts(db, people)


def _first(people: People, text: Shared, words: str = "Ben's words.", version: int = 1) -> None:
    answer = people.ben.post(text.url, text.form(words, version))
    assert answer.status_code == 303, answer.text


def _choices(html: str) -> "lxml.html.HtmlElement":
    return lxml.html.fromstring(html).find_class("versions")[0]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("htmx", [False, True], ids=["without JavaScript", "htmx"])
def test_a_stale_save_shows_what_was_what_is_and_what_was_typed(
    texts: dict[str, Shared], people: People, db: Session, name: str, htmx: bool
) -> None:
    text = texts[name]
    _first(people, text, "It began on a Monday.")
    _first(people, text, "It began on a Tuesday.", 2)
    answer = people.ana.post(text.url, text.form("It began on a Wednesday.", 2), htmx=htmx)
    assert answer.status_code == 409
    choices = _choices(answer.text)
    said = " ".join(choices.text_content().split())
    assert "Ben" in said
    assert "It began on a Monday." in said
    assert "It began on a Tuesday." in said
    assert "It began on a Wednesday." in said
    assert [each.text for each in choices.iter("del")] == ["Tuesday"]
    assert [each.text for each in choices.iter("ins")] == ["Wednesday"]
    assert text.stands(db) == "It began on a Tuesday."
    assert text.kept(db, people.ana) == "It began on a Wednesday."


@pytest.mark.parametrize("name", NAMES)
def test_what_was_typed_is_still_there_when_the_page_is_opened_again(
    texts: dict[str, Shared], people: People, name: str
) -> None:
    text = texts[name]
    _first(people, text)
    people.ana.post(text.url, text.form("Ana's words.", 1))
    assert "Ana's words." in _choices(people.ana.get(text.page).text).text_content()
    for other in (people.ben, people.chi):
        assert "Ana&#39;s words." not in other.get(text.page).text


@pytest.mark.parametrize("name", NAMES)
def test_the_others_text_is_kept_on_demand(
    texts: dict[str, Shared], people: People, db: Session, name: str
) -> None:
    text = texts[name]
    _first(people, text)
    people.ana.post(text.url, text.form("Ana's words.", 1))
    Reader(people.ana.browser).open(text.page).send("Keep Ben’s")
    assert text.stands(db) == "Ben's words."
    assert text.kept(db, people.ana) is None
    assert 'class="versions"' not in people.ana.get(text.page).text


@pytest.mark.parametrize("name", NAMES)
def test_replacing_it_names_the_new_version_so_that_a_third_save_conflicts_again(
    texts: dict[str, Shared], people: People, db: Session, name: str
) -> None:
    text = texts[name]
    _first(people, text)
    people.ana.post(text.url, text.form("Ana's words.", 1))
    page = Reader(people.ana.browser).open(text.page)
    _first(people, text, "Ben's third words.", 2)
    form = next(f for f in page.page.find_class("versions")[0].iter("form"))
    answer = people.ana.post(text.url, dict(form.form_values()))
    assert answer.status_code == 409
    assert "Ben's third words." in _choices(answer.text).text_content()
    Reader(people.ana.browser).open(text.page).send("Replace by mine")
    assert text.stands(db) == "Ana's words."
    assert text.kept(db, people.ana) is None
    assert list(verify(db)) == []


@pytest.mark.parametrize("name", NAMES)
def test_one_of_both_is_written(
    texts: dict[str, Shared], people: People, db: Session, name: str
) -> None:
    text = texts[name]
    _first(people, text)
    people.ana.post(text.url, text.form("Ana's words.", 1))
    page = Reader(people.ana.browser).open(text.page)
    page.send("Publish this" if text.is_core_idea else "Save this", **{text.label: "Of both."})
    assert text.stands(db) == "Of both."
    assert text.kept(db, people.ana) is None


def test_a_field_that_only_the_other_changed_is_taken_over_in_one_of_both(
    texts: dict[str, Shared], people: People
) -> None:
    text = texts["domain"]
    fields = text.form("", 1)
    people.ben.post(text.url, fields | {"definition": "What went before."})
    answer = people.ana.post(text.url, fields | {"title": "Antecedents"})
    fields_of = dict(list(_choices(answer.text).iter("form"))[1].form_values())
    assert fields_of["title"] == "Antecedents"
    assert fields_of["definition"].strip() == "What went before."


def test_one_of_both_that_is_refused_is_shown_with_its_sentence_and_what_was_typed(
    texts: dict[str, Shared], people: People
) -> None:
    text = texts["domain"]
    fields = text.form("", 1)
    people.ben.post(text.url, fields | {"definition": "What went before."})
    people.ana.post(text.url, fields | {"definition": "What happened before."})
    answer = people.ana.post(text.url, fields | {"version": 2, "title": "Thoughts"})
    assert answer.status_code == 422
    choices = _choices(answer.text)
    assert "already has a domain" in choices.text_content()
    assert dict(list(choices.iter("form"))[1].form_values())["title"] == "Thoughts"


def test_a_memo_is_saved_where_only_something_else_of_the_block_was_changed(
    texts: dict[str, Shared], people: People, db: Session
) -> None:
    text = texts["memo"]
    ends = text.url.replace("/memo", "/ends")
    people.ben.post(ends, {"version": 1, "step": "end-later"})
    assert people.ana.post(text.url, text.form("Ana's words.", 1)).status_code == 303
    assert text.stands(db) == "Ana's words."


def test_the_same_words_from_two_people_are_no_conflict(
    texts: dict[str, Shared], people: People
) -> None:
    for text in texts.values():
        _first(people, text, "The same.")
        assert people.ana.post(text.url, text.form("The same.", 1)).status_code == 303, text.name


def test_what_was_kept_goes_with_what_it_was_typed_for(
    texts: dict[str, Shared], people: People, db: Session
) -> None:
    url = f"{people.url}/settings/abbreviations"
    people.ana.post(url, {"short": "P", "meaning": "participant"})
    page = people.ana.get(f"{people.url}/settings").text
    found = re.search(r"abbreviation-(\d+)", page)
    assert found
    line = {"short": "P", "was": "participant", "was_short": "P"}
    people.ben.post(f"{url}/{found[1]}", line | {"meaning": "person"})
    answer = people.ana.post(f"{url}/{found[1]}", line | {"meaning": "patient"})
    assert answer.status_code == 409
    assert "patient" in _choices(answer.text).text_content()
    again = people.ana.post(f"{url}/{found[1]}", line | {"meaning": "patient", "was": "person"})
    assert again.status_code == 303
    people.ben.post(f"{url}/{found[1]}", line | {"meaning": "partner"})
    assert db.exec(select(KeptText.texts)).all() == [{"short": "P", "meaning": "partner"}]
    people.ana.post(f"{url}/{found[1]}/removal")
    assert db.exec(select(KeptText.id)).all() == []
