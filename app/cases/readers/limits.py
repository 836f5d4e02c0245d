"""How large a transcript's file may be; documented for administrators and checked while reading."""

from app.errors import Invalid

MAX_BYTES = 20_000_000
MAX_CHARACTERS = 2_000_000
MAX_LINES = 100_000
MAX_PAGES = 1_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_XML_BYTES = 40_000_000
"""One part of a Word document: twenty times what 2,000,000 characters need."""
MAX_ENTRIES = 2_000
MAX_RATIO = 100


def check_bytes(name: str, count: int) -> None:
    """Refuse an empty file and one over 20 MB. Raises Invalid."""
    if count == 0:
        raise Invalid(f"{name} is empty. Choose the file that holds the transcript.")
    if count > MAX_BYTES:
        raise Invalid(
            f"{name} is larger than {MAX_BYTES // 1_000_000} MB. "
            "Remove pictures and recordings from it, save it and import it again."
        )


def check_characters(name: str, count: int) -> None:
    """Refuse a text that no interview reaches. Raises Invalid."""
    if count > MAX_CHARACTERS:
        raise Invalid(
            f"{name} has more than {MAX_CHARACTERS:,} characters. "
            "Divide it into one file an interview and import those."
        )


def check_lines(name: str, count: int) -> None:
    """Refuse a text of more lines than people speak. Raises Invalid."""
    if count > MAX_LINES:
        raise Invalid(
            f"{name} has more than {MAX_LINES:,} lines. "
            "Divide it into one file an interview and import those."
        )
