"""The demo's invented interviews: long enough, varied, and true to the published rows."""

import re
from pathlib import Path

import pytest

from app.demo.interviews import INTERVIEWS, Interview, read_interview
from app.demo.published import demo_samples

pytestmark = pytest.mark.pure

CASES = {path.stem: read_interview(path) for path in sorted(INTERVIEWS.glob("P*.txt"))}


def test_there_are_18_cases_in_samples_of_10_15_and_6() -> None:
    assert len(CASES) == 18
    sizes = [
        sum(any(idea.sample == letter for idea in case.ideas) for case in CASES.values())
        for letter in "TCO"
    ]
    assert sizes == [10, 15, 6]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_interview_has_the_length_of_a_real_one(case: Interview) -> None:
    assert len(case.text.split()) >= 2_500


def test_no_two_interviews_share_a_sentence_of_some_length() -> None:
    seen: dict[str, str] = {}
    for code, case in CASES.items():
        for sentence in re.split(r"(?<=[.?!])\s", case.text):
            if len(sentence.split()) > 12:
                assert seen.setdefault(sentence, code) == code, sentence


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_core_idea_speaks_of_p_in_the_third_person_and_has_raw_data(case: Interview) -> None:
    for idea in case.ideas:
        said = re.sub(r"“[^”]*”", "", idea.text)
        assert not re.search(r"\b(I|me|my|we|our)\b", said), idea.text
        assert idea.marks
        assert (
            len(idea.text)
            < sum(
                passage.end - passage.start
                for mark in idea.marks
                for passage in [case.passages[mark]]
            )
            * 2
        )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_domain_of_a_case_has_a_core_idea_or_says_why_not(case: Interview) -> None:
    domains = {
        (sample.letter, category.number): domain.abbreviation
        for sample in demo_samples()
        for domain in sample.domains
        for category in domain.categories
    }
    told = {(idea.sample, idea.domain or domains[idea.sample, idea.rows[0]]) for idea in case.ideas}
    for sample in demo_samples():
        if any(idea.sample == sample.letter for idea in case.ideas):
            for domain in sample.domains:
                key = (sample.letter, domain.abbreviation)
                assert (key in told) is not (key in case.absences), key


@pytest.mark.parametrize("path", sorted(INTERVIEWS.glob("P*.txt")), ids=lambda path: path.stem)
def test_every_file_says_that_it_is_invented(path: Path) -> None:
    assert "Invented for the Concord demo" in path.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("X: hello", "starts with"),
        ("P: [a|open", "not closed"),
        ("P: closed]", "closes nothing"),
        ("P: [a|one] [a|two]", "used twice"),
    ],
)
def test_a_broken_interview_names_its_fault(tmp_path: Path, broken: str, sentence: str) -> None:
    path = tmp_path / "P99.txt"
    path.write_text(f"code: P99\nattributes: Age = 30\n\n{broken}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        read_interview(path)
