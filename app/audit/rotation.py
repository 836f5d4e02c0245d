"""Who audits which item: rotating teams of auditors, as balanced as recusals permit.

PURE. "Rotating teams of two auditors reviewed each step" (Knox et al., 2017). All combinations of
`k` auditors take their turn; nobody audits what they judged; the cross-analysis wants at least one
auditor from outside the research team (Hill, 2012).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Item:
    """What is audited. `barred` are its judges and whoever stands back from it.

    Items of one `kind` take turns among themselves: who has to be at every cross-analysis, for
    being external, audits no fewer cases for it.
    """

    key: int
    barred: frozenset[int] = frozenset()
    wants_external: bool = False
    kind: str = ""


@dataclass(frozen=True)
class Assigned:
    """The auditors of an item, in the order of the team, and what a PI should be told."""

    auditors: tuple[int, ...]
    warnings: tuple[str, ...] = ()


NO_AUDITOR = "nobody is free to audit it"
TOO_FEW = "fewer auditors than the plan asks for are free"
BARRED = "somebody among them judges it by now; choose others"
NO_EXTERNAL = "no external auditor is free; a cross-analysis should have one"


def rotate(
    items: Sequence[Item],
    auditors: Sequence[int],
    *,
    k: int,
    seed: int,
    external: frozenset[int] = frozenset(),
    kept: Mapping[int, tuple[int, ...]] | None = None,
    filled: Collection[int] = (),
) -> dict[int, Assigned]:
    """Assign `k` auditors to every item.

    `kept` are assignments that stand (audits under way, choices by hand): they count into the
    loads and are given back as they are, so items that come later change nothing that was planned.
    Those among them whose key is in `filled` are filled up to `k` where somebody has left. The
    other items take their turn in an order drawn from `seed`. Raises `ValueError` for k < 1.
    """
    if k < 1:
        raise ValueError("an item has at least one auditor")
    kept = kept or {}
    all_loads: dict[str, Counter[int]] = defaultdict(Counter)
    all_teams: dict[str, Counter[frozenset[int]]] = defaultdict(Counter)
    for item in items:
        all_loads[item.kind].update(kept.get(item.key, ()))
        all_teams[item.kind].update([frozenset(kept.get(item.key, ()))])
    plan: dict[int, Assigned] = {}
    for item in sorted(items, key=lambda item: _drawn(seed, item.key)):
        team = kept.get(item.key, ())
        loads, teams = all_loads[item.kind], all_teams[item.kind]
        if item.key not in kept or (item.key in filled and len(team) < k):
            loads.subtract(team)
            teams[frozenset(team)] -= 1
            free = [auditor for auditor in auditors if auditor not in item.barred]
            team = _next_team(item, team, free, k, seed, external, loads, teams)
            loads.update(team)
            teams[frozenset(team)] += 1
        plan[item.key] = Assigned(team, _warnings(item, team, k, external))
    return {item.key: plan[item.key] for item in items}


def _next_team(
    item: Item,
    present: tuple[int, ...],
    free: Sequence[int],
    k: int,
    seed: int,
    external: frozenset[int],
    loads: Counter[int],
    teams: Counter[frozenset[int]],
) -> tuple[int, ...]:
    """Of all teams that may: those with the fewest audits so far, then the team used least.

    Who is `present` stays in it.
    """

    def turn(team: tuple[int, ...]) -> tuple[bool, list[int], int, str]:
        lacks_external = item.wants_external and not external & set(team)
        busiest_first = sorted((loads[auditor] for auditor in team), reverse=True)
        return lacks_external, busiest_first, teams[frozenset(team)], _drawn(seed, *team)

    others = [auditor for auditor in free if auditor not in present]
    joining = combinations(others, min(k - len(present), len(others)))
    return min(((*present, *team) for team in joining), key=turn)


def _warnings(item: Item, team: Sequence[int], k: int, external: frozenset[int]) -> tuple[str, ...]:
    found = []
    if not team:
        found.append(NO_AUDITOR)
    elif len(team) < k:
        found.append(TOO_FEW)
    if item.barred & set(team):
        found.append(BARRED)
    if team and item.wants_external and not external & set(team):
        found.append(NO_EXTERNAL)
    return tuple(found)


def _drawn(seed: int, *keys: int) -> str:
    """A place in an order that looks drawn by lot and is the same on every machine."""
    return hashlib.sha256(repr((seed, keys)).encode()).hexdigest()
