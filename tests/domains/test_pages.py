"""The coding page over HTTP: without JavaScript, as htmx asks, and for each kind of person."""

import re

import pytest
from sqlmodel import Session, col, select

from app.cases.service import put_into_sample, store_transcript
from app.consensus.models import Assignment, Unit
from app.consensus.rules import State
from app.core_ideas.models import CoreIdea, CoreIdeaBlock
from app.domains.models import Block, BlockDomain, NotCoded
from app.domains.service import add_domain
from app.studies.models import Member, Sample
from tests.domains.a_case import ROLES, TURNS, ACase, a_case
from tests.html import Reader
from tests.people import People

MOTHER = "She told me about her mother."
BREATH = "I held my breath."
AWAY = "Then I looked away."


@pytest.fixture
def case(db: Session, people: People) -> ACase:
    return a_case(db, people)


def _unit(db: Session, case: ACase) -> Unit:
    return db.exec(
        select(Unit).where(
            col(Unit.case_id) == case.case_id, col(Unit.sample_id) == case.people.sample.id
        )
    ).one()


def _only_ben(db: Session, case: ACase) -> None:
    db.add(Assignment(unit_id=_unit(db, case).id or 0, account_id=case.people.ben.id))
    db.commit()


def _agreed(db: Session, case: ACase) -> None:
    unit = _unit(db, case)
    unit.state = State.AGREED
    db.add(unit)
    db.commit()


def _turn_ids(html: str) -> list[str]:
    return re.findall(r'<li class="turn" id=(\S+)', html)


def _turn(html: str, number: int) -> str:
    return html.partition(f"id=turn-{number} ")[2].partition("</li>")[0]


# Reading


def test_the_page_shows_turns_domains_with_counts_and_coverage(db: Session, case: ACase) -> None:
    case.put(db, MOTHER, "Antecedent")
    reader = Reader(case.people.ana.browser).open(case.url)
    assert _turn_ids(reader.answer.text) == [f"turn-{n}" for n in range(1, 6)]  # type: ignore[union-attr]
    assert "Antecedent 1 block " in reader.text
    assert "Participant’s turns covered 0 of 3" in reader.text
    assert "Next uncoded: turn 2, sentence 2" in reader.text
    assert "Ana put turn 2 in Antecedent" in reader.text


def test_a_turn_is_covered_when_each_sentence_is_in_a_block_or_not_coded(
    db: Session, case: ACase
) -> None:
    people = case.people
    for words in ("😢", MOTHER, f"{BREATH} {AWAY}"):
        case.put(db, words, "Antecedent")
    people.ana.post(f"{case.url}/not-coded", case.selected(db, "Mm-hm."))
    html = people.ana.get(case.url).text
    assert "2 of 3" in html
    assert [n for n in range(1, 6) if "data-uncoded" in _turn(html, n)] == [4]


def test_text_from_a_transcript_is_only_ever_text(db: Session, people: People) -> None:
    nasty = '<script>alert(1)</script> "quoted" {{ 7 * 7 }} & more.'
    case = a_case(db, people, turns=[("<b>P</b>", nasty, "")])
    case.put(db, nasty, "Antecedent")
    html = people.ana.get(case.url).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7 * 7 }}" in html
    assert "<b>P</b>" not in html


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ana", 200),
        ("ben", 200),
        ("dee", 200),
        ("eli", 403),
        ("gus", 403),
        ("ida", 403),
        ("hal", 404),
        ("jo", 404),
    ],
)
def test_who_may_open_the_coding_of_a_case(
    db: Session, case: ACase, name: str, status: int
) -> None:
    person = case.people.everybody[name]
    assert person.get(case.url).status_code == status
    posted = person.post(
        f"{case.url}/blocks", case.selected(db, BREATH, domain=case.domains["Antecedent"])
    )
    assert posted.status_code == (303 if status == 200 else status)


def test_a_stranger_is_led_to_the_sign_in(case: ACase) -> None:
    answer = case.people.stranger.get(case.url)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


def test_another_judge_waits_until_the_judges_have_agreed(db: Session, case: ACase) -> None:
    _only_ben(db, case)
    chi = case.people.chi
    assert chi.get(case.url).status_code == 403
    _agreed(db, case)
    assert chi.get(case.url).status_code == 200
    assert chi.post(f"{case.url}/undo").status_code == 403


def test_a_pi_who_does_not_judge_the_unit_reads_and_is_offered_nothing(
    db: Session, case: ACase
) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    _only_ben(db, case)
    ana = case.people.ana
    html = ana.get(f"{case.url}/blocks/{block.id}").text
    assert "domain-popover" not in html
    assert "Agree to this version" not in html
    assert not re.search(rf'action="{case.url}[^"]*"[^>]*hx-post', html)
    assert ana.post(f"{case.url}/blocks/{block.id}/removal", {"version": 1}).status_code == 403


