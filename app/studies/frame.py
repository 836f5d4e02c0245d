"""The rail: the method in its order, and what stands around it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.permissions import Action

if TYPE_CHECKING:
    from app.studies.guard import StudyContext

IN_CASE = re.compile(r"/samples/(\d+)/cases/([^/]+)")
IN_SAMPLE = re.compile(r"/samples/(\d+)(?:/|$)")


@dataclass(frozen=True)
class RailItem:
    """One line of the rail; `group` starts a small heading above it."""

    label: str
    url: str
    current: bool
    indent: bool = False
    badge: int | None = None
    group: str | None = None


def rail(context: "StudyContext", path: str) -> tuple[RailItem, ...]:
    """The items this person has a use for, with the one that `path` lies under marked."""
    study = f"/studies/{context.id}"
    in_sample = IN_SAMPLE.search(path)
    sample_id = int(in_sample.group(1)) if in_sample else None
    if sample_id is None and context.samples:
        sample_id = context.samples[0].id
    found = [RailItem("Overview", study, path.rstrip("/") == study)]
    if context.can(Action.SEE_SET_UP):
        found.append(RailItem("Cases", f"{study}/cases", _cases_are_current(path, study)))
    if sample_id is not None:
        found.extend(_steps(context, path, f"{study}/samples/{sample_id}"))
    if context.can(Action.SEE_AUDITS):
        url = f"{study}/audits"
        waiting = context.audits_waiting or None
        found.append(RailItem("Audits", url, path.startswith(url), badge=waiting))
    around = []
    if context.can(Action.SEE_MEETINGS):
        around.append(("Meetings", f"{study}/meetings"))
    if context.can(Action.SEE_SET_UP):
        around.append(("Team", f"{study}/team"))
        around.append(("Settings", f"{study}/settings"))
    if context.can(Action.SEE_TRAIL):
        around.append(("Trail", f"{study}/trail"))
    for place, (label, url) in enumerate(around):
        found.append(
            RailItem(label, url, path.startswith(url), group="Around it" if not place else None)
        )
    return tuple(found)


def _cases_are_current(path: str, study: str) -> bool:
    return path.startswith(f"{study}/cases")


def _steps(context: "StudyContext", path: str, sample: str) -> list[RailItem]:
    in_case = IN_CASE.search(path)
    case = f"{sample}/cases/{in_case.group(2)}" if in_case else None
    items = [
        RailItem(
            "Domains",
            f"{case}/coding" if case else f"{sample}/domains",
            path.endswith("/domains") or "/coding" in path,
            indent=context.can(Action.SEE_SET_UP),
        )
    ]
    if case:
        items.append(
            RailItem("Core ideas", f"{case}/core-ideas", "/core-ideas" in path, indent=True)
        )
    if context.can(Action.SEE_BOARD) or context.can(Action.SEE_FINDINGS):
        items.append(
            RailItem("Cross-analysis", f"{sample}/cross-analysis", "cross-analysis" in path)
        )
    if context.can(Action.SEE_FINDINGS):
        items.append(RailItem("Findings", f"{sample}/findings", path.endswith("/findings")))
    return items
