"""Five texts that two people may change at once, and the forms they do it with."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.accounts.models import KeptText
from app.core_ideas.models import CoreIdea, CoreIdeaDraft
from app.cross_analysis.guard import load_board
from app.cross_analysis.models import Category
from app.cross_analysis.service import add_category
from app.domains.models import Block, Domain
from app.studies.models import Member, Sample
from tests.core_ideas.a_case import MOTHER, make_case
from tests.people import People, Person


@dataclass(frozen=True)
class Shared:
    """A text of the study: its form, where it is looked at, and what stands in the database."""

    name: str
    url: str
    page: str
    label: str
    fields: Callable[[str], dict[str, object]]
    stands: Callable[[Session], str]
    is_core_idea: bool = False
    item: tuple[str, int] = ("", 0)

    def form(self, text: str, version: int) -> dict[str, object]:
        """The form as its page sends it."""
        return self.fields(text) | {"version": version}

    def kept(self, db: Session, person: Person) -> str | None:
        """What is kept for somebody who came second."""
        if self.is_core_idea:
            draft = select(CoreIdeaDraft.text).where(CoreIdeaDraft.account_id == person.id)
            return db.exec(draft).first()
        kind, item_id = self.item
        texts = db.exec(
            select(KeptText.texts).where(
                KeptText.account_id == person.id,
                KeptText.item_kind == kind,
                KeptText.item_id == item_id,
            )
        ).first()
        return texts[self.label] if texts else None


def shared_texts(db: Session, people: People) -> dict[str, Shared]:
    """All five, in a case with a block, a core idea, a category and a domain. Ben is a PI too."""
    ben = db.exec(select(Member).where(Member.account_id == people.ben.id)).one()
    ben.is_pi = True
    db.add(ben)
    case = make_case(db, people)
    idea, block = case.add_idea("As it began."), case.block_at(MOTHER)
    domain, sample = case.domains["ANT"], people.sample.id or 0
    board = load_board(db, people.context(db), sample, domain)
    category = add_category(db, board, title="As it began.").id or 0
    db.commit()
    domains = f"{people.sample_url}/domains"
    coding = case.url.replace("core-ideas", "coding")

    def one(column: object, row_id: int) -> Callable[[Session], str]:
        key = column.class_.id  # type: ignore[attr-defined]
        return lambda db: str(db.exec(select(column).where(col(key) == row_id)).one())  # type: ignore[call-overload]

    return {
        "core idea": Shared(
            "core idea",
            f"{case.url}/{idea}",
            case.url,
            "text",
            lambda text: {"text": text, "in_domain": domain, "whole": "1"},
            one(CoreIdea.text, idea),
            is_core_idea=True,
        ),
        "memo": Shared(
            "memo",
            f"{coding}/blocks/{block}/memo",
            f"{coding}/blocks/{block}",
            "memo",
            lambda text: {"memo": text},
            one(Block.memo, block),
            item=("block", block),
        ),
        "category": Shared(
            "category",
            f"{board.url}/categories/{category}/title?category={category}",
            f"{board.url}?category={category}",
            "title",
            lambda text: {"title": text, "was": "As it began."},
            one(Category.title, category),
            item=("category", category),
        ),
        "domain": Shared(
            "domain",
            f"{domains}/{domain}",
            f"{domains}?change={domain}",
            "definition",
            lambda text: {
                "title": "Antecedent",
                "abbreviation": "ANT",
                "definition": text,
                "kind": "analytic",
            },
            one(Domain.definition, domain),
            item=("domain", domain),
        ),
        "settings": Shared(
            "settings",
            f"{people.url}/settings/samples/{sample}",
            f"{people.url}/settings?change=sample-{sample}",
            "topic",
            lambda text: {"name": "as therapist", "topic": text},
            one(Sample.topic, sample),
            item=("sample", sample),
        ),
    }


NAMES = ("core idea", "memo", "category", "domain", "settings")
