"""The audits of the demo: by rotation, and in every state; none of them changes a count."""

from dataclasses import dataclass

from sqlmodel import Session

from app.accounts.sessions import Me
from app.audit.commenting import Written, comments_of, save_comment
from app.audit.guard import AuditContext, load_audit
from app.audit.kinds import AuditedBoard
from app.audit.overview import audits_of
from app.audit.plan_matrix import PlanRow, PlanView
from app.audit.plan_queries import plan_view
from app.audit.planning import change_plan, plan_of, signature, use_plan
from app.audit.reading import ABOUT, Reading, read_audit
from app.audit.requesting import request_audits
from app.audit.responding import decide
from app.audit.service import ask_for_a_further_round, return_audit
from app.audit.words import CommentType, Decision, Kind, Strength, Suggestion
from app.consensus.rules import State
from app.consensus.service import agree
from app.core_ideas.consensus_version import Item
from app.cross_analysis.guard import load_board
from app.db import guid
from app.studies.guard import StudyContext, load_study


@dataclass(frozen=True)
class Remark:
    """What an auditor of the demo says of the nth core idea, card or category of an item.

    `words` are the other words that are suggested for it; what suggests something is accepted.
    """

    nth: int
    type: CommentType
    text: str
    strength: Strength = Strength.SHOULD
    words: str = ""


# Invented, like everything in the demo.
FIRST_READER: tuple[Remark, ...] = (
    Remark(0, CommentType.PRAISE, "Stays with what P said. Keep it."),
    Remark(
        2,
        CommentType.INTERPRETATION,
        "I read this twice against the raw data. Does P say so, or is it what we would have felt?",
    ),
    Remark(3, CommentType.WORDING, "A shorter verb would do; P's own word is plainer."),
)
SECOND_READER: tuple[Remark, ...] = (
    Remark(2, CommentType.TOO_ABSTRACT, "I missed the scene itself here.", Strength.COULD),
    Remark(4, CommentType.QUESTION, "Is this about the same session, or about a later one?"),
)
PLAINER = Remark(
    14,
    CommentType.WORDING,
    "P says “was it my place”. I would keep that; “for a second” is ours.",
    words="P asked P’s self whether it was P’s place to cry and whether it was fitting in a "
    "counselor.",
)
ON_A_LIST: tuple[Remark, ...] = (
    Remark(0, CommentType.PRAISE, "A reader sees at once what belongs here and what does not."),
    Remark(
        3,
        CommentType.WORDING,
        "I would say in the definition where this ends and the next domain begins.",
    ),
)
ANSWERS = (
    (Decision.NOTED, ""),
    (Decision.REJECTED, "We went back to the turns: P says it, two sentences further on."),
    (Decision.REJECTED, "P's word is local; the core idea keeps to what readers will know."),
    (Decision.NOTED, "We had asked ourselves the same; it stays as it is."),
    (Decision.NOTED, "About the same session; turn by turn it becomes clear."),
)


