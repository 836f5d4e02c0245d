"""Two consensus versions compared: what came, went, moved, says something else."""

from dataclasses import replace

import pytest

from app.core_ideas.comparing import compare
from app.core_ideas.consensus_version import (
    Document,
    DomainPart,
    Left,
    Note,
    Passage,
    Said,
    Statement,
    lettered,
    ranges,
    read_document,
)
from app.word_diff import Kind

pytestmark = pytest.mark.pure


def _passage(guid: str, turns: str = "2", also_in: tuple[str, ...] = ()) -> Passage:
    return Passage(guid, "1a", turns, also_in, (Said(turns, "P", True, f"Words of {guid}."),))


def _idea(guid: str, text: str, *passages: str) -> Statement:
    return Statement(guid, "1.1", text, "2", passages or ("b1",))


def _domain(
    guid: str, *statements: Statement, passages: tuple[str, ...] = ("b1",), absence: str = ""
) -> DomainPart:
    return DomainPart(
        guid,
        1,
        guid.title(),
        guid[:3].upper(),
        "analytic",
        1,
        statements,
        tuple(_passage(each) for each in passages),
        absence,
    )


def _document(*domains: DomainPart, **more: object) -> Document:
    facts: dict[str, object] = {
        "study": "Tears",
        "sample": "all",
        "code": "P07",
        "domain_list": 2,
        "transcripts": ("Interview, version 1",),
        "uncoded": "1",
        "left_out": (Left("n1", "5", "Mm-hm."),),
        "notes": (),
    }
    return Document(domains=domains, **facts | more)  # type: ignore[arg-type]


BEFORE = _document(
    _domain("antecedent", _idea("i1", "P cried."), _idea("i2", "C left.")), _domain("extent")
)


def test_the_same_document_differs_in_nothing() -> None:
    assert not compare(BEFORE, BEFORE).is_there


def test_other_words_are_told_word_by_word() -> None:
    after = _document(
        _domain("antecedent", _idea("i1", "P cried a little."), _idea("i2", "C left.")),
        _domain("extent"),
    )
    (domain,) = compare(BEFORE, after).domains
    (changed,) = domain.changed
    added = [piece.text for piece in changed.pieces if piece.kind is Kind.ADDED]
    assert "".join(added).split() == ["a", "little"]
    assert (changed.moved_from, changed.left, changed.came) == ("", (), ())


def test_what_came_and_what_went_are_told() -> None:
    after = _document(
        _domain("antecedent", _idea("i1", "P cried."), _idea("i3", "P stayed.")), _domain("extent")
    )
    (domain,) = compare(BEFORE, after).domains
    assert [idea.text for idea in domain.added] == ["P stayed."]
    assert [idea.text for idea in domain.dropped] == ["C left."]


def test_a_move_is_told_in_both_domains_and_is_neither_added_nor_dropped() -> None:
    after = _document(
        _domain("antecedent", _idea("i1", "P cried.")),
        _domain("extent", _idea("i2", "C left at once.")),
    )
    antecedent, extent = compare(BEFORE, after).domains
    assert [(idea.text, where) for idea, where in antecedent.moved_away] == [("C left.", "Extent")]
    assert (antecedent.dropped, extent.added) == ((), ())
    (changed,) = extent.changed
    assert changed.moved_from == "Antecedent"
    assert changed.pieces


def test_other_raw_data_are_told_with_the_passages() -> None:
    after = _document(
        _domain(
            "antecedent",
            _idea("i1", "P cried.", "b2"),
            _idea("i2", "C left."),
            passages=("b1", "b2"),
        ),
        _domain("extent"),
    )
    (domain,) = compare(BEFORE, after).domains
    (changed,) = domain.changed
    assert [passage.guid for passage in changed.left] == ["b1"]
    assert [passage.guid for passage in changed.came] == ["b2"]
    assert [passage.guid for passage in domain.passages_added] == ["b2"]
    assert not changed.pieces


def test_order_absence_and_title_are_told() -> None:
    after = _document(
        replace(
            _domain("antecedent", _idea("i2", "C left."), _idea("i1", "P cried.")), title="Before"
        ),
        _domain("extent", absence="not asked"),
    )
    antecedent, extent = compare(BEFORE, after).domains
    assert antecedent.reordered
    assert antecedent.renamed_from == "Antecedent"
    assert extent.absence == ("", "not asked")


def test_a_new_number_alone_is_no_difference() -> None:
    after = _document(
        *(replace(domain, number=domain.number + 1) for domain in BEFORE.domains), domain_list=3
    )
    found = compare(BEFORE, after)
    assert not found.is_there
    assert found.lists == (2, 3)


def test_a_domain_that_is_gone_shows_what_went_with_it() -> None:
    (domain,) = compare(BEFORE, _document(_domain("extent"))).domains
    assert [idea.text for idea in domain.dropped] == ["P cried.", "C left."]
    assert [passage.guid for passage in domain.passages_dropped] == ["b1"]


def test_what_is_in_no_domain_is_compared_too() -> None:
    found = compare(BEFORE, _document(*BEFORE.domains, uncoded="", left_out=()))
    assert found.is_there
    assert (found.uncoded, found.left_out_dropped) == (("1", ""), ("5",))


def test_a_document_comes_back_from_its_json_as_it_was() -> None:
    note = Note(
        "a1",
        "split",
        "i1",
        "1.1",
        "Antecedent",
        "Antecedent",
        ("P cried.",),
        ("P.", "C."),
        "Ana",
        "2026-03-01T10:00:00+00:00",
        "",
        "Antecedent",
    )
    document = _document(*BEFORE.domains, notes=(note,))
    assert read_document(document.as_json()) == document


def test_every_item_has_a_guid_and_a_number() -> None:
    items = list(BEFORE.items())
    assert [(item.kind, item.guid, item.number) for item in items] == [
        ("domain", "antecedent", "1"),
        ("core_idea", "i1", "1.1"),
        ("core_idea", "i2", "1.1"),
        ("block", "b1", "1a"),
        ("domain", "extent", "1"),
        ("block", "b1", "1a"),
    ]
    assert {item.domain for item in items[:4]} == {"antecedent"}


@pytest.mark.parametrize(("place", "number"), [(0, "3a"), (25, "3z"), (26, "3aa"), (53, "3bb")])
def test_passages_are_lettered(place: int, number: str) -> None:
    assert lettered(3, place) == number


@pytest.mark.parametrize(
    ("numbers", "cited"), [([], ""), ([4], "4"), ([1, 2, 3, 7], "1–3, 7"), ([9, 8], "8–9")]
)
def test_turns_are_cited_as_ranges(numbers: list[int], cited: str) -> None:
    assert ranges(numbers) == cited
    assert ranges([5], "2:") == "2:5"
