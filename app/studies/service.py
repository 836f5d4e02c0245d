"""What the PI does at set-up: the study, its samples and its abbreviations."""

import unicodedata

import sqlalchemy as sa
from sqlalchemy import delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.accounts.kept import Item, forget, let_go
from app.accounts.sessions import Me
from app.db import one_or_not_found, run
from app.errors import Conflict, Invalid
from app.studies.auditing import forget_auditors
from app.studies.guard import StudyContext
from app.studies.members import accept_invitation, add_member, invite
from app.studies.models import Abbreviation, Member, Sample, Study
from app.studies.stale import ABBREVIATION, SAMPLE, STUDY, stale_setting
from app.trail.service import Scene, hold_chain, record

LONGEST_TITLE = 200
LONGEST_NAME = 60
LONGEST_TOPIC = 200
FEWEST = (2, 3)
"""How many cases a category needs to be reported: two, or three where a team is stricter."""


def one_line(value: str, field: str, label: str, *, limit: int, required: bool = True) -> str:
    """A line in NFC with single blanks. Raises `Invalid` where it is empty or too long."""
    line = unicodedata.normalize("NFC", " ".join(value.split()))
    if required and not line:
        sentence = f"{label} is empty. Please fill it in."
        raise Invalid(sentence, {field: sentence})
    if len(line) > limit:
        sentence = f"{label} has {len(line):,} characters; at most {limit} fit."
        raise Invalid(sentence, {field: sentence})
    return line


def create_study(db: Session, me: Me, *, title: str, judge: bool = False) -> Study:
    """A new study; who creates it is its PI, and one of its judges where `judge` says so."""
    study = Study(title=one_line(title, "title", "The title", limit=LONGEST_TITLE))
    db.add(study)
    db.flush()
    assert study.id is not None
    db.add(Member(study_id=study.id, account_id=me.id, is_pi=True, is_judge=judge))
    db.flush()
    record(
        db,
        Scene(study.id, me.id),
        "create the study",
        item=study,
        after={"title": study.title, "judge": judge, "version": study.version},
    )
    return study


def rename_study(db: Session, study: StudyContext, *, title: str, version: int) -> None:
    """Give the study another title. Raises `StaleEdit` where somebody else did meanwhile."""
    title = one_line(title, "title", "The title", limit=LONGEST_TITLE)
    hold_chain(db, study.id)
    row = db.exec(
        select(Study).where(col(Study.id) == study.id).with_for_update(key_share=True)
    ).one()
    item = Item(STUDY, study.id)
    if row.version != version and row.title != title:
        present, typed = {"title": row.title}, {"title": title}
        raise stale_setting(
            db, study, item, present=present, typed=typed, version=version, now=row.version
        )
    let_go(db, study.me.id, item)
    if row.title == title:
        return
    before = {"title": row.title, "version": row.version}
    row.title, row.version = title, row.version + 1
    db.add(row)
    record(
        db,
        study.scene,
        "rename the study",
        item=row,
        before=before,
        after={"title": title, "version": row.version},
    )


def name_key(name: str) -> str:
    """A name as it is compared: without regard to case."""
    return name.casefold()


def _free_sample_name(db: Session, study: StudyContext, name: str, *, but: int = 0) -> str:
    name = one_line(name, "name", "The sample's name", limit=LONGEST_NAME)
    taken = run(
        db,
        sa.select(col(Sample.name)).where(
            col(Sample.study_id) == study.id,
            col(Sample.name_key) == name_key(name),
            col(Sample.id) != but,
        ),
    ).scalar()
    if taken is not None:
        sentence = f"There is a sample “{taken}” already. Choose another name."
        raise Invalid(sentence, {"name": sentence})
    return name


def check_min_cases(min_cases: int) -> int:
    """Two or three. Raises `Invalid`."""
    if min_cases not in FEWEST:
        sentence = "A category is reported from two or from three cases on."
        raise Invalid(sentence, {"min_cases": sentence})
    return min_cases


def add_sample(
    db: Session,
    study: StudyContext,
    *,
    name: str,
    topic: str = "",
    rule: str = "knox-2017",
    min_cases: int = 2,
) -> Sample:
    """A further sample, after the others. Raises `Invalid` where the name is empty or taken.

    `topic` ends the title of the sample's table; `rule` is a name of `app.frequency.rules.RULES`.
    """
    name = _free_sample_name(db, study, name)
    last = run(
        db, sa.select(func.max(col(Sample.position))).where(col(Sample.study_id) == study.id)
    ).scalar()
    sample = Sample(
        study_id=study.id,
        name=name,
        name_key=name_key(name),
        topic=one_line(topic, "topic", "The topic phrase", limit=LONGEST_TOPIC, required=False),
        rule=rule,
        min_cases=check_min_cases(min_cases),
        position=0 if last is None else last + 1,
    )
    db.add(sample)
    db.flush()
    record(db, study.scene, "add a sample", item=sample, after=_sample_values(sample))
    return sample


def _sample_values(sample: Sample) -> dict[str, object]:
    return {
        "name": sample.name,
        "topic": sample.topic,
        "rule": sample.rule,
        "min_cases": sample.min_cases,
        "version": sample.version,
    }


