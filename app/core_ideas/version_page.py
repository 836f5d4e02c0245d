"""The page of a case's consensus version: which one is shown, and which two are compared."""

from dataclasses import dataclass

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.consensus.amendments import amendments_of_case
from app.consensus.rules import State
from app.consensus.versions import VersionHead, document_of_version, versions_of
from app.core_ideas.comparing import Comparison, compare
from app.core_ideas.consensus_version import Document, Note, read_document
from app.core_ideas.document import note_of, read_case
from app.core_ideas.freezing import listed_since
from app.errors import NotFound

WORKING = "working"
"""How an address names the working document, as it names a version by its number."""


@dataclass(frozen=True)
class VersionView:
    """What the page shows. Without a `head` the document is not frozen: it is worked on.

    `document` is None where nobody agreed to anything yet and there is nothing shared to show.
    """

    case: CaseContext
    heads: tuple[VersionHead, ...]
    head: VersionHead | None
    document: Document | None
    pending: tuple[Note, ...]

    @property
    def url(self) -> str:
        """The page's address."""
        return f"{self.case.url}/consensus-version"

    @property
    def is_working(self) -> bool:
        """Is this the layer as it stands, while the team discusses it?"""
        return self.head is None and _is_open(self.case)

    @property
    def is_newest(self) -> bool:
        """Is there no newer version, and none being worked on?"""
        return self.head is not None and self.head.number == self.heads[0].number

    @property
    def key(self) -> str:
        """How an address names what is shown."""
        return str(self.head.number) if self.head else WORKING

    @property
    def query(self) -> str:
        """'?version=2' where another than the one shown first is asked for."""
        return f"?version={self.head.number}" if self.head and not self.is_newest else ""

    @property
    def options(self) -> list[tuple[str, str]]:
        """Everything that can be compared, newest first."""
        return options_of(self.heads, working=_is_open(self.case))


def options_of(heads: tuple[VersionHead, ...], *, working: bool) -> list[tuple[str, str]]:
    """The versions for a choice, with the working document where there is one."""
    found = [(str(head.number), f"version {head.number}") for head in heads]
    return [(WORKING, "working document"), *found] if working else found


def read_version(db: Session, case: CaseContext, asked: str = "") -> VersionView:
    """The version that is asked for; else the working document in consensus, else the newest.

    Raises `NotFound` for a version that there is not.
    """
    heads = versions_of(db, case.unit.id)
    amended = amendments_of_case(db, case.unit.id)
    pending = tuple(note_of(each) for each in amended if each.is_pending)
    if asked and not (asked == WORKING and _is_open(case)):
        head: VersionHead | None = head_named(heads, asked)
    else:
        head = None if _is_open(case) else next(iter(heads), None)
    return VersionView(case, heads, head, _document(db, case, heads, head), pending)


def head_named(heads: tuple[VersionHead, ...], asked: str) -> VersionHead:
    """One of the versions by its number. Raises `NotFound`."""
    for head in heads:
        if str(head.number) == asked:
            return head
    raise NotFound(
        f"There is no version {asked[:20]} here. The newest is version {heads[0].number}."
        if heads
        else "Nothing was agreed to here yet, so there is no version of it."
    )


def _document(
    db: Session, case: CaseContext, heads: tuple[VersionHead, ...], head: VersionHead | None
) -> Document | None:
    if head:
        return read_document(document_of_version(db, head.id))
    if case.unit.is_private or case.unit.state is State.NOT_STARTED:
        return None
    anew = _is_open(case)
    return read_case(db, case.unit.id, since=listed_since(heads, anew=anew), with_pending=anew)


@dataclass(frozen=True)
class CompareView:
    """Two documents of a case and what differs; `earlier` and `later` as an address names them."""

    case: CaseContext
    heads: tuple[VersionHead, ...]
    earlier: str
    later: str
    comparison: Comparison

    @property
    def url(self) -> str:
        """The address of the version's page."""
        return f"{self.case.url}/consensus-version"

    @property
    def options(self) -> list[tuple[str, str]]:
        """Everything that can be compared, newest first."""
        return options_of(self.heads, working=_is_open(self.case))


def read_comparison(
    db: Session, case: CaseContext, *, earlier: str = "", later: str = ""
) -> CompareView:
    """Two versions side by side: those asked for, else the newest and the one before.

    Raises `NotFound` where there are no two, or one that there is not.
    """
    heads = versions_of(db, case.unit.id)
    names = [name for name, _ in options_of(heads, working=_is_open(case))]
    if len(names) < 2:
        raise NotFound(
            f"There is only one version of {case.code}, so there is nothing to compare it with."
            if names
            else f"Nobody has agreed to {case.code} yet, so there is no version to compare."
        )
    later = later or names[0]
    older = names[names.index(later) + 1 :] if later in names else []
    earlier = earlier or (older[0] if older else names[-1])
    documents = []
    for asked in (earlier, later):
        head = None if asked == WORKING and _is_open(case) else head_named(heads, asked)
        document = _document(db, case, heads, head)
        assert document
        documents.append(document)
    return CompareView(case, heads, earlier, later, compare(*documents))


def _is_open(case: CaseContext) -> bool:
    return case.unit.state is State.CONSENSUS