def test_without_a_transcript_the_pi_is_led_to_add_one(db: Session, people: People) -> None:
    from app.cases.service import add_case

    add_case(db, people.context(db), code="P09", sample_ids=[people.sample.id or 0])
    db.commit()
    url = f"{people.sample_url}/cases/P09/coding"
    assert "Add a transcript" in people.ana.get(url).text
    ben = people.ben.get(url).text
    assert "No transcript yet" in ben
    assert ">Add a transcript<" not in ben


def test_without_domains_the_page_leads_to_the_domain_list(db: Session, people: People) -> None:
    from app.cases.service import add_case

    study = people.context(db)
    made = add_case(db, study, code="P09", sample_ids=[people.sample.id or 0])
    store_transcript(db, study, case_id=made.id or 0, title="One", turns=TURNS, roles=ROLES)
    db.commit()
    html = people.ana.get(f"{people.sample_url}/cases/P09/coding").text
    assert f"{people.sample_url}/domains" in html
    assert "no domains yet" in html
    assert "domain-popover" not in html


# Coding without JavaScript


def test_a_passage_is_put_in_domains_by_the_numbers_of_its_turns(db: Session, case: ACase) -> None:
    reader = Reader(case.people.ana.browser).open(case.url)
    reader.send(
        "Put it there",
        from_turn=2,
        from_sentence=2,
        to_turn=4,
        to_sentence=1,
        domain=[case.domains["Antecedent"], case.domains["Consequences"]],
    )
    block = db.exec(select(Block)).one()
    assert block.quote.startswith(BREATH)
    assert block.quote.endswith("At first, yes.")
    assert len(list(db.exec(select(BlockDomain)))) == 2
    assert reader.url.endswith("/coding#turn-2")
    assert "Block added." in reader.text