def sample_for_change(db: Session, study: StudyContext, sample_id: int) -> Sample:
    """The sample's row, taken before it is changed. Raises `NotFound`."""
    row = db.exec(
        select(Sample)
        .where(col(Sample.id) == sample_id, col(Sample.study_id) == study.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    return one_or_not_found(row, "sample")


def change_sample(
    db: Session, study: StudyContext, *, sample_id: int, name: str, topic: str, version: int
) -> None:
    """Rename a sample or change its topic phrase. Raises `Invalid` or `StaleEdit`."""
    name = _free_sample_name(db, study, name, but=sample_id)
    topic = one_line(topic, "topic", "The topic phrase", limit=LONGEST_TOPIC, required=False)
    row = sample_for_change(db, study, sample_id)
    item, typed = Item(SAMPLE, sample_id), {"name": name, "topic": topic}
    present = {"name": row.name, "topic": row.topic}
    if row.version != version and present != typed:
        raise stale_setting(
            db, study, item, present=present, typed=typed, version=version, now=row.version
        )
    let_go(db, study.me.id, item)
    if present == typed:
        return
    before = _sample_values(row)
    row.name, row.name_key, row.topic = name, name_key(name), topic
    row.version += 1
    db.add(row)
    db.flush()
    record(db, study.scene, "change a sample", item=row, before=before, after=_sample_values(row))


def remove_sample(db: Session, study: StudyContext, *, sample_id: int) -> None:
    """Remove a sample that holds nothing. Raises `Conflict` where a case or domain is in it."""
    row = sample_for_change(db, study, sample_id)
    name = row.name
    try:
        with db.begin_nested():
            record(db, study.scene, "remove a sample", item=row, before=_sample_values(row))
            forget(db, Item(SAMPLE, sample_id))
            forget_auditors(db, sample_id=sample_id)
            run(db, delete(Sample).where(col(Sample.id) == sample_id))
    except IntegrityError as error:
        raise Conflict(
            f"The sample {name} holds cases or domains, so it stays. Take its cases out and "
            "remove its domains first; one whose domain list was audited stays."
        ) from error
    db.expunge(row)


def _free_short(db: Session, study: StudyContext, short: str, *, but: int = 0) -> str:
    short = one_line(short, "short", "The abbreviation", limit=20)
    meaning = run(
        db,
        sa.select(col(Abbreviation.meaning)).where(
            col(Abbreviation.study_id) == study.id,
            col(Abbreviation.short) == short,
            col(Abbreviation.id) != but,
        ),
    ).scalar()
    if meaning is not None:
        sentence = f"{short} stands for “{meaning}” already. Change that line instead."
        raise Invalid(sentence, {"short": sentence})
    return short


def add_abbreviation(db: Session, study: StudyContext, *, short: str, meaning: str) -> Abbreviation:
    """Fix an abbreviation, as in 'P = participant'. Raises `Invalid` where `short` is taken."""
    row = Abbreviation(
        study_id=study.id,
        short=_free_short(db, study, short),
        meaning=one_line(meaning, "meaning", "The meaning", limit=100),
    )
    db.add(row)
    db.flush()
    record(db, study.scene, "add an abbreviation", item=row, after=_abbreviation_values(row))
    return row


def _abbreviation_values(row: Abbreviation) -> dict[str, object]:
    return {"short": row.short, "meaning": row.meaning}


def _abbreviation(db: Session, study: StudyContext, abbreviation_id: int) -> Abbreviation:
    row = db.exec(
        select(Abbreviation)
        .where(col(Abbreviation.id) == abbreviation_id, col(Abbreviation.study_id) == study.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    return one_or_not_found(row, "abbreviation")


def change_abbreviation(
    db: Session,
    study: StudyContext,
    *,
    abbreviation_id: int,
    short: str,
    meaning: str,
    was: str,
    was_short: str | None = None,
) -> None:
    """Change an abbreviation. `was` and `was_short` are what the editor saw; raises `StaleEdit`."""
    short = _free_short(db, study, short, but=abbreviation_id)
    meaning = one_line(meaning, "meaning", "The meaning", limit=100)
    row = _abbreviation(db, study, abbreviation_id)
    item, typed = Item(ABBREVIATION, abbreviation_id), {"short": short, "meaning": meaning}
    present = {"short": row.short, "meaning": row.meaning}
    base = {"short": row.short if was_short is None else was_short, "meaning": was}
    if base != present != typed:
        raise stale_setting(db, study, item, present=present, typed=typed, base=base)
    let_go(db, study.me.id, item)
    if present == typed:
        return
    before = _abbreviation_values(row)
    run(
        db,
        update(Abbreviation)
        .where(col(Abbreviation.id) == row.id)
        .values(short=short, meaning=meaning),
    )
    record(
        db,
        study.scene,
        "change an abbreviation",
        item=row,
        before=before,
        after={"short": short, "meaning": meaning},
    )


def remove_abbreviation(db: Session, study: StudyContext, *, abbreviation_id: int) -> None:
    """Take an abbreviation off the list; tables stop explaining it."""
    row = _abbreviation(db, study, abbreviation_id)
    forget(db, Item(ABBREVIATION, abbreviation_id))
    record(db, study.scene, "remove an abbreviation", item=row, before=_abbreviation_values(row))
    db.delete(row)
    db.flush()


__all__ = [
    "accept_invitation",
    "add_abbreviation",
    "add_member",
    "add_sample",
    "change_abbreviation",
    "change_sample",
    "create_study",
    "invite",
    "remove_abbreviation",
    "remove_sample",
    "rename_study",
]
