"""What somebody is about to import: files read, codes, titles and roles proposed, nothing stored.

It lives in a private preview (`app.cases.preview`) as plain JSON until it is confirmed.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.cases.codes import code_key, doubt, proposed_code
from app.cases.reading import Parsed, Turns
from app.cases.speakers import Heard, SpeakerRole, guess_roles, heard
from app.errors import Invalid

SHOWN_FIRST, SHOWN_LAST = 8, 4
TITLES = ("First interview", "Follow-up interview")


@dataclass(frozen=True)
class NumberedTurn:
    """A turn as the preview shows it."""

    number: int
    speaker: str
    text: str
    time_stamp: str

    @property
    def goes_on(self) -> bool:
        """Is it the first of those that are shown on demand? There the reading goes on."""
        return self.number == SHOWN_FIRST + 1


@dataclass(frozen=True)
class ProposedTranscript:
    """One file, read: where it would go and whose words are whose.

    `data` are the bytes of a text whose encoding was assumed, kept so that it can be read again.
    """

    name: str
    code: str
    title: str
    turns: Turns
    roles: Mapping[str, SpeakerRole]
    encoding: str = ""
    warnings: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    data: bytes = b""
    sure: bool = False

    @property
    def speakers(self) -> tuple[Heard, ...]:
        """Who speaks, in the order they first do."""
        return heard(self.turns)

    @property
    def words(self) -> int:
        """Words of the whole."""
        return sum(len(text.split()) for _, text, _ in self.turns)

    @property
    def code_doubt(self) -> str | None:
        """Why the code could give somebody away."""
        return doubt(self.code)

    def turns_shown(self, *, whole: bool) -> tuple[NumberedTurn | None, ...]:
        """The first and last turns, with `None` where some are left out; or all of them."""
        numbered = [NumberedTurn(n, *turn) for n, turn in enumerate(self.turns, 1)]
        if whole or len(numbered) <= SHOWN_FIRST + SHOWN_LAST + 1:
            return tuple(numbered)
        return (*numbered[:SHOWN_FIRST], None, *numbered[-SHOWN_LAST:])


@dataclass(frozen=True)
class Proposal:
    """An import: new cases, or further transcripts of the case `case_id`."""

    transcripts: tuple[ProposedTranscript, ...]
    sample_ids: tuple[int, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    case_id: int | None = None
    refusals: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The cases it would make, each code once."""
        return tuple({code_key(one.code): one.code for one in self.transcripts}.values())

    def with_transcript(self, index: int, transcript: ProposedTranscript) -> "Proposal":
        """The same with one transcript replaced."""
        changed = list(self.transcripts)
        changed[index] = transcript
        return replace(self, transcripts=tuple(changed))

    def as_json(self) -> dict[str, Any]:
        """Plain values for the private file."""
        whole = asdict(self)
        for one in whole["transcripts"]:
            one["data"] = base64.b64encode(one["data"]).decode()
        return whole

    @classmethod
    def from_json(cls, whole: Mapping[str, Any]) -> "Proposal":
        """Read back what `as_json` wrote."""
        return cls(
            transcripts=tuple(
                ProposedTranscript(
                    **{
                        **one,
                        "turns": tuple((turn[0], turn[1], turn[2]) for turn in one["turns"]),
                        "roles": {k: SpeakerRole(role) for k, role in one["roles"].items()},
                        "warnings": tuple(one["warnings"]),
                        "left_out": tuple(one["left_out"]),
                        "data": base64.b64decode(one["data"]),
                    }
                )
                for one in whole["transcripts"]
            ),
            sample_ids=tuple(whole["sample_ids"]),
            attributes=whole["attributes"],
            case_id=whole["case_id"],
            refusals=tuple(whole["refusals"]),
        )


def propose(
    parsed: Sequence[tuple[Parsed, bytes]],
    *,
    code: str | None,
    first_number: int = 1,
    sample_ids: Sequence[int] = (),
    attributes: Mapping[str, str] | None = None,
    case_id: int | None = None,
) -> Proposal:
    """Propose an import of what was read; `code` None gives each file a case of its own.

    `first_number` is the number the first transcript would have in its case. Raises `Invalid`
    where no file could be read.
    """
    refusals = tuple(one.refusal for one, _ in parsed if one.refusal)
    good = [(one, data) for one, data in parsed if not one.refusal]
    if not good:
        raise Invalid(" ".join(refusals))
    transcripts = tuple(
        ProposedTranscript(
            name=one.name,
            code=proposed_code(one.name) if code is None else code,
            title=title_of(first_number + (place if code is not None else 0)),
            turns=one.turns,
            roles=guess_roles(heard(one.turns)),
            encoding=one.encoding,
            warnings=one.warnings,
            left_out=one.left_out,
            data=data if one.encoding not in ("", "utf-8") else b"",
        )
        for place, (one, data) in enumerate(good)
    )
    return Proposal(transcripts, tuple(sample_ids), attributes or {}, case_id, refusals)


def title_of(number: int) -> str:
    """What the nth transcript of a case is usually called."""
    return TITLES[number - 1] if number <= len(TITLES) else f"Transcript {number}"
