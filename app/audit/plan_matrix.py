"""The audit plan as a matrix: items down, auditors across."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from app.accounts.sessions import initials
from app.audit.due import Due, ItemKey
from app.audit.models import AuditPlan
from app.audit.words import Kind
from app.consensus.rules import State, Step


@dataclass(frozen=True)
class Auditor:
    """A member who audits."""

    id: int
    name: str
    is_external: bool

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.name)


@dataclass(frozen=True)
class PlanRow:
    """An item of the plan with its auditors; those in `stored` are more than a proposal.

    `state` is none for a domain list that no auditor was asked for. `due` is what of it can be sent
    next; `batch` counts the batches of its sample from 1 (0: none), `waits` names the cases that
    the others of a batch wait for.
    """

    key: ItemKey
    name: str
    sample: str
    kind: Kind
    state: State | None
    auditors: tuple[int, ...]
    warnings: tuple[str, ...]
    stored: frozenset[int]
    by_hand: bool
    recused: frozenset[int]
    judges: frozenset[int]
    audit_id: int | None
    step: Step = Step.BOTH
    due: Step | None = None
    batch: int = 0
    waits: tuple[str, ...] = ()
    until: Due | None = None
    """Until when its auditors have it, while they do."""

    @property
    def is_stored(self) -> bool:
        """Is anybody assigned to it, more than by a proposal?"""
        return bool(self.stored)

    @property
    def added(self) -> tuple[int, ...]:
        """Whom the rotation proposes, beside those who are assigned."""
        return tuple(auditor for auditor in self.auditors if auditor not in self.stored)

    @property
    def is_ready(self) -> bool:
        """Can it be sent to its auditors now?"""
        return self.is_stored and self.due is not None and not self.waits

    @property
    def asks_about(self) -> str:
        """What its auditors will be asked about: 'P07', 'P07, its domains'."""
        return self.name if self.due in (None, Step.BOTH) else f"{self.name}, its {self.due}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a PI should know of it."""
        batch = (f"batch {self.batch}",) if self.batch else ()
        waits = (f"waits for {', '.join(self.waits)}",) if self.waits else ()
        by_hand = ("by hand",) if self.by_hand else ()
        return (*batch, *waits, *self.warnings, *by_hand)

    def mark(self, auditor_id: int) -> str:
        """The word of a cell in the matrix."""
        if auditor_id in self.auditors:
            return "audits" if auditor_id in self.stored else "proposed"
        if auditor_id in self.judges:
            return "judged it"
        return "stands back" if auditor_id in self.recused else ""


@dataclass(frozen=True)
class PlanView:
    """The matrix, the settings behind it, and how the load is shared."""

    plan: AuditPlan
    auditors: tuple[Auditor, ...]
    rows: tuple[PlanRow, ...]
    recusals: tuple[tuple[int, str, str, str], ...] = field(default=())

    @property
    def loads(self) -> Counter[int]:
        """How many items each auditor has."""
        return Counter(auditor for row in self.rows for auditor in row.auditors)

    @property
    def teams(self) -> list[tuple[str, int]]:
        """How often each combination of auditors comes, by name."""
        names = {auditor.id: auditor.name for auditor in self.auditors}
        together = Counter(
            " and ".join(sorted(names.get(each, "who left") for each in row.auditors))
            for row in self.rows
            if len(row.auditors) > 1
        )
        return sorted(together.items())

    @property
    def proposed(self) -> tuple[PlanRow, ...]:
        """Items for which somebody is a proposal as yet."""
        return tuple(row for row in self.rows if row.added)

    @property
    def ready(self) -> tuple[PlanRow, ...]:
        """What can go to its auditors now and is not with them yet."""
        return tuple(row for row in self.rows if row.is_ready)

    @property
    def ready_by_sample(self) -> dict[str, list[PlanRow]]:
        """The same, sample by sample."""
        found: dict[str, list[PlanRow]] = {row.sample: [] for row in self.rows}
        for row in self.ready:
            found[row.sample].append(row)
        return {sample: rows for sample, rows in found.items() if rows}

    @property
    def waiting(self) -> tuple[PlanRow, ...]:
        """Agreed cases that wait for the others of their batch."""
        return tuple(row for row in self.rows if row.due is not None and row.waits)

    @property
    def options(self) -> list[tuple[int, str]]:
        """The auditors for a select."""
        return [(auditor.id, auditor.name) for auditor in self.auditors]

    def names(self, ids: Collection[int]) -> str:
        """Auditors by name, in the order of the matrix."""
        return " and ".join(auditor.name for auditor in self.auditors if auditor.id in ids)

    def row(self, key: ItemKey) -> PlanRow | None:
        """An item of the plan, if it is one."""
        return next((row for row in self.rows if row.key == key), None)
