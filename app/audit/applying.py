"""Accepting a suggestion: the change an auditor suggested, made by the team's own services."""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from app.audit.commenting import CommentView
from app.audit.guard import AuditContext
from app.audit.kinds import AuditedBoard
from app.audit.list_document import domain_of
from app.audit.reading import read_audit
from app.audit.words import About, Kind, Suggestion
from app.cases.guard import CaseContext, load_case
from app.core_ideas import reshaping
from app.core_ideas.merging_domains import goes_freely, merge_domains
from app.core_ideas.models import CoreIdea
from app.core_ideas.service import reword
from app.cross_analysis.amending import amend_split, amend_wording
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.placing import Card, move_cards
from app.cross_analysis.service import merge_categories, nest_category, rename_category
from app.domains.blocks import assign, take_out
from app.domains.list_service import change_domain
from app.domains.models import Block, Domain
from app.errors import Conflict, Invalid
from app.studies.guard import check

Row = TypeVar("Row", bound=SQLModel)
GONE = (
    "What this comment is about is not there any more, so its suggestion cannot be applied. "
    "Decide the comment without applying it."
)


@dataclass(frozen=True)
class Effect:
    """What a suggestion changed, in words, for the auditor to read."""

    before: dict[str, Any]
    after: dict[str, Any]


def apply(db: Session, audit: AuditContext, comment: CommentView) -> Effect:
    """Make the change that a comment suggests; what is audited and the suggestion decide how.

    Raises `Conflict` where the item, or where it should go, is not there any more, `Invalid` where
    the comment suggests nothing that can be made with one click, `Forbidden` for who may not make
    it, and what the team's own services raise.
    """
    if comment.suggests is None or comment.suggestion is None:
        raise Invalid("This comment suggests no change to apply. Decide it and make the change.")
    needs = audit.item.applies.get(comment.suggests)
    if needs is None:
        raise Invalid(
            f"A suggestion to {comment.suggests} is not made from here. Accept it, and change "
            f"{audit.name} by hand."
        )
    check(audit.actor, needs)
    return _MAKE[audit.kind](db, audit, comment, comment.suggests, comment.suggestion)


def _in_case(
    db: Session, audit: AuditContext, comment: CommentView, kind: Suggestion, what: dict[str, Any]
) -> Effect:
    assert audit.item.code is not None
    case = load_case(db, audit.study, audit.sample.id, audit.item.code)
    if comment.about is About.BLOCK:
        return _move_block(db, audit, case, comment, what["to"])
    idea = _by_guid(db, CoreIdea, comment.item)
    assert idea.id is not None
    was = {"text": idea.text}
    if kind is Suggestion.WORDING:
        reword(db, case, core_idea_id=idea.id, text=what["text"], version=idea.version)
        return Effect(was, {"text": what["text"]})
    if kind is Suggestion.SPLIT:
        reshaping.split(db, case, core_idea_id=idea.id, parts=what["parts"], version=idea.version)
        return Effect(was, {"parts": what["parts"]})
    if kind is Suggestion.MERGE:
        other = _by_guid(db, CoreIdea, what["with"])
        assert other.id is not None
        merged = reshaping.merge(
            db, case, core_idea_id=idea.id, with_id=other.id, version=idea.version
        )
        return Effect({"texts": [idea.text, other.text]}, {"text": merged.after[0].text})
    domain, left = _by_guid(db, Domain, what["to"]), db.get_one(Domain, idea.domain_id)
    assert domain.id is not None
    reshaping.move(db, case, core_idea_id=idea.id, domain_id=domain.id, off_board=True)
    return Effect(was | {"domain": left.title}, was | {"domain": domain.title})


def _move_block(
    db: Session, audit: AuditContext, case: CaseContext, comment: CommentView, to: str
) -> Effect:
    """Into the other domain, and out of the one under which the auditor read it."""
    block, domain = _by_guid(db, Block, comment.item), _by_guid(db, Domain, to)
    read = read_audit(db, audit).read_at(comment)
    if read is None:
        raise Conflict(GONE)
    left = _by_guid(db, Domain, read.place)
    assert domain.id is not None
    assert left.id is not None
    change = assign(
        db,
        case,
        version_id=block.transcript_version_id,
        start=block.start,
        end=block.end,
        quote=block.quote,
        domain_ids=[domain.id],
    )
    there = change.after[0]
    take_out(db, case, block_id=there.id, domain_id=left.id, version=there.version)
    was = {"text": block.quote}
    return Effect(was | {"domain": left.title}, was | {"domain": domain.title})


