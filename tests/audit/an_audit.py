"""A coded and agreed case with its audit, for the tests of audits."""

from dataclasses import dataclass

from sqlmodel import Session, select

from app.audit.guard import AuditContext, load_audit
from app.audit.models import Audit, Comment
from app.audit.service import request_audit, return_audit
from app.audit.words import About, CommentType
from app.consensus.service import agree
from tests.domains.a_case import ACase, a_case
from tests.people import People, Person


@dataclass
class AnAudit:
    """What the tests say 'the audit' to."""

    case: ACase
    id: int

    @property
    def url(self) -> str:
        """The address of the audit."""
        return f"{self.case.people.url}/audits/{self.id}"

    def context(self, db: Session, person: Person) -> AuditContext:
        """The audit as somebody has it just now."""
        return load_audit(db, self.case.people.context(db, person), self.id)

    def comment(self, db: Session, person: Person, text: str = "Too abstract for me.") -> Comment:
        """A comment on the whole, as an auditor drafts it."""
        comment = Comment(
            round_id=self.context(db, person).round.id,
            account_id=person.id,
            about=About.WHOLE,
            type=CommentType.TOO_ABSTRACT,
            text=text,
        )
        db.add(comment)
        db.commit()
        return comment

    def give_back(self, db: Session, *persons: Person) -> None:
        """Return the audits of these people, with what they wrote."""
        for person in persons:
            audit = self.context(db, person)
            mine = select(Comment.id).where(
                Comment.account_id == person.id, Comment.round_id == audit.round.id
            )
            written = len(db.exec(mine).all())
            return_audit(
                db,
                audit.scene,
                audit_id=self.id,
                without_comments=not written,
                seen=written,
            )
            db.commit()


def agreed_case(db: Session, people: People, code: str = "P07") -> ACase:
    """A case with one block that all four judges agreed to."""
    case = a_case(db, people, code=code)
    case.put(db, "I held my breath.", "Antecedent")
    agree_all(db, case)
    return case


def agree_all(db: Session, case: ACase) -> None:
    """All judges agree to what stands there."""
    people = case.people
    for person in (people.ana, people.ben, people.chi, people.dee):
        context = case.context(db, person)
        agree(db, context.scene, context.unit, content=context.unit.content, what=case.code)
    db.commit()


def an_audit(db: Session, people: People, *auditors: Person, case: ACase | None = None) -> AnAudit:
    """The case, with the auditors (Eli and Gus unless named) asked."""
    case = case or agreed_case(db, people)
    asked: Audit = request_audit(
        db,
        case.context(db).scene,
        case.context(db).unit,
        auditors=[person.id for person in auditors or (people.eli, people.gus)],
        what="P07",
    )
    db.commit()
    assert asked.id is not None
    return AnAudit(case, asked.id)
