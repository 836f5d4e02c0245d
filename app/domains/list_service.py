"""The domain list of a sample as a PI keeps it: change, order, remove, several at once, copy."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.accounts.kept import Item, forget, let_go
from app.cases.resting import in_words, resting_on, summed
from app.consensus.models import Agreement, Assignment, Drafter, Layer, Unit
from app.consensus.queries import drafted_units
from app.consensus.rules import UnitKind
from app.consensus.service import open_unit
from app.db import one_or_not_found, run
from app.domains.dependents import note_redefined
from app.domains.list_change import (
    as_values,
    checked_abbreviation,
    checked_title,
    note_change,
    take_list,
)
from app.domains.models import Domain, DomainKind
from app.domains.queries import DomainRow, domain_list
from app.domains.rules import ListLine, title_key
from app.domains.service import add_domain
from app.errors import Conflict, Invalid, StaleEdit, Versions
from app.studies.auditing import forget_auditors
from app.studies.guard import StudyContext
from app.trail.items import at_version, last_hand
from app.trail.service import Values

PARTS_OF_A_BOARD = frozenset(
    {"layer", "assignment", "agreement", "drafter", "audit_assignment", "presence"}
)
MOST_AT_ONCE = 60


def change_domain(
    db: Session,
    study: StudyContext,
    *,
    sample_id: int,
    domain_id: int,
    title: str,
    abbreviation: str,
    definition: str,
    kind: DomainKind,
    version: int,
) -> Domain:
    """Give a domain another title, abbreviation, definition or kind; what was coded stays with it.

    Made analytic it gets its cross-analysis, made anything else it loses an empty one. Where its
    meaning changed, the cases coded in it are marked to be looked at again. Raises
    `Invalid` as `add_domain`, `StaleEdit` where somebody was first, `Conflict` where its board is
    not empty.
    """
    sample = study.sample(sample_id)
    present = take_list(db, sample)
    domain = listed_domain(db, sample_id, domain_id)
    before = as_values(domain)
    title = checked_title(title, present, sample, but=domain_id)
    short = checked_abbreviation(abbreviation, title, present, but=domain_id)
    after = before | {
        "title": title,
        "abbreviation": short,
        "kind": kind.value,
        "definition": definition.strip(),
    }
    if after == before:
        let_go(db, study.me.id, Item("domain", domain_id))
        return domain
    if domain.version != version:
        raise _stale(db, study, domain, before, after, version)
    if kind != domain.kind:
        _change_kind(db, study, domain, kind)
    domain.title, domain.title_key, domain.abbreviation = title, title_key(title), short
    domain.definition, domain.kind = definition.strip(), kind
    before["version"], domain.version = domain.version, domain.version + 1
    after["version"] = domain.version
    db.add(domain)
    db.flush()
    let_go(db, study.me.id, Item("domain", domain_id))
    note_change(db, study, sample_id, "change a domain", domain, before=before, after=after)
    note_redefined(db, study, domain, before=before, after=after)
    return domain


def _stale(
    db: Session,
    study: StudyContext,
    domain: Domain,
    present: Values,
    typed: Values,
    version: int,
) -> StaleEdit:
    """The refusal of a save from an older version, with what stands and what was typed."""
    assert domain.id is not None
    hand = last_hand(db, study.scene, "domain", domain.id, fields=TYPED)
    who = hand.name if hand else "Somebody"
    base = at_version(db, study.scene, "domain", domain.id, version)
    return StaleEdit(
        f"{who} changed '{domain.title}' after you opened it, so nothing was saved now. What you "
        "typed is kept for you: choose.",
        fields={
            name: Versions(base.get(name, ""), present[name], typed[name], who, domain.version)
            for name in TYPED
        },
        seen=version,
    )


TYPED = ("title", "abbreviation", "definition", "kind")


def _change_kind(db: Session, study: StudyContext, domain: Domain, kind: DomainKind) -> None:
    assert domain.id is not None
    if kind == DomainKind.ANALYTIC:
        if _board(db, domain.id) is None:
            open_unit(
                db,
                study.scene,
                sample_id=domain.sample_id,
                kind=UnitKind.CROSS_ANALYSIS,
                domain_id=domain.id,
            )
    elif domain.kind == DomainKind.ANALYTIC:
        if drafted_units(db, col(Unit.domain_id) == domain.id):
            raise Conflict(
                f"'{domain.title}' stays analytic: its board has been drafted in private, and what "
                "has begun keeps its place, whatever the drafts hold."
            )
        counts = _on_board(db, domain.id)
        if counts:
            raise Conflict(
                f"'{domain.title}' stays analytic: {in_words(counts)} on its board. Empty the "
                "board first if it should not be cross-analysed."
            )
        close_board(db, domain.id)


def shift_domain(
    db: Session, study: StudyContext, *, sample_id: int, domain_id: int, by: int
) -> None:
    """Move a domain `by` places in the list; beyond an end it stays at the end."""
    present = take_list(db, study.sample(sample_id))
    domain = listed_domain(db, sample_id, domain_id)
    order = [each.id for each in present]
    wanted = [each for each in order if each != domain_id]
    wanted.insert(max(0, order.index(domain_id) + by), domain_id)
    if wanted == order:
        return
    for position, each in enumerate(wanted):
        run(
            db,
            sa.update(Domain)
            .where(col(Domain.id) == each, col(Domain.position) != position)
            .values(position=position),
        )
    note_change(
        db,
        study,
        sample_id,
        "order the domain list",
        domain,
        before={"order": order},
        after={"order": wanted},
    )


def remove_domain(db: Session, study: StudyContext, *, sample_id: int, domain_id: int) -> str:
    """Remove a domain that nothing rests on. Returns its title.

    Raises `Conflict` naming what does: blocks, core ideas, reasons, categories. While anything of
    the sample is drafted in private none is removed, so that nobody learns which a draft uses.
    """
    sample = study.sample(sample_id)
    take_list(db, sample)
    domain = listed_domain(db, sample_id, domain_id)
    if drafted_units(db, col(Unit.sample_id) == sample_id):
        raise Conflict(
            f"'{domain.title}' stays in the list: cases or boards of “{sample.name}” have been "
            "drafted in private, and a draft may use it. Merge it into another domain, give it "
            "another title, or remove it once all drafts are revealed."
        )
    counts = _resting(db, domain_id)
    if counts:
        raise Conflict(
            f"'{domain.title}' stays in the list: {in_words(counts)} rest on it. Merge it into "
            "another domain; or give it another title, or the kind 'other'."
        )
    if not close_board(db, domain_id):
        raise Conflict(
            f"'{domain.title}' stays in the list: its board is empty now, but the trail tells of "
            "work on it. Give the domain another title, or the kind 'other'."
        )
    take_off(db, study, domain, "remove a domain")
    return domain.title


def take_off(
    db: Session, study: StudyContext, domain: Domain, verb: str, *, after: Values | None = None
) -> None:
    """Delete a domain that nothing rests on any more, its board neither (see `close_board`)."""
    assert domain.id is not None
    forget(db, Item("domain", domain.id))
    before = as_values(domain)
    note_change(db, study, domain.sample_id, verb, domain, before=before, after=after)
    db.delete(domain)
    db.flush()


def _resting(db: Session, domain_id: int) -> dict[str, int]:
    """What would lose its ground with a domain, in the order of the method."""
    found = resting_on(db, "domain", [domain_id], besides={"unit"})[domain_id]
    blocks = {"block": found.pop("block_domain")} if "block_domain" in found else {}
    return blocks | found | _on_board(db, domain_id)


def _on_board(db: Session, domain_id: int) -> dict[str, int]:
    """What lies on a domain's board, by table."""
    unit_id = _board(db, domain_id)
    if unit_id is None:
        return {}
    layers = _layers(db, unit_id)
    return summed(*resting_on(db, "layer", layers, besides={"trail_entry"}).values())


