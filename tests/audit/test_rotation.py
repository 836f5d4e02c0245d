"""Rotation: every combination takes its turn, nobody audits their own work."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.rotation import BARRED, NO_AUDITOR, NO_EXTERNAL, TOO_FEW, Item, rotate

pytestmark = pytest.mark.pure

ELI, FAY, GUS, ANA = 1, 2, 3, 4


def _cases(count: int, **more: object) -> list[Item]:
    return [Item(key, **more) for key in range(1, count + 1)]  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(20))
def test_three_auditors_in_pairs_over_eighteen_cases_as_knox_et_al_had_them(seed: int) -> None:
    plan = rotate(_cases(18), [ELI, FAY, GUS], k=2, seed=seed)
    pairs = Counter(assigned.auditors for assigned in plan.values())
    loads = Counter(auditor for assigned in plan.values() for auditor in assigned.auditors)
    assert pairs == {(ELI, FAY): 6, (ELI, GUS): 6, (FAY, GUS): 6}
    assert loads == {ELI: 12, FAY: 12, GUS: 12}


def test_who_is_at_every_cross_analysis_audits_no_fewer_cases_for_it() -> None:
    boards = [Item(key, wants_external=True, kind="board") for key in range(100, 112)]
    items = [*_cases(18, kind="case"), *boards]
    plan = rotate(items, [ELI, FAY, GUS], k=2, seed=7, external=frozenset({GUS}))
    cases = Counter(plan[key].auditors for key in range(1, 19))
    assert cases == {(ELI, FAY): 6, (ELI, GUS): 6, (FAY, GUS): 6}
    assert Counter(plan[board.key].auditors for board in boards) == {(ELI, GUS): 6, (FAY, GUS): 6}


def test_another_seed_draws_another_order() -> None:
    plans = {tuple(rotate(_cases(18), [ELI, FAY, GUS], k=2, seed=s).items()) for s in range(9)}
    assert len(plans) > 1


def test_a_cross_analysis_has_an_external_auditor_where_one_is_free() -> None:
    boards = _cases(9, wants_external=True)
    plan = rotate(boards, [ELI, FAY, GUS], k=2, seed=7, external=frozenset({GUS}))
    assert all(GUS in assigned.auditors and not assigned.warnings for assigned in plan.values())
    alone = rotate(boards, [ELI, FAY], k=2, seed=7, external=frozenset({GUS}))
    assert all(assigned.warnings == (NO_EXTERNAL,) for assigned in alone.values())


def test_who_is_short_of_auditors_is_told() -> None:
    items = [Item(1, frozenset({ELI, FAY})), Item(2, frozenset({ELI, FAY, GUS}))]
    plan = rotate(items, [ELI, FAY, GUS], k=2, seed=1)
    assert plan[1].auditors == (GUS,)
    assert plan[1].warnings == (TOO_FEW,)
    assert plan[2].warnings == (NO_AUDITOR,)


def test_a_pi_is_told_of_an_auditor_who_became_a_judge_of_the_item() -> None:
    plan = rotate([Item(1, frozenset({ELI}))], [ELI, FAY], k=2, seed=1, kept={1: (ELI, FAY)})
    assert plan[1].auditors == (ELI, FAY)
    assert plan[1].warnings == (BARRED,)


def test_an_item_has_at_least_one_auditor() -> None:
    with pytest.raises(ValueError, match="at least one"):
        rotate(_cases(1), [ELI], k=0, seed=1)


teams = st.lists(st.integers(1, 8), min_size=1, max_size=6, unique=True)
seeds = st.integers(0, 2**31 - 1)


@given(auditors=teams, count=st.integers(1, 40), k=st.integers(1, 4), seed=seeds)
def test_without_recusals_no_load_differs_by_more_than_one(
    auditors: list[int], count: int, k: int, seed: int
) -> None:
    plan = rotate(_cases(count), auditors, k=k, seed=seed)
    loads = Counter(dict.fromkeys(auditors, 0))
    loads.update(auditor for assigned in plan.values() for auditor in assigned.auditors)
    assert max(loads.values()) - min(loads.values()) <= 1
    assert all(len(assigned.auditors) == min(k, len(auditors)) for assigned in plan.values())


barred = st.lists(st.frozensets(st.integers(1, 8), max_size=5), min_size=1, max_size=30)


@given(auditors=teams, barred=barred, k=st.integers(1, 3), seed=seeds)
def test_nobody_audits_what_they_judged_or_stand_back_from(
    auditors: list[int], barred: list[frozenset[int]], k: int, seed: int
) -> None:
    items = [Item(key, each) for key, each in enumerate(barred)]
    plan = rotate(items, auditors, k=k, seed=seed)
    for item in items:
        free = set(auditors) - item.barred
        assert set(plan[item.key].auditors) <= free
        assert len(plan[item.key].auditors) == min(k, len(free))
        assert len(set(plan[item.key].auditors)) == len(plan[item.key].auditors)


@given(auditors=teams, barred=barred, more=st.integers(1, 10), seed=seeds)
def test_items_that_come_later_change_nothing_that_was_planned(
    auditors: list[int], barred: list[frozenset[int]], more: int, seed: int
) -> None:
    items = [Item(key, each) for key, each in enumerate(barred)]
    first = rotate(items, auditors, k=2, seed=seed)
    kept = {key: assigned.auditors for key, assigned in first.items()}
    later = [*items, *(Item(1000 + n) for n in range(more))]
    second = rotate(later, auditors, k=2, seed=seed, kept=kept)
    assert {key: second[key].auditors for key in first} == kept
    assert len(second) == len(later)


def test_a_team_that_somebody_left_is_filled_up_and_who_is_there_stays() -> None:
    kept = {1: (ELI,), 2: (ELI, GUS)}
    plan = rotate(_cases(3), [ELI, FAY, GUS], k=2, seed=3, kept=kept, filled={1, 2})
    assert plan[1].auditors[0] == ELI
    assert len(plan[1].auditors) == 2
    assert plan[2].auditors == (ELI, GUS)
    assert rotate(_cases(1), [ELI, FAY], k=2, seed=3, kept={1: (ELI,)})[1].warnings == (TOO_FEW,)


@given(auditors=teams, barred=barred, gone=st.integers(0, 5), seed=seeds)
def test_when_somebody_leaves_only_their_places_are_given_to_others(
    auditors: list[int], barred: list[frozenset[int]], gone: int, seed: int
) -> None:
    items = [Item(key, each) for key, each in enumerate(barred)]
    first = rotate(items, auditors, k=2, seed=seed)
    left = auditors[gone % len(auditors)]
    rest = [auditor for auditor in auditors if auditor != left]
    kept = {
        key: tuple(auditor for auditor in assigned.auditors if auditor != left)
        for key, assigned in first.items()
        if set(assigned.auditors) - {left}
    }
    second = rotate(items, rest, k=2, seed=seed, kept=kept, filled=kept)
    for item in items:
        stayed, team = set(kept.get(item.key, ())), set(second[item.key].auditors)
        assert stayed <= team
        assert len(team) == min(2, len(set(rest) - item.barred))
        assert not team & item.barred