def _on_board(
    db: Session, audit: AuditContext, comment: CommentView, kind: Suggestion, what: dict[str, Any]
) -> Effect:
    assert isinstance(audit.item, AuditedBoard)
    board = load_board(db, audit.study, audit.sample.id, audit.item.domain_id)
    if comment.about is About.CATEGORY:
        return _of_category(db, board, comment, kind, what)
    if kind is Suggestion.MOVE:
        return _sort(db, board, comment, _by_guid(db, Category, what["to"]))
    idea = _core_idea_of(db, comment)
    assert idea.id is not None
    was, id_, version = {"text": idea.text}, idea.id, idea.version
    if kind is Suggestion.WORDING:
        amend_wording(db, board, core_idea_id=id_, text=what["text"], version=version)
        return Effect(was, {"text": what["text"]})
    if kind is Suggestion.SPLIT:
        amend_split(db, board, core_idea_id=id_, parts=what["parts"], version=version)
        return Effect(was, {"parts": what["parts"]})
    raise Invalid("A card is moved to a category, reworded or split; nothing else is suggested.")


def _sort(db: Session, board: BoardContext, comment: CommentView, category: Category) -> Effect:
    """A card from where the auditor read it, unsorted too, into the category."""
    if comment.about is About.PLACEMENT:
        placement = _by_guid(db, Placement, comment.item)
        card = Card(placement.core_idea_id, frozenset({placement.category_id}))
        left = db.get(Category, placement.category_id) if placement.category_id else None
        was = left.title if left else "Miscellaneous"
        db.expunge(placement)  # Its row goes, and the next one may get its id.
    else:
        card, was = Card(_core_idea_of(db, comment).id or 0), "unsorted"
    move_cards(db, board, cards=[card], to=frozenset({category.id}))
    return Effect({"category": was}, {"category": category.title})


def _of_category(
    db: Session, board: BoardContext, comment: CommentView, kind: Suggestion, what: dict[str, Any]
) -> Effect:
    category = _by_guid(db, Category, comment.item)
    assert category.id is not None
    was = {"title": category.title}
    if kind is Suggestion.WORDING:
        rename_category(
            db, board, category_id=category.id, title=what["text"], version=category.version
        )
        return Effect(was, {"title": what["text"]})
    other = _by_guid(db, Category, what["with"] if kind is Suggestion.MERGE else what["to"])
    assert other.id is not None
    if kind is Suggestion.MERGE:
        merge_categories(db, board, category_id=category.id, into_id=other.id)
        return Effect(was, {"merged": other.title})
    nest_category(db, board, category_id=category.id, parent_id=other.id)
    return Effect(was, {"title": f"{other.title}: {category.title}"})


def _in_list(
    db: Session, audit: AuditContext, comment: CommentView, kind: Suggestion, what: dict[str, Any]
) -> Effect:
    """Other words for a title or a definition, or two domains made one."""
    guid, is_definition = domain_of(comment.item)
    domain = _by_guid(db, Domain, guid)
    assert domain.id is not None
    if kind is Suggestion.MERGE:
        return _merge(db, audit, domain, _by_guid(db, Domain, what["with"]))
    part = "definition" if is_definition else "title"
    shown = "text" if is_definition else "title"
    was = {shown: getattr(domain, part)}
    became = {"title": domain.title, "definition": domain.definition, part: what["text"]}
    change_domain(
        db,
        audit.study,
        sample_id=audit.sample.id,
        domain_id=domain.id,
        **became,
        abbreviation=domain.abbreviation,
        kind=domain.kind,
        version=domain.version,
    )
    return Effect(was, {shown: getattr(domain, part)})


def _merge(db: Session, audit: AuditContext, domain: Domain, other: Domain) -> Effect:
    """The domain commented on goes into the other; where its board has begun, the other goes."""
    assert domain.id is not None
    assert other.id is not None
    goes, stays = domain, other
    if not goes_freely(db, domain.id):
        goes, stays = other, domain
    assert goes.id is not None
    assert stays.id is not None
    was, became = {"title": goes.title}, {"merged": stays.title}
    merge_domains(db, audit.study, sample_id=audit.sample.id, domain_id=goes.id, into_id=stays.id)
    return Effect(was, became)


_MAKE = {Kind.CASE: _in_case, Kind.BOARD: _on_board, Kind.DOMAIN_LIST: _in_list}


def _by_guid(db: Session, model: type[Row], guid: str) -> Row:
    found = db.exec(
        select(model)
        .where(col(model.guid) == guid)  # type: ignore[attr-defined]
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Conflict(GONE)
    return found


def _core_idea_of(db: Session, comment: CommentView) -> CoreIdea:
    if comment.about is About.PLACEMENT:
        return db.get_one(CoreIdea, _by_guid(db, Placement, comment.item).core_idea_id)
    return _by_guid(db, CoreIdea, comment.item)
