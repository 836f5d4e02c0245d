"""Blocks: where they may stand, what the same range means twice, and what is refused."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.models import Agreement, Unit
from app.consensus.rules import State
from app.consensus.service import agree
from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.domains.blocks import assign, leave_out, move, remove, take_out, write_memo
from app.domains.models import Block, BlockDomain, NotCoded
from app.domains.passages import Kind
from app.domains.resting import RestsOnBlock
from app.domains.service import assign_block, mark_not_coded
from app.errors import Conflict, Invalid, NotFound, StaleEdit, StepLocked
from app.trail.models import TrailEntry
from tests.domains.a_case import ACase, a_case
from tests.people import People

MOTHER = "She told me about her mother."
BREATH = "I held my breath."
BOTH = f"{MOTHER} {BREATH}"
AWAY = "Then I looked away."


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    return a_case(db, people)


def _domains(db: Session, block_id: int) -> set[int]:
    wanted = select(BlockDomain.domain_id).where(col(BlockDomain.block_id) == block_id)
    return set(db.exec(wanted))


def _content(db: Session, case: ACase) -> int:
    return case.context(db).unit.content


def _core_idea(db: Session, case: ACase, title: str, *block_ids: int, text: str = "") -> int:
    idea = CoreIdea(
        layer_id=case.context(db).unit.layer_id,
        domain_id=case.domains[title],
        text=text or "P held her breath.",
        made_by=case.people.ana.id,
    )
    db.add(idea)
    db.flush()
    assert idea.id is not None
    db.add_all([CoreIdeaBlock(core_idea_id=idea.id, block_id=each) for each in block_ids])
    db.commit()
    return idea.id


def test_a_block_keeps_its_quote_behind_an_emoji(db: Session, case: ACase) -> None:
    text = case.transcript(db).text
    start = text.index(BREATH)
    block = assign_block(
        db,
        case.context(db),
        version_id=case.transcript(db).version_id,
        start=start,
        end=start + len(BREATH),
        quote=BREATH,
        domain_ids=[case.domains["Antecedent"]],
    )
    assert (block.quote, text[block.start : block.end]) == (BREATH, BREATH)


@pytest.mark.parametrize("shift", [1, -1], ids=["UTF-16 units", "one less"])
def test_offsets_that_do_not_fit_the_quote_are_refused(
    db: Session, case: ACase, shift: int
) -> None:
    wrong = case.selected(db, BREATH)
    with pytest.raises(Conflict, match="no longer matches"):
        assign(
            db,
            case.context(db),
            version_id=case.transcript(db).version_id,
            start=int(str(wrong["start"])) + shift,
            end=int(str(wrong["end"])) + shift,
            quote=BREATH,
            domain_ids=[case.domains["Antecedent"]],
        )
    assert list(db.exec(select(Block))) == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(-1, 4), (5, 5), (9, 2), (0, 99_999)],
    ids=["before", "empty", "turned", "far"],
)
def test_a_range_outside_the_text_is_refused(
    db: Session, case: ACase, start: int, end: int
) -> None:
    with pytest.raises(Invalid):
        assign(
            db,
            case.context(db),
            version_id=case.transcript(db).version_id,
            start=start,
            end=end,
            quote="",
            domain_ids=[case.domains["Antecedent"]],
        )


def test_a_selection_grows_to_whole_sentences_when_asked(db: Session, case: ACase) -> None:
    text = case.transcript(db).text
    start = text.index("held")
    change = assign(
        db,
        case.context(db),
        version_id=case.transcript(db).version_id,
        start=start,
        end=text.index("looked"),
        quote=text[start : text.index("looked")],
        domain_ids=[case.domains["Antecedent"]],
        to_sentences=True,
    )
    block = change.after[0]
    assert text[block.start : block.end] == f"{BREATH} {AWAY}"


def test_blank_space_alone_is_no_passage(db: Session, case: ACase) -> None:
    text = case.transcript(db).text
    start = text.index(BREATH) - 1
    with pytest.raises(Invalid, match="no words"):
        assign(
            db,
            case.context(db),
            version_id=case.transcript(db).version_id,
            start=start,
            end=start + 1,
            quote=" ",
            domain_ids=[case.domains["Antecedent"]],
        )


def test_the_same_range_again_adds_a_domain(db: Session, case: ACase) -> None:
    first = case.put(db, BREATH, "Antecedent").after[0]
    second = case.put(db, BREATH, "Consequences").after[0]
    assert first.id == second.id
    assert _domains(db, first.id) == {case.domains["Antecedent"], case.domains["Consequences"]}


def test_the_same_domain_again_changes_nothing_not_even_agreements(
    db: Session, case: ACase
) -> None:
    case.put(db, BREATH, "Antecedent")
    before = (_content(db, case), len(list(db.exec(select(TrailEntry)))))
    change = case.put(db, BREATH, "Antecedent")
    assert change.entry is None
    assert (_content(db, case), len(list(db.exec(select(TrailEntry))))) == before


def test_overlapping_nested_and_adjacent_blocks_stand_side_by_side(
    db: Session, case: ACase
) -> None:
    ids = {
        case.put(db, words, "Antecedent").after[0].id
        for words in (BOTH, MOTHER, BREATH, f"{BREATH} {AWAY}", AWAY)
    }
    assert len(ids) == 5
    assert len(list(db.exec(select(Block)))) == 5


@pytest.mark.parametrize("chosen", [[], [99_999]], ids=["none", "one that is not in the list"])
def test_a_block_needs_a_domain_of_this_sample(db: Session, case: ACase, chosen: list[int]) -> None:
    chars = case.selected(db, BREATH)
    with pytest.raises(Invalid):
        assign(
            db,
            case.context(db),
            version_id=case.transcript(db).version_id,
            start=int(str(chars["start"])),
            end=int(str(chars["end"])),
            quote=BREATH,
            domain_ids=chosen,
        )


def test_a_transcript_of_another_case_is_refused(db: Session, case: ACase) -> None:
    other = add_another(db, case)
    with pytest.raises(Conflict, match="not the case's present one"):
        assign(
            db,
            case.context(db),
            version_id=other.transcript(db).version_id,
            start=0,
            end=4,
            quote="What",
            domain_ids=[case.domains["Antecedent"]],
        )


def add_another(db: Session, case: ACase) -> ACase:
    from app.cases.service import add_case, store_transcript

    study = case.people.context(db)
    made = add_case(db, study, code="P02", sample_ids=[case.people.sample.id or 0])
    assert made.id is not None
    store_transcript(
        db, study, case_id=made.id, title="Interview", turns=[("I", "What else?", "")], roles={}
    )
    db.commit()
    return ACase(case.people, "P02", made.id, case.domains)


def test_a_change_clears_the_agreements_of_those_who_had_agreed(db: Session, case: ACase) -> None:
    case.put(db, BREATH, "Antecedent")
    context = case.context(db)
    agree(db, context.scene, context.unit, content=context.unit.content, what="P01")
    assert case.context(db).unit.has_agreed(case.people.ana.id)
    case.put(db, AWAY, "Antecedent")
    assert case.context(db).unit.agreed_count == 0
    assert len(list(db.exec(select(Agreement)))) == 1


def test_an_agreed_case_is_locked_for_every_change(db: Session, case: ACase) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    unit = db.exec(select(Unit).where(col(Unit.case_id) == case.case_id)).one()
    unit.state = State.AGREED
    db.add(unit)
    db.commit()
    context = case.context(db)
    for attempt in (
        lambda: case.put(db, AWAY, "Antecedent"),
        lambda: case.put(db, BREATH, "Antecedent"),
        lambda: remove(db, context, kind=Kind.BLOCK, passage_id=block.id, version=1),
        lambda: move(db, context, block_id=block.id, version=1, start=0, end=4),
        lambda: write_memo(db, context, block_id=block.id, version=1, memo="x"),
        lambda: take_out(
            db, context, block_id=block.id, domain_id=case.domains["Antecedent"], version=1
        ),
    ):
        with pytest.raises(StepLocked, match="Reopen it"):
            attempt()


def test_an_end_moved_onto_another_block_merges_the_two(db: Session, case: ACase) -> None:
    longer = case.put(db, BOTH, "Antecedent").after[0]
    shorter = case.put(db, MOTHER, "Consequences").after[0]
    idea = _core_idea(db, case, "Antecedent", longer.id)
    change = move(
        db,
        case.context(db),
        block_id=longer.id,
        version=1,
        start=shorter.start,
        end=shorter.end,
    )
    assert [block.id for block in db.exec(select(Block))] == [shorter.id]
    assert _domains(db, shorter.id) == {case.domains["Antecedent"], case.domains["Consequences"]}
    assert db.exec(select(CoreIdeaBlock.block_id)).all() == [shorter.id]
    assert change.after[0].core_ideas == (idea,)


def test_moving_an_end_takes_the_new_quote(db: Session, case: ACase) -> None:
    block = case.put(db, MOTHER, "Antecedent").after[0]
    longer = case.transcript(db).text.index(BREATH) + len(BREATH)
    move(db, case.context(db), block_id=block.id, version=1, start=block.start, end=longer)
    db.expire_all()
    stored = db.get_one(Block, block.id)
    assert (stored.quote, stored.version) == (BOTH, 2)


def test_a_stale_save_shows_both_memos_and_changes_nothing(db: Session, case: ACase) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    ben = case.people.ben
    write_memo(db, case.context(db, ben), block_id=block.id, version=1, memo="Ask Ana.")
    db.commit()
    with pytest.raises(StaleEdit, match="Ben changed this memo") as refused:
        write_memo(db, case.context(db), block_id=block.id, version=1, memo="Ask Ben.")
    assert refused.value.versions is not None
    versions = refused.value.versions
    assert (versions.base, versions.theirs, versions.mine) == ("", "Ask Ana.", "Ask Ben.")
    db.expire_all()
    assert db.get_one(Block, block.id).memo == "Ask Ana."


def test_removing_and_moving_refuse_a_stale_version(db: Session, case: ACase) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    case.put(db, BREATH, "Consequences", person=case.people.ben)
    context = case.context(db)
    with pytest.raises(StaleEdit):
        remove(db, context, kind=Kind.BLOCK, passage_id=block.id, version=1)
    with pytest.raises(StaleEdit):
        move(db, context, block_id=block.id, version=1, start=0, end=4)
    assert len(_domains(db, block.id)) == 2


def test_what_was_removed_meanwhile_is_not_found(db: Session, case: ACase) -> None:
    with pytest.raises(NotFound, match="removed"):
        remove(db, case.context(db), kind=Kind.BLOCK, passage_id=4711, version=1)


def test_a_block_of_another_case_cannot_be_reached(db: Session, case: ACase) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    other = add_another(db, case)
    with pytest.raises(NotFound):
        remove(db, other.context(db), kind=Kind.BLOCK, passage_id=block.id, version=1)


def test_the_only_raw_data_of_a_core_idea_stays_and_the_core_idea_is_named(
    db: Session, case: ACase
) -> None:
    block = case.put(db, BREATH, "Antecedent", "Consequences").after[0]
    _core_idea(db, case, "Antecedent", block.id, text="P held her breath.")
    context = case.context(db)
    with pytest.raises(RestsOnBlock, match="P held her breath") as refused:
        remove(db, context, kind=Kind.BLOCK, passage_id=block.id, version=1)
    assert [idea.text for idea in refused.value.core_ideas] == ["P held her breath."]
    with pytest.raises(RestsOnBlock):
        take_out(db, context, block_id=block.id, domain_id=case.domains["Antecedent"], version=1)
    take_out(db, context, block_id=block.id, domain_id=case.domains["Consequences"], version=1)
    assert _domains(db, block.id) == {case.domains["Antecedent"]}


def test_a_block_beside_others_lets_go_of_its_core_idea(db: Session, case: ACase) -> None:
    one = case.put(db, BREATH, "Antecedent").after[0]
    two = case.put(db, AWAY, "Antecedent").after[0]
    _core_idea(db, case, "Antecedent", one.id, two.id)
    remove(db, case.context(db), kind=Kind.BLOCK, passage_id=one.id, version=1)
    assert db.exec(select(CoreIdeaBlock.block_id)).all() == [two.id]


def test_out_of_its_last_domain_a_block_is_removed(db: Session, case: ACase) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    take_out(
        db,
        case.context(db),
        block_id=block.id,
        domain_id=case.domains["Antecedent"],
        version=1,
    )
    assert list(db.exec(select(Block))) == []
    assert list(db.exec(select(BlockDomain))) == []


def test_a_passage_is_left_out_once_and_taken_back(db: Session, case: ACase) -> None:
    chars = case.selected(db, BREATH)
    where = {
        "version_id": case.transcript(db).version_id,
        "start": int(str(chars["start"])),
        "end": int(str(chars["end"])),
        "quote": BREATH,
    }
    mark = mark_not_coded(db, case.context(db), **where)  # type: ignore[arg-type]
    again = leave_out(db, case.context(db), **where)  # type: ignore[arg-type]
    assert (again.entry, again.after[0].id) == (None, mark.id)
    assert mark.id is not None
    remove(db, case.context(db), kind=Kind.NOT_CODED, passage_id=mark.id, version=1)
    db.expire_all()
    assert list(db.exec(select(NotCoded))) == []


def test_every_change_is_in_the_trail_of_the_unit(db: Session, case: ACase) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    context = case.context(db)
    write_memo(db, context, block_id=block.id, version=1, memo="Look again.")
    remove(db, context, kind=Kind.BLOCK, passage_id=block.id, version=2)
    wanted = (
        select(TrailEntry.verb)
        .where(col(TrailEntry.unit_id) == context.unit.id, col(TrailEntry.item_kind) == "block")
        .order_by(col(TrailEntry.sequence))
    )
    assert list(db.exec(wanted)) == ["assign a block", "write a memo", "remove a block"]
