"""What is different between the version an auditor read and another one."""

from dataclasses import replace

import pytest

from app.audit.changes import Changes, What, compare
from app.core_ideas.consensus_version import Document, DomainPart, Passage, Said, Statement
from app.cross_analysis.board_version import BoardDocument, Card, CategoryPart

pytestmark = pytest.mark.pure

HELD = Statement("idea-1", "1.1", "P held P's breath.", "2", ("block-1",))
TEARS = Statement("idea-2", "1.2", "P let two tears go.", "4", ("block-2",))


def _passage(guid: str, text: str) -> Passage:
    return Passage(guid, "1a", "2", (), (Said("2", "P", True, text),))


def _domain(guid: str, number: int, *statements: Statement, passages: tuple[Passage, ...] = ()):  # type: ignore[no-untyped-def]
    return DomainPart(
        guid, number, f"Domain {guid}", "DOM", "analytic", number, statements, passages
    )


def _case(*domains: DomainPart) -> Document:
    return Document("Study", "sample", "P07", 1, (), domains, "", (), ())


def _told(changes: Changes) -> list[tuple[str, str]]:
    return [(each.what.value, each.entry.text) for each in changes.differing]


def test_the_same_document_has_no_changes() -> None:
    case = _case(_domain("A", 1, HELD, passages=(_passage("block-1", "I held my breath."),)))
    assert compare(case, case).differing == ()


def test_core_ideas_are_followed_by_their_guid_whatever_their_number() -> None:
    before = _case(_domain("A", 1, HELD, TEARS), _domain("B", 2))
    reworded = replace(TEARS, number="1.1", text="P let three tears go.")
    after = _case(_domain("A", 1, reworded), _domain("B", 2, replace(HELD, number="2.1")))
    changes = compare(before, after)
    assert _told(changes) == [
        ("reworded", "P let three tears go."),
        ("new", "Domain B"),
        ("moved", "P held P's breath."),
    ]
    moved = changes.of("idea-1", "B")
    assert moved
    assert moved.was
    assert moved.was.place_title == "Domain A"


def test_a_passage_in_two_domains_is_an_item_in_each() -> None:
    passage = _passage("block-1", "I held my breath.")
    before = _case(_domain("A", 1, passages=(passage,)), _domain("B", 2, TEARS))
    after = _case(_domain("A", 1, passages=(passage,)), _domain("B", 2, TEARS, passages=(passage,)))
    changes = compare(before, after)
    assert _told(changes) == [("new", "I held my breath.")]
    kept = changes.of("block-1", "A")
    assert kept
    assert kept.what is What.SAME


def test_what_is_gone_stands_where_it_stood_or_with_its_domain() -> None:
    before = _case(_domain("A", 1, HELD, TEARS), _domain("B", 2, replace(HELD, guid="idea-3")))
    after = _case(_domain("A", 1, HELD))
    changes = compare(before, after)
    assert [each.entry.key for each in changes.gone_from("A")] == ["idea-2"]
    assert [each.entry.key for each in changes.gone_with_their_place if each.entry.place] == [
        "idea-3"
    ]


def test_a_core_idea_on_other_raw_data_is_told() -> None:
    changes = compare(
        _case(_domain("A", 1, HELD)), _case(_domain("A", 1, replace(HELD, turns="2–3")))
    )
    assert _told(changes) == [("other raw data", "P held P's breath.")]


def _board(*categories: CategoryPart, unsorted: tuple[Card, ...] = ()) -> BoardDocument:
    return BoardDocument(
        "Study",
        "s",
        "dom",
        "Antecedent",
        "ANT",
        1,
        1,
        ("P01",),
        "",
        0,
        categories,
        (),
        unsorted,
        (),
    )


def _category(guid: str, *cards: Card, subs: tuple[CategoryPart, ...] = ()) -> CategoryPart:
    return CategoryPart(guid, "1", guid.capitalize(), len(cards), "", (), cards, subs)


def test_a_card_that_moved_is_the_same_card_in_another_category() -> None:
    card = Card("idea-1", "placement-1", "1.1", "P01", "1.1", "P held P's breath.", "2", ())
    other = replace(card, placement="placement-9", number="2.1")
    changes = compare(
        _board(_category("felt", card), _category("did")),
        _board(_category("felt"), _category("did", other)),
    )
    assert _told(changes) == [("moved", "P held P's breath.")]
    assert changes.thing("placement-1") == changes.thing("placement-9") == "idea-1"


def test_a_category_that_was_nested_has_moved() -> None:
    changes = compare(
        _board(_category("felt"), _category("did")),
        _board(_category("felt", subs=(_category("did"),))),
    )
    assert _told(changes) == [("moved", "Did")]
