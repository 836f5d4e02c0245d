"""18 cases of 9,000 words, 3,000 blocks, and a board of 300 core ideas, put in by bulk inserts."""

import random

from sqlmodel import Session, SQLModel, col, select

from app.accounts.models import Account
from app.accounts.sessions import Me, start_session
from app.cases.models import SpeakerRole, TranscriptVersion
from app.cases.service import add_case, store_transcript
from app.consensus.models import Layer, Unit
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Category, Placement
from app.db import guid, now
from app.domains.service import add_domain
from app.studies.guard import load_study
from app.studies.service import add_sample, create_study

CASES, WORDS, BLOCKS, CARDS, DOMAINS = 18, 9_000, 3_000, 300, 9
SENTENCES = (
    "She told me about the week before and I could feel it coming.",
    "I sat up straighter, which is what I do.",
    "There was a clock on the wall and it had stopped.",
    "We did not talk about it until much later in the spring.",
    "And then it was quiet.",
)
Turns = list[tuple[str, str, str]]


def build(db: Session) -> tuple[str, int, int, int]:
    """Make it. Returns Ana's session token and the ids of study, sample and the large domain."""
    chance = random.Random(2017)
    account = Account(email="ana@example.org", name="Ana")
    db.add(account)
    db.flush()
    assert account.id is not None
    me = Me(account.id, account.email, account.name, False)
    study_id = create_study(db, me, title="A large study", judge=True).id
    assert study_id is not None
    sample_id = add_sample(db, load_study(db, me, study_id), name="all").id
    assert sample_id is not None
    study = load_study(db, me, study_id)
    domains = [
        add_domain(db, study, sample_id=sample_id, title=f"Domain {number}").id
        for number in range(DOMAINS)
    ]
    for number in range(CASES):
        case = add_case(db, study, code=f"P{number + 1:02d}", sample_ids=[sample_id])
        assert case.id is not None
        version = store_transcript(
            db,
            study,
            case_id=case.id,
            title="Interview",
            turns=_turns(chance),
            roles={"I": SpeakerRole.INTERVIEWER, "P": SpeakerRole.PARTICIPANT},
        )
        _code(db, chance, me.id, case.id, version, domains)
    _sort(db, me.id, domains[0])
    token = start_session(db, account)
    return token, study_id, sample_id, domains[0] or 0


def _turns(chance: random.Random) -> Turns:
    turns: Turns = []
    words = 0
    while words < WORDS:
        speaker = "I" if len(turns) % 2 == 0 else "P"
        count = 1 if speaker == "I" else chance.randint(2, 12)
        text = " ".join(chance.choice(SENTENCES) for _ in range(count))
        words += len(text.split())
        turns.append((speaker, text, ""))
    return turns


def _layer(db: Session, *, case_id: int | None = None, domain_id: int | None = None) -> int:
    unit = (Unit.case_id == case_id) if case_id else (Unit.domain_id == domain_id)
    query = select(Layer.id).join(Unit, col(Unit.id) == col(Layer.unit_id)).where(unit)
    found = db.exec(query).one()
    assert found is not None
    return found


def _insert(db: Session, table: str, rows: list[dict[str, object]]) -> list[int]:
    wanted = SQLModel.metadata.tables[table]
    answer = db.connection().execute(wanted.insert().returning(wanted.c.id), rows)
    return sorted(answer.scalars())


def _code(
    db: Session,
    chance: random.Random,
    who: int,
    case_id: int,
    version: TranscriptVersion,
    domains: list[int | None],
) -> None:
    layer = _layer(db, case_id=case_id)
    per_case = BLOCKS // CASES + 1
    step = len(version.text) // per_case
    common = {"layer_id": layer, "made_by": who, "made_at": now(), "version": 1}
    blocks = _insert(
        db,
        "block",
        [
            common
            | {
                "guid": guid(),
                "transcript_version_id": version.id,
                "start": start,
                "end": start + _length(chance, step),
                "quote": "as in the text",
                "memo": "",
            }
            for start in range(0, len(version.text) - 2 * step, step)
        ],
    )
    _insert(
        db,
        "block_domain",
        [{"block_id": block, "domain_id": chance.choice(domains)} for block in blocks],
    )
    ideas = _insert(
        db,
        "core_idea",
        [
            common
            | {
                "guid": guid(),
                "domain_id": domains[0] if number < CARDS // CASES + 1 else chance.choice(domains),
                "text": "P sat up straighter when P felt it coming, and did not talk about it.",
                "position": number,
                "changed_at": now(),
            }
            for number in range(40)
        ],
    )
    _insert(
        db,
        "core_idea_block",
        [
            {"core_idea_id": idea, "block_id": block}
            for idea, block in zip(ideas, blocks, strict=False)
        ],
    )


def _length(chance: random.Random, step: int) -> int:
    """Most blocks stand beside one another; every tenth reaches over its neighbour."""
    return chance.randint(40, step) if chance.random() < 0.9 else step + chance.randint(40, step)


def _sort(db: Session, who: int, domain_id: int | None) -> None:
    assert domain_id is not None
    layer = _layer(db, domain_id=domain_id)
    categories = []
    for number in range(8):
        category = Category(
            layer_id=layer,
            title=f"Category {number}",
            title_key=f"category {number}",
            position=number,
            made_by=who,
        )
        db.add(category)
        db.flush()
        categories.append(category.id)
    ideas = db.exec(select(CoreIdea.id).where(CoreIdea.domain_id == domain_id)).all()
    for place, idea in enumerate(ideas[:-20]):
        assert idea is not None
        db.add(
            Placement(
                layer_id=layer,
                core_idea_id=idea,
                category_id=categories[place % len(categories)],
                position=place,
                made_by=who,
            )
        )
    db.flush()
