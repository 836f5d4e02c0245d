"""What the address of a findings page asks for: columns, illustrations, what is unfolded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.db import LARGEST_ID
from app.frequency.illustrations import Illustration
from app.frequency.tables import Table
from app.reports.layout import Column

CHOSEN = "title"
"""The value of `columns` that is always there: it tells "no column ticked" from "not asked"."""

TICKED = frozenset({Column.LABEL, Column.CASES, Column.PERCENT})
USUAL = frozenset({Column.LABEL, Column.CASES})
USUAL_WITHOUT_LABELS = frozenset({Column.CASES, Column.PERCENT})


@dataclass(frozen=True)
class Choice:
    """How somebody looks at the findings; kept in the address, so reloading keeps it.

    `ticked` is None where nothing was chosen. `not_agreed` shows the domains whose board is not
    agreed too; `category` is the row whose evidence is open.
    """

    ticked: frozenset[Column] | None = None
    illustration: Illustration | None = None
    not_agreed: bool = False
    category: int | None = None

    def columns(self, table: Table) -> tuple[Column, ...]:
        """The columns of this table: those chosen that it can have, else the usual ones."""
        usual = USUAL if table.has_labels else USUAL_WITHOUT_LABELS
        wanted = usual if self.ticked is None else self.ticked
        if not table.has_labels:
            wanted = wanted - {Column.LABEL}
        if self.illustration:
            wanted = wanted | {Column.ILLUSTRATION}
        return tuple(column for column in Column if column in wanted)

    def chosen_columns(self, tables: Sequence[Table]) -> tuple[Column, ...] | None:
        """The columns of a file; None leaves them to its format."""
        if self.ticked is None and not self.illustration:
            return None
        wanted = {column for table in tables for column in self.columns(table)}
        return tuple(column for column in Column if column in wanted)

    def but(self, **changes: object) -> "Choice":
        """The same choice, changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def query(self) -> str:
        """'?columns=title&columns=n&unagreed=1', or nothing."""
        fields: list[tuple[str, str]] = []
        if self.ticked is not None:
            fields += [("columns", CHOSEN), *(("columns", c) for c in Column if c in self.ticked)]
        if self.illustration:
            fields.append(("illustration", self.illustration))
        if self.not_agreed:
            fields.append(("unagreed", "1"))
        if self.category is not None:
            fields.append(("category", str(self.category)))
        return f"?{urlencode(fields)}" if fields else ""


def read_choice(params: QueryParams, *, raw_data: bool, not_agreed: bool) -> Choice:
    """The choice an address asks for; what is unreadable, or not for this reader, is left out.

    `raw_data` and `not_agreed` say whether this person may see quotations, and domains whose board
    is not agreed.
    """
    given = params.getlist("columns")
    illustration = params.get("illustration", "")
    category = params.get("category", "")
    readable = category.isascii() and category.isdecimal() and len(category) < 11
    return Choice(
        ticked=frozenset(column for column in TICKED if column in given) if given else None,
        illustration=_illustration(illustration, raw_data=raw_data),
        not_agreed=not_agreed and params.get("unagreed") == "1",
        category=min(int(category), LARGEST_ID) if readable else None,
    )


def _illustration(name: str, *, raw_data: bool) -> Illustration | None:
    if name not in set(Illustration) or (name == Illustration.QUOTATION and not raw_data):
        return None
    return Illustration(name)
