"""Who may do what: the policy against the product's table, person by person.

Yes (Y), once the unit is agreed (A), no (-). Columns: the PI alone, Ana (PI and judge of the unit),
Ben (judge of the unit), Dee (another judge), Fay (asked to audit the item), Eli (an auditor who was
not), Ida (reader), and somebody without a role.
"""

import pytest

from app.permissions import POLICY, Action, Actor, Allowed, Refused, Role, decide

pytestmark = pytest.mark.pure

PEOPLE = {
    "the PI": Actor(frozenset({Role.PI})),
    "Ana": Actor(frozenset({Role.PI, Role.JUDGE}), judges_unit=True),
    "Ben": Actor(frozenset({Role.JUDGE}), judges_unit=True),
    "Dee": Actor(frozenset({Role.JUDGE})),
    "Fay": Actor(frozenset({Role.INTERNAL_AUDITOR}), audits_item=True),
    "Eli": Actor(frozenset({Role.EXTERNAL_AUDITOR})),
    "Ida": Actor(frozenset({Role.READER})),
    "nobody": Actor(frozenset()),
}
TABLE = {
    Action.SEE_STUDY: "Y Y Y Y Y Y Y -",
    Action.SEE_SET_UP: "Y Y Y Y - - - -",
    Action.SET_UP: "Y Y - - - - - -",
    Action.SEE_DOMAIN_LIST: "Y Y Y Y Y Y Y -",
    Action.EDIT_DOMAIN_LIST: "Y Y - - - - - -",
    Action.READ_TRANSCRIPT: "Y Y Y Y Y - - -",
    Action.EDIT_TRANSCRIPTS: "Y Y - - - - - -",
    Action.SEE_CODING: "Y Y Y A Y - - -",
    Action.CODE: "- Y Y - - - - -",
    Action.SEE_DRAFTS: "Y Y Y - - - - -",
    Action.SEE_BOARD: "Y Y Y Y Y - A -",
    Action.SORT: "- Y Y - - - - -",
    Action.AGREE: "- Y Y - - - - -",
    Action.REOPEN: "Y Y Y - - - - -",
    Action.GO_ON: "Y Y Y - - - - -",
    Action.SEE_MEETINGS: "Y Y Y Y - - - -",
    Action.MEET: "- Y Y Y - - - -",
    Action.SEE_AUDITS: "Y Y Y Y Y Y - -",
    Action.SEE_AUDIT: "Y Y Y Y Y - - -",
    Action.AUDIT: "- - - - Y - - -",
    Action.REQUEST_AUDIT: "Y Y Y - - - - -",
    Action.RESPOND: "- Y Y - - - - -",
    Action.SEE_FINDINGS: "Y Y Y Y - - Y -",
    Action.EXPORT: "Y Y Y Y - - - -",
    Action.SEE_TRAIL: "Y Y Y Y - - - -",
}
CELLS = [
    (action, name, cell)
    for action, row in TABLE.items()
    for name, cell in zip(PEOPLE, row.split(), strict=True)
]


def test_the_table_has_every_action() -> None:
    assert set(TABLE) == set(Action) == set(POLICY)


@pytest.mark.parametrize(
    ("action", "name", "cell"), CELLS, ids=[f"{name}: {action}" for action, name, _ in CELLS]
)
def test_who_may_do_what(action: Action, name: str, cell: str) -> None:
    actor = PEOPLE[name]
    agreed = Actor(
        actor.roles,
        judges_unit=actor.judges_unit,
        audits_item=actor.audits_item,
        unit_agreed=True,
    )
    assert (
        isinstance(decide(actor, action), Allowed),
        isinstance(decide(agreed, action), Allowed),
    ) == {
        "Y": (True, True),
        "A": (False, True),
        "-": (False, False),
    }[cell]


def test_a_person_holds_the_sum_of_their_roles() -> None:
    both = Actor(frozenset({Role.READER, Role.JUDGE}))
    for action in Action:
        either = any(
            isinstance(decide(Actor(frozenset({role})), action), Allowed) for role in both.roles
        )
        assert isinstance(decide(both, action), Allowed) == either


def test_the_role_alone_makes_nobody_judge_or_auditor_of_a_unit() -> None:
    assert isinstance(
        decide(Actor(frozenset({Role.READER}), judges_unit=True), Action.CODE), Refused
    )
    pretender = Actor(frozenset({Role.PI}), audits_item=True)
    assert isinstance(decide(pretender, Action.CODE), Refused)


@pytest.mark.parametrize("action", list(Action))
def test_a_refusal_says_what_may_not_be_done_and_who_may(action: Action) -> None:
    refused = decide(PEOPLE["nobody"], action)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith(f"You may not {action} with your present roles; a")
    assert refused.reason.endswith("may. Ask the PI.")


def test_who_only_has_to_wait_is_told_so() -> None:
    refused = decide(PEOPLE["Dee"], Action.SEE_CODING)
    assert isinstance(refused, Refused)
    assert (
        refused.reason
        == "You may see the team's coding of this case once its judges have agreed on it."
    )
