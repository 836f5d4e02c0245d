"""Who may do what: one table, one question.

PURE. The table is "Who may do what" of the product; `docs/permissions.md`
prints it. A refusal carries the sentence that the person reads. State questions ("is the unit
agreed?") are asked of `app.consensus.rules`; here they only widen what a role may *see*.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of a study is; a member holds a set of them."""

    PI = "PI"
    JUDGE = "judge"
    INTERNAL_AUDITOR = "internal auditor"
    EXTERNAL_AUDITOR = "external auditor"
    READER = "reader"


AUDITORS = frozenset({Role.INTERNAL_AUDITOR, Role.EXTERNAL_AUDITOR})


class Action(StrEnum):
    """What somebody may want to do, in the words of a refusal: 'You may not ...'."""

    SEE_STUDY = "open this study"
    SEE_SET_UP = "see how the study is set up"
    SET_UP = "set up the study"
    SEE_DOMAIN_LIST = "see the domain list"
    EDIT_DOMAIN_LIST = "change the domain list"
    READ_TRANSCRIPT = "read this transcript"
    EDIT_TRANSCRIPTS = "add or change transcripts"
    SEE_CODING = "see the team's coding of this case"
    CODE = "code this case"
    SEE_DRAFTS = "see the judges' revealed drafts"
    SEE_BOARD = "see this board"
    SORT = "sort this board"
    AGREE = "agree for the team of judges"
    REOPEN = "reopen this unit"
    GO_ON = "go on to the core ideas of this case"
    SEE_MEETINGS = "see the team's meetings"
    MEET = "hold a meeting"
    SEE_AUDITS = "see the audits"
    SEE_AUDIT = "see this audit"
    AUDIT = "audit this item"
    REQUEST_AUDIT = "request an audit of this unit"
    RESPOND = "respond to this audit"
    SEE_FINDINGS = "see the findings"
    EXPORT = "take tables out of the study"
    SEE_TRAIL = "read the trail"


class Standing(StrEnum):
    """How somebody stands to the study, or to the unit in question."""

    PI = "PI"
    JUDGE_OF_UNIT = "judge of the unit"
    JUDGE = "judge"
    AUDITOR_OF_ITEM = "auditor of the item"
    AUDITOR = "auditor"
    READER = "reader"


ALWAYS = "always"
ONCE_AGREED = "once agreed"

_S = Standing
POLICY: dict[Action, dict[Standing, str]] = {
    Action.SEE_STUDY: dict.fromkeys(Standing, ALWAYS),
    Action.SEE_SET_UP: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS},
    Action.SET_UP: {_S.PI: ALWAYS},
    Action.SEE_DOMAIN_LIST: {
        _S.PI: ALWAYS,
        _S.JUDGE: ALWAYS,
        _S.AUDITOR: ALWAYS,
        _S.READER: ALWAYS,
    },
    Action.EDIT_DOMAIN_LIST: {_S.PI: ALWAYS},
    Action.READ_TRANSCRIPT: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS, _S.AUDITOR_OF_ITEM: ALWAYS},
    Action.EDIT_TRANSCRIPTS: {_S.PI: ALWAYS},
    Action.SEE_CODING: {
        _S.PI: ALWAYS,
        _S.JUDGE_OF_UNIT: ALWAYS,
        _S.JUDGE: ONCE_AGREED,
        _S.AUDITOR_OF_ITEM: ALWAYS,
    },
    Action.CODE: {_S.JUDGE_OF_UNIT: ALWAYS},
    Action.SEE_DRAFTS: {_S.PI: ALWAYS, _S.JUDGE_OF_UNIT: ALWAYS},
    Action.SEE_BOARD: {
        _S.PI: ALWAYS,
        _S.JUDGE_OF_UNIT: ALWAYS,
        _S.JUDGE: ALWAYS,
        _S.AUDITOR_OF_ITEM: ALWAYS,
        _S.READER: ONCE_AGREED,
    },
    Action.SORT: {_S.JUDGE_OF_UNIT: ALWAYS},
    Action.AGREE: {_S.JUDGE_OF_UNIT: ALWAYS},
    Action.REOPEN: {_S.PI: ALWAYS, _S.JUDGE_OF_UNIT: ALWAYS},
    Action.GO_ON: {_S.PI: ALWAYS, _S.JUDGE_OF_UNIT: ALWAYS},
    Action.SEE_MEETINGS: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS},
    Action.MEET: {_S.JUDGE: ALWAYS},
    Action.SEE_AUDITS: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS, _S.AUDITOR: ALWAYS},
    Action.SEE_AUDIT: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS, _S.AUDITOR_OF_ITEM: ALWAYS},
    Action.AUDIT: {_S.AUDITOR_OF_ITEM: ALWAYS},
    Action.REQUEST_AUDIT: {_S.PI: ALWAYS, _S.JUDGE_OF_UNIT: ALWAYS},
    Action.RESPOND: {_S.JUDGE_OF_UNIT: ALWAYS},
    Action.SEE_FINDINGS: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS, _S.READER: ALWAYS},
    Action.EXPORT: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS},
    Action.SEE_TRAIL: {_S.PI: ALWAYS, _S.JUDGE: ALWAYS},
}


@dataclass(frozen=True)
class Actor:
    """Somebody in relation to a study and, where there is one, to a unit of it."""

    roles: frozenset[Role]
    judges_unit: bool = False
    audits_item: bool = False
    unit_agreed: bool = False

    def standings(self) -> frozenset[Standing]:
        """Every standing this person has; a person holds the sum of their roles."""
        found = set()
        if Role.PI in self.roles:
            found.add(Standing.PI)
        if Role.JUDGE in self.roles:
            found.add(Standing.JUDGE)
            if self.judges_unit:
                found.add(Standing.JUDGE_OF_UNIT)
        if self.roles & AUDITORS:
            found.add(Standing.AUDITOR)
            if self.audits_item:
                found.add(Standing.AUDITOR_OF_ITEM)
        if Role.READER in self.roles:
            found.add(Standing.READER)
        return frozenset(found)


@dataclass(frozen=True)
class Allowed:
    """Yes."""


@dataclass(frozen=True)
class Refused:
    """No, and the sentence that says why and who could."""

    reason: str


def decide(actor: Actor, action: Action) -> Allowed | Refused:
    """May this actor do this? The one question every guard asks."""
    grants = POLICY[action]
    waits = False
    for standing in actor.standings():
        condition = grants.get(standing)
        if condition == ALWAYS or (condition == ONCE_AGREED and actor.unit_agreed):
            return Allowed()
        waits = waits or condition == ONCE_AGREED
    if waits:
        return Refused(f"You may {action} once its judges have agreed on it.")
    holders = " or ".join(f"a {standing}" for standing in Standing if standing in grants)
    return Refused(f"You may not {action} with your present roles; {holders} may. Ask the PI.")
