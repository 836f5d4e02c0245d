"""The parts of the docs that are printed from the code.

A part stands between `<!-- printed: NAME -->` and `<!-- /printed -->`. After a change of the
cycle, the permission table or the rules, renew all of them:

    .venv/bin/python -m tests.architecture.printed
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from app.consensus.rules import CYCLE, State
from app.frequency.rules import RULES, cut_offs
from app.permissions import ALWAYS, POLICY, Standing

ROOT = Path(__file__).parents[2]
SAMPLE_SIZES = (6, 10, 15, 18)
"""The three samples of Knox et al. (2017), and one in which *rare* exists."""


def state_diagram() -> str:
    """The cycle of `app.consensus.rules` as a mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state}" as {_key(state)}' for state in State]
    lines += [f"    [*] --> {_key(State.NOT_STARTED)}"]
    lines += [
        f"    {_key(before)} --> {_key(leads.to)}: {move}"
        for (before, move), leads in CYCLE.items()
    ]
    return "\n".join([*lines, "```"])


def _key(state: State) -> str:
    return state.name.lower()


def permission_table() -> str:
    """The policy of `app.permissions` as a table: a row an action, a column a standing."""
    words = {ALWAYS: "yes", None: "–"}
    rows = [
        [action.value, *(words.get(grants.get(each), grants.get(each, "")) for each in Standing)]
        for action, grants in POLICY.items()
    ]
    return _table(["may …", *(each.value for each in Standing)], rows)


def cut_off_table() -> str:
    """The counts of each label under each rule, at a few sample sizes, two cases at least."""
    rows = []
    for rule in RULES.values():
        if not rule.has_labels:
            continue
        cells = [
            ", ".join(
                f"{band.label} {band.low}" + (f"–{band.high}" if band.high > band.low else "")
                for band in cut_offs(n, rule)
            )
            for n in SAMPLE_SIZES
        ]
        rows.append([f"`{rule.name}`", *cells])
    return _table(["rule", *(f"N = {n}" for n in SAMPLE_SIZES)], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


PRINTED: Mapping[str, tuple[str, Callable[[], str]]] = {
    "state diagram": ("docs/consensus.md", state_diagram),
    "permission table": ("docs/permissions.md", permission_table),
    "cut-offs": ("docs/method.md", cut_off_table),
}


def as_it_should_be(name: str, text: str) -> str:
    """The file's text with the part named printed anew. Raises `ValueError` without its marks."""
    part = re.compile(rf"(<!-- printed: {name} -->\n).*?(<!-- /printed -->)", re.DOTALL)
    fresh, found = part.subn(lambda marks: f"{marks[1]}{PRINTED[name][1]()}\n{marks[2]}", text)
    if found != 1:
        raise ValueError(f"{PRINTED[name][0]} has {found} parts marked '{name}', not one")
    return fresh


def main() -> None:
    """Renew every printed part."""
    for name, (file, _) in PRINTED.items():
        path = ROOT / file
        path.write_text(as_it_should_be(name, path.read_text("utf-8")), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
