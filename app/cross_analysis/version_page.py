"""The page of an agreed cross-analysis: which version is shown, and which two are compared."""

from dataclasses import dataclass

from sqlmodel import Session

from app.consensus.versions import VersionHead, document_of_version, versions_of
from app.core_ideas.version_page import head_named, options_of
from app.cross_analysis.board_version import (
    BoardComparison,
    BoardDocument,
    compare_boards,
    read_board_document,
)
from app.cross_analysis.guard import BoardContext
from app.errors import NotFound


@dataclass(frozen=True)
class BoardVersionView:
    """A frozen version of a board; without a `head` nobody has agreed to the board yet."""

    here: BoardContext
    heads: tuple[VersionHead, ...]
    head: VersionHead | None
    document: BoardDocument | None

    @property
    def url(self) -> str:
        """The page's address."""
        return f"{self.here.url}/version"

    @property
    def key(self) -> str:
        """How an address names what is shown."""
        return str(self.head.number) if self.head else ""

    @property
    def is_newest(self) -> bool:
        """Is there no newer version?"""
        return self.head is not None and self.head.number == self.heads[0].number

    @property
    def options(self) -> list[tuple[str, str]]:
        """Everything that can be compared, newest first."""
        return options_of(self.heads, working=False)


def read_board_version(db: Session, here: BoardContext, asked: str = "") -> BoardVersionView:
    """The version that is asked for by its number, else the newest. Raises `NotFound`."""
    heads = versions_of(db, here.unit.id)
    head = head_named(heads, asked) if asked else next(iter(heads), None)
    document = read_board_document(document_of_version(db, head.id)) if head else None
    return BoardVersionView(here, heads, head, document)


@dataclass(frozen=True)
class BoardCompareView:
    """Two versions of a board and what differs."""

    here: BoardContext
    heads: tuple[VersionHead, ...]
    earlier: str
    later: str
    comparison: BoardComparison

    @property
    def url(self) -> str:
        """The address of the version's page."""
        return f"{self.here.url}/version"

    @property
    def options(self) -> list[tuple[str, str]]:
        """Everything that can be compared, newest first."""
        return options_of(self.heads, working=False)


def read_board_comparison(
    db: Session, here: BoardContext, *, earlier: str = "", later: str = ""
) -> BoardCompareView:
    """Two versions: those asked for, else the newest and the one before.

    Raises `NotFound` where there are no two, or one that there is not.
    """
    heads = versions_of(db, here.unit.id)
    if len(heads) < 2:
        raise NotFound(
            f"There {'is only one version' if heads else 'is no version yet'} of "
            f"{here.what}, so there is nothing to compare."
        )
    newer, older = head_named(heads, later or str(heads[0].number)), heads[1]
    if earlier:
        older = head_named(heads, earlier)
    before, after = (
        read_board_document(document_of_version(db, head.id)) for head in (older, newer)
    )
    return BoardCompareView(
        here, heads, str(older.number), str(newer.number), compare_boards(before, after)
    )