def test_a_passage_named_by_one_turn_is_the_whole_turn(db: Session, case: ACase) -> None:
    reader = Reader(case.people.ana.browser).open(case.url)
    reader.send("Put it there", from_turn=5, domain=[case.domains["Antecedent"]])
    assert db.exec(select(Block)).one().quote == "Mm-hm."
    reader.send("Mark as not coded", from_turn=3)
    assert db.exec(select(NotCoded)).one().quote == "You wanted to keep it from her."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"from_turn": 9}, "There is no turn 9"),
        ({"from_turn": 2, "from_sentence": 7}, "no sentence 7"),
        ({"from_turn": 4, "to_turn": 2}, "ends before it begins"),
        ({"from_turn": "two"}, "needs a whole number"),
        ({"start": "", "end": ""}, "Nothing is selected"),
    ],
)
def test_a_passage_that_cannot_be_is_refused_with_a_sentence(
    db: Session, case: ACase, fields: dict[str, object], sentence: str
) -> None:
    answer = case.people.ana.post(
        f"{case.url}/blocks",
        {
            "transcript_version": case.transcript(db).version_id,
            "domain": case.domains["Antecedent"],
        }
        | fields,
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert list(db.exec(select(Block))) == []


def test_what_was_typed_into_the_form_is_still_there_after_a_refusal(
    db: Session, case: ACase
) -> None:
    answer = case.people.ana.post(
        f"{case.url}/blocks",
        {"transcript_version": case.transcript(db).version_id, "from_turn": 2, "to_turn": 4},
    )
    assert answer.status_code == 422
    assert "Choose at least one domain" in answer.text
    assert re.search(r'name="from_turn"[^>]*value="2"', answer.text)
    assert re.search(r'name="to_turn"[^>]*value="4"', answer.text)


@pytest.mark.parametrize("step", ["start-later", "end-earlier", "sideways"])
def test_a_block_of_one_sentence_cannot_be_made_shorter_by_a_sentence(
    db: Session, case: ACase, step: str
) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    url = f"{case.url}/blocks/{block.id}/ends"
    assert case.people.ana.post(url, {"version": 1, "step": step}).status_code == 422


def test_at_the_edge_of_the_transcript_the_ends_stay_where_they_are(
    db: Session, case: ACase
) -> None:
    block = case.put(db, "Mm-hm.", "Antecedent").after[0]
    url = f"{case.url}/blocks/{block.id}/ends"
    answer = case.people.ana.post(url, {"version": 1, "step": "end-later"}, htmx=True)
    assert "stay where they are" in answer.headers["HX-Trigger"]
    db.expire_all()
    assert db.get_one(Block, block.id).version == 1


def test_a_block_is_looked_at_changed_and_removed_by_links_and_buttons(
    db: Session, case: ACase
) -> None:
    case.put(db, BREATH, "Antecedent")
    block = db.exec(select(Block)).one()
    reader = Reader(case.people.ana.browser)
    page = f"{case.url}/blocks/{block.id}"
    reader.open(page).send("End a sentence later")
    reader.open(page).send("Start a sentence earlier")
    db.expire_all()
    assert db.get_one(Block, block.id).quote == f"😢 {MOTHER} {BREATH} {AWAY}"
    reader.open(page).send("Save memo", memo="Ask Ben.")
    reader.open(page).send("Consequences, CON")
    reader.open(page).send("Take out of Antecedent")
    assert list(db.exec(select(BlockDomain.domain_id))) == [case.domains["Consequences"]]
    assert "Ask Ben." in reader.open(page).text
    reader.send("Remove block")
    assert list(db.exec(select(Block))) == []
    reader.send("Undo")
    assert db.exec(select(Block.memo)).one() == "Ask Ben."


def test_a_block_that_is_gone_is_not_found(case: ACase) -> None:
    assert case.people.ana.get(f"{case.url}/blocks/4711").status_code == 404
    assert case.people.ana.post(f"{case.url}/blocks/4711/ends", {}).status_code == 404


# As htmx asks


def test_assigning_answers_with_the_changed_turns_and_the_panel_only(
    db: Session, case: ACase
) -> None:
    content = case.context(db).unit.content
    answer = case.people.ana.post(
        f"{case.url}/blocks",
        case.selected(db, BREATH, domain=case.domains["Antecedent"], content=content, shown=1),
        htmx=True,
    )
    assert answer.status_code == 200
    assert _turn_ids(answer.text) == ["turn-2"]
    for part in ("domain-list", "coverage", "lately", "seen", "block-card"):
        assert re.search(rf'id="{part}"[^>]*hx-swap-oob', answer.text), part
    assert f'name="content" value="{content + 1}"' in answer.text
    assert f"{case.url}/undo/" in answer.headers["HX-Trigger"]
    assert "<html" not in answer.text


def test_a_page_that_missed_the_changes_of_others_gets_the_whole_transcript(
    db: Session, case: ACase
) -> None:
    content = case.context(db).unit.content
    case.put(db, AWAY, "Antecedent", person=case.people.ben)
    answer = case.people.ana.post(
        f"{case.url}/blocks",
        case.selected(db, BREATH, domain=case.domains["Antecedent"], content=content, shown=1),
        htmx=True,
    )
    assert len(_turn_ids(answer.text)) == len(TURNS)


def test_overlapping_blocks_come_back_with_every_turn_whose_lanes_may_move(
    db: Session, case: ACase
) -> None:
    text = case.transcript(db).text
    case.put(db, text[text.index(AWAY) : text.index("So I let")].strip(), "Consequences")
    answer = case.people.ana.post(
        f"{case.url}/blocks",
        case.selected(
            db,
            AWAY,
            domain=case.domains["Antecedent"],
            content=case.context(db).unit.content,
            shown=1,
        ),
        htmx=True,
    )
    assert _turn_ids(answer.text) == ["turn-2", "turn-3", "turn-4"]


def test_a_selection_that_no_longer_matches_is_a_409_with_what_to_do(
    db: Session, case: ACase
) -> None:
    stale = case.selected(db, BREATH, domain=case.domains["Antecedent"], quote="Other words.")
    answer = case.people.ana.post(f"{case.url}/blocks", stale, htmx=True)
    assert answer.status_code == 409
    assert answer.headers["HX-Reswap"] == "none"
    assert "select the passage once more" in answer.headers["HX-Trigger"]
    assert case.people.ana.post(f"{case.url}/blocks", stale).status_code == 409


def test_a_selection_grows_to_sentences_unless_it_is_exact(db: Session, case: ACase) -> None:
    people = case.people
    word = case.selected(db, "held", domain=case.domains["Antecedent"])
    people.ana.post(f"{case.url}/blocks", word | {"exact": ""})
    people.ana.post(f"{case.url}/blocks", word)
    assert set(db.exec(select(Block.quote))) == {BREATH, "held"}


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "without JavaScript"])
def test_a_stale_memo_comes_back_with_both_texts(db: Session, case: ACase, htmx: bool) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    url = f"{case.url}/blocks/{block.id}/memo"
    case.people.ben.post(url, {"version": 1, "memo": "Theirs."})
    answer = case.people.ana.post(url, {"version": 1, "memo": "Mine."}, htmx=htmx)
    assert answer.status_code == 409
    assert "saved this first" in answer.text
    assert "<del>Theirs</del><ins>Mine</ins>" in answer.text
    again = re.search(r'name="version" value="(\d+)"', answer.text.partition('class="versions"')[2])
    assert again
    answer = case.people.ana.post(url, {"version": again[1], "memo": "Both."}, htmx=htmx)
    assert answer.status_code in (200, 303)
    db.expire_all()
    assert db.get_one(Block, block.id).memo == "Both."


