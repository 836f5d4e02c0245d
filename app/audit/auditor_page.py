"""What the auditor's page shows: the frozen version, one's comments, the form of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.accounts.kept import TwoVersions
from app.audit.commenting import CommentView, Written
from app.audit.guard import AuditContext
from app.audit.kept_comments import both_of
from app.audit.list_document import is_definition
from app.audit.meanwhile import SinceRead, since_read
from app.audit.reading import ABOUT, Reading, anchor, read_audit
from app.audit.words import About, CommentType, Strength
from app.core_ideas.consensus_version import Item
from app.db import guid, now


@dataclass(frozen=True)
class Asked:
    """What an address asks for.

    `on` is the item (at the number `at`) of a new comment with these words as `quote`, `change`
    one's own comment to open again, `number` a round, `shows_all` all of a further round.
    """

    on: str | None = None
    at: str = ""
    quote: str = ""
    change: str = ""
    number: int | None = None
    shows_all: bool = False


def asked_by(address: Mapping[str, str]) -> Asked:
    """Out of the query of an address."""
    number = address.get("round", "")
    return Asked(
        address.get("on"),
        address.get("at", ""),
        address.get("quote", "")[:500],
        address.get("change", ""),
        int(number) if number.isdecimal() else None,
        "all" in address,
    )


@dataclass(frozen=True)
class AuditorPage:
    """One auditor's page. `open` is what stands in the form, with the `version` it was saved at.

    `both` are two versions of it to choose from; `said` stands beside the form; `about` is the item
    that something was just said of.
    """

    audit: AuditContext
    reading: Reading
    mine: tuple[CommentView, ...]
    may_comment: bool
    open: Written | None
    both: TwoVersions | None
    version: int
    saved_at: datetime
    quote: str
    meanwhile: SinceRead | None
    about: str = ""
    said: str = ""
    message: str = ""
    fields: Mapping[str, str] | None = None

    @property
    def open_item(self) -> Item | None:
        """What the comment in the form is on."""
        return self.reading.item(self.open.item, self.open.number) if self.open else None

    @property
    def anchor(self) -> str:
        """Where that stands on the page."""
        item = self.open_item
        return anchor(item) if item and item.guid else "whole"

    @property
    def was_reopened(self) -> bool:
        """Did the team reopen it before this person returned their audit?"""
        return was_reopened(self.audit)

    @property
    def told(self) -> str:
        """What changed since the round before: '2 reworded, 1 new'."""
        return self.reading.since.told if self.reading.since else ""

    def label(self, item: Item) -> str:
        """An item as its link names it."""
        if item.kind == "domain":
            return f"the domain {item.text}" if item.number else "the domain"
        if item.kind == "category":
            return f"category {item.text}"
        word = {"core_idea": "core idea", "block": "passage", "placement": "card"}[item.kind]
        return f"{word} {item.number}"

    def in_words(self, name: str, value: str) -> str:
        """The value of a field for its reader: an item by its words."""
        is_item = name in ("move_to", "merge_with") and value
        return self.reading.named(value) if is_item else value


def was_reopened(audit: AuditContext) -> bool:
    """Did the team reopen what is audited before this person returned their audit?"""
    part = audit.round.part_of(audit.study.me.id)
    return audit.is_over and part is not None and not part.is_returned


def auditor_page(
    db: Session,
    audit: AuditContext,
    asked: Asked,
    *,
    typed: Written | None = None,
    about: str = "",
    said: str = "",
    message: str = "",
    fields: Mapping[str, str] | None = None,
) -> AuditorPage:
    """Everything an auditor's page needs; `typed` stands in the form where it was just sent."""
    reading = read_audit(db, audit, number=asked.number, shows_all=asked.shows_all)
    mine = tuple(reading.mine(audit.study.me.id))
    may_comment = audit.may_comment and reading.round.id == audit.round.id
    opened = typed or _opened(reading, mine, asked)
    own = next((each for each in mine if opened and each.guid == opened.guid), None)
    return AuditorPage(
        audit=audit,
        reading=reading,
        mine=mine,
        may_comment=may_comment,
        open=opened,
        both=both_of(db, audit, own) if own and may_comment else None,
        version=own.version if own else 0,
        saved_at=own.changed_at if own else now(),
        quote=asked.quote,
        meanwhile=since_read(db, audit, reading) if may_comment else None,
        about=about,
        said=said,
        message=message,
        fields=fields or {},
    )


def _opened(reading: Reading, mine: tuple[CommentView, ...], asked: Asked) -> Written | None:
    """What the form shows: one of one's own again, or a new comment on an item."""
    for comment in mine:
        if comment.guid == asked.change:
            return _as_written(comment)
    if asked.on is None:
        return None
    item = reading.item(asked.on, asked.at)
    about = ABOUT.get(item.kind, About.WHOLE)
    is_title = item.kind in ("domain", "category") and not is_definition(item)
    fitting = CommentType.TITLE if is_title else CommentType.WORDING
    return Written(guid(), about, asked.on, item.number, "", fitting, "", Strength.SHOULD)


def _as_written(comment: CommentView) -> Written:
    return Written(
        comment.guid,
        comment.about,
        comment.item,
        comment.number,
        comment.quote,
        comment.type,
        comment.text,
        comment.strength,
        comment.suggests,
        comment.suggestion,
    )
