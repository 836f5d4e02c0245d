"""From bytes to characters: the mark at the start, else strict UTF-8, else Windows-1252.

No guessing beyond that: guessers name look-alikes and lose curly quotes. The preview shows what
was assumed and offers the others.
"""

import codecs
from dataclasses import dataclass

from app.errors import Invalid

CHOICES = (
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows-1252"),
    ("utf-16", "UTF-16"),
    ("utf-32", "UTF-32"),
    ("mac-roman", "Mac Roman"),
    ("iso8859-15", "Latin-9"),
    ("cp1250", "Windows-1250"),
    ("cp1251", "Windows-1251"),
    ("cp1256", "Windows-1256"),
    ("gb18030", "GB 18030"),
    ("big5", "Big5"),
    ("shift_jis", "Shift JIS"),
    ("euc_kr", "EUC-KR"),
)
"""What a preview may offer: (value, name). The first two are what is assumed without a mark."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)


@dataclass(frozen=True)
class Decoded:
    """The characters, the encoding they were read in, and what should be said about it."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def name_of(encoding: str) -> str:
    """An encoding as people write it."""
    return dict(CHOICES).get(encoding, encoding)


def decode(name: str, data: bytes, encoding: str | None = None) -> Decoded:
    """Read bytes as text. `encoding` overrules everything but a mark.

    Raises Invalid for an unknown encoding, or one the bytes do not fit.
    """
    for mark, codec, shown in _MARKS:
        if data.startswith(mark):
            text = _strict(name, data[len(mark) :], codec, shown)
            return Decoded(text, shown)
    if encoding is not None:
        return Decoded(_strict(name, data, _known(name, encoding), encoding), encoding)
    if (wide := _unmarked_utf16(data)) is not None:
        return Decoded(
            _strict(name, data, wide, "utf-16"), "utf-16", ("Read as UTF-16 without its mark.",)
        )
    try:
        return Decoded(data.decode("utf-8", "surrogatepass"), "utf-8")
    except UnicodeDecodeError:
        return Decoded(
            _windows_1252(data),
            "cp1252",
            (
                "Read as Windows-1252, since it is not UTF-8: "
                "look at the accents and quotation marks.",
            ),
        )


def _known(name: str, encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
    except (LookupError, ValueError):
        info = None
    if info is None or not getattr(info, "_is_text_encoding", True):
        raise Invalid(f"{name}: there is no encoding called {encoding!r}. Choose another one.")
    return info.name


def _strict(name: str, data: bytes, codec: str, shown: str) -> str:
    if codec == "cp1252":
        return _windows_1252(data)
    try:
        return data.decode(codec, "surrogatepass" if codec.startswith("utf") else "strict")
    except (UnicodeError, ValueError):
        raise Invalid(
            f"{name} cannot be read as {name_of(shown)}. Choose another encoding, "
            "or save the file as UTF-8 and import it again."
        ) from None


def _windows_1252(data: bytes) -> str:
    """Windows-1252 as browsers read it: the five bytes it leaves open become control characters."""
    codecs.register_error("concord_open_byte", _open_byte)
    return data.decode("cp1252", "concord_open_byte")


def _open_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 of a mostly Latin text has a zero in every second byte."""
    sample = data[:4000]
    if len(sample) < 8 or len(data) % 2:
        return None
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None
