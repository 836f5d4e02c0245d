"""From one transcript of a case to another, and from one of its samples to another."""

from typing import NamedTuple

from app.cases.guard import CaseContext
from app.domains.coding import Coding


class Switch(NamedTuple):
    """One choice of a segmented control."""

    label: str
    url: str
    current: bool


def sample_switch(case: CaseContext, coding: Coding) -> tuple[Switch, ...]:
    """The samples of the case whose coding this person may see."""
    return tuple(
        Switch(
            unit.sample,
            f"/studies/{case.study.id}/samples/{unit.sample_id}/cases/{case.code}/coding",
            unit.sample_id == case.sample.id,
        )
        for unit in coding.units
        if unit.is_visible
    )


def transcript_switch(case: CaseContext, coding: Coding) -> tuple[Switch, ...]:
    """The transcripts of the case, where it has more than one."""
    if len(coding.transcripts) < 2:
        return ()
    return tuple(
        Switch(
            transcript.title,
            f"{case.url}/coding" + (f"?transcript={transcript.number}" if place else ""),
            transcript is coding.transcript,
        )
        for place, transcript in enumerate(coding.transcripts)
    )
