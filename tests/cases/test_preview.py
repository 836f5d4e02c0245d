"""Private previews: who may open one, how long it lasts, and what is left of it."""

import os
import stat
import time
from pathlib import Path

import pytest
from sqlmodel import Session

from app.cases import preview
from app.config import Settings
from app.errors import NotFound
from app.studies.guard import StudyContext
from tests.people import People


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Settings with a data folder of the test's own."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def study(db: Session, people: People) -> StudyContext:
    """The study as Ana has it."""
    return people.context(db)


def test_a_preview_is_a_private_file_under_a_random_key(own: Settings, study: StudyContext) -> None:
    keys = {preview.keep(own, study, {"a": "é"}) for _ in range(2)}
    files = list((own.data_dir / "previews").iterdir())
    assert {file.name for file in files} == keys
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((own.data_dir / "previews").stat().st_mode) == 0o700
    assert all(preview.kept(own, study, key) == {"a": "é"} for key in keys)


def test_nobody_else_opens_it_not_even_in_the_same_study(
    db: Session, people: People, own: Settings, study: StudyContext
) -> None:
    key = preview.keep(own, study, {})
    with pytest.raises(NotFound):
        preview.kept(own, people.context(db, people.ben), key)
    with pytest.raises(NotFound):
        preview.remove(own, people.context(db, people.ben), key)
    assert preview.kept(own, study, key) == {}


@pytest.mark.parametrize("key", ["0" * 48, "../secret", "", "x" * 48])
def test_a_key_that_was_never_given_opens_nothing(
    own: Settings, study: StudyContext, key: str
) -> None:
    with pytest.raises(NotFound, match="Choose the file again"):
        preview.kept(own, study, key)


def test_after_24_hours_it_is_gone(own: Settings, study: StudyContext) -> None:
    key = preview.keep(own, study, {})
    path = own.data_dir / "previews" / key
    yesterday = time.time() - preview.KEPT_SECONDS - 1
    os.utime(path, (yesterday, yesterday))
    with pytest.raises(NotFound):
        preview.kept(own, study, key)
    assert path.exists()
    preview.keep(own, study, {})
    assert not path.exists()


def test_sweeping_an_installation_without_previews_makes_no_folder(own: Settings) -> None:
    assert preview.sweep(own) == 0
    assert not own.data_dir.exists()


def test_only_one_of_two_confirmations_has_it(own: Settings, study: StudyContext) -> None:
    key = preview.keep(own, study, {"a": 1})
    with preview.taking(own, study, key) as content:
        assert content == {"a": 1}
        with pytest.raises(NotFound), preview.taking(own, study, key):
            pass
    assert list((own.data_dir / "previews").iterdir()) == []


def test_it_is_back_in_its_place_where_storing_failed(own: Settings, study: StudyContext) -> None:
    key = preview.keep(own, study, {"a": 1})
    with pytest.raises(RuntimeError), preview.taking(own, study, key):
        raise RuntimeError
    assert preview.kept(own, study, key) == {"a": 1}
