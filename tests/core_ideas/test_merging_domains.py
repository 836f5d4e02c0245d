"""Two domains become one: what goes over, what stays, and what is refused."""

import html

import pytest
from sqlmodel import Session, col, select

from app.consensus.amending import Cause
from app.consensus.models import Stale
from app.consensus.rules import Outcome, PointKind, State
from app.consensus.service import agree
from app.consensus.versions import versions_of
from app.core_ideas.document import read_case
from app.core_ideas.merging_domains import Merged, merge_domains
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.service import set_absence
from app.core_ideas.undo import undo
from app.cross_analysis.guard import load_board
from app.cross_analysis.service import add_category
from app.domains.models import Block, BlockDomain
from app.domains.queries import domain_list
from app.errors import Conflict, Invalid, NotFound
from app.trail.service import verify
from tests.core_ideas.a_case import GRIEF, MOTHER, ACase, make_case
from tests.core_ideas.a_revealed_case import CHI, private_case, revealed_case
from tests.people import People

LOSS = "C told P about the loss of C's mother."
OWN = "Some grief was P's own."


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    """P07 with a core idea in Antecedent, one in Thoughts, and none in Extent."""
    made = make_case(db, people)
    made.add_idea(LOSS)
    made.add_idea(OWN, "THO")
    set_absence(db, made.seen_by(), domain_id=made.domains["EXT"], reason=AbsenceReason.NOT_ASKED)
    return made


def _merge(case: ACase, goes: str, into: str) -> Merged:
    people = case.people
    return merge_domains(
        case.db,
        people.context(case.db),
        sample_id=people.sample.id or 0,
        domain_id=case.domains[goes],
        into_id=case.domains[into],
    )


def _domains_of(case: ACase, quote: str) -> list[int]:
    found = select(BlockDomain.domain_id).where(BlockDomain.block_id == case.block_at(quote))
    return list(case.db.exec(found))


def _agree(case: ACase) -> None:
    for person in (case.people.ana, case.people.ben, case.people.chi, case.people.dee):
        seen = case.seen_by(person)
        agree(case.db, seen.scene, seen.unit, content=seen.unit.content, what=seen.code)


def _marks(db: Session) -> list[str]:
    return list(db.exec(select(Stale.why).order_by(col(Stale.id))))


def test_everything_goes_over_and_the_domain_is_off_the_list(case: ACase) -> None:
    sample = case.people.sample.id or 0
    assert _merge(case, "THO", "ANT") == Merged("Thoughts", "Antecedent", 1, 1)
    assert [row.title for row in domain_list(case.db, sample)] == ["Antecedent", "Extent"]
    assert case.texts("ANT") == [LOSS, OWN]
    assert [idea.position for idea in case.ideas("ANT")] == [0, 1]
    assert _domains_of(case, GRIEF) == [case.domains["ANT"]], "it was in both, and is in it once"
    assert not list(verify(case.db))


def test_the_order_of_both_stays_and_what_arrives_comes_last(case: ACase) -> None:
    case.add_idea("P held P's breath.", "THO")
    _merge(case, "ANT", "THO")
    assert case.texts("THO") == [OWN, "P held P's breath.", LOSS]
    assert _domains_of(case, MOTHER) == [case.domains["THO"]]


@pytest.mark.parametrize(
    ("goes", "into", "reasons"), [("EXT", "ANT", []), ("ANT", "EXT", []), ("OTH", "EXT", ["EXT"])]
)
def test_a_reason_stays_only_where_both_domains_had_one(
    case: ACase, goes: str, into: str, reasons: list[str]
) -> None:
    case.domains["OTH"] = case.add_domain("Other")
    set_absence(
        case.db, case.seen_by(), domain_id=case.domains["OTH"], reason=AbsenceReason.NOTHING_SAID
    )
    if goes != "OTH":
        _merge(case, "OTH", "THO")
    _merge(case, goes, into)
    left = list(case.db.exec(select(Absence.domain_id)))
    assert left == [case.domains[short] for short in reasons]


def test_an_agreed_case_stays_agreed_gets_a_version_and_a_mark(case: ACase) -> None:
    _agree(case)
    content = case.seen_by().unit.content
    _merge(case, "THO", "ANT")
    unit = case.seen_by().unit
    assert (unit.state, unit.content) == (State.AGREED, content)
    assert all(judge.agreed for judge in unit.judges)
    newest, first = versions_of(case.db, unit.id)
    assert (first.cause, newest.cause) == (Cause.AGREED, Cause.DOMAINS_MERGED)
    document = read_case(case.db, unit.id, since=0)
    assert [each.title for each in document.domains] == ["Antecedent", "Extent"]
    assert _marks(case.db) == [
        "The domain “Thoughts” was merged into “Antecedent”: see whether all is well."
    ]


def test_an_open_case_gets_no_version(case: ACase) -> None:
    _merge(case, "THO", "ANT")
    assert versions_of(case.db, case.seen_by().unit.id) == ()


def test_what_went_over_finds_it_in_its_history(case: ACase) -> None:
    idea = case.ideas("THO")[0]
    _merge(case, "THO", "ANT")
    case.db.commit()
    ana, said = case.people.ana, "put what P07 has in “Thoughts” into “Antecedent”"
    for kind, item in (("core-idea", idea.id), ("block", case.block_at(GRIEF))):
        assert said in ana.get(f"{case.people.url}/history/{kind}/{item}").text
    told = ana.get(f"{case.people.url}/trail").text
    assert "merged the domain “Thoughts” into “Antecedent”" in told
    assert f"{said}, which it was merged into" in told