def test_a_core_ideas_only_raw_data_is_refused_beside_the_block(db: Session, case: ACase) -> None:
    block = case.put(db, BREATH, "Antecedent").after[0]
    idea = CoreIdea(
        layer_id=case.context(db).unit.layer_id,
        domain_id=case.domains["Antecedent"],
        text="P held her breath.",
        made_by=case.people.ana.id,
    )
    db.add(idea)
    db.flush()
    db.add(CoreIdeaBlock(core_idea_id=idea.id or 0, block_id=block.id))
    db.commit()
    url = f"{case.url}/blocks/{block.id}/removal"
    for htmx in (True, False):
        answer = case.people.ana.post(url, {"version": 1}, htmx=htmx)
        assert answer.status_code == 409
        assert "the only raw data of “P held her breath.”" in answer.text
        assert f"{case.people.sample_url}/cases/P01/core-ideas" in answer.text


def test_undo_of_a_message_answers_the_page_it_is_on(db: Session, case: ACase) -> None:
    entry = case.put(db, BREATH, "Antecedent").entry
    answer = case.people.ana.post(f"{case.url}/undo/{entry}", htmx=True)
    assert answer.status_code == 200
    assert len(_turn_ids(answer.text)) == len(TURNS)
    assert list(db.exec(select(Block))) == []
    again = case.people.ana.post(f"{case.url}/undo/{entry}", htmx=True)
    assert again.status_code == 409


# The unit as a whole


def test_every_judge_agrees_and_the_case_is_locked_until_it_is_reopened(
    db: Session, case: ACase
) -> None:
    case.put(db, BREATH, "Antecedent")
    people = case.people
    for person in (people.ana, people.ben, people.chi):
        reader = Reader(person.browser).open(case.url).send("Agree to this version")
        assert "You agreed to this version" in reader.text
    assert "still to agree: Dee" in people.ana.get(case.url).text
    Reader(people.dee.browser).open(case.url).send("Agree to this version")
    html = people.ana.get(case.url).text
    assert "Agreed" in html
    assert "domain-popover" not in html
    posted = people.ana.post(
        f"{case.url}/blocks", case.selected(db, AWAY, domain=case.domains["Antecedent"])
    )
    assert posted.status_code == 409
    assert "Reopen it" in posted.text
    reader = Reader(people.ben.browser).open(case.url).send("Reopen", reason="A block is missing.")
    assert "is open again" in reader.text
    assert "nobody has agreed yet" in people.ana.get(case.url).text


def test_one_agrees_to_what_was_on_the_page_and_to_nothing_newer(db: Session, case: ACase) -> None:
    case.put(db, BREATH, "Antecedent")
    content = case.context(db).unit.content
    case.put(db, AWAY, "Antecedent", person=case.people.ben)
    url = case.url.removesuffix("/coding") + "/agreement"
    answer = case.people.ana.post(url, {"content": content, "page": "coding"})
    assert answer.status_code == 409
    assert case.context(db).unit.agreed_count == 0


def test_agreeing_leads_back_to_the_page_it_was_done_on_and_nowhere_else(
    db: Session, case: ACase
) -> None:
    case.put(db, BREATH, "Antecedent")
    base = case.url.removesuffix("/coding")
    content = case.context(db).unit.content
    for page, leads_to in (("core-ideas", "/core-ideas"), ("//evil.example", "/coding")):
        answer = case.people.ana.post(f"{base}/agreement", {"content": content, "page": page})
        assert answer.headers["location"] == base + leads_to


def test_reopening_needs_a_reason(db: Session, case: ACase) -> None:
    _agreed(db, case)
    url = case.url.removesuffix("/coding") + "/reopen"
    assert case.people.ana.post(url, {"reason": " "}).status_code == 422
    assert case.people.eli.post(url, {"reason": "x"}).status_code == 403


def test_nobody_agrees_to_a_case_that_is_not_coded(case: ACase) -> None:
    assert "Agree to this version" not in case.people.ana.get(case.url).text
    url = case.url.removesuffix("/coding") + "/agreement"
    assert case.people.ana.post(url, {"content": 0}).status_code == 409


