"""What the ids in trail entries stand for: people, units, domains, categories, cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.accounts.models import Account
from app.cases.models import Case, Transcript
from app.consensus.models import Layer, Unit
from app.consensus.queries import CONSENSUS_LAYER
from app.core_ideas.models import CoreIdea
from app.cross_analysis.models import Category
from app.db import run
from app.domains.models import Domain
from app.home.words import listed
from app.studies.guard import StudyContext
from app.trail.queries import Entry

SET_UP_PAGES = {
    "study": "settings",
    "sample": "settings",
    "abbreviation": "settings",
    "member": "team",
    "invitation": "team",
    "study_case": "cases",
    "transcript": "cases",
    "unit": "team/assignments",
    "audit_plan": "audits/plan",
    "recusal": "audits/plan",
}
MISCELLANEOUS = "Miscellaneous"


@dataclass(frozen=True)
class Names:
    """Names by id. What has been removed since has none."""

    study_url: str
    people: Mapping[int, str]
    units: Mapping[int, tuple[str, str]]
    domains: Mapping[int, str]
    categories: Mapping[int, str]
    cases: Mapping[tuple[str, int], str]
    """The case of each item that is of one: its kind and id."""

    def of(self, entry: Entry) -> dict[str, str]:
        """What a sentence about this entry may name."""
        values = {**(entry.before or {}), **(entry.after or {})}
        where, url = self.units.get(entry.unit_id or 0, ("", ""))
        unit = f"the board {where}" if url.endswith("/cross-analysis") else where
        if entry.unit_id is None and entry.item_kind.startswith("audit"):
            unit = "a domain list"
        return {
            "where": where,
            "unit": unit,
            "person": self.people.get(values.get("account", 0), ""),
            "people": listed(
                [self.people[i] for i in values.get("accounts", ()) if i in self.people]
            ),
            "domains": listed(
                [f"“{self.domains[i]}”" for i in domains_of(entry) if i in self.domains]
            ),
            "places": listed([self._place(place) for place in _new_places(entry)]),
            "case": self.cases.get((entry.item_kind, entry.item_id), ""),
        }

    def _place(self, place: int | None) -> str:
        if place is None:
            return MISCELLANEOUS
        title = self.categories.get(place)
        return f"“{title}”" if title else "a category removed since"

    def url_of(self, entry: Entry) -> str | None:
        """Where the entry leads: its unit, else the page of the set-up it belongs to."""
        if entry.item_kind == "audit":
            return f"{self.study_url}/audits/{entry.item_id}"
        if unit := self.units.get(entry.unit_id or 0):
            return unit[1]
        if entry.item_kind == "meeting":
            return f"{self.study_url}/meetings/{entry.item_id}"
        sample = (entry.after or entry.before or {}).get("sample")
        if entry.item_kind == "domain" and isinstance(sample, int):
            return f"{self.study_url}/samples/{sample}/domains"
        page = SET_UP_PAGES.get(entry.item_kind)
        return f"{self.study_url}/{page}" if page else None


def domains_of(entry: Entry) -> list[int]:
    """The domains an entry is about: those that came, else those that went."""
    was, became = list(_domains(entry.before)), list(_domains(entry.after))
    came = [domain for domain in became if domain not in was]
    went = [domain for domain in was if domain not in became]
    return list(dict.fromkeys(came or went or became))


def _domains(values: Mapping[str, Any] | None) -> Iterator[int]:
    if not values:
        return
    if isinstance(values.get("domain"), int):
        yield values["domain"]
    for passage in values.get("passages", ()):
        yield from passage["domains"]
    for idea in values.get("ideas", ()):
        yield idea["domain_id"]


def _new_places(entry: Entry) -> list[int | None]:
    was = (entry.before or {}).get("places", [])
    return [place for place in (entry.after or {}).get("places", []) if place not in was]


def names_in(db: Session, study: StudyContext, entries: Sequence[Entry]) -> Names:
    """The names that these entries need, in five statements however many they are."""
    people = {entry.account_id for entry in entries if entry.account_id is not None}
    people |= {
        account_id
        for entry in entries
        for values in (entry.before, entry.after)
        if values
        for account_id in (values.get("account"), *values.get("accounts", ()))
        if isinstance(account_id, int)
    }
    places = {place for entry in entries for place in _new_places(entry) if place is not None}
    domains = {domain for entry in entries for domain in domains_of(entry)}
    url = f"/studies/{study.id}"
    return Names(
        study_url=url,
        people=_titles(db, col(Account.id), col(Account.name), people),
        units=_units(db, url, {entry.unit_id for entry in entries if entry.unit_id is not None}),
        domains=_titles(db, col(Domain.id), col(Domain.title), domains),
        categories=_categories(db, places),
        cases=_cases(db, entries),
    )


def _cases(db: Session, entries: Sequence[Entry]) -> dict[tuple[str, int], str]:
    """The codes behind entries on cases, transcripts and core ideas."""

    def items(kind: str) -> set[int]:
        return {entry.item_id for entry in entries if entry.item_kind == kind}

    def codes(kind: str, key: Any) -> sa.Select[Any]:
        return sa.select(sa.literal(kind), key, col(Case.code)).where(key.in_(items(kind)))

    rows = run(
        db,
        sa.union_all(
            codes("study_case", col(Case.id)),
            codes("transcript", col(Transcript.id)).join(
                Case, col(Case.id) == col(Transcript.case_id)
            ),
            codes("core_idea", col(CoreIdea.id))
            .join(Layer, col(Layer.id) == col(CoreIdea.layer_id))
            .join(Unit, CONSENSUS_LAYER)
            .join(Case, col(Case.id) == col(Unit.case_id)),
        ),
    )
    return {(kind, item): code for kind, item, code in rows}


def _categories(db: Session, wanted: set[int]) -> dict[int, str]:
    """Titles of categories on the teams' boards: one in a private draft has none here."""
    shared = (
        sa.select(col(Category.id), col(Category.title))
        .join(Layer, col(Layer.id) == col(Category.layer_id))
        .where(col(Category.id).in_(wanted), col(Layer.account_id).is_(None))
    )
    return dict(run(db, shared).all())


def _titles(db: Session, key: Any, title: Any, wanted: set[int]) -> dict[int, str]:
    return dict(run(db, sa.select(key, title).where(key.in_(wanted))).all())


def _units(db: Session, url: str, wanted: set[int]) -> dict[int, tuple[str, str]]:
    """For each unit its name and its address."""
    rows = run(
        db,
        sa.select(
            col(Unit.id),
            col(Unit.sample_id),
            col(Case.code),
            col(Domain.id),
            col(Domain.title),
        )
        .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
        .join(Domain, col(Domain.id) == col(Unit.domain_id), isouter=True)
        .where(col(Unit.id).in_(wanted)),
    )
    found = {}
    for unit_id, sample_id, code, domain_id, title in rows:
        sample = f"{url}/samples/{sample_id}"
        found[unit_id] = (
            (code, f"{sample}/cases/{code}/coding")
            if code
            else (f"“{title}”", f"{sample}/domains/{domain_id}/cross-analysis")
        )
    return found
