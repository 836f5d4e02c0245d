"""What is known of a case, as it is typed: one 'name = value' a line. PURE."""

from collections.abc import Iterable, Mapping

from app.errors import Invalid

LONGEST = 300


def from_lines(text: str) -> dict[str, str]:
    """Attributes out of typed lines. Raises `Invalid` (field `attributes`) naming the line."""
    pairs = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        name, sign, value = line.partition("=")
        if not sign:
            raise _wrong(
                f"Line {number} of the attributes, '{line.strip()[:60]}', has no '='. "
                "Write it as 'Gender = woman'."
            )
        pairs.append((name, value))
    return checked(pairs)


def as_lines(attributes: Mapping[str, str]) -> str:
    """Attributes as they are typed."""
    return "\n".join(f"{name} = {value}" for name, value in attributes.items())


def checked(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Attributes in one form: blanks collapsed, empty values left out. Raises `Invalid`."""
    found: dict[str, str] = {}
    for name, value in pairs:
        name, value = " ".join(name.split()), " ".join(value.split())
        if not name:
            raise _wrong(f"The attribute with the value '{value[:60]}' has no name.")
        if max(len(name), len(value)) > LONGEST:
            raise _wrong(
                f"The attribute '{name[:60]}' is too long; at most {LONGEST} characters fit into "
                "a name or a value."
            )
        if name in found:
            raise _wrong(f"The attribute '{name}' is there twice. Keep one of them.")
        if value:
            found[name] = value
    return found


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, {"attributes": sentence})
