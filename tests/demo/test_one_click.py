"""The administrator of an empty installation opens the demo with one click."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.accounts.models import Account
from app.accounts.service import first_start_link
from app.config import Settings
from app.db import Database
from app.demo import build, practice
from app.demo.interviews import INTERVIEWS
from app.main import create_app
from app.migrations import migrate
from tests.people import Browser

pytestmark = pytest.mark.pure  # makes its own SQLite file: once is enough

WORDS = "four unrelated calm words"


@pytest.fixture
def few_interviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of the interviews: tests/demo/test_build.py makes the demo of all."""
    folder = tmp_path / "interviews"
    folder.mkdir()
    for path in sorted(INTERVIEWS.glob("P*.txt"))[::3]:
        shutil.copy(path, folder)
    monkeypatch.setattr(build, "INTERVIEWS", folder)
    monkeypatch.setattr(practice, "INTERVIEWS", folder)


@pytest.mark.usefixtures("few_interviews")
def test_behind_the_set_up_link_the_demo_is_one_click_away(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, test_mode=True)
    database = Database(settings.sqlalchemy_url)
    migrate(database.engine)
    with database.write() as db:
        token = first_start_link(db)
    app = create_app(settings, database)
    browser = Browser(TestClient(app, base_url="http://127.0.0.1", follow_redirects=False))
    form = {"name": "Jo", "email": "jo@example.org", "password": WORDS, "password_again": WORDS}
    browser.post(f"/setup/{token}", form)
    assert 'action="/demo"' in browser.get("/").text
    ready = browser.post("/demo")
    assert ready.status_code == 200
    for name in ("Ana", "Ben", "Chi", "Dee", "Eli", "Fay", "Gus", "Ida"):
        assert f"Sign in as {name}" in ready.text
    assert 'action="/demo"' not in browser.get("/").text
    assert browser.post("/demo").status_code == 409
    with database.read() as db:
        assert len(db.exec(select(Account)).all()) == 9
    database.engine.dispose()
