"""A study of 12 cases and three judges, week by week, with every click counted.

A click is a page that is opened or a button that is pressed, without JavaScript; words typed and
boxes ticked are not counted. *The long way* is walked once and multiplied; *now* is walked whole.
`docs/walk-of-twelve-cases.md` has the table, and this fails where the two differ.
"""

from typing import Any

import pytest
from sqlmodel import Session, select

from app.config import ROOT
from app.consensus.models import Unit
from app.consensus.rules import State
from app.db import now
from app.studies.models import Member
from app.trail.service import verify
from tests.html import Reader
from tests.people import People, Person

# What is counted is the same on both databases.
pytestmark = pytest.mark.pure

CASES, WEEKLY = 12, 3
LAST = CASES // WEEKLY - 1
"""The last week, in which the team agrees at a meeting; in the others each at home."""
DOMAINS = {"Uses": "P lets it write letters.", "Doubts": "P does not trust its figures."}
WALK = ROOT / "docs" / "walk-of-twelve-cases.md"


class Walker(Reader):
    """Counts its clicks."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.browser)
        self.clicks = 0

    def open(self, url: str) -> "Walker":
        """A link, or an address."""
        self.clicks += 1
        super().open(url)
        return self

    def send(self, button: str, /, files: Any = None, **fields: Any) -> "Walker":
        """A button."""
        self.clicks += 1
        super().send(button, files, **fields)
        return self

    def has(self, words: str) -> bool:
        """Is there a link with these words?"""
        return any(words in link.text_content() for link in self.page.iter("a"))

    def taken(self) -> int:
        """How many since the last time."""
        taken, self.clicks = self.clicks, 0
        return taken


@pytest.fixture
def team(db: Session, people: People) -> tuple[Walker, Walker, Walker]:
    """Ana, who is PI too, Ben and Chi."""
    dee = db.exec(select(Member).where(Member.account_id == people.dee.id)).one()
    dee.left_at = now()
    db.add(dee)
    db.commit()
    return Walker(people.ana), Walker(people.ben), Walker(people.chi)


def codes(week: int) -> list[str]:
    """The cases of a week, from 0."""
    return [f"P{week * WEEKLY + place:02}" for place in range(1, WEEKLY + 1)]


def test_the_walk_takes_as_many_clicks_as_its_page_says(
    db: Session, people: People, team: tuple[Walker, Walker, Walker]
) -> None:
    ana = team[0]
    table = {
        "bring in 12 transcripts as 12 cases": (3 * CASES, bring_in(ana, people)),
        "write the domain list": (2 * len(DOMAINS), list_domains(ana, people)),
    }
    coded = written = agreed = from_home = 0
    for week in range(CASES // WEEKLY):
        for code in codes(week):
            case = f"{people.sample_url}/cases/{code}"
            coded += code_case(team[week % 3], case)
            written += write_core_ideas(team[week % 3], case)
        if week == LAST:
            at_meeting = agree_at_a_meeting(team, people)
            continue
        for judge in team:
            from_home, whole = agree_to_the_week(judge, week)
            agreed += whole
    table["code: two passages a case"] = coded, coded
    table["write core ideas: two a case"] = written, written
    long_agreed = from_home * CASES * len(team)
    table["agree to 12 cases, three judges"] = long_agreed, agreed // LAST * (LAST + 1)
    is_sorted = sort_all(ana, people)
    table["sort 24 core ideas on two boards"] = is_sorted + 2 * (CASES - 1), is_sorted
    from_home, *boards = zip(*(agree_to_boards(judge) for judge in team), strict=True)
    table["agree to two boards, three judges"] = 2 * sum(from_home), sum(boards[0])
    assert not db.exec(select(Unit.id).where(Unit.state != State.AGREED)).all()
    assert not list(verify(db))
    told = [line for line in WALK.read_text().splitlines() if line.startswith("| ")]
    meetings = f"| or, at four meetings: agree to 12 cases | {long_agreed} | {at_meeting * 4} |"
    assert [*lines_of(table), meetings] == told[2 : len(table) + 4]


def lines_of(table: dict[str, tuple[int, int]]) -> list[str]:
    """The table as the page has it."""
    long, short = (sum(each) for each in zip(*table.values(), strict=True))
    whole = table | {"**together**": (long, short)}
    return [f"| {step} | {before} | {after} |" for step, (before, after) in whole.items()]


def bring_in(ana: Walker, people: People) -> int:
    """All files at once; the codes are guessed from their names."""
    talk = "I: What do you use it for?\nP: It writes my letters.\nI: And else?\nP: No figures.\n"
    names = [code for week in range(CASES // WEEKLY) for code in codes(week)]
    files = [("files", (f"{code} interview.txt", talk.encode())) for code in names]
    ana.open(f"{people.url}/cases/new")
    ana.send("Read the files", files=files, samples=[str(people.sample.id)])
    ana.send(f"Store {CASES} transcripts")
    return ana.taken()


def list_domains(ana: Walker, people: People) -> int:
    """One line a domain."""
    ana.open(f"{people.sample_url}/domains").send("Add these domains", lines="\n".join(DOMAINS))
    return ana.taken()


def code_case(judge: Walker, case: str) -> int:
    """Each of the participant's turns in one domain."""
    judge.open(f"{case}/coding")
    boxes = judge.page.xpath("//input[@type='checkbox'][@name='domain']/@value")
    for domain, turn in zip(boxes[:2], ("2", "4"), strict=True):
        judge.send("Put it there", from_turn=turn, to_turn=turn, domain=domain)
    return judge.taken()


