"""Files by others stay what they were when they were looked at (static/vendor/VERSIONS.md)."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
LISTED: dict[str, str] = dict(
    re.findall(
        r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$",
        (ROOT / "static/vendor/VERSIONS.md").read_text("utf-8"),
        re.MULTILINE,
    )
)


def vendored() -> set[str]:
    """Every file under static/ and tests/ that we did not write, as a path from the root."""
    patterns = (
        "static/vendor/*.js",
        "static/fonts/*.woff2",
        "static/icons/*.svg",
        "tests/vendor/*.js",
    )
    return {path.relative_to(ROOT).as_posix() for each in patterns for path in ROOT.glob(each)}


def test_every_vendored_file_is_listed_and_nothing_else() -> None:
    assert vendored() == set(LISTED)


@pytest.mark.parametrize("name", sorted(LISTED))
def test_vendored_file_has_the_listed_checksum(name: str) -> None:
    assert sha256((ROOT / name).read_bytes()).hexdigest() == LISTED[name]


@pytest.mark.parametrize("name", sorted(LISTED))
def test_vendored_file_has_its_licence_beside_it(name: str) -> None:
    file = ROOT / name
    stems = [
        licence.name.removesuffix(".LICENSE.txt") for licence in file.parent.glob("*.LICENSE.txt")
    ]
    assert any(file.name.startswith(stem) for stem in stems), f"{name} has no NAME.LICENSE.txt"


def test_fonts_together_stay_small() -> None:
    assert sum(font.stat().st_size for font in ROOT.glob("static/fonts/*.woff2")) < 700_000


def test_every_font_the_stylesheet_names_is_there() -> None:
    fonts = ROOT / "static/fonts"
    named = set(re.findall(r'url\("([^"]+)"\)', (fonts / "fonts.css").read_text("utf-8")))
    assert named == {font.name for font in fonts.glob("*.woff2")}


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    sprite = set(
        re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons/icons.svg").read_text("utf-8"))
    )
    for template in ROOT.glob("templates/**/*.html"):
        named = re.findall(
            r"""icons\.svg#([\w-]+)|\bicon\(["']([\w-]+)["']|\bicon=["']([\w-]+)["']""",
            template.read_text("utf-8"),
        )
        missing = {name for found in named for name in found if name} - sprite
        assert not missing, (
            f"{template.relative_to(ROOT)}: not in static/icons/icons.svg: {missing}"
        )
