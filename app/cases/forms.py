"""What people type about cases, bound to plain values."""

from dataclasses import dataclass, replace

from app.cases.attributes import from_lines
from app.cases.codes import checked_code, doubt
from app.cases.proposal import Proposal, ProposedTranscript
from app.cases.speakers import SpeakerRole
from app.errors import Invalid
from app.web.forms import Posted

NO_FILES = "Choose a file: .docx, .txt, .md, or a PDF with text in it."


@dataclass(frozen=True)
class CaseForm:
    """The form of one case as it was typed."""

    code: str = ""
    sample_ids: tuple[int, ...] = ()
    attributes: str = ""
    sure: bool = False

    @classmethod
    def of(cls, form: Posted) -> "CaseForm":
        """As posted."""
        return cls(
            code=form.text("code"),
            sample_ids=tuple(form.numbers("samples")),
            attributes=form.raw("attributes"),
            sure=form.has("sure"),
        )

    @property
    def doubt(self) -> str | None:
        """Why the code could give somebody away."""
        return doubt(self.code)

    def checked(self) -> tuple[str, dict[str, str]]:
        """The code and the attributes. Raises `Invalid` with each field's sentence."""
        problems: dict[str, str] = {}
        code, attributes = self.code, {}
        try:
            code = checked_code(self.code)
            if self.doubt and not self.sure:
                sentence = f"{self.doubt} Choose another code, or tick that it is one."
                raise Invalid(sentence, {"code": sentence})
        except Invalid as wrong:
            problems |= wrong.fields
        try:
            attributes = from_lines(self.attributes)
        except Invalid as wrong:
            problems |= wrong.fields
        if problems:
            raise Invalid("This case could not be added yet.", problems)
        return code, attributes


def files_of(form: Posted, field: str) -> list[tuple[str, bytes, str | None]]:
    """The uploaded transcripts of a field. Raises `Invalid` where there is none."""
    files = [(upload.name, upload.data, None) for upload in form.files(field)]
    if not files:
        raise Invalid(NO_FILES, {field: NO_FILES})
    return list(files)


def proposal_as_typed(form: Posted, proposal: Proposal) -> Proposal:
    """The proposal with what was typed and chosen in the preview."""
    typed = tuple(
        _transcript_as_typed(form, index, one, may_rename=proposal.case_id is None)
        for index, one in enumerate(proposal.transcripts)
    )
    if proposal.case_id is not None:
        return replace(proposal, transcripts=typed)
    return replace(proposal, transcripts=typed, sample_ids=tuple(form.numbers("samples")))


def _transcript_as_typed(
    form: Posted, index: int, one: ProposedTranscript, *, may_rename: bool
) -> ProposedTranscript:
    return replace(
        one,
        code=form.text(f"code-{index}", one.code) if may_rename else one.code,
        title=form.text(f"title-{index}", one.title),
        sure=form.has(f"sure-{index}"),
        roles={
            speaker.label: role_of(form.text(f"role-{index}-{place}"), one.roles[speaker.label])
            for place, speaker in enumerate(one.speakers)
        },
    )


def role_of(value: str, otherwise: SpeakerRole) -> SpeakerRole:
    """A role as chosen; anything else leaves it as it is."""
    return SpeakerRole(value) if value in list(SpeakerRole) else otherwise


def index_of(value: str, proposal: Proposal) -> int:
    """Which of a proposal's transcripts is meant. Raises `Invalid`."""
    if not value.isdecimal() or int(value) >= len(proposal.transcripts):
        raise Invalid("There is no such file in this preview. Reload the page and try again.")
    return int(value)
