"""What is a turn, whose it is, and what is none: the rules every format shares."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.readers import read
from app.errors import Invalid

pytestmark = pytest.mark.pure

Spoken = tuple[str, ...]


def spoken(text: str) -> list[Spoken]:
    """The turns of a text: speaker, words, and the time stamp where there is one."""
    turns = read("interview.txt", text.encode()).turns
    return [
        (turn.speaker, turn.text, *((turn.time_stamp,) if turn.time_stamp else ()))
        for turn in turns
    ]


def labelled(label: str) -> str:
    """A short interview in which `label` and the interviewer take turns."""
    return f"Interviewer: How?\n{label}: Well.\nInterviewer: And?\n{label}: Fine.\n"


@pytest.mark.parametrize(
    "label",
    [
        "Dan",
        "Participant",
        "P1",
        "P-03",
        "SPEAKER_00",
        "Speaker 2",
        "PARTICIPANT",
        "participant",
        "Dr. Smith",
        "Mrs. O'Neil",
        "Anna-Lena",
        "Maria de la Cruz",
        "B.M.",
        "Mother [crying]",
        "Nurse (female)",
        "Participant (P3)",
        "Female voice",
        "Second participant",
        "受访者",
        "李",
        "ليلى",
        "מרואיינת",
        "Élodie",
        "Befragte",
    ],
)
def test_a_label_is_a_speaker_as_written(label: str) -> None:
    assert spoken(labelled(label)) == [
        ("Interviewer", "How?"),
        (label, "Well."),
        ("Interviewer", "And?"),
        (label, "Fine."),
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "She said: no way.",
        "The thing is: I left.",
        "Note: it rained.",
        "And I was like: what?",
        "http://example.org is where it is.",
        "12:30 was too late.",
        "He goes: sure. I go: no.",
        "Honestly: honestly, no.",
        "For example: cats.",
        "他说：没事。",
        "Reasons: first, I was tired.",
        "I left. She: no.",
        "“Mother:” is how it began.",
    ],
)
def test_a_colon_in_prose_makes_no_speaker(prose: str) -> None:
    text = f"Dan: How?\nPat: Well.\n\n{prose}\n\nDan: And?\nPat: {prose}\nDan: Bye."
    assert spoken(text) == [
        ("Dan", "How?"),
        ("Pat", f"Well.\n{prose}"),
        ("Dan", "And?"),
        ("Pat", prose),
        ("Dan", "Bye."),
    ]


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("I: one\nP1: two\nI: three", [("I", "one"), ("P1", "two"), ("I", "three")]),
        ("I:one\nP:two\nI:three", [("I", "one"), ("P", "two"), ("I", "three")]),
        ("Q: a?\nA: b.\nQ: c?\nA: d.", [("Q", "a?"), ("A", "b."), ("Q", "c?"), ("A", "d.")]),
        ("Q. a?\nA. b.\nQ. c?\nA. d.", [("Q", "a?"), ("A", "b."), ("Q", "c?"), ("A", "d.")]),
        (
            "**Anna**: Hello\n\n**Ben:** Hi\n\n__Anna__: Yes",
            [("Anna", "Hello"), ("Ben", "Hi"), ("Anna", "Yes")],
        ),
        (
            "- **Anna:** Hello\n- **Ben:** Hi\n- **Anna:** Yes",
            [("Anna", "Hello"), ("Ben", "Hi"), ("Anna", "Yes")],
        ),
        (
            "> **Anna:** Hello\n>\n> **Ben:** Hi\n>\n> **Anna:** Yes",
            [("Anna", "Hello"), ("Ben", "Hi"), ("Anna", "Yes")],
        ),
        (
            "访谈者：你好，最近怎么样？\n受访者：还好。\n访谈者：谢谢。",
            [("访谈者", "你好，最近怎么样？"), ("受访者", "还好。"), ("访谈者", "谢谢。")],
        ),
        (
            "\u200fالمحاور: مرحبا\n\u200fليلى: أهلا\nالمحاور: كيف؟\nليلى: بخير",
            [("المحاور", "مرحبا"), ("ليلى", "أهلا"), ("المحاور", "كيف؟"), ("ليلى", "بخير")],
        ),
        (
            "Interviewer:\nHow are you?\n\nParticipant:\nFine.",
            [("Interviewer", "How are you?"), ("Participant", "Fine.")],
        ),
        (
            "**Interviewer**\n\nHow?\n\n**Participant**\n\nFine.\n\n**Interviewer**\n\nGood.",
            [("Interviewer", "How?"), ("Participant", "Fine."), ("Interviewer", "Good.")],
        ),
        (
            "INTERVIEWER\nHow are you?\n\nPARTICIPANT\nFine, thanks.\n\nINTERVIEWER\nGood.",
            [
                ("INTERVIEWER", "How are you?"),
                ("PARTICIPANT", "Fine, thanks."),
                ("INTERVIEWER", "Good."),
            ],
        ),
        (
            "Interviewer\tHow?\nAnna\tWell.\nInterviewer\tAnd?\nAnna\tFine.",
            [
                ("Interviewer", "How?"),
                ("Anna", "Well."),
                ("Interviewer", "And?"),
                ("Anna", "Fine."),
            ],
        ),
        (
            "I – So how?\nP – Well, it was.\nI – And - you know - then?\nP – Yes.",
            [
                ("I", "So how?"),
                ("P", "Well, it was."),
                ("I", "And - you know - then?"),
                ("P", "Yes."),
            ],
        ),
        (
            "anna: hello\nben: hi\nanna: so\nben: well\nanna: yes\nben: no",
            [
                ("anna", "hello"),
                ("ben", "hi"),
                ("anna", "so"),
                ("ben", "well"),
                ("anna", "yes"),
                ("ben", "no"),
            ],
        ),
    ],
)
def test_labels_are_read_as_transcripts_write_them(text: str, turns: list[Spoken]) -> None:
    assert spoken(text) == turns


@pytest.mark.parametrize(
    "text",
    [
        "[00:01] Anna: Hello.\n[00:02] Ben: Hi.\n[00:03] Anna: Yes.",
        "00:01 Anna: Hello.\n00:02 Ben: Hi.\n00:03 Anna: Yes.",
        "Anna (00:01): Hello.\nBen (00:02): Hi.\nAnna (00:03): Yes.",
        "Anna [00:01]: Hello.\nBen [00:02]: Hi.\nAnna [00:03]: Yes.",
        "**Anna (00:01):** Hello.\n\n**Ben (00:02):** Hi.\n\n**Anna (00:03):** Yes.",
        "Anna: [00:01] Hello.\nBen: [00:02] Hi.\nAnna: [00:03] Yes.",
        "Anna: Hello. #00:01#\nBen: Hi. #00:02#\nAnna: Yes. #00:03#",
        "Anna  00:01  \nHello.\n\nBen  00:02  \nHi.\n\nAnna  00:03  \nYes.",
        "00:01 Anna\nHello.\n00:02 Ben\nHi.\n00:03 Anna\nYes.",
        "### Anna (00:01)\nHello.\n\n### Ben (00:02)\nHi.\n\n### Anna (00:03)\nYes.",
        "Anna: (00:01)\nHello.\n\nBen: (00:02)\nHi.\n\nAnna: (00:03)\nYes.",
        "[00:01]\nAnna: Hello.\n[00:02]\nBen: Hi.\n[00:03]\nAnna: Yes.",
        "| Time | Speaker | Text |\n|---|---|---|\n| 00:01 | Anna | Hello. |\n"
        "| 00:02 | Ben | Hi. |\n| 00:03 | Anna | Yes. |",
    ],
)
def test_a_time_stamp_belongs_to_the_turn_and_not_to_its_words(text: str) -> None:
    assert spoken(text) == [
        ("Anna", "Hello.", "00:01"),
        ("Ben", "Hi.", "00:02"),
        ("Anna", "Yes.", "00:03"),
    ]


def test_a_range_of_times_is_one_time_stamp() -> None:
    text = "**Anna (00:00-00:12)**\n\nHello.\n\n**Ben (00:12-00:15)**\n\nHi."
    assert spoken(text) == [("Anna", "Hello.", "00:00-00:12"), ("Ben", "Hi.", "00:12-00:15")]


def test_two_turns_of_one_speaker_stay_two() -> None:
    assert spoken("Dan: One.\nPat: Two.\nPat: Three.\nDan: Four.") == [
        ("Dan", "One."),
        ("Pat", "Two."),
        ("Pat", "Three."),
        ("Dan", "Four."),
    ]


def test_paragraphs_of_one_turn_stand_on_lines_of_their_own() -> None:
    text = "Dan: Hi.\n\nPat: One.\n\nTwo.\n\nThree.\n\nDan: Bye."
    assert spoken(text)[1] == ("Pat", "One.\nTwo.\nThree.")


def test_a_file_without_labels_is_a_turn_a_paragraph() -> None:
    text = "First, it rained.\n\nThen: nothing.\n\nThe end."
    assert spoken(text) == [("", "First, it rained."), ("", "Then: nothing."), ("", "The end.")]


def test_a_label_without_words_makes_no_turn() -> None:
    text = "Interviewer: So?\nParticipant:\nInterviewer: Hm."
    assert spoken(text) == [("Interviewer", "So?"), ("Interviewer", "Hm.")]


def test_somebody_who_speaks_once_is_a_speaker_where_every_paragraph_has_one() -> None:
    text = "Dan: A.\nPat: B.\n" * 4 + "Receptionist: Next, please.\n" + "Dan: A.\nPat: B.\n" * 4
    assert ("Receptionist", "Next, please.") in spoken(text)


WRAPPED = """\
Interviewer: Could you tell me a little about how that day began and what
you were doing before the telephone rang?
Participant: I was in the garden, I think, because it was one of the first
warm days and I had promised myself that I would plant the beans. Then
the telephone rang.
Interviewer: Yes.
"""


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["close", "apart"])
def test_soft_wraps_become_spaces(between: str) -> None:
    text = WRAPPED.replace("\nPart", f"{between}Part").replace(
        "\nInterviewer: Y", f"{between}Interviewer: Y"
    )
    assert spoken(text) == [
        (
            "Interviewer",
            "Could you tell me a little about how that day began and what "
            "you were doing before the telephone rang?",
        ),
        (
            "Participant",
            "I was in the garden, I think, because it was one of the first warm days and I had "
            "promised myself that I would plant the beans. Then the telephone rang.",
        ),
        ("Interviewer", "Yes."),
    ]


def test_chinese_lines_are_joined_without_a_space() -> None:
    line = "我觉得那一天非常特别因为我们一起去了海边看到了很多鸟和船还有孩子们在那里玩"
    text = f"问：怎么样？\n答：{line}\n{line}\n{line}\n然后回家了。\n问：谢谢。"
    assert spoken(text)[1] == ("答", f"{line}{line}{line}然后回家了。")


def test_short_lines_that_an_author_began_stay_lines() -> None:
    text = "Dan: Which?\nPat: Three:\n1. cats\n2. dogs\n3. mice\nDan: Ok.\nPat: Yes."
    assert spoken(text)[1] == ("Pat", "Three:\n1. cats\n2. dogs\n3. mice")


@pytest.mark.parametrize(
    "numbers",
    [
        "{} Dan: Hi.",
        "[{}] Dan: Hi.",
        "{}. Dan: Hi.",
        "({}) Dan: Hi.",
        "{}\nDan: Hi.",
        "  {}\tDan: Hi.",
    ],
)
def test_paragraph_numbers_are_left_out(numbers: str) -> None:
    text = "\n".join(numbers.format(n) for n in range(1, 7))
    assert spoken(text) == [("Dan", "Hi.")] * 6


def test_numbers_that_were_said_stay() -> None:
    text = "Dan: How many?\nPat: 3 of them.\n\n5 with the dog.\n\nDan: 40?\nPat: 41."
    assert spoken(text) == [
        ("Dan", "How many?"),
        ("Pat", "3 of them.\n5 with the dog."),
        ("Dan", "40?"),
        ("Pat", "41."),
    ]


HEADS = {
    "markdown": "# Interview 3\n\n**Date:** 3 May 2021\n\n---\n\n",
    "front matter": "---\ntitle: Interview 3\ndate: 2021\n---\n\n",
    "underlined": "Interview 3\n===========\n\n",
    "facts": "Date: 3 May 2021\nInterviewer: Maria Lopez\nParticipant: P03\nLength: 41 minutes\n\n",
    "facts in bold": "**Date:** 3 May\n**Interviewer:** Maria Lopez\n**Participant ID:** P03\n\n",
    "a title": "Transcript of interview 3, the clinic\n\n",
    "a legend": "I: Interviewer\nP: Participant\n\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_headings_and_facts_before_the_first_label_are_left_out(head: str) -> None:
    text = (
        head + "Interviewer: Hello.\n\nParticipant: Hi.\n\nInterviewer: So?\n\nI: Yes.\n\nP: No.\n"
    )
    assert spoken(text)[:2] == [("Interviewer", "Hello."), ("Participant", "Hi.")]
    assert len(spoken(text)) == 5


def test_prose_before_the_first_label_is_a_turn_of_nobody() -> None:
    text = "We met at her home.\n\nIt was raining.\n\nDan: Hello.\nPat: Hi.\nDan: So."
    assert spoken(text)[0] == ("", "We met at her home.\nIt was raining.")


def test_furniture_between_turns_is_left_out() -> None:
    text = (
        "Dan: Hi.\n\nPage 1 of 3\n\fPat: Yes.\n\n## The second part\n\n- 2 -\n\n"
        "Dan: Ok.\n\n***\n\nPat: Bye.\n\n[End of interview]\n"
    )
    reading = read("interview.txt", text.encode())
    assert [(t.speaker, t.text) for t in reading.turns] == [
        ("Dan", "Hi."),
        ("Pat", "Yes."),
        ("Dan", "Ok."),
        ("Pat", "Bye."),
    ]
    assert set(reading.left_out) == {
        "Page 1 of 3",
        "The second part",
        "- 2 -",
        "[End of interview]",
    }


def test_nothing_inside_a_turn_is_normalised() -> None:
    odd = "e\u0301 and é,  two blanks,\u00a0a hard one, a\u2028line, *stars*, ﬁ, “q”, 😀 ½"
    assert spoken(f"Dan: {odd}\r\nPat: {odd}\rDan: {odd}\n") == [
        ("Dan", odd),
        ("Pat", odd),
        ("Dan", odd),
    ]


WORDS = st.lists(
    st.sampled_from(["rain", "I", "so", "(laughs)", "😀", "well,", "12", "No."]), min_size=1
)


@given(st.lists(WORDS, min_size=4, max_size=20))
def test_whatever_is_said_comes_back_whole_and_in_order(said: Sequence[list[str]]) -> None:
    turns = [("Interviewer" if n % 2 else "Anna", " ".join(words)) for n, words in enumerate(said)]
    text = "\n\n".join(f"{speaker}: {words}" for speaker, words in turns)
    assert spoken(text) == turns


@given(st.text(max_size=300))
def test_any_text_gives_turns_without_blank_edges_or_nothing(text: str) -> None:
    with suppress(Invalid):
        turns = read("odd.txt", text.encode("utf-8", "surrogatepass")).turns
        assert turns
        assert all(turn.text and turn.text == turn.text.strip() for turn in turns)
