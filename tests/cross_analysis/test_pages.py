"""The board in a browser: without JavaScript, as htmx, and for each kind of person."""

import json
import re
from html import unescape

import pytest
from sqlmodel import Session

from tests.cross_analysis.a_board import ABoard, a_sorted_board, make_board
from tests.people import People, Person


@pytest.fixture
def board(db: Session, people: People) -> ABoard:
    """Two categories, a subcategory, one card unsorted and one in Miscellaneous."""
    return a_sorted_board(db, people)


def _cards(html: str, key: str) -> list[str]:
    """The texts of the cards in one place of a board."""
    list_ = re.search(rf'<ul class="cards" id="cards-{key}".*?</ul>', html, re.S)
    assert list_, f"no list {key}"
    return [
        " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())
        for text in re.findall(r"<a id=.*?</a>", list_[0], re.S)
    ]


def _undo_url(response_headers: dict[str, str]) -> str:
    url = json.loads(response_headers["hx-trigger"])["toast"]["undo"]
    assert isinstance(url, str)
    return url


def test_the_board_shows_every_card_where_it_stands(board: ABoard, people: People) -> None:
    html = people.ben.get(board.url).text
    closer, cared = board.categories["Felt closer"], board.categories["C felt cared for"]
    assert _cards(html, "unsorted") == ["P02 P was tired."]
    assert _cards(html, "misc") == ["P02 P changed the seating."]
    assert _cards(html, str(closer)) == ["P01 P felt close to C."]
    assert _cards(html, str(cared)) == [
        "P01 C spoke of the loss.",
        "P02 C returned and spoke first.",
    ]
    assert "also in Deeper work" in html
    assert "5 core ideas from 2 of 2 cases" in html


def test_a_card_is_moved_without_javascript(board: ABoard, people: People) -> None:
    idea, closer = board.ideas["P was tired."], board.categories["Felt closer"]
    html = people.ben.get(f"{board.url}?card={idea}").text
    assert 'id="move"' in html
    answer = people.ben.post(
        f"{board.url}/cards?card={idea}",
        {"card": f"{idea}-", "to": str(closer), "how": "move", "title": ""},
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{board.url}?card={idea}"
    html = people.ben.get(board.url).text
    assert "P02 P was tired." in _cards(html, str(closer))
    assert "P02 moved to &#39;Felt closer&#39;." in html


def test_a_move_by_htmx_sends_only_the_places_that_changed(board: ABoard, people: People) -> None:
    idea, deeper = board.ideas["P was tired."], board.categories["Deeper work"]
    answer = people.ben.post(
        f"{board.url}/cards",
        {"card": f"{idea}-", "to": str(deeper), "how": "move"},
        htmx=True,
    )
    assert answer.status_code == 200
    assert re.findall(r'id="(cards-\w+)"', answer.text) == ["cards-unsorted", f"cards-{deeper}"]
    assert _cards(answer.text, "unsorted") == []
    assert answer.headers["hx-trigger-after-settle"] == "board-changed"


def test_a_move_is_taken_back_from_its_toast(board: ABoard, people: People) -> None:
    idea, deeper = board.ideas["P was tired."], board.categories["Deeper work"]
    moved = people.ben.post(
        f"{board.url}/cards", {"card": f"{idea}-", "to": str(deeper)}, htmx=True
    )
    answer = people.ben.post(_undo_url(dict(moved.headers)), htmx=True)
    assert _cards(answer.text, "unsorted") == ["P02 P was tired."]


def test_a_card_is_added_to_one_more_category_and_taken_out_again(
    board: ABoard, people: People
) -> None:
    idea, cared = board.ideas["C spoke of the loss."], board.categories["C felt cared for"]
    deeper = board.categories["Deeper work"]
    people.ben.post(
        f"{board.url}/cards", {"card": f"{idea}-{cared}", "to": str(deeper), "how": "add"}
    )
    assert board.places_of("C spoke of the loss.") == {cared, deeper}
    people.ben.post(f"{board.url}/cards", {"card": f"{idea}-{cared}", "to": ""})
    assert board.places_of("C spoke of the loss.") == {deeper}


def test_a_card_moves_to_a_new_category_and_one_undo_takes_back_both(
    board: ABoard, people: People
) -> None:
    idea = board.ideas["P was tired."]
    moved = people.ben.post(
        f"{board.url}/cards",
        {"card": f"{idea}-", "to": "new", "title": "Aftermath"},
        htmx=True,
    )
    assert "Aftermath" in moved.text
    assert board.places_of("P was tired.")
    people.ben.post(_undo_url(dict(moved.headers)), htmx=True)
    assert board.places_of("P was tired.") == set()
    assert "Aftermath" not in people.ben.get(board.url).text


def test_several_cards_move_at_once(board: ABoard, people: People) -> None:
    cared, deeper = board.categories["C felt cared for"], board.categories["Deeper work"]
    keys = [
        f"{board.ideas[t]}-{cared}" for t in ("C spoke of the loss.", "C returned and spoke first.")
    ]
    people.ben.post(f"{board.url}/cards", {"card": ",".join(keys), "to": str(deeper)})
    assert len(_cards(people.ben.get(board.url).text, str(deeper))) == 3


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"card": "", "to": "misc"}, 422),
        ({"card": "nonsense", "to": "misc"}, 422),
        ({"card": "99999-", "to": "misc"}, 404),
        ({"card": "IDEA-", "to": "nonsense"}, 422),
        ({"card": "IDEA-", "to": "99999"}, 409),
        ({"card": "IDEA-misc", "to": "CATEGORY"}, 409),
    ],
    ids=[
        "no card",
        "an unreadable card",
        "a card of nowhere",
        "an unreadable place",
        "a category removed meanwhile",
        "a card that stands elsewhere by now",
    ],
)
def test_a_move_that_does_not_fit_is_refused_with_a_sentence(
    board: ABoard, people: People, fields: dict[str, str], status: int
) -> None:
    known = {
        "IDEA": str(board.ideas["P was tired."]),
        "CATEGORY": str(board.categories["Deeper work"]),
    }
    for name, value in known.items():
        fields = {key: text.replace(name, value) for key, text in fields.items()}
    answer = people.ben.post(f"{board.url}/cards", fields, htmx=True)
    assert answer.status_code == status
    assert answer.headers["hx-reswap"] == "none"
    assert json.loads(answer.headers["hx-trigger"])["toast"]["kind"] == "error"
    assert board.places_of("P was tired.") == set()