def is_untouched(db: Session, domain_id: int) -> bool:
    """Has a domain no board, or one that is empty and that the trail does not tell of?"""
    unit_id = _board(db, domain_id)
    if unit_id is None:
        return True
    on_unit = resting_on(db, "unit", [unit_id], besides=PARTS_OF_A_BOARD)
    on_layers = resting_on(db, "layer", _layers(db, unit_id))
    return not summed(*on_unit.values(), *on_layers.values())


def close_board(db: Session, domain_id: int) -> bool:
    """Take away an untouched board. Any other stays; then False."""
    unit_id = _board(db, domain_id)
    if unit_id is None:
        return True
    if not is_untouched(db, domain_id):
        return False
    forget_auditors(db, unit_id=unit_id)
    for table, condition in (
        (Drafter, col(Drafter.unit_id) == unit_id),
        (Agreement, col(Agreement.unit_id) == unit_id),
        (Assignment, col(Assignment.unit_id) == unit_id),
        (Layer, col(Layer.unit_id) == unit_id),
        (Unit, col(Unit.id) == unit_id),
    ):
        run(db, delete(table).where(condition))
    return True


def _board(db: Session, domain_id: int) -> int | None:
    found: int | None = run(
        db, sa.select(col(Unit.id)).where(col(Unit.domain_id) == domain_id).with_for_update()
    ).scalar()
    return found


