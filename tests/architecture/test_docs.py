"""The docs say what is so: settings, rules, commands, files and pictures are compared."""

import ast
import re
from enum import StrEnum
from pathlib import Path

import pytest
import typer

from app.cli import app as concord
from app.config import Settings
from app.consensus.rules import State
from app.core_ideas.models import AbsenceReason
from app.domains.models import DomainKind
from app.frequency.rules import Label, RuleName
from app.permissions import Role
from app.studies.ways import WayOfWorking
from tests.architecture.printed import PRINTED, ROOT, as_it_should_be

pytestmark = pytest.mark.pure

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
)
OURS = [name for name in PAGES if name != "THIRD_PARTY_NOTICES.md"]
READ_FROM_FILES = {"CONCORD_DATABASE_URL_FILE"}
OF_COMPOSE = {"CONCORD_HOST", "CONCORD_SECRETS"}
MADE_LATER = "docs/screenshots/"
"""`./dev screenshots` takes the pictures; a checkout without them is whole too."""


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def without_fences(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)


# ---- what is printed from the code


@pytest.mark.parametrize("name", PRINTED)
def test_part_printed_from_the_code_is_fresh(name: str) -> None:
    text = read(PRINTED[name][0])
    assert text == as_it_should_be(name, text), (
        "renew it: .venv/bin/python -m tests.architecture.printed"
    )


# ---- what is named


def test_running_names_every_setting_and_no_other() -> None:
    settings = {f"CONCORD_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"CONCORD_[A-Z_]+", read("docs/running.md")))
    assert named == settings | READ_FROM_FILES | OF_COMPOSE


@pytest.mark.parametrize("words", [Label, RuleName])
def test_method_names_every_label_and_rule(words: type[StrEnum]) -> None:
    text = read("docs/method.md")
    missing = [word for word in words if not re.search(rf"[*`]{re.escape(word)}[*`]", text)]
    assert missing == []


@pytest.mark.parametrize("words", [Role, State, Label, DomainKind, AbsenceReason, WayOfWorking])
def test_glossary_knows_the_words_of_the_code(words: type[StrEnum]) -> None:
    text = read("docs/glossary.md").casefold()
    assert [word for word in words if word.casefold() not in text] == []


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md"])
def test_map_names_every_package(name: str) -> None:
    packages = [path.parent.name for path in (ROOT / "app").glob("*/__init__.py")]
    text = read(name)
    assert [each for each in packages if f"{each}/" not in text] == []


# ---- commands and files


GROUPS = {"user"}


def concord_commands() -> set[str]:
    found = typer.main.get_command(concord).commands  # type: ignore[attr-defined]
    inner = {f"{name} {below}" for name in GROUPS for below in found[name].commands}
    return (set(found) - GROUPS) | inner


def dev_commands() -> set[str]:
    tree = ast.parse(read("dev"))
    table = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMANDS"
    )
    (each,) = table.generators  # type: ignore[attr-defined]
    return {name.id for name in each.iter.elts}


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    text = read(name)
    known = concord_commands()
    typed = re.compile(r"(?:`|^ {4}|bin/|app )concord ([a-z]+)(?: ([a-z-]+))?", re.MULTILINE)
    for first, second in typed.findall(text):
        command = f"{first} {second}" if first in GROUPS else first
        assert command in known, f"concord {command}"
    for command in re.findall(r"\./dev ([a-z]+)", text):
        assert command in dev_commands(), f"./dev {command}"


def test_running_names_every_command() -> None:
    text = read("docs/running.md")
    assert [each for each in concord_commands() if f"`concord {each}" not in text] == []


@pytest.mark.parametrize("name", OURS)
def test_every_file_named_exists(name: str) -> None:
    kinds = "py|html|js|css|md|toml|yml|json|cff|txt|svg"
    named = re.findall(rf"`((?:[\w.-]+/)+[\w.-]+\.(?:{kinds}))`", read(name))
    roots = (ROOT, ROOT / "app", ROOT / "docs", ROOT / "static/css", (ROOT / name).parent)
    missing = [each for each in named if not any((root / each).exists() for root in roots)]
    assert missing == []


def anchors(path: Path) -> set[str]:
    """The ids that a forge gives to the headings of a page."""
    heads = re.findall(r"^#+ +(.+)$", without_fences(path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)\s]+)\)", without_fences(read(name))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        where = path.relative_to(ROOT).as_posix()
        if where.startswith(MADE_LATER) and not (ROOT / MADE_LATER).exists():
            continue
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


# ---- what does not belong in them


@pytest.mark.parametrize("name", OURS)
def test_no_place_of_a_machine_and_no_package_server_is_named(name: str) -> None:
    text = read(name)
    assert not re.search(r"(?<![\w./])/(work|farm|tmp|home|root|Users|mnt)/|[A-Z]:\\", text)
    assert not re.search(
        r"pypi\.org|pythonhosted|npmjs|docker\.io|ghcr\.io|quay\.io|jsdelivr|unpkg|cdnjs", text
    )


def test_readme_stays_short_enough_to_read() -> None:
    assert read("README.md").count("\n") < 120


@pytest.mark.parametrize("name", [each for each in PAGES if each.startswith("docs/decisions/")])
def test_decision_is_one_short_page(name: str) -> None:
    text = read(name)
    assert text.startswith("# ")
    assert text.count("\n") < 40


def test_decisions_are_numbered_once() -> None:
    numbers = re.findall(r"^docs/decisions/(\d{4})-", "\n".join(PAGES), re.MULTILINE)
    assert numbers == [f"{place:04}" for place in range(1, len(numbers) + 1)]
