"""A small study in which every room has something to show, and the list of its rooms."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlmodel import Session

from app.accounts.models import LinkPurpose
from app.accounts.service import make_link
from app.cases.service import add_case, put_into_sample, store_transcript
from app.consensus.drafting import submit, take_up
from app.consensus.points import points_of, reserve
from app.consensus.rules import Outcome
from app.consensus.service import agree
from app.consensus.stale import mark_stale
from app.core_ideas.amending import correct
from app.core_ideas.models import AbsenceReason
from app.core_ideas.service import add_core_idea, set_absence
from app.cross_analysis.amending import amend_wording
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.service import add_category, place
from app.domains.deciding import decide
from app.domains.service import mark_not_coded
from app.meetings.forms import Arrangement
from app.meetings.service import begin, close, save_notes
from app.studies.models import Study
from app.studies.service import add_abbreviation, add_sample, invite
from app.studies.ways import WayOfWorking
from tests.browser.audited_rooms import (
    Audits,
    answer_the_team,
    bring_a_form,
    build_audits,
    open_a_comment,
    open_a_comment_on_a_card,
    reject_without_a_reason,
    select_words,
)
from tests.browser.conftest import Live
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
from tests.domains.a_discussion import DRAFTS, draft, drafting, hand_in
from tests.people import People, Person

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
MOTHER = "She told me about her mother."
BREATH = "I held my breath."
TEARS = "So I let two tears go."
AGREED = ("P01", "P02", "P03")


@dataclass(frozen=True)
class House:
    """The server, and what its rooms have in their addresses."""

    live: Live
    sorting: int
    """The domain whose board is being sorted."""
    agreed: int
    """The domain whose board is agreed."""
    listed: int
    """The domain whose category lists are discussed."""
    category: int
    """A category of the first."""
    card: int
    """A core idea of the first."""
    empty_sample: int
    invitation: str
    reset: str
    minutes: int
    """A meeting that was closed."""
    meeting: int
    """One that is open: Ben and Chi are there, and Ana is not."""
    audits: Audits


@dataclass(frozen=True)
class Room:
    """A page, who looks at it, and what they do first."""

    name: str
    url: str
    who: str = "ana"
    first: Callable[[Page], object] = lambda page: None


def build(live: Live) -> House:
    """Cases agreed, coded, discussed and without transcript; one board of two is agreed."""
    people = live.people
    with live.database.session(writing=True) as db:
        study = people.context(db)
        add_abbreviation(db, study, short="P", meaning="participant")
        empty = add_sample(db, study, name="as client", topic="Participants Crying as Clients")
        invitation = invite(db, study, is_judge=True, note="Kim")
        reset = make_link(db, purpose=LinkPurpose.RESET, account_id=people.hal.id)
        case = a_case(db, people)
        sorting, agreed = case.domains["Antecedent"], case.domains["Consequences"]
        ideas = {code: _write(db, _named(db, case, code)) for code in AGREED}
        _being_coded(db, _named(db, case, "P04"))
        add_case(db, study, code="P05", sample_ids=[people.sample.id or 0])
        category = _sort(db, people, sorting, agreed, ideas)
        _amend(db, people, sorting, replace(case, code="P03"), ideas["P03"][0])
        _discussed(db, _named(db, case, "P06"))
        listed = case.domains["Reasons for crying"]
        _list(db, people, listed)
        study = people.context(db)
        put_into_sample(db, study, case_id=case.case_id, sample_id=empty.id or 0)
        meetings = _meet(db, people), _meet(db, people, closing=False)
        audits = build_audits(db, people, lambda code: _named(db, case, code), agreed)
        db.commit()
    card = ideas["P01"][0]
    return House(
        live,
        sorting,
        agreed,
        listed,
        category,
        card,
        empty.id or 0,
        invitation,
        reset,
        *meetings,
        audits,
    )


def _named(db: Session, case: ACase, code: str) -> ACase:
    """The case with this code, made with the same interview where it is new."""
    if code == case.code:
        return case
    study = case.people.context(db)
    made = add_case(db, study, code=code, sample_ids=[case.people.sample.id or 0])
    assert made.id is not None
    store_transcript(db, study, case_id=made.id, title="Interview", turns=TURNS, roles=ROLES)
    return ACase(case.people, code, made.id, case.domains)


def _write(db: Session, case: ACase) -> tuple[int, int]:
    """Code a case, write its core ideas, let every judge agree to it."""
    case.put(db, MOTHER, "Antecedent")
    case.put(db, TEARS, "Consequences")
    made = []
    for title, text in (
        ("Antecedent", f"C told {case.code} about her mother."),
        ("Consequences", f"{case.code} let two tears go."),
    ):
        domain_id = case.domains[title]
        made.append(add_core_idea(db, case.context(db), domain_id=domain_id, text=text).id or 0)
    reasons = case.domains["Reasons for crying"]
    set_absence(db, case.context(db), domain_id=reasons, reason=AbsenceReason.NOTHING_SAID)
    for person in _judges(case.people):
        seen = case.context(db, person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=case.code)
    return made[0], made[1]


def _judges(people: People) -> tuple[Person, ...]:
    return people.ana, people.ben, people.chi, people.dee


def _being_coded(db: Session, case: ACase) -> None:
    """Blocks that overlap, one in two domains, one passage not coded, and advice on a wording."""
    case.put(db, MOTHER, "Antecedent")
    case.put(db, f"{MOTHER} {BREATH}", "Reasons for crying", "Antecedent")
    transcript = case.transcript(db)
    start = transcript.text.index("Mm-hm.")
    mark_not_coded(
        db,
        case.context(db),
        version_id=transcript.version_id,
        start=start,
        end=start + len("Mm-hm."),
        quote="Mm-hm.",
    )
    for text in ("I heard about C's mother from CRX.", "P held the breath."):
        add_core_idea(db, case.context(db), domain_id=case.domains["Antecedent"], text=text)


def _discussed(db: Session, case: ACase) -> None:
    """Drafts revealed: one passage decided, with a reservation, and two still to be discussed."""
    study = db.get_one(Study, case.people.study.id)
    study.way_of_working = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    db.flush()
    drafts = [*DRAFTS.values(), DRAFTS["ben"]]
    for person, passages in zip(_judges(case.people), drafts, strict=True):
        draft(db, case, person, passages)
        _write_own(db, case, person)
    hand_in(db, case, *_judges(case.people))
    study.way_of_working = WayOfWorking.TOGETHER
    db.add(study)
    seen = case.context(db)
    first = points_of(db, seen.unit.id)[0]
    reserve(db, seen.scene, seen.unit, point_id=first.id, text="I am not sure.", what="P06")
    decide(
        db, seen, first.id, outcome=Outcome.NOT_CODED, version=first.version, reason="Too short."
    )


def _write_own(db: Session, case: ACase, person: Person) -> None:
    """Core ideas of a judge's own: one like the others', one in other words, and a reason."""
    antecedent, reasons = case.domains["Antecedent"], case.domains["Reasons for crying"]
    for domain_id, text in (
        (antecedent, "C told P about her mother."),
        (antecedent, f"P heard of C's mother, as {person.name} has it."),
    ):
        add_core_idea(db, drafting(db, case, person), domain_id=domain_id, text=text)
    if person is case.people.chi:
        reason = AbsenceReason.TOO_THIN
        set_absence(db, drafting(db, case, person), domain_id=reasons, reason=reason)


def _list(db: Session, people: People, domain_id: int) -> None:
    """Category lists of all judges, revealed: one title that all have, others that not all have."""
    study = db.get_one(Study, people.study.id)
    study.board_way = WayOfWorking.INDEPENDENT_FIRST
    db.add(study)
    db.flush()

    def board(person: Person) -> BoardContext:
        seen = load_board(db, people.context(db, person), people.sample.id or 0, domain_id)
        return replace(seen, unit=take_up(db, seen.scene, seen.unit))

    for person in _judges(people):
        mine = add_category(db, board(person), title=f"Own losses, as {person.name} has it")
        add_category(db, board(person), title="C's mother", parent_id=mine.id)
        add_category(db, board(person), title="Felt with C")
    for person in _judges(people):
        seen = board(person)
        submit(db, seen.scene, seen.unit, what="the board")
    study.board_way = WayOfWorking.TOGETHER
    db.add(study)


def _sort(
    db: Session, people: People, sorting: int, agreed: int, ideas: dict[str, tuple[int, int]]
) -> int:
    def board(domain_id: int, person: Person | None = None) -> BoardContext:
        study = people.context(db, person)
        return load_board(db, study, people.sample.id or 0, domain_id)

    closer = add_category(db, board(agreed), title="Felt closer").id
    for _, consequence in ideas.values():
        place(db, board(agreed), core_idea_id=consequence, category_id=closer)
    rare = add_category(db, board(agreed), title="Wept").id
    place(db, board(agreed), core_idea_id=ideas["P01"][1], category_id=rare)
    top = add_category(db, board(sorting), title="The client's family").id
    assert top is not None
    mother = add_category(db, board(sorting), title="Her mother", parent_id=top).id
    place(db, board(sorting), core_idea_id=ideas["P01"][0], category_id=mother)
    place(db, board(sorting), core_idea_id=ideas["P01"][0], category_id=top)
    place(db, board(sorting), core_idea_id=ideas["P02"][0], category_id=None)
    for person in _judges(people):
        seen = board(agreed, person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.title)
    return top


def _amend(db: Session, people: People, domain_id: int, case: ACase, core_idea_id: int) -> None:
    """A spelling corrected, a pending amendment, and two units to look at again."""
    text = f"C told {case.code} about her mother"
    correct(db, case.context(db), core_idea_id=core_idea_id, text=text, version=1)
    board = load_board(db, people.context(db), people.sample.id or 0, domain_id)
    amend_wording(db, board, core_idea_id=core_idea_id, text=f"{text}'s death.", version=2)
    why = "P02 was reopened for recoding."
    mark_stale(db, people.scene, [board.unit.id, case.context(db).unit.id], why)


def _meet(db: Session, people: People, *, closing: bool = True) -> int:
    """Ben and Chi meet; he notes how the talking went."""
    ben = people.context(db, people.ben)
    there = frozenset({people.ben.id, people.chi.id})
    meeting = begin(db, ben, Arrangement(there, writer=people.ben.id))
    save_notes(db, ben, meeting, text="We began late.\nBoth spoke.", version=1)
    if closing:
        close(db, ben, meeting)
    return meeting


def rooms(house: House) -> list[Room]:
    """Every page there is, with what opens on it."""
    study, sample = house.live.people.url, house.live.people.sample_url
    empty = f"{study}/samples/{house.empty_sample}"
    board = f"{sample}/domains/{house.sorting}/cross-analysis"
    coding, ideas = f"{sample}/cases/P04/coding", f"{sample}/cases/P04/core-ideas"
    version = f"{sample}/cases/P03/consensus-version"
    discussion = f"{sample}/cases/P06/coding/discussion"
    words = f"{sample}/cases/P06/core-ideas/discussion"
    lists = f"{sample}/domains/{house.listed}/cross-analysis/discussion"
    meeting = f"{study}/meetings/{house.meeting}"
    return [
        Room("home", "/", first=_open_account_menu),
        Room("home of nobody's member", "/", "jo"),
        Room("studies", "/studies"),
        Room("new study", "/studies/new"),
        Room("a new study refused", "/studies/new", first=_refused_study),
        Room("overview", study),
        Room("cases", f"{study}/cases"),
        Room("new case", f"{study}/cases/new"),
        Room("attributes", f"{study}/cases/new/attributes"),
        Room("preview", f"{study}/cases/new", first=_read_files),
        Room("case", f"{study}/cases/P01"),
        Room("case without transcript", f"{study}/cases/P05"),
        Room("new transcript", f"{study}/cases/P05/transcripts/new"),
        Room("domain list", f"{sample}/domains"),
        Room("domain list, changing", f"{sample}/domains?change={house.sorting}"),
        Room("domain list, merging", f"{sample}/domains/{house.sorting}/merge"),
        Room("domain list, empty", f"{empty}/domains"),
        Room("rule", f"{sample}/rule"),
        Room("coding", coding),
        Room("coding, block open", coding, first=_open_block),
        Room("coding, popover open", coding, first=_open_popover),
        Room("coding, search", f"{coding}?q=mother"),
        Room("discussion", discussion),
        Room("discussion, decided again", discussion, first=_open_decided),
        Room("discussion, a joined passage", discussion, first=_open_joined),
        Room("what became of my coding", f"{discussion}/mine"),
        Room("coding, edited by hand", discussion, first=_edit_by_hand),
        Room("coding, agreed", f"{sample}/cases/P01/coding", first=_reopen),
        Room("coding without transcript", f"{sample}/cases/P05/coding"),
        Room("core ideas", ideas),
        Room("core ideas, menu open", ideas, first=_open_change_menu),
        Room("core ideas side by side", words),
        Room("core ideas side by side, refused", words, first=_choose_nothing),
        Room("core ideas side by side, as a judge", words, "chi"),
        Room("what became of my core ideas", f"{words}/mine"),
        Room("core ideas, agreed", f"{sample}/cases/P01/core-ideas"),
        Room("correction", f"{sample}/cases/P01/core-ideas/{house.card}/correction"),
        Room("consensus version", version),
        Room("consensus version, working", f"{sample}/cases/P04/consensus-version"),
        Room("consensus version, none yet", f"{sample}/cases/P05/consensus-version"),
        Room("consensus versions compared", f"{version}/compare"),
        Room("boards", f"{sample}/cross-analysis"),
        Room("boards, none", f"{empty}/cross-analysis"),
        Room("board", board),
        Room("board with counts", f"{board}?counts=1"),
        Room("board, card open", f"{board}?card={house.card}"),
        Room("board, category open", f"{board}?category={house.category}"),
        Room("board, agreeing", f"{board}?beside=agree"),
        Room("board, amendments", f"{board}?beside=amendments"),
        Room("board, to look at again", f"{board}?beside=look"),
        Room("board, as it was agreed", f"{sample}/domains/{house.agreed}/cross-analysis/version"),
        Room("board, popover open", board, first=_move_a_card),
        Room("board, agreed", f"{sample}/domains/{house.agreed}/cross-analysis"),
        Room("lists side by side", lists),
        Room("lists side by side, as a judge", lists, "ben"),
        Room("matrix", f"{board}?view=matrix&counts=1"),
        Room("findings", f"{sample}/findings", first=_open_export),
        Room("findings, panel open", f"{sample}/findings?unagreed=1", first=_open_label),
        Room("findings as a reader", f"{sample}/findings", "ida"),
        Room("findings, nothing", f"{empty}/findings"),
        Room("team", f"{study}/team"),
        Room("team, leaving", f"{study}/team", first=_leave),
        Room("team, changing roles", f"{study}/team", first=_change_roles),
        Room("blind practice", f"{study}/team/practice"),
        Room("assignments, changing", f"{study}/team/assignments", first=_change_judges),
        Room("settings", f"{study}/settings"),
        Room("settings, changing", f"{study}/settings?change=title"),
        Room("settings as a judge", f"{study}/settings", "ben"),
        Room("meetings", f"{study}/meetings"),
        Room("new meeting", f"{study}/meetings/new"),
        Room("meeting", meeting, "ben"),
        Room("meeting, who is here", meeting, "ben", first=_who_is_here),
        Room("meeting as a judge who is not there", meeting),
        Room("agree to all of today", f"{meeting}/agreement", "ben"),
        Room("minutes", f"{study}/meetings/{house.minutes}/minutes"),
        *_audit_rooms(house),
        Room("trail", f"{study}/trail"),
        Room("account", "/account"),
        Room("accounts", "/accounts", "jo"),
        Room("not found", "/studies/99999"),
        Room("not allowed", coding, "ida"),
        Room("sign-in", "/sign-in", ""),
        Room("sign-in refused", "/sign-in", "", first=_wrong_password),
        Room("invitation", f"/invitations/{house.invitation}", ""),
        Room("reset", f"/reset/{house.reset}", ""),
        Room("spent link", "/setup/no-such-token", ""),
    ]


def _audit_rooms(house: House) -> list[Room]:
    audits = f"{house.live.people.url}/audits"
    has = house.audits
    reading, again = f"{audits}/{has.reading}", f"{audits}/{has.again}"
    return [
        Room("home of an auditor", "/", "eli"),
        Room("overview as an auditor", house.live.people.url, "eli"),
        Room("audits", audits),
        Room("audits of an auditor", audits, "eli"),
        Room("audits of who has none", audits, "fay"),
        Room("audit plan", f"{audits}/plan"),
        Room("audit plan, settings", f"{audits}/plan?change=settings"),
        Room("audit, reading", reading, "eli"),
        Room("audit, comment open", reading, "eli", first=open_a_comment),
        Room("audit, nothing written yet", reading, "gus", first=select_words),
        Room("audit, its transcript", f"{reading}/transcript", "eli"),
        Room("audit, work offline", f"{reading}/form", "eli"),
        Room("audit, the form brought back", f"{reading}/form", "eli", first=bring_a_form),
        Room("audit, with the auditors", reading, "ben"),
        Room("audit, responding", f"{audits}/{has.responding}", "ben"),
        Room(
            "audit, refused without a reason",
            f"{audits}/{has.responding}",
            "ben",
            first=reject_without_a_reason,
        ),
        Room("audit, returned", f"{audits}/{has.responding}", "eli", first=answer_the_team),
        Room("audit, further round", again, "eli"),
        Room("audit, further round, everything", f"{again}?all=1", "gus"),
        Room("audit, an earlier round", f"{again}?round=1", "ben"),
        Room("audit, closed", f"{audits}/{has.closed}"),
        Room("audit of a board", f"{audits}/{has.board}", "gus", first=open_a_comment_on_a_card),
        Room("audit of the domain list", f"{audits}/{has.listed}", "gus"),
    ]


def _open_account_menu(page: Page) -> None:
    page.locator("summary.avatar").click()


def _refused_study(page: Page) -> None:
    page.get_by_label("Title").fill("   ")
    page.get_by_role("button", name="Create the study").click()
    expect(page.locator(".errors")).to_be_visible()


def _read_files(page: Page) -> None:
    several = page.locator("#several")
    names = ("allotment_P07.txt", "garden_00042.md")
    several.get_by_label("Transcripts").set_input_files([TRANSCRIPTS / name for name in names])
    several.get_by_role("button", name="Read the files").click()
    expect(page.locator(".preview-file")).to_have_count(2)


def _open_block(page: Page) -> None:
    page.locator("a.stripe").first.focus()
    expect(page.locator("#block-card blockquote")).to_be_visible()


def _open_popover(page: Page) -> None:
    page.locator("#turn-4").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#domain-popover")).to_be_visible()
    page.keyboard.type("rea")


def _reopen(page: Page) -> None:
    page.get_by_role("link", name="Reopen").click()
    expect(page.locator("#reopen")).to_be_visible()


def _open_change_menu(page: Page) -> None:
    page.get_by_text("Change core idea 1.1").locator("..").locator("..").click()
    expect(page.locator("details.menu[open]")).to_have_count(1)


def _move_a_card(page: Page) -> None:
    page.locator(".idea-card a").first.focus()
    page.keyboard.press("m")
    expect(page.locator("#move-popover")).to_be_visible()
    page.keyboard.type("moth")


def _open_decided(page: Page) -> None:
    page.get_by_role("link", name="Turn 4 · not coded", exact=True).click()
    expect(page.get_by_text("Decide again")).to_be_visible()


def _open_joined(page: Page) -> None:
    page.locator("#joined summary").click()
    page.get_by_role("link", name="Turn 2 · Antecedent").click()
    expect(page.get_by_text("Joined by itself")).to_be_visible()


def _edit_by_hand(page: Page) -> None:
    page.locator(".point[data-current]").get_by_role("button", name="Edit…").click()
    expect(page.get_by_role("button", name="Note it as edited")).to_be_visible()


def _choose_nothing(page: Page) -> None:
    page.get_by_role("link", name="Reasons for crying").click()
    page.get_by_role("button", name="Take what is chosen above").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _who_is_here(page: Page) -> None:
    page.keyboard.press("p")
    expect(page.get_by_role("dialog", name="Who is here")).to_be_visible()


def _open_export(page: Page) -> None:
    page.locator("#export summary").click()


def _open_label(page: Page) -> None:
    page.locator(".label-link").first.click()
    expect(page.locator("#evidence .evidence")).to_be_visible()


def _leave(page: Page) -> None:
    page.get_by_role("link", name="Leave", exact=True).click()
    expect(page.locator("#leave")).to_be_visible()


def _change_judges(page: Page) -> None:
    page.get_by_role("link", name="Change who judges").first.click()


def _change_roles(page: Page) -> None:
    page.get_by_role("link", name="Change roles of Ben").click()
    expect(page.get_by_role("button", name="Save the roles of Ben")).to_be_visible()


def _wrong_password(page: Page) -> None:
    page.get_by_label("E-mail").fill("ana@example.org")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".notice")).to_be_visible()
