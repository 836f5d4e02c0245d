"""The page of a case's core ideas, in a browser without JavaScript and as htmx asks for it."""

import re

import pytest
from sqlmodel import Session, select

from app.consensus.service import agree
from app.core_ideas.models import Absence, CoreIdeaDraft
from app.core_ideas.service import reword
from app.cross_analysis.guard import load_board
from app.cross_analysis.service import add_category, place
from app.db import guid
from app.trail.models import TrailEntry
from tests.core_ideas.a_case import BREATH, GRIEF, MOTHER, ACase, make_case
from tests.people import People


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07, coded and without core ideas."""
    return make_case(db, people)


def _agree(case: ACase) -> None:
    for person in (case.people.ana, case.people.ben, case.people.chi, case.people.dee):
        seen = case.seen_by(person)
        agree(case.db, seen.scene, seen.unit, content=seen.unit.content, what="P07")
    case.db.commit()


def _undo_url(html_or_header: str) -> str:
    found = re.search(r"/studies/[\w/-]*/core-ideas/undo/\d+", html_or_header)
    assert found
    return found.group()


def test_the_page_shows_domain_by_domain_raw_data_and_core_ideas(case: ACase) -> None:
    case.add_idea("P heard of C's mother.")
    case.add_idea("P felt the grief.", block_ids=[case.block_at(GRIEF)])
    html = case.people.ben.get(case.url).text
    assert html.index("Antecedent") < html.index("Thoughts") < html.index("Extent")
    assert ">3.1<" not in html
    assert html.index(">1.1<") < html.index(">1.2<")
    assert MOTHER in html
    assert f'href="{case.people.sample_url}/cases/P07/coding#turn-2"' in html
    assert "No passage of P07 is in this domain yet." in html
    assert 'action="' + case.url.removesuffix("/core-ideas") + "/agreement" in html


def test_a_core_idea_is_added_and_stands_on_the_page(case: ACase) -> None:
    ben = case.people.ben
    answer = ben.post(
        case.url,
        {"domain": case.domains["ANT"], "new_text": "P heard of it.", "key": guid()},
    )
    assert answer.status_code == 303
    (idea,) = case.ideas()
    assert answer.headers["location"] == f"{case.url}#core-idea-{idea.id}"
    page = ben.get(case.url).text
    assert "P heard of it." in page
    assert "Core idea added." in page
    ben.post(_undo_url(page))
    assert case.texts() == []


def test_the_same_add_form_sent_twice_adds_once(case: ACase) -> None:
    form = {"domain": case.domains["ANT"], "new_text": "P heard of it.", "key": guid()}
    for _ in range(2):
        assert case.people.ben.post(case.url, form).status_code == 303
    assert case.texts() == ["P heard of it."]


@pytest.mark.parametrize("htmx", [False, True])
def test_what_cannot_be_added_is_answered_with_a_sentence_and_what_was_typed(
    case: ACase, htmx: bool
) -> None:
    ben = case.people.ben
    domain = case.domains["ANT"]
    empty = ben.post(case.url, {"domain": domain, "new_text": " "}, htmx=htmx)
    assert empty.status_code == 422
    assert "A core idea needs words" in empty.text
    long = ben.post(case.url, {"domain": domain, "new_text": "word " * 1200}, htmx=htmx)
    assert long.status_code == 422
    assert "word word word" in long.text
    nowhere = ben.post(case.url, {"domain": case.domains["EXT"], "new_text": "P cried."}, htmx=htmx)
    assert nowhere.status_code == 422
    assert "No passage of P07 is in this domain yet" in nowhere.text
    odd = ben.post(case.url, {"domain": domain, "new_text": "P.", "key": "x"}, htmx=htmx)
    assert (odd.status_code, "not one of ours" in odd.text) == (422, True)
    assert case.texts() == []


def test_keystrokes_go_into_a_private_draft_and_nowhere_else(case: ACase, db: Session) -> None:
    idea = case.add_idea("P heard of C's mother.")
    content = case.seen_by().unit.content
    entries = len(db.exec(select(TrailEntry)).all())
    form = {"text": "P heard that C's mother for", "version": 1}
    answer = case.people.ben.post(f"{case.url}/{idea}/draft", form, htmx=True)
    assert "kept for you" in answer.text
    assert case.seen_by().unit.content == content
    assert len(db.exec(select(TrailEntry)).all()) == entries
    assert "for you" not in case.people.ana.get(case.url).text
    assert "C&#39;s mother for" not in case.people.ana.get(case.url).text
    own = case.people.ben.get(case.url).text
    assert "You were typing here" in own
    assert "P heard that C&#39;s mother for" in own
    assert case.people.ben.post(f"{case.url}/{idea}/draft/removal").status_code == 303
    assert "You were typing here" not in case.people.ben.get(case.url).text


def test_a_draft_that_equals_the_published_words_is_not_kept(case: ACase, db: Session) -> None:
    idea = case.add_idea("P heard of C's mother.")
    ben = case.people.ben
    for text in ("P heard", "P heard of  C's mother. "):
        ben.post(f"{case.url}/{idea}/draft", {"text": text, "version": 1}, htmx=True)
    assert db.exec(select(CoreIdeaDraft)).all() == []


def test_leaving_the_field_publishes_one_change(case: ACase, db: Session) -> None:
    idea = case.add_idea("P heard of C's mother.")
    ben = case.people.ben
    form = {"text": "C's mother forgot C.", "version": 1}
    ben.post(f"{case.url}/{idea}/draft", form, htmx=True)
    answer = ben.post(f"{case.url}/{idea}", form, htmx=True)
    assert answer.status_code == 200
    assert f'id="core-idea-{idea}-side"' in answer.text
    assert 'name="version" value="2"' in answer.text
    assert ">saved<" in answer.text
    undo = _undo_url(answer.text)
    assert f'name="content" value="{case.seen_by().unit.content}"' in answer.text
    assert case.texts() == ["C's mother forgot C."]
    assert db.exec(select(CoreIdeaDraft)).all() == []
    ben.post(f"{case.url}/{idea}", form, htmx=True)
    verbs = list(db.exec(select(TrailEntry.verb).where(TrailEntry.item_kind == "core_idea")))
    assert verbs == ["add a core idea", "reword a core idea"]
    assert "C&#39;s mother forgot C." not in ben.post(undo, htmx=True).text
    assert case.texts() == ["P heard of C's mother."]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stale_save_shows_both_texts_and_keeps_the_losers(
    case: ACase, db: Session, htmx: bool
) -> None:
    idea = case.add_idea("P's tears came from loss.")
    ana, ben = case.people.ana, case.people.ben
    ana.post(f"{case.url}/{idea}", {"text": "P's tears came from grief.", "version": 1})
    mine = {"text": "P's tears came from old pain.", "version": 1}
    answer = ben.post(f"{case.url}/{idea}", mine, htmx=htmx)
    assert answer.status_code == 409
    assert "<b>Ana</b> changed this core idea" in answer.text
    assert "<del>grief</del><ins>old pain</ins>" in answer.text
    assert case.texts() == ["P's tears came from grief."]
    draft = db.exec(select(CoreIdeaDraft)).one()
    assert (draft.account_id, draft.text, draft.base_version) == (ben.id, mine["text"], 1)
    again = ben.get(case.url).text
    assert "<b>Ana</b> changed this core idea" in again
    assert "<b>Ana</b> changed" not in ana.get(case.url).text


def test_there_are_three_ways_on_from_a_stale_save(case: ACase, db: Session) -> None:
    idea = case.add_idea("One.")
    ana, ben = case.people.ana, case.people.ben

    def lose(version: int) -> None:
        ana.post(f"{case.url}/{idea}", {"text": f"Ana's {version}.", "version": version})
        stale = ben.post(f"{case.url}/{idea}", {"text": "Ben's.", "version": version}, htmx=True)
        assert stale.status_code == 409
        assert f'name="version" value="{version + 1}"' in stale.text

    lose(1)
    kept = ben.post(f"{case.url}/{idea}/draft/removal", htmx=True)
    assert "Ana&#39;s 1." in kept.text
    assert db.exec(select(CoreIdeaDraft)).all() == []
    lose(2)
    whole = {"version": 3, "whole": "1"}
    mine = ben.post(f"{case.url}/{idea}", whole | {"text": "Ben's."}, htmx=True)
    assert f'id="core-idea-{idea}-text"' in mine.text
    assert case.texts() == ["Ben's."]
    lose(4)
    ana.post(f"{case.url}/{idea}", {"text": "Ana again.", "version": 5})
    third = ben.post(f"{case.url}/{idea}", whole | {"text": "Both.", "version": 5}, htmx=True)
    assert third.status_code == 409
    assert db.exec(select(CoreIdeaDraft.text)).one() == "Both."
    merged = ben.post(f"{case.url}/{idea}", whole | {"text": "Both.", "version": 6}, htmx=True)
    assert merged.status_code == 200
    assert case.texts() == ["Both."]


def test_words_typed_into_a_core_idea_that_is_gone_are_offered_again(case: ACase) -> None:
    idea = case.add_idea("One.")
    ana, ben = case.people.ana, case.people.ben
    ana.post(f"{case.url}/{idea}/removal", {"version": 1})
    form = {"text": "Ben's words.", "version": 1, "in_domain": case.domains["ANT"]}
    answer = ben.post(f"{case.url}/{idea}", form, htmx=True)
    assert answer.status_code == 409
    assert answer.headers["hx-retarget"] == f"#core-idea-{idea}"
    assert "Add as a new core idea" in answer.text
    assert "Ben&#39;s words." in answer.text
    page = ben.post(f"{case.url}/{idea}", form)
    assert page.status_code == 409
    assert "Ben&#39;s words." in page.text


def test_words_typed_while_the_case_was_agreed_are_kept(case: ACase, db: Session) -> None:
    idea = case.add_idea("One.")
    _agree(case)
    answer = case.people.ben.post(f"{case.url}/{idea}", {"text": "Two.", "version": 1}, htmx=True)
    assert answer.status_code == 409
    assert "kept for you" in answer.headers["hx-trigger"]
    assert db.exec(select(CoreIdeaDraft.text)).one() == "Two."
    assert case.texts() == ["One."]


def test_an_empty_core_idea_is_refused_beside_its_field(case: ACase) -> None:
    idea = case.add_idea("One.")
    answer = case.people.ben.post(f"{case.url}/{idea}", {"text": " ", "version": 1}, htmx=True)
    assert answer.status_code == 422
    assert answer.headers["hx-retarget"] == f"#core-idea-{idea}-side"
    assert "A core idea needs words" in answer.text
    page = case.people.ben.post(f"{case.url}/{idea}", {"text": " ", "version": 1})
    assert page.status_code == 422
    assert "A core idea needs words" in page.text


def test_a_judge_orders_splits_merges_moves_and_removes(case: ACase) -> None:
    ben = case.people.ben
    one = case.add_idea("One.")
    two = case.add_idea("Two.")
    two_url = f"{case.url}/{two}"
    assert ben.post(f"{two_url}/order", {"by": -1}).status_code == 303
    assert case.texts() == ["Two.", "One."]
    assert (
        ben.post(f"{two_url}/split", {"text": "Two.\nAnd a half.", "version": 1}).status_code == 303
    )
    assert case.texts() == ["Two.", "And a half.", "One."]
    assert ben.post(f"{two_url}/merge", {"with": one, "version": 1}).status_code == 303
    assert case.texts() == ["Two. One.", "And a half."]
    assert ben.post(f"{two_url}/move", {"domain": case.domains["THO"]}).status_code == 303
    assert (case.texts(), case.texts("THO")) == (["And a half."], ["Two. One."])
    assert ben.post(f"{two_url}/removal", {"version": 2}).status_code == 303
    page = ben.get(case.url).text
    assert "Core idea removed." in page
    assert ben.post(_undo_url(page)).status_code == 303
    assert case.texts("THO") == ["Two. One."]


def test_a_change_swaps_the_domains_it_touches(case: ACase) -> None:
    ben = case.people.ben
    idea = case.add_idea("One.")
    answer = ben.post(
        f"{case.url}/{idea}/move",
        {"domain": case.domains["THO"], "new_text": "half a thou"},
        htmx=True,
    )
    first, second = f'id="domain-{case.domains["ANT"]}"', f'id="domain-{case.domains["THO"]}"'
    assert answer.text.index(first) < answer.text.index(second)
    assert answer.text.count('<section class="domain-section"') == 2
    assert answer.text.count('hx-swap-oob="true"') == 2
    assert "half a thou" in answer.text
    undo = ben.post(_undo_url(answer.headers["hx-trigger"]), htmx=True)
    assert "Taken back." in undo.headers["hx-trigger-after-swap"]
    assert undo.headers["hx-retarget"] == f"#domain-{case.domains['THO']}"
    assert case.texts() == ["One."]


def test_what_was_typed_is_published_with_whatever_is_done_next(case: ACase) -> None:
    idea = case.add_idea("One.")
    case.add_idea("Two.")
    form = {"by": 1, "text": "One, reworded.", "version": 1}
    case.people.ben.post(f"{case.url}/{idea}/order", form)
    assert case.texts() == ["Two.", "One, reworded."]
    stale = case.people.ana.post(f"{case.url}/{idea}/order", form | {"text": "Mine."}, htmx=True)
    assert stale.status_code == 409
    assert "Mine." in stale.text


def test_splitting_needs_a_line_break(case: ACase) -> None:
    idea = case.add_idea("One.")
    answer = case.people.ben.post(
        f"{case.url}/{idea}/split", {"text": "One.", "version": 1}, htmx=True
    )
    assert answer.status_code == 422
    assert "press Enter" in answer.text


def test_raw_data_are_narrowed_and_newer_blocks_offered(case: ACase) -> None:
    ben = case.people.ben
    idea = case.add_idea("One.")
    seen = " ".join(map(str, case.idea(idea).blocks))
    form = {"block": case.block_at(MOTHER), "seen": seen}
    assert ben.post(f"{case.url}/{idea}/raw-data", form).status_code == 303
    assert case.idea(idea).blocks == (case.block_at(MOTHER),)
    stale = ben.post(f"{case.url}/{idea}/raw-data", form | {"block": case.block_at(GRIEF)})
    assert stale.status_code == 409
    newer = case.code(BREATH, "ANT")
    page = ben.get(case.url).text
    assert "2 newer blocks: add" in page
    assert "in no core idea yet" in page
    ben.post(f"{case.url}/{idea}/raw-data", {"also": str(newer)})
    assert newer in case.idea(idea).blocks
    assert "1 newer block: add" in ben.get(case.url).text


def test_why_a_domain_has_none_is_said_and_taken_back(case: ACase, db: Session) -> None:
    ben = case.people.ben
    url = f"{case.url}/domains/{case.domains['EXT']}/absence"
    answer = ben.post(url, {"reason": "not asked"}, htmx=True)
    assert "No core idea: <b>not asked</b>" in answer.text
    assert ben.post(url, {"reason": "forgot"}).status_code == 422
    assert ben.post(url, {"reason": ""}).status_code == 303
    assert db.exec(select(Absence)).all() == []


def test_a_placed_core_idea_is_kept_and_moved_only_on_purpose(case: ACase) -> None:
    idea = case.add_idea("One.")
    people = case.people
    board = load_board(case.db, people.context(case.db), people.sample.id or 0, case.domains["ANT"])
    category = add_category(case.db, board, title="Loss")
    place(case.db, board, core_idea_id=idea, category_id=category.id)
    case.db.commit()
    page = people.ben.get(case.url).text
    assert "It stands on the board in “Loss”" in page
    assert "Take off the board and move" in page
    refused = people.ben.post(f"{case.url}/{idea}/removal", {"version": 1})
    assert (refused.status_code, "“Loss”" in refused.text) == (409, True)
    domain = case.domains["THO"]
    assert people.ben.post(f"{case.url}/{idea}/move", {"domain": domain}).status_code == 409
    form = {"domain": domain, "off_board": "1"}
    assert people.ben.post(f"{case.url}/{idea}/move", form).status_code == 303


def test_advice_stands_beside_a_core_idea_and_can_be_switched_off(case: ACase) -> None:
    case.add_idea("I probably saw QX.")
    ben = case.people.ben
    page = ben.get(case.url).text
    for words in ("First person outside quotation marks: “I”", "“probably”", "list: “QX”"):
        assert words in page
    answer = ben.post(f"{case.url}/checks", {"check": ["length", "inference"]})
    assert answer.status_code == 303
    page = ben.get(case.url).text
    assert "First person outside" not in page
    assert "“probably”" in page
    assert "First person outside" in case.people.chi.get(case.url).text


def test_who_only_reads_gets_no_buttons_and_no_drafts(case: ACase) -> None:
    idea = case.add_idea("One.")
    people = case.people
    people.ben.post(f"{case.url}/{idea}/draft", {"text": "One and", "version": 1})
    _agree(case)
    html = people.ben.get(case.url).text
    assert "One." in html
    for words in ("One and", 'name="text"', "Change<", "Add core idea", "not asked"):
        assert words not in html
    assert people.ben.post(f"{case.url}/{idea}/order", {"by": 1}).status_code == 409


@pytest.mark.parametrize(
    ("name", "status"),
    [("ana", 200), ("ben", 200), ("eli", 403), ("ida", 403), ("hal", 404), ("jo", 404)],
)
def test_only_those_who_may_see_the_coding_see_core_ideas(
    case: ACase, name: str, status: int
) -> None:
    case.db.commit()
    person = case.people.everybody[name]
    assert person.get(case.url).status_code == status
    idea = case.add_idea("One.")
    case.db.commit()
    changed = person.post(f"{case.url}/{idea}", {"text": "Two.", "version": 1})
    assert changed.status_code == {200: 303}.get(status, status)


def test_a_core_idea_of_another_case_is_not_there(case: ACase) -> None:
    url = case.url
    for path in ("draft/removal", "removal", "order", "raw-data", "move", "merge", "split"):
        answer = case.people.ben.post(
            f"{url}/99999/{path}",
            {"version": 1, "by": 1, "domain": 1, "with": 1, "text": "A\nB", "also": "1"},
            htmx=True,
        )
        assert answer.status_code == 404, path
    assert case.people.ben.post(f"{url}/undo/99999").status_code == 409


def test_the_page_takes_as_many_statements_with_many_core_ideas(
    case: ACase, statements: list[str]
) -> None:
    case.add_idea("One.")
    case.db.commit()
    counts = []
    for _ in range(2):
        statements.clear()
        assert case.people.ben.get(case.url).status_code == 200
        counts.append(len(statements))
        for number in range(20):
            case.add_idea(f"More {number}.")
        reword(case.db, case.seen_by(), core_idea_id=case.ideas()[0].id, text="New.", version=1)
        case.db.commit()
    assert counts[0] == counts[1]
    assert counts[0] <= 22
