"""What the consensus changed in one judge's own core ideas, domain by domain."""

from dataclasses import dataclass

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.revealed import revealed_drafts
from app.core_ideas.changes import Change, Fate, Placed, changes
from app.core_ideas.given import absences_by_domain, ideas_by_domain
from app.db import one_or_not_found
from app.domains.discussion import check_revealed
from app.domains.queries import DomainRow, domain_list


@dataclass(frozen=True)
class OwnDomain:
    """A domain with what became of one's own core ideas in it, and with both reasons for none."""

    domain: DomainRow
    changes: tuple[Change, ...]
    my_reason: str | None
    agreed_reason: str | None


@dataclass(frozen=True)
class Mine:
    """The page of one judge; `titles` names the domains that core ideas moved to."""

    case: CaseContext
    domains: tuple[OwnDomain, ...]
    titles: dict[int, str]

    @property
    def url(self) -> str:
        """The page's address."""
        return f"{self.case.url}/core-ideas/discussion/mine"

    @property
    def is_own(self) -> bool:
        """It is shown to nobody else."""
        return True

    @property
    def counts(self) -> tuple[tuple[Fate, int], ...]:
        """How many of one's own were kept, reworded, moved, dropped; and how many were added."""
        fates = [change.fate for each in self.domains for change in each.changes]
        return tuple((fate, fates.count(fate)) for fate in Fate if fate in fates)


def read_mine(db: Session, case: CaseContext) -> Mine:
    """The page of who looks. A constant number of statements.

    Raises `Forbidden` before the reveal, `NotFound` for who did not draft the case.
    """
    check_revealed(case)
    drafts = revealed_drafts(db, case.unit.id)
    own = next((draft for draft in drafts if draft.account_id == case.study.me.id), None)
    draft = one_or_not_found(own, f"draft of yours of {case.code}")
    layers = [draft.layer_id, case.unit.consensus_layer_id]
    ideas, reasons = ideas_by_domain(db, layers), absences_by_domain(db, layers)
    domains = domain_list(db, case.sample.id)
    mine, agreed = (
        [
            Placed(domain.id, idea)
            for domain in domains
            for idea in ideas.get(domain.id, {}).get(layer, ())
        ]
        for layer in layers
    )
    found = changes(mine, agreed)
    told = [
        OwnDomain(
            domain,
            tuple(change for change in found if change.domain_id == domain.id),
            *(reasons.get(domain.id, {}).get(layer) for layer in layers),
        )
        for domain in domains
    ]
    return Mine(
        case,
        tuple(each for each in told if each.changes or each.my_reason or each.agreed_reason),
        {domain.id: domain.title for domain in domains},
    )
