"""Code numbers of cases: what one may be, and what looks as if it gave somebody away.

PURE. A case is known by a code and never by a name (product: "Case").
"""

import re
from datetime import date

from app.errors import Invalid

LONGEST = 40
RESERVED = frozenset({"new"})
PLAIN_WORDS = re.compile(
    "case|chat|client|code|demo|dyad|family|file|focus|group|int|interview|interviewee|number"
    "|participant|patient|pilot|practice|respondent|sample|session|subject|test|therapist"
    "|therapy|training|transcript"
)
"""Words that name a kind of case and nobody."""


def code_key(code: str) -> str:
    """The code without regard to case: two codes with one key are one code."""
    return code.casefold()


def checked_code(code: str) -> str:
    """The code without surrounding blanks. Raises `Invalid` (field `code`) where it may not be."""
    code = code.strip()
    if not code:
        return _refuse("The case has no code number yet. Give it one, such as P07.")
    if "@" in code:
        return _refuse(
            f"'{code[:60]}' is an e-mail address. A case is known by a code number of letters, "
            "digits and hyphens, such as P07, never by an address."
        )
    if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", code):
        return _refuse(
            f"The code number '{code[:60]}' may hold only letters (A to Z), digits and single "
            "hyphens between them, such as P07 or T2-07."
        )
    if len(code) > LONGEST:
        return _refuse(f"The code number has {len(code)} characters; at most {LONGEST} fit.")
    if code_key(code) in RESERVED:
        return _refuse(f"The word '{code}' has a use of its own here. Choose another code number.")
    return code


def _refuse(sentence: str) -> str:
    raise Invalid(sentence, {"code": sentence})


def doubt(code: str) -> str | None:
    """Why this code could give a participant away, as a sentence; `None` if nothing seems so.

    A guess on the careful side: the PI is asked, and may say that it is a code after all.
    """
    pieces = re.findall(r"[A-Za-z]+|[0-9]+", code)
    digits = "".join(piece for piece in pieces if piece.isdigit())
    letters = [piece for piece in pieces if piece.isalpha()]
    if not letters and len(digits) >= 7 and not _is_date(digits):
        return f"'{code}' looks like a phone number or another number of a person."
    if len("".join(letters)) <= 3 and _is_date(digits):
        return f"'{code}' looks like a birth date, perhaps with initials."
    if len("".join(letters)) in (2, 3) and re.fullmatch(r"(19|20)\d\d", digits):
        return f"'{code}' looks like initials with a year of birth."
    names = [piece for piece in letters if _is_like_a_name(piece, alone=not digits)]
    if names:
        return f"'{code}' looks like a name."
    return None


def _is_like_a_name(word: str, *, alone: bool) -> bool:
    if len(word) < 3 or PLAIN_WORDS.fullmatch(word.casefold()):
        return False
    return alone or not word.isupper()


def _is_date(digits: str) -> bool:
    if len(digits) == 6:
        return any(
            _exists(year, digits[a : a + 2], digits[b : b + 2])
            for a, b, y in ((2, 0, 4), (0, 2, 4), (2, 4, 0))
            for year in (f"20{digits[y : y + 2]}",)
        )
    if len(digits) == 8:
        return any(
            digits[y : y + 2] in ("19", "20")
            and _exists(digits[y : y + 4], digits[a : a + 2], digits[b : b + 2])
            for a, b, y in ((2, 0, 4), (0, 2, 4), (4, 6, 0))
        )
    return False


def _exists(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def proposed_code(file_name: str) -> str:
    """A code made of a file's name: 'Interview P07 (final).docx' gives 'Interview-P07-final'.

    Where the name holds one code-like piece (letters then digits), that piece alone.
    """
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", file_name.replace("\\", "/").rpartition("/")[2])
    like_codes = re.findall(r"(?<![A-Za-z0-9])[A-Za-z]{1,3}-?\d{1,4}(?![A-Za-z0-9])", stem)
    if len(like_codes) == 1:
        return like_codes[0]
    return re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:LONGEST].strip("-")
