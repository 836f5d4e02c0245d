"""A finished case copied for blind practice, and the consensus laid beside what was coded.

The copy is a study of its own (docs/decisions/0027-a-practice-is-a-study-of-its-own.md): its
transcripts, its domain list and nothing of the coding. What was agreed is kept aside and written
into the copy's consensus layer when the draft is submitted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.cases.guard import CaseContext
from app.cases.models import Speaker, Transcript, TranscriptVersion, Turn
from app.cases.service import add_case, store_transcript
from app.consensus.models import Layer, Practice, Unit
from app.consensus.rules import Move, State, Step
from app.consensus.service import lock_unit, when
from app.core_ideas import ideas
from app.core_ideas.merging_domains import when_domains_merge
from app.core_ideas.models import Absence, AbsenceReason
from app.db import run
from app.domains import passages
from app.domains.list_service import add_domain
from app.domains.models import Domain
from app.domains.placed import placed_on
from app.domains.queries import domain_list
from app.domains.transcripts import transcripts_of
from app.errors import StepLocked
from app.studies.guard import StudyContext, load_study
from app.studies.members import invite
from app.studies.models import Sample
from app.studies.queries import abbreviations
from app.studies.service import LONGEST_TITLE, add_abbreviation, add_sample, create_study
from app.studies.ways import WayOfWorking, Ways
from app.studies.working import choose_ways
from app.trail.service import Scene, record

COPY = "copy as a blind practice"


@dataclass(frozen=True)
class Begun:
    """A practice that was begun: its study, and the token of the link for its one judge."""

    study_id: int
    token: str


def begin_practice(db: Session, case: CaseContext, *, note: str = "") -> Begun:
    """Copy a finished case into a study of its own, and make the link for who practises.

    Who begins it is its PI and no judge. Raises `StepLocked` where the case is not finished.
    """
    row = lock_unit(db, case.unit.id)
    if row.state not in (State.AGREED, State.CLOSED) or row.step is Step.DOMAINS:
        raise StepLocked(
            f"{case.code} is not finished, so there is nothing to lay a practice beside yet. "
            "Choose a case whose judges have agreed and whose audit, if there is one, is closed."
        )
    study = _study(db, case)
    domains = _copy_domains(db, case, study)
    versions = _copy_transcripts(db, case, study)
    unit = db.exec(select(Unit).where(Unit.study_id == study.id, col(Unit.case_id).is_not(None)))
    copy = unit.one()
    # Whatever is chosen on the settings page of the copy: it is drafted in private.
    copy.way = WayOfWorking.INDEPENDENT_FIRST
    practice = Practice(
        unit_id=copy.id or 0,
        of_unit_id=case.unit.id,
        of_study_id=case.study.id,
        judges=[judge.name for judge in case.unit.judges],
        consensus=_agreed(db, case, domains, versions),
        made_by=case.study.me.id,
    )
    db.add_all([copy, practice])
    db.flush()
    record(db, case.scene, COPY, item=practice, after={"study": study.id})
    token = invite(db, study, is_judge=True, note=note or f"practises {case.code}")
    return Begun(study.id, token)


def _study(db: Session, case: CaseContext) -> StudyContext:
    me = case.study.me
    title = f"Practice: {case.code}, {case.study.title}"[:LONGEST_TITLE]
    made = create_study(db, me, title=title).id
    assert made is not None
    study = load_study(db, me, made)
    choose_ways(db, study, ways=Ways(WayOfWorking.INDEPENDENT_FIRST, None, 0))
    for each in abbreviations(db, case.study.id):
        add_abbreviation(db, study, short=each.short, meaning=each.meaning)
    topic = run(db, sa.select(col(Sample.topic)).where(col(Sample.id) == case.sample.id))
    add_sample(db, study, name=case.sample.name, topic=topic.scalar_one())
    return load_study(db, me, made)


def _copy_domains(db: Session, case: CaseContext, study: StudyContext) -> dict[int, int]:
    """The list as it is now; the new ids by the old ones."""
    copied = {}
    for domain in domain_list(db, case.sample.id):
        made = add_domain(
            db,
            study,
            sample_id=study.samples[0].id,
            title=domain.title,
            abbreviation=domain.abbreviation,
            definition=domain.definition,
            kind=domain.kind,
        )
        assert made.id is not None
        copied[domain.id] = made.id
    return copied


def _copy_transcripts(db: Session, case: CaseContext, study: StudyContext) -> dict[int, int]:
    """The newest version of each transcript; the new versions by the old ones."""
    made = add_case(db, study, code=case.code, sample_ids=[study.samples[0].id])
    copied = {}
    for text in transcripts_of(db, case.case_id):
        rows = run(
            db,
            sa.select(col(Turn.speaker), col(Turn.start), col(Turn.end), col(Turn.time_stamp))
            .where(col(Turn.version_id) == text.version_id)
            .order_by(col(Turn.number)),
        )
        roles = run(
            db,
            sa.select(col(Speaker.label), col(Speaker.role)).where(
                col(Speaker.transcript_id) == text.id
            ),
        )
        version = store_transcript(
            db,
            study,
            case_id=made.id or 0,
            title=text.title,
            turns=[(who, text.text[start:end], stamp) for who, start, end, stamp in rows],
            roles=dict(roles.all()),
        )
        assert version.text == text.text, "offsets of the copy are those of the original"
        copied[text.version_id] = version.id or 0
    return copied


def _agreed(
    db: Session, case: CaseContext, domains: Mapping[int, int], versions: Mapping[int, int]
) -> dict[str, Any]:
    """What stands in the consensus, in the ids of the copy; passages are named by their place."""
    layer = case.unit.consensus_layer_id
    placed = [each for each in placed_on(db, [layer]) if each.version_id in versions]
    at = {each.id: place for place, each in enumerate(placed) if each.domain_ids}
    reasons = run(
        db,
        sa.select(col(Absence.domain_id), col(Absence.reason)).where(
            col(Absence.layer_id) == layer
        ),
    )
    return {
        "passages": [
            {
                "version": versions[each.version_id],
                "start": each.start,
                "end": each.end,
                "domains": [domains[domain] for domain in each.domain_ids],
            }
            for each in placed
        ],
        "ideas": [
            {
                "domain": domains[idea.domain_id],
                "text": idea.text,
                "passages": [at[block] for block in idea.blocks if block in at],
            }
            for idea in ideas.stored(db, layer)
        ],
        "absences": [[domains[domain], reason.value] for domain, reason in reasons],
    }


@when(Move.COMPARE)
def lay_beside(db: Session, scene: Scene, unit: Unit) -> None:
    """The draft is submitted: what was agreed is written into the copy's consensus layer.

    What of it lay in a domain or transcript that was removed from the copy since is left out.
    """
    practice = db.exec(select(Practice).where(Practice.unit_id == unit.id)).one()
    layer = db.exec(
        select(Layer.id).where(Layer.unit_id == unit.id, col(Layer.account_id).is_(None))
    ).one()
    assert layer is not None
    listed = set(db.exec(select(Domain.id).where(Domain.sample_id == unit.sample_id)))
    written = _write_passages(db, practice, layer, unit, listed)
    _write_ideas(db, practice, layer, listed, written)
    db.add_all(
        Absence(
            layer_id=layer, domain_id=domain, reason=AbsenceReason(why), made_by=practice.made_by
        )
        for domain, why in practice.consensus["absences"]
        if domain in listed
    )
    db.flush()


@when_domains_merge
def keep_in_the_other(db: Session, domain: Domain, into: Domain) -> None:
    """Two domains of a copy were merged: what is kept of the consensus follows as what is coded."""
    assert domain.id is not None
    assert into.id is not None
    goes, stays = domain.id, into.id
    of_it = select(Practice).join(Unit, col(Unit.id) == col(Practice.unit_id))
    for practice in db.exec(of_it.where(Unit.sample_id == domain.sample_id)):
        kept = practice.consensus
        reasons = dict(kept["absences"])
        both = {goes, stays} <= reasons.keys()
        practice.consensus = {
            "passages": [
                each | {"domains": [stays if one == goes else one for one in each["domains"]]}
                for each in kept["passages"]
            ],
            "ideas": [
                each | {"domain": stays if each["domain"] == goes else each["domain"]}
                for each in sorted(kept["ideas"], key=lambda each: each["domain"] == goes)
            ],
            "absences": [
                [one, why]
                for one, why in reasons.items()
                if one not in (goes, stays) or (both and one == stays)
            ],
        }
        db.add(practice)
    db.flush()


def _write_passages(
    db: Session, practice: Practice, layer: int, unit: Unit, listed: Iterable[int | None]
) -> dict[int, int]:
    """The blocks by their place in what was kept."""
    rows = run(
        db,
        sa.select(col(TranscriptVersion.id), col(TranscriptVersion.text))
        .join(Transcript, col(Transcript.id) == col(TranscriptVersion.transcript_id))
        .where(col(Transcript.case_id) == unit.case_id),
    )
    texts = dict(rows.all())
    blocks = {}
    for place, each in enumerate(practice.consensus["passages"]):
        domains = tuple(sorted(set(each["domains"]) & set(listed)))
        if each["version"] not in texts or (each["domains"] and not domains):
            continue
        kind = passages.Kind.BLOCK if domains else passages.Kind.NOT_CODED
        passage = passages.Passage(
            kind,
            each["version"],
            each["start"],
            each["end"],
            made_by=practice.made_by,
            domains=domains,
        )
        (stored,) = passages.write(db, layer, texts, [], [passage])
        blocks[place] = stored.id
    return blocks


def _write_ideas(
    db: Session,
    practice: Practice,
    layer: int,
    listed: Iterable[int | None],
    blocks: Mapping[int, int],
) -> None:
    listed = set(listed)
    position: Counter[int] = Counter()
    wanted = []
    for each in practice.consensus["ideas"]:
        domain = each["domain"]
        if domain not in listed:
            continue
        rests_on = tuple(blocks[place] for place in each["passages"] if place in blocks)
        idea = ideas.Idea(
            domain, each["text"], rests_on, made_by=practice.made_by, position=position[domain]
        )
        wanted.append(idea)
        position[domain] += 1
    ideas.write(db, layer, [], wanted)