@pytest.mark.parametrize("title", ["", "felt CLOSER"], ids=["none", "a taken one"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_category_without_a_free_title_is_refused_and_what_was_typed_stays(
    board: ABoard, people: People, title: str, htmx: bool
) -> None:
    answer = people.ben.post(f"{board.url}/categories", {"title": title}, htmx=htmx)
    assert answer.status_code == 422
    assert 'id="new-category"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{title}"' in answer.text
    if htmx:
        assert answer.headers["hx-retarget"] == "#new-category"
        assert 'id="board"' not in answer.text


def test_a_subcategory_is_added_beside_its_category(board: ABoard, people: People) -> None:
    closer = board.categories["Felt closer"]
    url = f"{board.url}/categories?category={closer}"
    answer = people.ben.post(url, {"title": "Silence was easier", "parent": str(closer)})
    assert answer.headers["location"] == f"{board.url}?category={closer}"
    assert "Silence was easier" in people.ben.get(board.url).text


def test_a_stale_rename_shows_the_title_that_stands_and_keeps_mine(
    board: ABoard, people: People
) -> None:
    closer = board.categories["Felt closer"]
    url = f"{board.url}/categories/{closer}/title?category={closer}"
    people.ana.post(url, {"title": "Felt nearer", "version": "1", "was": "Felt closer"})
    stale = {"title": "Closeness", "version": "1", "was": "Felt closer"}
    answer = people.ben.post(url, stale, htmx=True)
    assert answer.status_code == 409
    assert "Felt nearer" in answer.text
    assert 'value="Closeness"' in answer.text
    again = {"title": "Closeness", "version": "2", "was": "Felt nearer"}
    assert people.ben.post(url, again).status_code == 303


def test_a_category_with_cards_is_not_removed_and_the_page_offers_what_to_do(
    board: ABoard, people: People
) -> None:
    deeper = board.categories["Deeper work"]
    url = f"{board.url}/categories/{deeper}/remove?category={deeper}"
    answer = people.ben.post(url)
    assert answer.status_code == 409
    assert "Merge it into" in answer.text
    assert "Let its 1 card go back" in answer.text
    assert people.ben.post(url, {"cards_too": "on"}).status_code == 303
    assert "Deeper work" not in people.ben.get(board.url).text.replace("Category removed.", "")


def test_a_category_is_ordered_nested_lifted_and_merged_without_javascript(
    board: ABoard, people: People
) -> None:
    closer, deeper = board.categories["Felt closer"], board.categories["Deeper work"]
    at = f"{board.url}/categories/{deeper}"
    for path, fields in (
        ("position", {"by": "-1"}),
        ("parent", {"parent": str(closer)}),
        ("parent", {}),
        ("merge", {"into": str(closer)}),
    ):
        assert people.ben.post(f"{at}/{path}", fields).status_code == 303, path
    assert [column.title for column in board.read().columns] == ["Felt closer"]


def test_counts_and_labels_are_hidden_while_sorting_until_the_switch_shows_them(
    board: ABoard, people: People
) -> None:
    def counts(html: str) -> list[str]:
        return [text for text in re.findall(r'id="count-\d+">(.*?)</span>', html, re.S) if text]

    hidden, shown = people.ben.get(board.url).text, people.ben.get(f"{board.url}?counts=1").text
    assert counts(hidden) == []
    assert "Counts: hidden" in hidden
    assert counts(shown) == ["2", "2", "1"]
    board.agree()
    assert counts(people.ben.get(board.url).text) == ["2", "2", "1"]


def test_an_agreed_board_shows_labels_by_the_rule_of_the_sample(
    board: ABoard, people: People, db: Session
) -> None:
    board.add_idea("P03", "P slept badly.")
    board.place("P slept badly.", board.categories["Felt closer"])
    board.agree()
    labels = re.findall(r'data-label="([\w-]+)"', people.ben.get(board.url).text)
    assert labels == ["general", "typical", "not-reported"]


def test_the_view_is_kept_by_every_action(board: ABoard, people: People) -> None:
    idea = board.ideas["P was tired."]
    query = "?counts=1&case=P02"
    answer = people.ben.post(f"{board.url}/cards{query}", {"card": f"{idea}-", "to": "misc"})
    assert answer.headers["location"] == board.url + query


def test_one_case_alone_shows_its_cards_and_counts_all(board: ABoard, people: People) -> None:
    html = people.ben.get(f"{board.url}?case=P02&counts=1").text
    assert _cards(html, str(board.categories["Felt closer"])) == []
    assert 'id="count-{}">2'.format(board.categories["Felt closer"]) in html


def test_a_case_that_is_not_there_hides_nothing(board: ABoard, people: People) -> None:
    html = people.ben.get(f"{board.url}?case=P99&card=nonsense&category=-1").text
    assert _cards(html, "unsorted") == ["P02 P was tired."]


def test_the_matrix_has_a_number_for_each_case_and_its_margin_only_with_counts(
    board: ABoard, people: People
) -> None:
    html = people.ben.get(f"{board.url}?view=matrix").text
    row = re.search(r"C felt cared for</th>(.*?)</tr>", html, re.S)
    assert row
    assert re.findall(r">(\d*)</td>", row[1]) == ["1", "1"]
    assert ">n</th>" not in html
    assert ">n</th>" in people.ben.get(f"{board.url}?view=matrix&counts=1").text


def test_agreeing_warns_of_unsorted_cards_and_of_categories_of_one_case_but_does_not_block(
    board: ABoard, people: People
) -> None:
    board.add_category("Nobody")
    board.db.commit()
    panel = people.ben.get(f"{board.url}?beside=agree", htmx=True).text
    for doubt in ("One card is still unsorted.", "Deeper work", "one case only, P01", "is empty"):
        assert doubt in unescape(panel)
    content = re.search(r'name="content" value="(\d+)"', panel)
    assert content
    for person in (people.ana, people.ben, people.chi, people.dee):
        answer = person.post(f"{board.url}/agreement", {"content": content[1]})
        assert answer.status_code == 303
    assert "the board of Consequences is agreed" in people.dee.get(board.url).text


def test_an_agreement_to_an_older_version_is_refused(board: ABoard, people: People) -> None:
    content = board.seen_by().unit.content
    board.add_category("Since then")
    board.db.commit()
    answer = people.ben.post(f"{board.url}/agreement", {"content": str(content)})
    assert answer.status_code == 409


def test_an_agreed_board_is_reopened_with_a_reason(board: ABoard, people: People) -> None:
    board.agree()
    url = f"{board.url}/reopen?beside=reopen"
    assert people.ben.post(f"{board.url}/categories", {"title": "Late"}).status_code == 409
    assert people.ben.post(url, {"reason": " "}).status_code == 422
    assert people.ben.post(url, {"reason": "P11 came late."}).status_code == 303
    assert people.ben.post(f"{board.url}/categories", {"title": "Late"}).status_code == 303


def test_raw_data_is_offered_to_those_who_may_read_the_transcript(
    board: ABoard, people: People
) -> None:
    board.agree()
    idea = board.ideas["P was tired."]
    for person, status in ((people.ben, 200), (people.ida, 200), (people.eli, 403)):
        answer = person.get(f"{board.url}?card={idea}")
        assert answer.status_code == status
    assert "Put it into" not in people.ida.get(f"{board.url}?card={idea}").text


@pytest.mark.parametrize(
    ("name", "sorting", "agreed"),
    [
        ("ana", 200, 200),
        ("ben", 200, 200),
        ("eli", 403, 403),
        ("gus", 403, 403),
        ("ida", 403, 200),
        ("hal", 404, 404),
        ("jo", 404, 404),
    ],
)
def test_who_sees_a_board(
    board: ABoard, people: People, name: str, sorting: int, agreed: int
) -> None:
    person: Person = people.everybody[name]
    assert person.get(board.url).status_code == sorting
    board.agree()
    assert person.get(board.url).status_code == agreed


@pytest.mark.parametrize(("name", "status"), [("ida", 403), ("eli", 403), ("hal", 404)])
def test_only_judges_sort(board: ABoard, people: People, name: str, status: int) -> None:
    idea = board.ideas["P was tired."]
    person: Person = people.everybody[name]
    for path, fields in (
        ("cards", {"card": f"{idea}-", "to": "misc"}),
        ("categories", {"title": "Mine"}),
        (f"categories/{board.categories['Deeper work']}/remove", {"cards_too": "on"}),
        ("agreement", {"content": "1"}),
        ("undo/1", {}),
        ("undo", {}),
        ("redo", {}),
    ):
        assert person.post(f"{board.url}/{path}", fields).status_code == status, path
    assert board.places_of("P was tired.") == set()


def test_a_reader_is_offered_no_change(board: ABoard, people: People) -> None:
    board.agree()
    for query in ("", f"?card={board.ideas['P was tired.']}"):
        main = people.ida.get(board.url + query).text.partition("<main")[2].partition("</main")[0]
        assert "Felt closer" in main
        assert 'method="post"' not in main


def test_the_index_tells_the_state_of_every_board(board: ABoard, people: People) -> None:
    html = people.ben.get(f"{people.sample_url}/cross-analysis").text
    row = " ".join(
        re.sub("<[^>]+>", " ", html.partition("Consequences")[2].partition("</tr>")[0]).split()
    )
    assert row == "5 1 0 of 2 sorting Ana, Ben, Chi, Dee"


def test_a_reader_follows_only_agreed_boards_from_the_index(
    board: ABoard, people: People, db: Session
) -> None:
    make_board(db, people, title="Antecedents")
    board.agree()
    html = people.ida.get(f"{people.sample_url}/cross-analysis").text
    assert html.count('/cross-analysis">') - html.count("/rail") >= 1
    assert f'href="{board.url}"' in html
    assert "Antecedents" in html
    assert len(re.findall(r'href="[^"]*/domains/\d+/cross-analysis"', html)) == 1
    assert people.eli.get(f"{people.sample_url}/cross-analysis").status_code == 403


def test_a_sample_without_domains_says_where_to_begin(people: People) -> None:
    html = people.ben.get(f"{people.sample_url}/cross-analysis").text
    assert f'{people.sample_url}/domains"' in html
    assert "To the domain list" in html


def test_an_empty_board_teaches(people: People, db: Session) -> None:
    empty = make_board(db, people)
    db.commit()
    assert "come here from the cases" in people.ben.get(empty.url).text
