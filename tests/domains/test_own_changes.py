"""What the consensus made of one judge's own coding."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.domains.mine import read_mine
from app.domains.own_changes import Fate, Place, own_changes
from app.errors import Forbidden, NotFound
from tests.domains.a_case import a_case
from tests.domains.a_discussion import (
    BREATH,
    DRAFTS,
    MINE,
    MOTHER,
    TEARS,
    YES,
    a_discussion,
    draft,
    independent,
)
from tests.html import Reader
from tests.people import People

ANT, REA = 11, 12


def place(start: int, end: int, domain: int | None = REA, version: int = 1) -> Place:
    return Place(version, start, end, domain)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("mine", "team", "fates"),
    [
        ([place(0, 9)], [place(0, 9)], [Fate.KEPT]),
        ([place(0, 9)], [place(0, 12)], [Fate.OTHER_ENDS]),
        ([place(0, 9)], [place(0, 9, ANT)], [Fate.OTHER_DOMAIN]),
        ([place(0, 9)], [place(0, 9, None)], [Fate.OTHER_DOMAIN]),
        ([place(0, 9, None)], [place(0, 9)], [Fate.OTHER_DOMAIN]),
        ([place(0, 9)], [], [Fate.DROPPED]),
        ([place(0, 9)], [place(9, 12)], [Fate.DROPPED, Fate.ADDED]),
        ([], [place(0, 9)], [Fate.ADDED]),
        ([place(0, 9)], [place(0, 9), place(0, 9, ANT)], [Fate.KEPT, Fate.ADDED]),
        ([place(0, 9), place(0, 9, ANT)], [place(0, 9)], [Fate.DROPPED, Fate.KEPT]),
        ([place(0, 9)], [place(0, 9, version=2)], [Fate.DROPPED, Fate.ADDED]),
        ([place(0, 9), place(5, 20)], [place(0, 20)], [Fate.OTHER_ENDS, Fate.OTHER_ENDS]),
    ],
)
def test_each_passage_has_one_fate(mine: list[Place], team: list[Place], fates: list[Fate]) -> None:
    assert [change.fate for change in own_changes(mine, team)] == fates


places = st.builds(
    lambda start, size, domain: place(start, start + size, domain),
    st.integers(0, 20),
    st.integers(1, 9),
    st.sampled_from([ANT, REA, None]),
)


@pytest.mark.pure
@settings(max_examples=60, deadline=None)
@given(st.lists(places, max_size=6), st.lists(places, max_size=6))
def test_nothing_of_ones_own_and_nothing_of_the_teams_is_left_out(
    mine: list[Place], team: list[Place]
) -> None:
    found = own_changes(mine, team)
    assert sorted(str(c.mine) for c in found if c.mine) == sorted(map(str, set(mine)))
    assert {p for change in found for p in change.team} == set(team)


def test_every_judge_sees_what_became_of_their_own_coding(db: Session, people: People) -> None:
    found = a_discussion(db, people)
    reader = Reader(people.ben.browser).open(found.url)
    reader.send("Not coded", reason="A yes alone says nothing.")
    reader.send("Consequences", reason="It is what came of it.")
    reader.send("Consequences")
    reader.follow("Mine")
    mine = read_mine(db, found.context(db, people.ben))
    fates = {line.words: line.fate for line in (*mine.changed, *mine.kept)}
    assert fates == {
        MOTHER: Fate.OTHER_ENDS,
        YES: Fate.OTHER_DOMAIN,
        MINE: Fate.OTHER_DOMAIN,
        TEARS: Fate.KEPT,
        "Mm-hm.": Fate.KEPT,
    }
    assert "2 in another domain" in reader.text
    assert "not coded, noted by Ben: A yes alone says nothing." in reader.text
    chi = read_mine(db, found.context(db, people.chi))
    assert {line.words: line.fate for line in chi.kept} == {
        f"{MOTHER} {BREATH}": Fate.KEPT,
        MINE: Fate.KEPT,
        "Mm-hm.": Fate.KEPT,
    }
    assert [(line.words, line.fate) for line in chi.changed] == [
        (YES, Fate.OTHER_DOMAIN),
        (TEARS, Fate.ADDED),
    ]
    with pytest.raises(NotFound, match="draft of yours"):
        read_mine(db, found.context(db, people.ana))
    assert people.ana.get(f"{found.url}/mine").status_code == 404
    assert people.eli.get(f"{found.url}/mine").status_code == 403


def test_there_is_nothing_of_it_before_the_reveal(db: Session, people: People) -> None:
    independent(db, people)
    case = a_case(db, people)
    draft(db, case, people.ben, DRAFTS["ben"])
    with pytest.raises(Forbidden, match="private until"):
        read_mine(db, case.context(db, people.ben))
