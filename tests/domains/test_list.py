"""The domain list of a sample: how a PI keeps it, and what is refused."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.models import Unit
from app.core_ideas.models import AbsenceReason
from app.core_ideas.service import add_core_idea, set_absence
from app.cross_analysis.guard import load_board
from app.cross_analysis.service import add_category, remove_category
from app.domains.list_service import (
    add_several,
    change_domain,
    copy_list,
    remove_domain,
    shift_domain,
)
from app.domains.models import DomainKind
from app.domains.queries import DomainRow, domain_list
from app.domains.rules import ListLine, read_lines
from app.domains.service import add_domain
from app.errors import Conflict, Invalid, NotFound, StaleEdit
from app.studies.models import Sample
from app.studies.service import add_sample
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.domains.a_case import a_case
from tests.people import People

LINES = [ListLine(1, "Antecedent", "what went before"), ListLine(3, "Consequences", "")]


def _sample(people: People) -> int:
    assert people.sample.id is not None
    return people.sample.id


def _url(people: People) -> str:
    return f"{people.sample_url}/domains"


def _add(db: Session, people: People, *titles: str, **more: object) -> list[int]:
    made = [
        add_domain(
            db,
            people.context(db),
            sample_id=_sample(people),
            title=title,
            **more,  # type: ignore[arg-type]
        )
        for title in titles
    ]
    db.commit()
    return [domain.id or 0 for domain in made]


def _titles(db: Session, people: People) -> list[str]:
    return [domain.title for domain in domain_list(db, _sample(people))]


def _row(db: Session, people: People, domain_id: int) -> DomainRow:
    return next(row for row in domain_list(db, _sample(people)) if row.id == domain_id)


def _version(db: Session, people: People) -> int:
    return db.exec(select(Sample.domain_list).where(Sample.id == _sample(people))).one()


def _change(db: Session, people: People, domain_id: int, version: int, **more: object) -> None:
    present = _row(db, people, domain_id)
    values = {
        "title": present.title,
        "abbreviation": present.abbreviation,
        "definition": present.definition,
        "kind": present.kind,
    }
    change_domain(
        db,
        people.context(db),
        sample_id=_sample(people),
        domain_id=domain_id,
        version=version,
        **values | more,  # type: ignore[arg-type]
    )


def _boards(db: Session) -> list[int | None]:
    return list(db.exec(select(Unit.domain_id).where(col(Unit.domain_id).is_not(None))))


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("Antecedent", [(1, "Antecedent", "")]),
        ("Antecedent: right before", [(1, "Antecedent", "right before")]),
        ("\n 1. Antecedent:  a: b \n\n- Reasons", [(2, "Antecedent", "a: b"), (4, "Reasons", "")]),
        ("b) Reasons\n(3) Others", [(1, "Reasons", ""), (2, "Others", "")]),
        ("Reasons\tfor: crying", [(1, "Reasons", "for: crying")]),
        ("• 3 wishes\n2nd thoughts", [(1, "3 wishes", ""), (2, "2nd thoughts", "")]),
        (" \n\t\n", []),
    ],
)
def test_pasted_lines_are_titles_with_definitions(
    pasted: str, expected: list[tuple[int, str, str]]
) -> None:
    assert [(line.number, line.title, line.definition) for line in read_lines(pasted)] == expected


def test_a_changed_domain_keeps_its_place_and_colour(db: Session, people: People) -> None:
    first, second = _add(db, people, "Antecedent", "Reasons")
    before = _version(db, people)
    _change(db, people, first, 1, title="What went before", abbreviation="bef", definition=" x ")
    row = _row(db, people, first)
    assert (row.title, row.abbreviation, row.definition) == ("What went before", "BEF", "x")
    assert (row.position, row.hue, row.version) == (0, 1, 2)
    assert _version(db, people) == before + 1
    _change(db, people, first, 1)
    assert _version(db, people) == before + 1
    with pytest.raises(StaleEdit, match="Ana changed 'What went before'"):
        _change(db, people, first, 1, title="Mine")
    with pytest.raises(Invalid, match="already has a domain"):
        _change(db, people, second, 1, title="WHAT WENT BEFORE")
    with pytest.raises(Invalid, match="'BEF' already stands for 'What went before'"):
        _change(db, people, second, 1, abbreviation="bef")
    assert list(verify(db)) == []


def test_an_analytic_domain_has_a_board_and_others_have_none(db: Session, people: People) -> None:
    (domain,) = _add(db, people, "Background", kind=DomainKind.CONTEXTUAL)
    assert _boards(db) == []
    _change(db, people, domain, 1, kind=DomainKind.ANALYTIC)
    assert _boards(db) == [domain]
    _change(db, people, domain, 2, kind=DomainKind.DESCRIPTIVE)
    assert _boards(db) == []


def test_a_domain_with_categories_stays_analytic_and_in_the_list(
    db: Session, people: People
) -> None:
    (domain,) = _add(db, people, "Reasons")
    board = load_board(db, people.context(db), _sample(people), domain)
    category = add_category(db, board, title="Loss")
    with pytest.raises(Conflict, match="'Reasons' stays analytic: 1 category on its board"):
        _change(db, people, domain, 1, kind=DomainKind.OTHER)
    with pytest.raises(Conflict, match="1 category rest"):
        remove_domain(db, people.context(db), sample_id=_sample(people), domain_id=domain)
    remove_category(db, board, category_id=category.id or 0)
    with pytest.raises(Conflict, match="the trail tells of work on it"):
        remove_domain(db, people.context(db), sample_id=_sample(people), domain_id=domain)
    _change(db, people, domain, 1, kind=DomainKind.OTHER)
    _change(db, people, domain, 2, kind=DomainKind.ANALYTIC)
    assert _boards(db) == [domain]


def test_an_unused_domain_is_removed_with_its_empty_board(db: Session, people: People) -> None:
    first, second = _add(db, people, "Antecedent", "Reasons")
    before = _version(db, people)
    remove_domain(db, people.context(db), sample_id=_sample(people), domain_id=first)
    assert _titles(db, people) == ["Reasons"]
    assert _boards(db) == [second]
    assert _version(db, people) == before + 1
    (third,) = _add(db, people, "Antecedent")
    assert _row(db, people, third).hue == 1
    assert _titles(db, people) == ["Reasons", "Antecedent"]


def test_what_rests_on_a_domain_is_named_when_it_is_not_removed(
    db: Session, people: People
) -> None:
    case = a_case(db, people)
    antecedent, reasons = (case.domains[title] for title in ("Antecedent", "Reasons for crying"))
    case.put(db, "She told me about her mother.", "Antecedent")
    add_core_idea(db, case.context(db), domain_id=antecedent, text="C told P about the mother.")
    set_absence(db, case.context(db), domain_id=reasons, reason=AbsenceReason.NOT_ASKED)
    study, sample = people.context(db), _sample(people)
    with pytest.raises(Conflict, match="1 block and 1 core idea rest on it"):
        remove_domain(db, study, sample_id=sample, domain_id=antecedent)
    with pytest.raises(Conflict, match="1 reason for an absence rest"):
        remove_domain(db, study, sample_id=sample, domain_id=reasons)
    with pytest.raises(NotFound):
        remove_domain(db, study, sample_id=sample, domain_id=99_999)


def test_domains_are_put_in_another_order(db: Session, people: People) -> None:
    first, _, third = _add(db, people, "One", "Two", "Three")
    study, sample = people.context(db), _sample(people)
    before = _version(db, people)
    shift_domain(db, study, sample_id=sample, domain_id=third, by=-1)
    assert _titles(db, people) == ["One", "Three", "Two"]
    shift_domain(db, study, sample_id=sample, domain_id=first, by=-1)
    assert _version(db, people) == before + 1
    shift_domain(db, study, sample_id=sample, domain_id=first, by=9)
    assert _titles(db, people) == ["Three", "Two", "One"]


def test_several_are_added_at_once_or_none(db: Session, people: People) -> None:
    study, sample = people.context(db), _sample(people)
    assert add_several(db, study, sample_id=sample, lines=LINES) == 2
    assert _titles(db, people) == ["Antecedent", "Consequences"]
    with pytest.raises(Invalid, match=r"Line 3: .* already has a domain 'Consequences'"):
        add_several(db, study, sample_id=sample, lines=[ListLine(1, "New", ""), LINES[1]])
    with pytest.raises(Invalid, match="at least one topic"):
        add_several(db, study, sample_id=sample, lines=[])
    with pytest.raises(Invalid, match="These are 61 lines"):
        add_several(db, study, sample_id=sample, lines=[ListLine(1, "x", "")] * 61)
    assert _titles(db, people) == ["Antecedent", "Consequences"]
    assert list(verify(db)) == []


def test_a_list_is_copied_but_for_what_is_there(db: Session, people: People) -> None:
    _add(db, people, "Antecedent", "Reasons")
    _add(db, people, "Background", kind=DomainKind.CONTEXTUAL, definition="warm-up")
    study = people.context(db)
    other = add_sample(db, study, name="as client").id or 0
    db.commit()
    study = people.context(db)
    add_domain(db, study, sample_id=other, title="Reasons", abbreviation="ANT")
    copied = copy_list(db, study, sample_id=other, from_sample_id=_sample(people))
    assert (copied.added, copied.skipped) == (("Antecedent", "Background"), ("Reasons",))
    rows = domain_list(db, other)
    assert [row.abbreviation for row in rows] == ["ANT", "AN2", "BAC"]
    assert (rows[2].kind, rows[2].definition) == (DomainKind.CONTEXTUAL, "warm-up")
    for wrong in (other, 99_999):
        with pytest.raises((Invalid, NotFound)):
            copy_list(db, study, sample_id=other, from_sample_id=wrong)


def test_an_empty_list_teaches_and_a_pi_fills_it(people: People, db: Session) -> None:
    page = people.ana.get(_url(people)).text
    assert "Which topics does the interview speak about?" in page
    answer = people.ana.post(f"{_url(people)}/lines", {"lines": "1. Antecedent: before\r\n2. Why"})
    assert answer.status_code == 303
    page = people.ana.get(_url(people)).text
    assert "2 domains added." in page
    assert "before" in page
    assert "Every list has a place for what fits nowhere" in page
    people.ana.post(f"{_url(people)}/other")
    assert _titles(db, people) == ["Antecedent", "Why", "Other"]
    page = people.ana.get(_url(people)).text
    assert "Every list has a place" not in page
    assert "3 domains, version 4 of the list" in page


def test_a_domain_is_added_with_a_proposed_abbreviation(people: People, db: Session) -> None:
    form = {"title": "Reasons for crying", "kind": "analytic", "definition": "why"}
    assert people.ana.post(_url(people), form).status_code == 303
    assert "its margin name is REA" in people.ana.get(_url(people)).text
    answer = people.ana.post(_url(people), form | {"definition": "kept words"})
    assert answer.status_code == 422
    assert "“as therapist” already has a domain" in answer.text
    assert "kept words" in answer.text
    odd = people.ana.post(_url(people), form | {"title": "New", "kind": "odd"})
    assert (odd.status_code, "is not a kind of domain" in odd.text) == (422, True)
    assert _titles(db, people) == ["Reasons for crying"]


def test_a_change_is_made_in_place_and_refused_with_what_was_typed(
    people: People, db: Session
) -> None:
    domain, _ = _add(db, people, "Antecedent", "Reasons")
    url = f"{_url(people)}/{domain}"
    page = people.ana.get(f"{_url(people)}?change={domain}").text
    assert 'value="Antecedent"' in page
    form = {"title": "Before", "abbreviation": "BEF", "kind": "analytic", "version": 1}
    assert people.ana.post(url, form).headers["location"] == f"{_url(people)}#domain-{domain}"
    stale = people.ana.post(url, form | {"title": "Mine"})
    assert stale.status_code == 409
    assert 'value="Mine"' in stale.text
    assert "<del>Before</del><ins>Mine</ins>" in stale.text
    assert 'name="version" value="2"' in stale.text
    taken = people.ana.post(url, form | {"title": "reasons", "version": 2})
    assert taken.status_code == 422
    assert _titles(db, people) == ["Before", "Reasons"]


def test_order_and_removal_from_the_page(people: People, db: Session) -> None:
    first, second = _add(db, people, "One", "Two")
    answer = people.ana.post(f"{_url(people)}/{second}/order", {"by": -1}, htmx=True)
    assert answer.text.index("Two") < answer.text.index("One")
    assert f'id="domain-{second}-up"' in answer.text
    assert people.ana.post(f"{_url(people)}/{second}/order", {"by": 1}).status_code == 303
    assert _titles(db, people) == ["One", "Two"]
    assert people.ana.post(f"{_url(people)}/{first}/removal").status_code == 303
    assert _titles(db, people) == ["Two"]
    board = load_board(db, people.context(db), _sample(people), second)
    add_category(db, board, title="Loss")
    db.commit()
    refused = people.ana.post(f"{_url(people)}/{second}/removal")
    assert (refused.status_code, "1 category" in refused.text) == (409, True)
    assert f'href="{_url(people)}/{second}/merge"' in refused.text


@pytest.mark.parametrize(
    ("name", "see", "change"),
    [("ana", 200, 303), ("ben", 200, 403), ("eli", 200, 403), ("ida", 200, 403), ("hal", 404, 404)],
)
def test_members_see_the_list_and_a_pi_changes_it(
    people: People, db: Session, name: str, see: int, change: int
) -> None:
    (domain,) = _add(db, people, "Antecedent")
    person = people.everybody[name]
    page = person.get(f"{_url(people)}?change={domain}")
    assert page.status_code == see
    assert (f'action="{_url(people)}' in page.text) == (name == "ana")
    assert person.post(_url(people), {"title": "New"}).status_code == change
    assert person.post(f"{_url(people)}/{domain}/order", {"by": 1}).status_code == change


def test_a_sample_of_another_study_has_no_list_here(people: People, db: Session) -> None:
    assert people.ana.get(f"{people.url}/samples/99999/domains").status_code == 404
    assert people.ana.post(f"{people.url}/samples/99999/domains/lines").status_code == 404


def test_every_change_of_the_list_is_in_the_trail(people: People, db: Session) -> None:
    first, second = _add(db, people, "One", "Two")
    study, sample = people.context(db), _sample(people)
    _change(db, people, first, 1, title="Eins")
    shift_domain(db, study, sample_id=sample, domain_id=first, by=1)
    remove_domain(db, study, sample_id=sample, domain_id=second)
    verbs = db.exec(
        select(TrailEntry.verb)
        .where(TrailEntry.item_kind == "domain")
        .order_by(col(TrailEntry.sequence))
    ).all()
    assert verbs == [
        "add a domain",
        "add a domain",
        "change a domain",
        "order the domain list",
        "remove a domain",
    ]


def test_the_page_takes_as_many_statements_with_twenty_domains(
    people: People, db: Session, statements: list[str]
) -> None:
    _add(db, people, "One")
    statements.clear()
    assert people.ana.get(_url(people)).status_code == 200
    with_one = len(statements)
    _add(db, people, *(f"Topic {number}" for number in range(19)))
    statements.clear()
    people.ana.get(_url(people))
    assert len(statements) == with_one
