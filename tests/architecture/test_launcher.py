"""./dev works with Python alone, and never calls a run without tests a success."""

import ast
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
DEV = ROOT / "dev"
COMMANDS = ("run", "demo", "test", "check", "bench", "screenshots", "setup")

CONFTEST = 'def pytest_addoption(parser):\n    parser.addoption("--database")\n'
ONE_OF_EACH = """
import pytest
def test_passes(): pass
def test_fails(): assert False
def test_skips(): pytest.skip("for a reason")
@pytest.fixture
def broken(): raise RuntimeError
def test_errs(broken): pass
"""


@pytest.fixture
def launcher(tmp_path: Path) -> ModuleType:
    """The launcher as it would stand in an almost empty checkout with the packages at hand."""
    spec = spec_from_loader("launcher", SourceFileLoader("launcher", str(DEV)))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__.update(ROOT=tmp_path, PYTHON=Path(sys.executable))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    return module


def test_launcher_imports_only_the_standard_library() -> None:
    imported = set()
    for node in ast.walk(ast.parse(DEV.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("command", COMMANDS)
def test_help_and_contributing_guide_name_every_command(command: str, launcher: ModuleType) -> None:
    assert tuple(launcher.COMMANDS) == COMMANDS
    assert f"./dev {command}" in (launcher.__doc__ or "")
    assert f"./dev {command}" in (ROOT / "docs/contributing.md").read_text("utf-8")


def test_unknown_command_is_refused_with_the_list() -> None:
    answer = subprocess.run([sys.executable, DEV, "serve"], capture_output=True, text=True)
    assert answer.returncode == 1
    assert "does not know 'serve'" in answer.stderr
    assert all(command in answer.stderr for command in COMMANDS)


def test_all_but_the_timings_are_run_and_counted(launcher: ModuleType) -> None:
    (launcher.ROOT / "tests" / "bench").mkdir()
    for folder in ("tests", "tests/bench"):
        (launcher.ROOT / folder / "test_one_of_each.py").write_text(ONE_OF_EACH)
    assert launcher.one_pass("sqlite") == {"passed": 1, "failed": 2, "skipped": 1}


def test_a_run_without_tests_is_a_failure(launcher: ModuleType) -> None:
    assert launcher.one_pass("sqlite")["failed"] == 1


@pytest.mark.parametrize("forbidden", [True, False], ids=["forbidden", "allowed"])
def test_compiled_modules_are_kept_also_where_they_may_not_lie_about(
    launcher: ModuleType, forbidden: bool
) -> None:
    environment = {"PYTHONDONTWRITEBYTECODE": "1"} if forbidden else {}
    launcher.keep_compiled(environment)
    inside = {"PYTHONPYCACHEPREFIX": str(launcher.VENV / "compiled")}
    assert environment == (inside if forbidden else {})


def test_console_script_runs_the_checkout_it_stands_in(
    launcher: ModuleType, tmp_path: Path
) -> None:
    home = tmp_path / "with a blank" / ".venv" / "bin"
    home.mkdir(parents=True)
    (home.parents[1] / "app").mkdir()
    (home.parents[1] / "app" / "cli.py").write_text("def main(): print('this one'); return 7\n")
    launcher.__dict__["CONCORD"] = home / "concord"
    launcher.write_console_script()
    answer = subprocess.run([home / "concord"], capture_output=True, text=True, cwd="/")
    assert (answer.stdout, answer.returncode) == ("this one\n", 7)
