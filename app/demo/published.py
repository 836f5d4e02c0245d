"""The published tables the demo is shaped like: facts of Knox et al. (2017), with their source."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parent / "knox_2017_tables.json"


@dataclass(frozen=True)
class DemoCategory:
    """A row of a table; `number` is the row's, `parent` the row it is a subcategory of."""

    number: int
    title: str
    parent: int | None


@dataclass(frozen=True)
class DemoDomain:
    """A domain as printed, with the abbreviation the demo gives it."""

    title: str
    abbreviation: str
    categories: tuple[DemoCategory, ...]


@dataclass(frozen=True)
class DemoSample:
    """One of the three samples; `letter` is how the interviews name it."""

    letter: str
    name: str
    topic: str
    domains: tuple[DemoDomain, ...]


# Letter, name, topic phrase in the capitals of a table's title, abbreviations in table order.
SAMPLES = (
    (
        "T",
        "as therapist",
        "Participants Crying as Therapists",
        "ANT TFA REC EXT REA CON DIS REF DIF",
    ),
    ("C", "as client", "Participants Crying as Clients", "ANT TFA RET EXT REA CON DIS REF DIF"),
    (
        "O",
        "own therapist",
        "Participants’ Therapists Crying in Participants’ Therapy",
        "ANT THT TFA EXT REA CON REF DIF",
    ),
)


def demo_samples() -> tuple[DemoSample, ...]:
    """The three samples with their domains and categories, in the order of the tables."""
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    return tuple(
        DemoSample(letter, name, topic, _domains(table, abbreviations.split()))
        for (letter, name, topic, abbreviations), table in zip(
            SAMPLES, facts["tables"], strict=True
        )
    )


def _domains(table: dict[str, Any], abbreviations: list[str]) -> tuple[DemoDomain, ...]:
    return tuple(
        DemoDomain(domain["domain"], abbreviation, _categories(domain))
        for domain, abbreviation in zip(table["domains"], abbreviations, strict=True)
    )


def _categories(domain: dict[str, Any]) -> tuple[DemoCategory, ...]:
    found = []
    for category in domain["categories"]:
        found.append(DemoCategory(category["row"], category["category"], None))
        found.extend(
            DemoCategory(part["row"], part["subcategory"], category["row"])
            for part in category["subcategories"]
        )
    return tuple(found)


def abbreviations() -> dict[str, str]:
    """The study's fixed abbreviations, as in 'P = participant'."""
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    return dict(facts["abbreviations"])
