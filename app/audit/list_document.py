"""A sample's domain list as a document: what its auditors read, frozen for a round.

PURE. A domain has the number of its place in the list; its title and its definition can each be
commented on. The guids stay the same from round to round.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.core_ideas.consensus_version import Item

OF_DEFINITION = "-definition"
"""What follows a domain's guid in the guid of its definition."""


@dataclass(frozen=True)
class ListedDomain:
    """A domain as it stood in the list."""

    guid: str
    number: int
    title: str
    definition: str
    abbreviation: str
    kind: str
    hue: int

    @property
    def definition_guid(self) -> str:
        """What a comment on the definition is filed under."""
        return self.guid + OF_DEFINITION


@dataclass(frozen=True)
class ListDocument:
    """A domain list; `domain_list` is its version, `topic` what the sample is about."""

    study: str
    sample: str
    topic: str
    domain_list: int
    domains: tuple[ListedDomain, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for the database."""
        return {"kind": "domain list"} | asdict(self)

    def items(self) -> Iterator[Item]:
        """Everything that can be commented on: each domain's title, then its definition."""
        for each in self.domains:
            number = str(each.number)
            yield Item("domain", each.guid, each.guid, number, each.title)
            of_it = f"{number} definition"
            yield Item("domain", each.definition_guid, each.guid, of_it, each.definition)


def read_list_document(values: Mapping[str, Any]) -> ListDocument:
    """Back from the database."""
    whole = {name: value for name, value in values.items() if name != "kind"}
    return ListDocument(
        **whole | {"domains": tuple(ListedDomain(**each) for each in values["domains"])}
    )


def domain_of(guid: str) -> tuple[str, bool]:
    """The domain that an item of a list is about, and whether it is its definition."""
    return guid.removesuffix(OF_DEFINITION), guid.endswith(OF_DEFINITION)


def is_definition(item: Item) -> bool:
    """Is it a domain's definition, and not its title?"""
    return item.kind == "domain" and item.guid.endswith(OF_DEFINITION)
