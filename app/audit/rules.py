"""When an audit is returned, answered and done.

PURE. Every comment is decided by the team; an audit closes when nothing is undecided and the judges
have agreed to what changed (Hill et al., 2005: the team discusses each comment and goes back to the
data). A further round is a choice and no gate.
"""

from collections.abc import Collection, Iterable

from app.audit.words import NEEDS_REASON, UNDECIDED, Decision


def all_returned(asked: Collection[int], returned: Collection[int]) -> bool:
    """Has every auditor who was asked returned the audit? Without auditors nobody has."""
    return bool(asked) and set(asked) <= set(returned)


def why_undecided(decisions: Iterable[Decision | None]) -> str:
    """What holds an audit up, in words; empty where every comment is decided."""
    found = list(decisions)
    waiting = sum(decision is None for decision in found)
    deferred = sum(decision in UNDECIDED for decision in found)
    parts = []
    if waiting:
        parts.append(f"{waiting} {'comment has' if waiting == 1 else 'comments have'} no response")
    if deferred:
        parts.append(f"{deferred} {'is' if deferred == 1 else 'are'} deferred")
    return " and ".join(parts)


def missing_reason(decision: Decision, reason: str) -> str:
    """Why this decision cannot stand without a reason; empty where it can."""
    if decision in NEEDS_REASON and not reason.strip():
        return f"Say in a few words why the comment is {decision}; the auditor will read it."
    return ""
