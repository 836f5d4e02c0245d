"""A small study in which every room has something to show, and the list of its rooms."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlmodel import Session

from app.accounts.models import LinkPurpose
from app.accounts.service import make_link
from app.cases.service import add_case, put_into_sample, store_transcript
from app.consensus.service import agree
from app.core_ideas.models import AbsenceReason
from app.core_ideas.service import add_core_idea, set_absence
from app.cross_analysis.guard import BoardContext, load_board
from app.cross_analysis.service import add_category, place
from app.domains.service import mark_not_coded
from app.studies.service import add_abbreviation, add_sample, invite
from tests.browser.conftest import Live
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
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
    category: int
    """A category of the first."""
    card: int
    """A core idea of the first."""
    empty_sample: int
    invitation: str
    reset: str


@dataclass(frozen=True)
class Room:
    """A page, who looks at it, and what they do first."""

    name: str
    url: str
    who: str = "ana"
    first: Callable[[Page], object] = lambda page: None


def build(live: Live) -> House:
    """Three agreed cases, one being coded, one without transcript; one board of two agreed."""
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
        study = people.context(db)
        put_into_sample(db, study, case_id=case.case_id, sample_id=empty.id or 0)
        db.commit()
    return House(live, sorting, agreed, category, ideas["P01"][0], empty.id or 0, invitation, reset)


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


def rooms(house: House) -> list[Room]:
    """Every page there is, with what opens on it."""
    study, sample = house.live.people.url, house.live.people.sample_url
    empty = f"{study}/samples/{house.empty_sample}"
    board = f"{sample}/domains/{house.sorting}/cross-analysis"
    coding, ideas = f"{sample}/cases/P04/coding", f"{sample}/cases/P04/core-ideas"
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
        Room("domain list, empty", f"{empty}/domains"),
        Room("rule", f"{sample}/rule"),
        Room("coding", coding),
        Room("coding, block open", coding, first=_open_block),
        Room("coding, popover open", coding, first=_open_popover),
        Room("coding, search", f"{coding}?q=mother"),
        Room("coding, agreed", f"{sample}/cases/P01/coding", first=_reopen),
        Room("coding without transcript", f"{sample}/cases/P05/coding"),
        Room("core ideas", ideas),
        Room("core ideas, menu open", ideas, first=_open_change_menu),
        Room("core ideas, agreed", f"{sample}/cases/P01/core-ideas"),
        Room("boards", f"{sample}/cross-analysis"),
        Room("boards, none", f"{empty}/cross-analysis"),
        Room("board", board),
        Room("board with counts", f"{board}?counts=1"),
        Room("board, card open", f"{board}?card={house.card}"),
        Room("board, category open", f"{board}?category={house.category}"),
        Room("board, agreeing", f"{board}?beside=agree"),
        Room("board, popover open", board, first=_move_a_card),
        Room("board, agreed", f"{sample}/domains/{house.agreed}/cross-analysis"),
        Room("matrix", f"{board}?view=matrix&counts=1"),
        Room("findings", f"{sample}/findings", first=_open_export),
        Room("findings, panel open", f"{sample}/findings?unagreed=1", first=_open_label),
        Room("findings as a reader", f"{sample}/findings", "ida"),
        Room("findings, nothing", f"{empty}/findings"),
        Room("team", f"{study}/team"),
        Room("team, leaving", f"{study}/team", first=_leave),
        Room("team, changing roles", f"{study}/team", first=_change_roles),
        Room("settings", f"{study}/settings"),
        Room("settings, changing", f"{study}/settings?change=title"),
        Room("settings as a judge", f"{study}/settings", "ben"),
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


def _open_export(page: Page) -> None:
    page.locator("#export summary").click()


def _open_label(page: Page) -> None:
    page.locator(".label-link").first.click()
    expect(page.locator("#evidence .evidence")).to_be_visible()


def _leave(page: Page) -> None:
    page.get_by_role("link", name="Leave", exact=True).click()
    expect(page.locator("#leave")).to_be_visible()


def _change_roles(page: Page) -> None:
    page.get_by_role("link", name="Change roles of Ben").click()
    expect(page.get_by_role("button", name="Save the roles of Ben")).to_be_visible()


def _wrong_password(page: Page) -> None:
    page.get_by_label("E-mail").fill("ana@example.org")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".notice")).to_be_visible()
