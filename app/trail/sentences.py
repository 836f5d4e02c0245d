"""The trail in plain sentences.

PURE. A service records a verb in the team's words ("merge two blocks"); here it becomes what
follows a name ("merged two blocks in P07"). Verbs whose sentence says more are in `SAID`; no
sentence repeats the text of a transcript or of a core idea.
"""

from collections.abc import Mapping
from typing import Any

SAID: Mapping[str, str] = {
    "create the study": "created the study",
    "rename the study": "renamed the study “{title}”",
    "add a sample": "added the sample “{name}”",
    "change a sample": "changed the sample “{name}”",
    "remove a sample": "removed the sample “{name}”",
    "choose a rule": "chose the rule {rule} for “{name}”",
    "change the rule": "changed the rule of “{name}” to {rule}: {reason}",
    "add a member": "added {person} as {roles}",
    "change roles": "made {person} {roles}",
    "remove a member": "removed {person} from the study",
    "invite": "invited somebody as {roles}",
    "revoke an invitation": "took an invitation back",
    "join by invitation": "joined as {roles}",
    "add an abbreviation": "fixed the abbreviation {short} = {meaning}",
    "change an abbreviation": "changed an abbreviation to {short} = {meaning}",
    "remove an abbreviation": "removed the abbreviation {short}",
    "add a case": "added the case {code}",
    "put a case into a sample": "put {code} into the sample “{sample}”",
    "take a case out of a sample": "took {code} out of the sample “{sample}”",
    "change attributes": "changed the attributes of {case}",
    "store a transcript": "stored a transcript of {case}",
    "describe a transcript": "changed title or speakers of a transcript of {case}",
    "remove a transcript": "removed a transcript of {case}",
    "merge a category": "merged the category “{title}” of {where} into another",
    "bring a category back": "brought the category “{title}” of {where} back",
    "add a domain": "added the domain “{title}”",
    "change a domain": "changed the domain “{title}”",
    "remove a domain": "removed the domain “{title}”",
    "merge domains": "merged the domain “{title}” into “{into}”",
    "merge its domain into another": (
        "put what {where} has in “{title}” into “{into}”, which it was merged into"
    ),
    "agree": "agreed to {unit}",
    "agreed by all": "was the last to agree to {unit}",
    "agreed by all who remain": "found {unit} agreed by all who judge it now",
    "choose how the team works": (
        "chose how the team works: cases {cases}; boards {boards}; {passes}"
    ),
    "take over another way of working": "went over to {way} for the cases that are begun next",
    "choose the judges": "chose the judges of {unit}",
    "let all judges judge": "let every judge of the study judge {unit}",
    "assign a judge": "assigned {person} to {unit}",
    "take a judge off": "took {person} off {unit}: {reason}",
    "name the drafter": "named {person} to draft {unit}",
    "let the drafter change by turns": "let the turns decide who drafts {unit}",
    "begin independent drafts": "began to draft {unit} in private",
    "submit a draft": "submitted a draft of {unit}",
    "take a draft back": "took a draft of {unit} back",
    "give a draft back": "gave {person} the draft of {unit} back: {reason}",
    "discard a draft": "discarded the draft of {unit} by {person}, unread: {reason}",
    "reveal a draft": "revealed a draft of {unit}",
    "reveal the drafts": "revealed the drafts of {unit}",
    "copy as a blind practice": "copied {unit} as a blind practice for a new judge",
    "lay a practice beside the consensus": "laid the practice of {unit} beside the consensus",
    "go on to the core ideas": "went on to the core ideas of {unit}",
    "name who places": "noted that {people} place the core ideas of {where}",
    "reopen for recoding": "reopened {unit}: {reason}",
    "reopen the domains": "reopened the domains of {unit}: {reason}",
    "decide on a point": "decided on {about} of {where}: {outcome}",
    "note why on a point": "noted a reason on {about} of {where}",
    "discuss a point after all": "opened {about} of {where} to be discussed after all",
    "keep a reservation": "noted a reservation about {where}",
    "withdraw a reservation": "withdrew a reservation about {where}",
    "assign a block": "put a passage of {where} in {domains}",
    "put a block into another domain": "put a passage of {where} in {domains} as well",
    "take a block out of a domain": "took a passage of {where} out of {domains}",
    "remove a block": "removed a passage of {where} from {domains}",
    "join what all judges have": "joined what all judges had at a passage of {where}",
    "put in as decided": "put a passage of {where} in {domains}, as decided",
    "take back as decided anew": "took a passage of {where} back, as decided anew",
    "mark as not coded": "marked a passage of {where} as not coded",
    "remove a not coded mark": "took a “not coded” mark off {where}",
    "add a core idea": "wrote a core idea of {where} in {domains}",
    "reword a core idea": "reworded a core idea of {where} in {domains}",
    "choose the raw data of a core idea": "chose the raw data of a core idea of {where}",
    "order the core ideas": "ordered the core ideas of {where}",
    "split a core idea": "split a core idea of {where} in {domains}",
    "merge core ideas": "merged core ideas of {where} in {domains}",
    "move a core idea to another domain": "moved a core idea of {where} to {domains}",
    "remove a core idea": "removed a core idea of {where} from {domains}",
    "amend the wording of a core idea": "amended the wording of a core idea of {where}",
    "split a core idea while sorting": "split a core idea of {where} while sorting",
    "move a core idea to another domain while sorting": (
        "moved a core idea of {where} to {domains} while sorting"
    ),
    "withdraw an amendment": "withdrew an amendment of {where}",
    "agree to an amendment": "agreed, with the board, to an amendment of {where}",
    "correct the spelling of a core idea": "corrected the spelling of a core idea of {where}",
    "look at a unit again": "looked at {unit} again, because something under it had changed",
    "say why a domain has no core idea": "noted why {where} has no core idea in {domains}",
    "join core ideas": "joined the core ideas of {where} that all judges have in {domains}",
    "put core ideas in as decided": "put core ideas of {where} in {domains} as decided",
    "take core ideas back as decided anew": (
        "took core ideas of {where} in {domains} back, to decide anew"
    ),
    "sort a core idea": "put a core idea of {case} in {places}",
    "add a category": "made the category “{title}” in {where}",
    "rename a category": "renamed a category of {where} to “{title}”",
    "join a category": "joined the category “{title}” of {where} that all judges have",
    "take a category over": "took the category “{title}” over into {where}",
    "take a category back as decided anew": (
        "took the category “{title}” of {where} back, to decide anew"
    ),
    "remove a category": "removed the category “{title}” from {where}",
    "note somebody as present": "noted {person} as present at the meeting",
    "note that somebody left": "noted that {person} left the meeting",
    "let another speak first": "let {person} speak first at the meeting",
    "hand the pen over": "gave the pen of the meeting to {person}",
    "change the audit plan": "changed the audit plan",
    "draw the auditors anew": "drew another order of the auditors",
    "assign auditors by rotation": "assigned auditors by rotation",
    "choose auditors by hand": "chose the auditors of {unit} by hand: {reason}",
    "stand back from a case": "noted that an auditor stands back from a case: {reason}",
    "stand back no more": "took back that an auditor stands back from a case",
    "request the audit": "sent {unit} to the auditors",
    "begin a round of an audit": "sent {unit} to the auditors, round {round}",
    "ask for a further round": "asked for a further round of the audit of {unit}",
    "return an audit": "returned the audit of {unit}",
    "return the audit, all of the auditors": "was the last to return the audit of {unit}",
    "respond to a comment": "responded to a comment on {unit}: {decision}",
    "answer to a response": "answered to a response about {unit}",
    "take an auditor off an audit": "took an auditor off the audit of {unit}",
    "close the audit": "closed the audit of {unit}",
    "end an audit with the reopening": "ended the audit of {unit} by reopening it",
}
"""What follows the name. Braces take a value of the entry or what the reader knows besides:
`{where}` its unit (`{unit}` says that a board is one), `{case}` its case, `{domains}` and
`{places}` by title, `{person}` whom it was done to. Where one is missing (erased, or an older
entry) the plain form stands in."""

