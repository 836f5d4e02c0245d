"""What an installation gets is pinned, hashed, from nowhere in particular, and free to use."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

LEAST = {
    "starlette": "1.3.1",  # GHSA-82w8-qh3p-5jfq: form limits ignored in url-encoded bodies
    "lxml": "5",  # before it, files named by an XML entity were read
    "jinja2": "3.1.6",  # CVE-2025-27516: the sandbox could be left
    "python-multipart": "0.0.18",  # CVE-2024-53981: line breaks before a boundary stall it
}
"""The versions that mend a published hole; to be read again before each release."""

PERMISSIVE = re.compile(r"\b(MIT|MIT-0|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation)\b")
RECIPROCAL = re.compile(r"\b(A?GPL|LGPL|MPL|EPL|CDDL|SSPL|EUPL)|Mozilla|Affero|GNU", re.IGNORECASE)
LGPL_BY_CHOICE = {"psycopg", "psycopg-binary"}  # installed apart and unmodified


def compiled(kind: str) -> dict[str, str]:
    """Name -> version of every line that requirements/<kind>.txt pins."""
    text = (ROOT / "requirements" / f"{kind}.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))


def named(requirements: list[str]) -> dict[str, str]:
    """Name -> version of pyproject's `name[extra]==version` lines."""
    pairs = (re.sub(r"\[\w+\]", "", each).split("==") for each in requirements)
    return dict(pairs)


def licence(name: str) -> str:
    """Everything a distribution says of its licence; only a short text in `License` is a name."""
    about = metadata.metadata(name)
    said = about.get_all("License-Expression", []) + about.get_all("Classifier", [])
    said += [text[:80] for text in about.get_all("License", [])]
    return " / ".join(each for each in said if "::" not in each or each.startswith("License"))


def installed(names: dict[str, str]) -> list[str]:
    """Those of the names that this system needs; the others are for other systems."""
    return [name for name in names if any(metadata.distributions(name=name))]


RUN, DEV = compiled("run"), compiled("dev")
DIRECT = named(PROJECT["dependencies"])
DIRECT_DEV = named(PROJECT["optional-dependencies"]["dev"])


def test_pins_in_pyproject_are_the_compiled_ones() -> None:
    assert DIRECT.items() <= RUN.items()
    assert DIRECT_DEV.items() <= DEV.items()


def test_development_installs_what_runs() -> None:
    assert RUN.items() <= DEV.items()


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_every_line_is_pinned_and_hashed(kind: str) -> None:
    text = (ROOT / "requirements" / f"{kind}.txt").read_text("utf-8")
    lines = re.sub(r"\\\n", "", text).splitlines()
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_requirements_name_no_place_to_fetch_from(kind: str) -> None:
    text = (ROOT / "requirements" / f"{kind}.txt").read_text("utf-8")
    assert not re.search(r"://|@|--(extra-)?index|--find-links|\.(com|org|net|io)\b", text)


@pytest.mark.parametrize("name", installed(RUN))
def test_what_runs_has_a_permissive_licence(name: str) -> None:
    said = licence(name)
    if name in LGPL_BY_CHOICE:
        assert "LGPL" in said
    else:
        assert PERMISSIVE.search(said), said
        assert not RECIPROCAL.search(said), said


@pytest.mark.parametrize("name", sorted(LEAST))
def test_no_version_with_a_published_hole(name: str) -> None:
    assert Version(RUN[name]) >= Version(LEAST[name])


def test_documentation_gives_a_reason_for_every_dependency() -> None:
    text = (ROOT / "docs/dependencies.md").read_text("utf-8")
    rows = set(re.findall(r"^\| ([\w-]+) \|", text, re.MULTILINE))
    assert DIRECT.keys() | DIRECT_DEV.keys() <= rows


def test_notices_list_exactly_what_runs() -> None:
    text = (ROOT / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    rows = set(re.findall(r"^\| ([a-z0-9-]+) \|", text, re.MULTILINE))
    assert rows - {"package", "---"} == RUN.keys()
