"""Where sentences begin, in code points, in every script and with everything people say."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.sentences import sentence_starts

pytestmark = pytest.mark.pure


def pieces(text: str) -> list[str]:
    starts = [*sentence_starts(text), len(text)]
    return [text[a:b] for a, b in pairwise(starts)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["I cried. ", "Then I left."],
        ["I cried 😀 there. ", "Then 👨‍👩‍👧 came. ", "We left."],
        ["Dr. Smith came at 3.30 p.m. on time. ", "We talked."],
        ["It was (unintelligible). ", "And then it stopped."],
        ["I was, um... ", "I don't know. ", "Really?! ", "Yes!"],
        ["No. ", "I did not. ", "No. ", "Nobody saw No. 5 there."],
        ["So I. ", "I mean… ", "I left with J. I. Smith."],
        ["He said: “No.” ", "I left."],
        ["(laughs) I know. ", "[pause] So it is."],
        ["你好。", "我很好！", "你呢？"],
        ["مرحبا. ", "كيف حالك؟ ", "أنا بخير."],
        ["¿Qué? ", "¡No! ", "Sí."],
        ["मैं ठीक हूँ। ", "आप कैसे हैं?"],
        ["e\u0301tait-ce vrai\u00a0? ", "Oui."],
        ["no ending and no capital"],
        ["One line\n", "another line\n", "a third. ", "And more."],
        ["It stopped.\n\n", "It began again."],
        ["  Blank first. ", "Then not.  "],
    ],
)
def test_sentences_begin_where_a_reader_would_say(sentences: list[str]) -> None:
    assert pieces("".join(sentences)) == sentences


@pytest.mark.parametrize("text", ["", " ", "\n", " \n\t\n "])
def test_a_text_without_words_has_no_sentences(text: str) -> None:
    assert sentence_starts(text) == []


@pytest.mark.parametrize("text", ["A\u00a0. B", "Plan C\u2028. Or D.", "I\u3000. Yes."])
def test_a_letter_beside_an_unusual_blank_ends_nothing_but_the_sentence(text: str) -> None:
    """The library falls over these as they are."""
    assert sentence_starts(text)[0] == 0


ODD = st.text(
    st.one_of(
        st.sampled_from(list("aAI .?!…。？\"“”'()[]\n\t\u00a0\u2028\u200d😀é你م-:0")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=80,
)


@given(ODD)
def test_sentences_tile_any_text_and_end_at_every_line(text: str) -> None:
    starts = sentence_starts(text)
    assert "".join(pieces(text)) == (text if text.strip() else "")
    assert starts == sorted(set(starts))
    assert all(piece.strip() for piece in pieces(text))
    assert all("\n" not in piece.strip() for piece in pieces(text))