PAST = {
    "be": "was",
    "begin": "began",
    "bring": "brought",
    "choose": "chose",
    "draw": "drew",
    "find": "found",
    "give": "gave",
    "keep": "kept",
    "leave": "left",
    "make": "made",
    "put": "put",
    "read": "read",
    "redo": "brought back",
    "send": "sent",
    "set": "set",
    "split": "split",
    "take": "took",
    "tell": "told",
    "undo": "took back",
    "withdraw": "withdrew",
    "write": "wrote",
}
ALONE = {"undo": "took back a change", "redo": "brought back a change"}
"""Verbs of one word that say too little by themselves."""
DOUBLED = frozenset({"drop", "permit", "refer", "stop", "submit"})


def past(verb: str) -> str:
    """'merge two blocks' is 'merged two blocks'."""
    first, blank, rest = verb.partition(" ")
    if verb in ALONE:
        done = ALONE[verb]
    elif first in PAST:
        done = PAST[first]
    elif first.endswith("ed"):
        done = first
    elif first.endswith("e"):
        done = f"{first}d"
    elif first.endswith("y") and first[-2:-1] not in "aeiou":
        done = f"{first[:-1]}ied"
    elif first in DOUBLED:
        done = f"{first}{first[-1]}ed"
    else:
        done = f"{first}ed"
    return f"{done}{blank}{rest}"


def sentence(
    verb: str,
    *,
    known: Mapping[str, str],
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> str:
    """What somebody did, to stand behind their name.

    `known` names what the values hold as ids: `where` the unit ("P07", "Reasons for crying"),
    `unit`, `case`, `domains`, `places`, `person`.
    """
    values = {key: _words(value) for key, value in {**(before or {}), **(after or {})}.items()}
    words = {key: text for source in (values, known) for key, text in source.items() if text}
    if verb in SAID:
        try:
            return SAID[verb].format_map(words)
        except KeyError:
            pass
    return f"{past(verb)} in {known['where']}" if known.get("where") else past(verb)


def _words(value: object) -> str:
    if isinstance(value, list):
        return " and ".join(map(_words, value))
    return str(value) if isinstance(value, (str, int)) else ""