def _layers(db: Session, unit_id: int) -> Sequence[int]:
    found: Sequence[int] = (
        run(db, sa.select(col(Layer.id)).where(col(Layer.unit_id) == unit_id)).scalars().all()
    )
    return found


def listed_domain(db: Session, sample_id: int, domain_id: int) -> Domain:
    """A domain of a sample as it stands now. Raises `NotFound`."""
    wanted = (
        select(Domain)
        .where(col(Domain.id) == domain_id, col(Domain.sample_id) == sample_id)
        .execution_options(populate_existing=True)
    )
    return one_or_not_found(db.exec(wanted).first(), "domain in this sample")


def add_several(
    db: Session, study: StudyContext, *, sample_id: int, lines: Sequence[ListLine]
) -> int:
    """Add an analytic domain for each line. Returns how many.

    A line that cannot be added is named, and then none is. Raises `Invalid`.
    """
    if not lines:
        raise _bad_lines("Paste at least one topic, each on a line of its own.")
    if len(lines) > MOST_AT_ONCE:
        raise _bad_lines(
            f"These are {len(lines)} lines; at most {MOST_AT_ONCE} fit at once. A domain list "
            "seldom has more than fifteen."
        )
    with db.begin_nested():
        for line in lines:
            try:
                add_domain(
                    db, study, sample_id=sample_id, title=line.title, definition=line.definition
                )
            except Invalid as wrong:
                said = f"Line {line.number}: {wrong.message} Nothing was added."
                raise _bad_lines(said) from wrong
    return len(lines)


def _bad_lines(sentence: str) -> Invalid:
    return Invalid(sentence, {"lines": sentence})


@dataclass(frozen=True)
class Copied:
    """Which titles were copied, and which were in the list already."""

    added: tuple[str, ...]
    skipped: tuple[str, ...]


def copy_list(db: Session, study: StudyContext, *, sample_id: int, from_sample_id: int) -> Copied:
    """Add the domains of another sample of the study, but for titles that are there already.

    Raises `Invalid` where the other list is empty or the same sample.
    """
    sample, other = study.sample(sample_id), study.sample(from_sample_id)
    if sample.id == other.id:
        raise Invalid("Choose another sample to copy the list from.")
    there = {title_key(each.title) for each in take_list(db, sample)}
    wanted = domain_list(db, other.id)
    if not wanted:
        raise Invalid(f"{other.name} has no domains yet, so there is nothing to copy.")
    new = [each for each in wanted if title_key(each.title) not in there]
    for each in new:
        _copy(db, study, sample_id, each)
    return Copied(
        tuple(each.title for each in new),
        tuple(each.title for each in wanted if each not in new),
    )


def _copy(db: Session, study: StudyContext, sample_id: int, wanted: DomainRow) -> None:
    taken = {each.abbreviation for each in domain_list(db, sample_id)}
    add_domain(
        db,
        study,
        sample_id=sample_id,
        title=wanted.title,
        abbreviation="" if wanted.abbreviation in taken else wanted.abbreviation,
        definition=wanted.definition,
        kind=wanted.kind,
    )
