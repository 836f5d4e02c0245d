"""Browsers keep the files under static/, and never mix those of two versions."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import ROOT
from app.web import static_files
from app.web.static_files import Version, static
from tests.people import Browser


def test_every_file_a_page_links_is_kept_by_the_browser(browser_of: Callable[[], Browser]) -> None:
    browser = browser_of()
    linked = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', browser.get("/sign-in").text))
    assert {link.rpartition("/")[2] for link in linked} >= {"app.css", "app.js", "favicon.svg"}
    for link in linked:
        answer = browser.get(link)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_what_a_file_imports_has_the_same_version() -> None:
    files = [*(ROOT / "static/js").rglob("*.js"), *(ROOT / "static/css").rglob("*.css")]
    named = [
        address
        for file in files
        for address in re.findall(
            r"""(?:\bfrom|\bimport|url\()\s*["']?([./\w-]+\.\w+)["']?""", file.read_text()
        )
    ]
    assert len(named) > 50
    assert [address for address in named if address.startswith("/")] == []


def test_a_page_from_before_an_update_gets_the_file_of_now_and_nobody_keeps_it(
    browser_of: Callable[[], Browser],
) -> None:
    answer = browser_of().get("/static/0123456789ab/css/app.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["nothing.css", "../pyproject.toml", "..%2f..%2fpyproject.toml"])
def test_only_what_lies_in_the_folder_is_served(
    browser_of: Callable[[], Browser], path: str
) -> None:
    assert browser_of().get(static(path)).status_code == 404


def test_who_writes_a_style_sheet_only_reloads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "LOOK_AGAIN", -1.0)
    sheet = tmp_path / "app.css"
    sheet.write_text("p { color: red }")
    version = Version(tmp_path)
    first = str(version)
    assert str(version) == first
    sheet.write_text("p { color: blue; }")
    assert str(version) != first


def test_two_servers_with_the_same_files_name_the_same_version(tmp_path: Path) -> None:
    versions = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "app.css").write_text("p { color: red }")
        versions.append(str(Version(folder)))
    assert versions[0] == versions[1]