# Further transcripts and samples, searching


def test_a_second_transcript_has_its_own_turns_and_citations(db: Session, case: ACase) -> None:
    store_transcript(
        db,
        case.people.context(db),
        case_id=case.case_id,
        title="Follow-up",
        turns=[("I", "Anything since?", ""), ("P", "One thing. She wrote.", "")],
        roles=ROLES,
    )
    db.commit()
    reader = Reader(case.people.ana.browser).open(case.url)
    assert "0 of 4" in reader.text
    reader.follow("Follow-up")
    assert reader.answer is not None
    assert _turn_ids(reader.answer.text) == ["turn-2-1", "turn-2-2"]
    assert "2:2" in reader.text
    reader.send("Put it there", from_turn=2, domain=[case.domains["Antecedent"]])
    assert reader.url.endswith("/coding?transcript=2#turn-2-2")
    assert "Ana put turn 2:2 in Antecedent" in reader.text
    assert "1 of 4" in reader.text


@pytest.fixture
def in_two_samples(db: Session, case: ACase) -> ACase:
    """The case also as client, where Ana has coded 'Then I looked away.'"""
    people = case.people
    second = Sample(
        study_id=people.study.id or 0, name="as client", name_key="as client", position=1
    )
    db.add(second)
    db.commit()
    study = people.context(db)
    put_into_sample(db, study, case_id=case.case_id, sample_id=second.id or 0)
    domain = add_domain(db, study, sample_id=second.id or 0, title="Turning away")
    db.commit()
    other = f"{people.url}/samples/{second.id}/cases/P01/coding"
    people.ana.post(f"{other}/blocks", case.selected(db, AWAY, domain=domain.id))
    return case


def test_the_other_samples_blocks_stand_faintly_beside_and_count_for_coverage(
    in_two_samples: ACase,
) -> None:
    html = in_two_samples.people.ana.get(in_two_samples.url).text
    assert ">as client</a>" in html
    assert re.search(r'title="Turning away · Ana"[^>]*data-faint', _turn(html, 2))
    assert "data-blocks" not in html
    assert "sentence 1" in html


def test_the_other_samples_blocks_stay_unseen_where_one_may_not_see_them(
    db: Session, in_two_samples: ACase
) -> None:
    case = in_two_samples
    other = db.exec(
        select(Unit).where(
            col(Unit.case_id) == case.case_id, col(Unit.sample_id) != case.people.sample.id
        )
    ).one()
    db.add(Assignment(unit_id=other.id or 0, account_id=case.people.ana.id))
    db.commit()
    html = case.people.ben.get(case.url).text
    assert "Turning away" not in html
    assert "as client</a>" not in html
    assert "Turning away" in case.people.ana.get(case.url).text


def test_a_search_goes_to_the_first_hit_and_marks_every_one(case: ACase) -> None:
    answer = case.people.ana.get(f"{case.url}?q=LOOKED away")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("#turn-2")
    html = case.people.ana.get(answer.headers["location"].partition("#")[0]).text
    assert re.search(r"data-found>looked away<", html)
    assert "in 1 turn" in html
    assert "is not in this transcript" in case.people.ana.get(f"{case.url}?q=elephant").text


# Speed


def _code_everything(db: Session, case: ACase) -> None:
    text = case.transcript(db).text
    for number, word in enumerate(dict.fromkeys(re.findall(r"\w{3,}", text))):
        case.put(db, word, ("Antecedent", "Consequences")[number % 2])


def test_the_page_and_a_change_need_as_many_statements_for_one_block_as_for_twenty(
    db: Session, case: ACase, statements: list[str]
) -> None:
    case.put(db, BREATH, "Antecedent")
    counts = []
    for _ in range(2):
        statements.clear()
        assert case.people.ana.get(case.url).status_code == 200
        page = len(statements)
        words = case.selected(
            db, MOTHER if not counts else AWAY, domain=case.domains["Consequences"]
        )
        statements.clear()
        answer = case.people.ana.post(f"{case.url}/blocks", words, htmx=True)
        assert answer.status_code == 200
        counts.append((page, len(statements)))
        _code_everything(db, case)
    assert len(list(db.exec(select(Block)))) > 20
    assert counts[0] == counts[1]
    assert counts[0][0] <= 14


def test_a_member_who_left_is_out_at_once(db: Session, case: ACase) -> None:
    member = db.exec(select(Member).where(col(Member.account_id) == case.people.ben.id)).one()
    db.delete(member)
    db.commit()
    assert case.people.ben.get(case.url).status_code == 404
