"""What changes more than the words of one core idea: split, merge, move, remove."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from sqlmodel import Session

from app.cases.guard import CaseContext
from app.core_ideas.drafts import discard_draft
from app.core_ideas.ideas import Idea, stored
from app.core_ideas.places import titles_of, united
from app.core_ideas.rules import Verb, joined
from app.core_ideas.service import (
    Change,
    check_domain,
    check_version,
    checked_text,
    lock,
    make,
    present,
)
from app.domains import blocks
from app.domains.passages import Kind
from app.domains.passages import stored as stored_passages
from app.domains.rules import Verb as BlockVerb
from app.domains.transcripts import transcripts_of
from app.errors import Conflict, Invalid
from app.trail.own import ELSEWHERE


class PlacedOnBoard(Conflict):
    """A core idea stands on the board of its domain; `places` are the titles where."""

    def __init__(self, message: str, places: Sequence[str]) -> None:
        self.places = list(places)
        super().__init__(message)


def split(
    db: Session,
    case: CaseContext,
    *,
    core_idea_id: int,
    parts: Sequence[str],
    version: int,
    verb: StrEnum = Verb.SPLIT,
) -> Change:
    """Make two or more core ideas of one, each with its raw data and in this order.

    The first keeps its places on the board, the others are unsorted there. Raises `Invalid` with
    fewer than two parts, `StaleEdit` where somebody changed the words meanwhile.
    """
    texts = [checked_text(part) for part in parts if part.strip()]
    if len(texts) < 2:
        sentence = (
            "Where does the second core idea begin? Put the cursor there, press Enter, and then "
            "split at the line break."
        )
        raise Invalid(sentence, {"text": sentence})
    lock(db, case)
    idea = present(db, case, core_idea_id)
    check_version(db, case, idea, version, mine="\n".join(texts))
    discard_draft(db, case, core_idea_id=core_idea_id)
    first = replace(idea, text=texts[0])
    others = [
        Idea(
            domain_id=idea.domain_id,
            text=text,
            blocks=idea.blocks,
            made_by=case.study.me.id,
            position=idea.position + 1,
        )
        for text in texts[1:]
    ]
    return make(db, case, verb, [idea], [first, *others])


def merge(
    db: Session, case: CaseContext, *, core_idea_id: int, with_id: int, version: int
) -> Change:
    """Make one core idea of two of a domain: words joined, raw data and places united.

    The one that stands first stays, with the words of both in their order. Raises `Invalid` for
    core ideas of two domains, `StaleEdit` where somebody changed the words meanwhile.
    """
    lock(db, case)
    idea = present(db, case, core_idea_id)
    other = present(db, case, with_id)
    if idea.id == other.id:
        raise Invalid("Choose another core idea of this domain to merge this one with.")
    if idea.domain_id != other.domain_id:
        raise Invalid(
            "These two core ideas stand in different domains. Move one to the other's domain "
            "first, then merge them."
        )
    check_version(db, case, idea, version)
    first, second = sorted((idea, other), key=lambda each: each.position)
    one = replace(
        first,
        text=checked_text(joined(first.text, second.text)),
        blocks=tuple(sorted({*first.blocks, *second.blocks})),
        places=united(first.places, second.places),
    )
    return make(db, case, Verb.MERGE, [first, second], [one])


def move(
    db: Session,
    case: CaseContext,
    *,
    core_idea_id: int,
    domain_id: int,
    off_board: bool = False,
    verb: StrEnum = Verb.MOVE,
) -> Change:
    """Put a core idea at the end of another domain of the sample; its blocks get that domain too.

    From the board of the domain it leaves it is taken off, if `off_board` says that this is meant.
    Raises `PlacedOnBoard` otherwise, `NotFound` for a domain of another sample.
    """
    lock(db, case)
    idea = present(db, case, core_idea_id)
    check_domain(db, case, domain_id)
    if idea.domain_id == domain_id:
        return Change(case.unit, (idea,), (idea,))
    places = placed(db, case, idea)
    if places and not off_board:
        raise PlacedOnBoard(
            f"This core idea stands on the board of its domain in {quoted(places)}. Moving it "
            "takes it off that board; say that you want this, then it is moved.",
            places,
        )
    doubled = double_code(db, case, idea.blocks, domain_id)
    wanted = replace(idea, domain_id=domain_id, places=(), position=AT_THE_END)
    change = make(db, case, verb, [idea], [wanted], doubled=doubled)
    return replace(change, doubled=tuple(doubled))


AT_THE_END = 2**20


def double_code(
    db: Session, case: CaseContext, block_ids: Sequence[int], domain_id: int
) -> list[int]:
    """Put blocks into a domain as well. Returns those that were not in it."""
    found = stored_passages(db, case.unit.blocks_layer_id, Kind.BLOCK, ids=block_ids)
    before = [block for block in found if domain_id not in block.domains]
    if before:
        blocks.lock(db, case)
        after = [
            replace(block, domains=tuple(sorted({*block.domains, domain_id}))) for block in before
        ]
        transcripts = transcripts_of(db, case.case_id)
        blocks.make(db, case, transcripts, BlockVerb.DOUBLE_CODE, before, after, **{ELSEWHERE: 1})
    return [block.id for block in before]


def take_blocks_out(
    db: Session, case: CaseContext, block_ids: Sequence[int], domain_id: int
) -> None:
    """Take blocks out of a domain again, but for those that a core idea of it still rests on."""
    found = stored_passages(db, case.unit.blocks_layer_id, Kind.BLOCK, ids=block_ids)
    needed = {
        block
        for each in stored(db, case.unit.layer_id, domain_id=domain_id)
        for block in each.blocks
    }
    before = [
        block
        for block in found
        if domain_id in block.domains and len(block.domains) > 1 and block.id not in needed
    ]
    if before:
        after = [
            replace(block, domains=tuple(d for d in block.domains if d != domain_id))
            for block in before
        ]
        transcripts = transcripts_of(db, case.case_id)
        blocks.make(db, case, transcripts, BlockVerb.TAKE_OUT, before, after, **{ELSEWHERE: 1})


def remove(db: Session, case: CaseContext, *, core_idea_id: int, version: int) -> Change:
    """Remove a core idea that stands on no board.

    Raises `PlacedOnBoard` with where it stands, `StaleEdit` where somebody changed the words
    meanwhile.
    """
    lock(db, case)
    idea = present(db, case, core_idea_id)
    check_version(db, case, idea, version)
    places = placed(db, case, idea)
    if places:
        raise PlacedOnBoard(
            f"This core idea was not removed: it stands on the board of its domain in "
            f"{quoted(places)}. Take it off the board first, or merge it with another core idea.",
            places,
        )
    return make(db, case, Verb.REMOVE, [idea], [])


def placed(db: Session, case: CaseContext, idea: Idea) -> list[str]:
    """The titles of the categories in which a core idea stands."""
    return titles_of(db, case.unit.layer_id).get(idea.id, []) if idea.places else []


def quoted(places: Sequence[str]) -> str:
    """'“Closer to C” and “Miscellaneous”'."""
    return " and ".join(f"“{place}”" for place in places)