def write_core_ideas(judge: Walker, case: str) -> int:
    """One in each domain, on one page."""
    judge.open(f"{case}/core-ideas")
    for place, text in enumerate(DOMAINS.values()):
        form = judge.page.xpath("//form[contains(@class,'core-idea-new')]")[place]
        judge._settle(
            judge.browser.post(form.get("action"), dict(form.form_values()) | {"new_text": text})
        )
        judge.clicks += 1
    return judge.taken()


def agree_to_the_week(judge: Walker, week: int) -> tuple[int, int]:
    """From home to the first, and on to the next from each. Returns what the first took, and all.

    The long way went home before each.
    """
    first = 0
    judge.open("/").follow(codes(week)[0])
    for place, code in enumerate(codes(week)):
        if place:
            judge.follow(f"Next: {code}")
        judge.send("Agree to this version")
        first = first or judge.clicks
    assert not judge.has("Next: ")
    return first, judge.taken()


def agree_at_a_meeting(team: tuple[Walker, ...], people: People) -> int:
    """One begins it; each agrees to all of today on their own screen."""
    present = [str(each.id) for each in (people.ana, people.ben, people.chi)]
    team[0].open(f"{people.url}/meetings/new").send("Begin the meeting", present=present)
    meeting = team[0].url
    for judge in team:
        judge.open(f"{meeting}/agreement")
        judge.send("Agree to what is ticked", unit=judge.page.xpath("//input[@name='unit']/@value"))
    return sum(judge.taken() for judge in team)


def sort_all(ana: Walker, people: People) -> int:
    """Placing one card opens the next; the long way opened each but the first from the board."""
    for title, text in DOMAINS.items():
        ana.open(f"{people.sample_url}/cross-analysis").follow(title)
        ana.follow(text)
        ana.send("Move there", to="new", title=f"All {title.lower()}")
        places = ana.page.xpath("//select[@name='to']/option")
        into = next(p.get("value") for p in places if p.text_content().startswith("All "))
        for _ in range(CASES - 1):
            ana.send("Move there", to=into)
    return ana.taken()


def agree_to_boards(judge: Walker) -> tuple[int, int]:
    """From home to the first, its agreement, its button; from there to the agreement of the next.

    Returns what the first took, and all. The long way went home before each.
    """
    first, second = DOMAINS
    judge.open("/").follow(f"Agree to the board {first}")
    judge.open(f"{judge.url.split('?')[0]}?beside=agree").send("Agree")
    alone = judge.clicks
    judge.follow(f"Next: {second}").send("Agree")
    return alone, judge.taken()
