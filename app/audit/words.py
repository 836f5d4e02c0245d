"""The words of an audit: what a comment is about, its type, what was decided on it.

PURE. The types are those of an audit form in the field: for a case wrong domain, missing
material, wording, interpretation, too abstract, redundant, split or merge, title, a slip of
de-identification; for a cross-analysis title, level of abstraction, merge and split as well.
"""

from enum import StrEnum


class Audited(StrEnum):
    """Which units of a study go to the auditors."""

    ALL = "all"
    FIRST = "the first cases"
    BATCHES = "batches"
    NONE = "none"


class Kind(StrEnum):
    """What an audit is of."""

    CASE = "case"
    BOARD = "cross-analysis"
    DOMAIN_LIST = "domain list"


class About(StrEnum):
    """What a comment is on."""

    WHOLE = "the whole"
    DOMAIN = "domain"
    BLOCK = "block"
    CORE_IDEA = "core idea"
    CATEGORY = "category"
    PLACEMENT = "placement"


class CommentType(StrEnum):
    """What an auditor says is the matter."""

    WRONG_DOMAIN = "wrong domain"
    MISSING = "missing material"
    WORDING = "wording"
    INTERPRETATION = "interpretation"
    TOO_ABSTRACT = "too abstract"
    REDUNDANT = "redundant"
    SPLIT_OR_MERGE = "split or merge"
    TITLE = "title"
    LEVEL = "level of abstraction"
    IDENTIFIES = "de-identification slip"
    QUESTION = "question"
    PRAISE = "praise"


OF_CORE_IDEAS = frozenset(
    {CommentType.WORDING, CommentType.INTERPRETATION, CommentType.TOO_ABSTRACT}
)
"""What can only be said of core ideas."""


class Suggestion(StrEnum):
    """The kind of change an auditor suggests; the team applies it with one click."""

    WORDING = "wording"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"


class Strength(StrEnum):
    """How strongly the auditor feels about it."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"


class Decision(StrEnum):
    """What the team decided on a comment."""

    ACCEPTED = "accepted"
    IN_PART = "accepted in part"
    REJECTED = "rejected"
    NOTED = "noted"
    DEFERRED = "deferred"


NEEDS_REASON = frozenset({Decision.IN_PART, Decision.REJECTED})
UNDECIDED = frozenset({Decision.DEFERRED})
"""With no decision at all these keep an audit open."""


class Verdict(StrEnum):
    """What the auditor says to the team's response; it gates nothing."""

    SATISFIED = "satisfied"
    CONTESTS = "contests"