def test_the_board_of_the_domain_that_stays_is_told_of_what_came(case: ACase) -> None:
    sample = case.people.sample.id or 0
    board = load_board(case.db, case.people.context(case.db), sample, case.domains["ANT"])
    add_category(case.db, board, title="Loss")
    _merge(case, "THO", "ANT")
    assert _marks(case.db)[-1] == (
        "The core ideas of “Thoughts” came to this domain, which it was merged into: sort them."
    )


def test_a_domain_whose_cross_analysis_has_begun_stays(case: ACase) -> None:
    sample = case.people.sample.id or 0
    board = load_board(case.db, case.people.context(case.db), sample, case.domains["THO"])
    add_category(case.db, board, title="Ownership")
    with pytest.raises(Conflict, match="Merge “Antecedent” into it instead"):
        _merge(case, "THO", "ANT")
    assert _merge(case, "ANT", "THO").into == "Thoughts"


def test_one_domain_alone_and_one_of_another_sample_are_no_pair(case: ACase) -> None:
    with pytest.raises(Invalid, match="Choose another domain"):
        _merge(case, "ANT", "ANT")
    case.domains["???"] = 0
    with pytest.raises(Invalid, match="Choose another domain"):
        _merge(case, "ANT", "???")
    case.domains["???"] = 999_999
    with pytest.raises(NotFound):
        _merge(case, "ANT", "???")
    assert len(domain_list(case.db, case.people.sample.id or 0)) == 3


def test_private_drafts_go_over_and_nobody_learns_what_is_in_them(
    db: Session, people: People
) -> None:
    case = private_case(db, people)
    case.draft(people.chi, CHI, submitting=False)
    merged = _merge(case, "THO", "ANT")
    assert (merged.blocks, merged.core_ideas) == (0, 0), "nothing of them is counted"
    assert len(_marks(db)) == 1, "every case that is drafted is marked, whatever is in the drafts"
    db.commit()
    mine = html.unescape(people.chi.get(case.url).text)
    assert OWN in mine
    assert "Thoughts" not in mine
    assert OWN not in people.ana.get(f"{people.url}/trail").text


def test_drafts_that_were_discussed_are_told_apart_no_more(db: Session, people: People) -> None:
    case = revealed_case(db, people)
    with pytest.raises(Conflict, match=r"The core ideas of P07 in .* are still to be discussed"):
        _merge(case, "THO", "ANT")


def test_what_was_decided_on_the_drafts_of_either_is_history(db: Session, people: People) -> None:
    case = revealed_case(db, people)
    for point in case.all_points():
        if not point.is_joined:
            case.settle(point, Outcome.EDITED)
    before = case.point("EXT")
    _merge(case, "THO", "ANT")
    db.commit()
    assert [p.domain_id for p in case.all_points() if p.kind is PointKind.CORE_IDEAS] == [
        None,
        None,
        before.domain_id,
    ]
    page = people.ben.get(case.discussion)
    assert page.status_code == 200
    assert "Thoughts" not in page.text


def test_undoing_what_was_done_before_puts_nothing_into_a_domain_that_is_gone(
    case: ACase,
) -> None:
    case.add_idea("P held P's breath.", "THO")
    _merge(case, "THO", "ANT")
    with pytest.raises(Conflict):
        undo(case.db, case.seen_by())
    assert case.texts("ANT") == [LOSS, OWN, "P held P's breath."]


def test_a_pi_merges_on_a_page_that_says_what_goes_where(case: ACase) -> None:
    people, url = case.people, f"{case.people.sample_url}/domains"
    case.db.commit()
    assert f"{url}/{case.domains['THO']}/merge" in people.ana.get(url).text
    page = people.ana.get(f"{url}/{case.domains['THO']}/merge")
    assert "1 block in 1 case and 1 core idea" in page.text
    nothing = people.ana.post(f"{url}/{case.domains['THO']}/merge", {"into": ""})
    assert nothing.status_code == 422
    assert "Choose another domain to merge “Thoughts” into." in nothing.text
    done = people.ana.post(f"{url}/{case.domains['THO']}/merge", {"into": case.domains["ANT"]})
    assert done.headers["location"] == f"{url}#domain-{case.domains['ANT']}"
    assert "“Thoughts” is merged into “Antecedent”" in people.ana.get(url).text
    gone = people.ana.post(f"{url}/{case.domains['THO']}/merge", {"into": case.domains["ANT"]})
    assert gone.status_code == 404
    back = people.ana.get(f"{url}/{case.domains['THO']}/merge")
    assert back.headers["location"] == url
    assert "it was merged or removed" in people.ana.get(url).text


@pytest.mark.parametrize(("who", "status"), [("ben", 403), ("eli", 403), ("hal", 404)])
def test_only_a_pi_of_the_study_merges(case: ACase, who: str, status: int) -> None:
    case.db.commit()
    url = f"{case.people.sample_url}/domains/{case.domains['THO']}/merge"
    person = case.people.everybody[who]
    assert person.get(url).status_code == status
    assert person.post(url, {"into": case.domains["ANT"]}).status_code == status
    assert case.texts("THO") == [OWN]


def test_a_block_that_was_changed_meanwhile_is_seen_by_its_version(case: ACase) -> None:
    before = case.db.get_one(Block, case.block_at(GRIEF)).version
    _merge(case, "THO", "ANT")
    case.db.expire_all()
    assert case.db.get_one(Block, case.block_at(GRIEF)).version == before + 1
