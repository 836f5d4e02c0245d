"""Every room of the demo study, light and dark, into docs/screenshots: `./dev screenshots`."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from tests.smaller_pictures import make_smaller

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZE = {"width": 1360, "height": 860}

SAMPLE = "/studies/1/samples/1"
PRACTICE = "/studies/2/samples/4/cases"
AUDITS = "/studies/1/audits"
BOARD = "a:has-text('Consequences of crying')"
MEETING = "main a:has-text('Open it')"
# Name of the picture, who looks, where, and what is clicked first, one after another.
ROOMS: tuple[tuple[str, str, str, str], ...] = (
    ("home", "judge", "/", ""),
    ("home-pi", "pi", "/", "main details summary"),
    ("home-auditor", "internal-auditor", "/", ""),
    ("overview", "judge", "/studies/1", ""),
    ("assignments", "pi", "/studies/1/team/assignments", ""),
    ("cases", "pi", "/studies/1/cases", ""),
    ("case", "pi", "/studies/1/cases/P07", ""),
    ("case-new", "pi", "/studies/1/cases/new", ""),
    ("domains", "pi", f"{SAMPLE}/domains", ""),
    ("coding", "judge", f"{SAMPLE}/cases/P07/coding#turn-41", ""),
    ("core-ideas", "judge", f"{SAMPLE}/cases/P07/core-ideas", ""),
    ("boards", "judge", f"{SAMPLE}/cross-analysis", ""),
    ("board", "judge", f"{SAMPLE}/cross-analysis", BOARD),
    ("matrix", "judge", f"{SAMPLE}/cross-analysis", f"{BOARD} | text=Matrix"),
    ("findings", "pi", f"{SAMPLE}/findings", ".label-link"),
    ("team", "pi", "/studies/1/team", ""),
    ("settings", "pi", "/studies/1/settings", ""),
    ("trail", "judge", "/studies/1/trail", ""),
    ("consensus-version", "judge", f"{SAMPLE}/cases/P07/consensus-version", ""),
    ("versions-compared", "judge", f"{SAMPLE}/cases/P07/consensus-version/compare", ""),
    ("history", "judge", f"{SAMPLE}/cases/P07/core-ideas", ".history-link"),
    ("audits", "pi", AUDITS, ""),
    ("audit-plan", "pi", f"{AUDITS}/plan", ""),
    ("audit-read", "internal-auditor", AUDITS, "tr:has-text('P04') th a"),
    ("audit-comment", "internal-auditor", AUDITS, "tr:has-text('P04') th a | .comment-on >> nth=3"),
    ("audit-respond", "judge", AUDITS, "tr:has-text('P02') th a"),
    ("audit-respond-board", "judge", AUDITS, "tr:has-text('trigger') th a"),
    ("audit-round-2", "external-auditor", AUDITS, "tr:has-text('tears coming') th a"),
    ("audit-closed", "judge", AUDITS, "tr:has-text('P01') th a"),
    ("audit-list", "judge", AUDITS, "tr:has-text('Domain list') th a"),
    ("drafts", "chi", f"{PRACTICE}/P03/coding#turn-41", ""),
    ("discussion", "chi", f"{PRACTICE}/P02/coding/discussion#turn-31", ""),
    ("core-idea-discussion", "chi", f"{PRACTICE}/P02/core-ideas/discussion", ""),
    ("became-of-mine", "chi", f"{PRACTICE}/P02/coding/discussion/mine", ""),
    ("meeting", "judge", "/studies/2/meetings", MEETING),
    ("account", "judge", "/account", ""),
    ("accounts", "administrator", "/accounts", ""),
    ("refused", "internal-auditor", "/studies/1/team", ""),
)
Theme = Literal["light", "dark"]


def main() -> None:
    """Build the demo in a folder of its own, serve it, look at every room."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"CONCORD_DATA_DIR": folder}
        concord = [sys.executable, "-m", "app.cli"]
        told = subprocess.run(
            [*concord, "demo", "--no-serve"],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        server = subprocess.Popen(
            [*concord, "serve", "--port", "0"],
            cwd=ROOT,
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found, "the server did not say where it is"
            _wait_for(found.group())
            _look(found.group(), _accounts(told))
        finally:
            server.terminate()
            server.wait()


def _accounts(told: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in told.splitlines():
        role, email, password = line.split()
        found.setdefault(role, (email, password))
        found[email.partition("@")[0]] = email, password
    return found


def _wait_for(base: str) -> None:
    for _ in range(100):
        try:
            with urlopen(f"{base}/healthz"):
                return
        except URLError:
            time.sleep(0.2)
    raise SystemExit(f"nobody answers at {base}")


def _look(base: str, accounts: dict[str, tuple[str, str]]) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        judge = chromium.new_context(viewport=SIZE).new_page()
        _sign_in(judge, base, *accounts["judge"])
        _prepare(judge, base)
        judge.context.close()
        themes: tuple[Theme, ...] = ("light", "dark")
        for theme in themes:
            stranger = chromium.new_context(viewport=SIZE, color_scheme=theme).new_page()
            stranger.goto(f"{base}/sign-in")
            _shoot(stranger, "sign-in", theme)
            pages: dict[str, Page] = {}
            for name, role, url, click in ROOMS:
                if role not in pages:
                    page = chromium.new_context(viewport=SIZE, color_scheme=theme).new_page()
                    _sign_in(page, base, *accounts[role])
                    pages[role] = page
                page = pages[role]
                page.goto(f"{base}{url}")
                for step in click.split(" | ") if click else ():
                    page.locator(step).first.click()
                    page.wait_for_timeout(400)
                _shoot(page, name, theme)
        chromium.close()


def _prepare(page: Page, base: str) -> None:
    """What the demo has not: a second version of P07, and a meeting of the practice study."""
    page.goto(f"{base}{SAMPLE}/cases/P07/core-ideas")
    page.get_by_role("link", name="correct the spelling").first.click()
    field = page.locator("main textarea").first
    field.fill(field.input_value().replace(",", ";").rstrip("."))
    page.locator("main form:has(textarea) button").first.click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{base}/studies/2/meetings/new")
    page.get_by_label("Chi").uncheck()
    page.get_by_role("button", name="Begin the meeting").click()
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, base: str, email: str, password: str) -> None:
    page.goto(f"{base}/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{base}/")


def _shoot(page: Page, name: str, theme: str) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=OUT / f"{name}-{theme}.png")
    make_smaller(OUT / f"{name}-{theme}.png")
    print(f"{name}-{theme}.png")


if __name__ == "__main__":
    main()