class Auditing:
    """The auditors at work on the finished study."""

    def __init__(self, db: Session, team: dict[str, Me], study_id: int) -> None:
        self.db, self.study_id = db, study_id
        self.by_id = {person.id: person for person in team.values()}
        self.pi, self.judge = team["Ana"], team["Ben"]
        self.judges = [team[name] for name in ("Ben", "Chi", "Dee")]

    def study(self, who: Me) -> StudyContext:
        """The study as somebody has it."""
        return load_study(self.db, who, self.study_id)

    def plan(self) -> PlanView:
        """Assign the auditors of everything by rotation, the domain lists too."""
        pi = self.study(self.pi)
        present = plan_of(self.db, pi.id)
        change_plan(
            self.db,
            pi,
            auditors_an_item=present.auditors_an_item,
            cases=present.cases,
            first_cases=present.first_cases,
            batch=present.batch,
            boards=present.boards,
            domain_lists=True,
            is_apart=present.is_apart,
            shows_names=present.shows_names,
            version=present.version,
        )
        use_plan(self.db, pi, seen=signature(plan_view(self.db, pi, plan_of(self.db, pi.id))))
        return plan_view(self.db, pi, plan_of(self.db, pi.id))

    def ask(self, row: PlanRow) -> int:
        """Send an item to its auditors. Returns the audit."""
        judge = self.study(self.judge)
        request_audits(self.db, judge, plan_of(self.db, judge.id), items=[row.key])
        return max(audit.id for audit in audits_of(self.db, self.study(self.judge)))

    def read(self, audit_id: int, *further: Remark, all_return: bool = True) -> None:
        """The auditors write their comments; the second one returns only where all are to.

        The first one has the `further` ones too.
        """
        parts = load_audit(self.db, self.study(self.judge), audit_id).round.parts
        for place, part in enumerate(parts):
            who = self.by_id[part.account_id]
            audit = load_audit(self.db, self.study(who), audit_id)
            reading = read_audit(self.db, audit)
            remarks = SECOND_READER if place else (*FIRST_READER, *further)
            if audit.kind is Kind.DOMAIN_LIST:
                remarks = ON_A_LIST[place : place + 1]
            for remark in remarks:
                self._write(audit, reading, remark)
            if all_return or not place:
                self._return(who, audit_id, len(remarks))

    def return_without_comments(self, audit_id: int) -> None:
        """Everybody read it and has nothing to say."""
        for part in load_audit(self.db, self.study(self.judge), audit_id).round.parts:
            self._return(self.by_id[part.account_id], audit_id, 0)

    def _write(self, audit: AuditContext, reading: Reading, remark: Remark) -> None:
        item = _nth(reading, remark.nth)
        written = Written(
            guid(),
            ABOUT[item.kind],
            item.guid,
            item.number,
            "",
            remark.type,
            remark.text,
            remark.strength,
            Suggestion.WORDING if remark.words else None,
            {"text": remark.words} if remark.words else None,
        )
        save_comment(self.db, audit, written, version=0)

    def _return(self, who: Me, audit_id: int, seen: int) -> None:
        audit = load_audit(self.db, self.study(who), audit_id)
        return_audit(
            self.db,
            audit.scene,
            audit_id=audit_id,
            without_comments=not seen,
            seen=seen,
        )

    def respond(self, audit_id: int, *, to: int | None = None) -> None:
        """The team decides the comments, or the first few of them."""
        audit = load_audit(self.db, self.study(self.judge), audit_id)
        mine = [each for each in comments_of(self.db, audit) if each.round_id == audit.round.id]
        for comment in mine:
            if comment.suggests:
                accepted = Decision.ACCEPTED
                decide(self.db, audit, guid=comment.guid, decision=accepted, applies=True)
        plain = [each for each in mine if not each.suggests]
        for comment, (decision, reason) in list(zip(plain, ANSWERS, strict=False))[:to]:
            decide(self.db, audit, guid=comment.guid, decision=decision, reason=reason)

    def agree_again(self, audit_id: int) -> None:
        """Every judge agrees to the board as it is after the response."""
        for judge in self.judges:
            audit = load_audit(self.db, self.study(judge), audit_id)
            assert isinstance(audit.item, AuditedBoard)
            board = load_board(self.db, audit.study, audit.sample.id, audit.item.domain_id)
            agree(self.db, board.scene, board.unit, content=board.unit.content, what=board.title)

    def ask_again(self, audit_id: int) -> None:
        """A further round by the same auditors."""
        audit = load_audit(self.db, self.study(self.judge), audit_id)
        auditors = [part.account_id for part in audit.round.parts]
        ask_for_a_further_round(self.db, audit.scene, audit_id=audit_id, auditors=auditors)


def _nth(reading: Reading, number: int) -> Item:
    wanted = ("domain",) if reading.kind is Kind.DOMAIN_LIST else ("core_idea", "placement")
    items = [item for item in reading.items if item.kind in wanted]
    return items[number % len(items)]


def build_audits(db: Session, team: dict[str, Me], study_id: int) -> None:
    """Some items of the finished study in each state an audit can have."""
    auditing = Auditing(db, team, study_id)
    plan = auditing.plan()
    agreed = [row for row in plan.rows if row.state is State.AGREED]
    lists = [row for row in plan.rows if row.kind is Kind.DOMAIN_LIST]
    cases = [row for row in agreed if row.kind is Kind.CASE]
    boards = [row for row in agreed if row.kind is Kind.BOARD]
    closed, responding, reading, asked, silent = (auditing.ask(row) for row in cases[:5])
    auditing.read(closed)
    auditing.respond(closed)
    auditing.read(responding)
    auditing.respond(responding, to=2)
    auditing.read(reading, all_return=False)
    auditing.return_without_comments(silent)
    assert asked
    board, again = (auditing.ask(row) for row in boards[:2])
    auditing.read(board)
    auditing.respond(board, to=1)
    auditing.read(again, PLAINER)
    auditing.respond(again)
    auditing.agree_again(again)
    auditing.ask_again(again)
    auditing.read(auditing.ask(lists[0]))
