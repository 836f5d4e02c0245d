"""The house keeps its own rules: guards, templates, migrations, file sizes, names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from jinja2 import nodes

from app.config import Settings
from app.db import Database
from app.main import create_app
from app.migrations import downgrade, is_current, migrate
from app.models import metadata
from app.permissions import Action
from app.web.templating import ENVIRONMENT

ROOT = Path(__file__).parents[2]
OPEN_TO_ANYBODY = {
    "/healthz",
    "/readyz",
    "/sign-in",
    "/sign-out",
    "/theme",
    "/setup/{token}",
    "/reset/{token}",
    "/invitations/{token}",
}
NEEDS_A_PERSON = {"signed_in", "administrator"}


def routes_in(routes: list) -> Iterator[APIRoute]:
    """Every route of the application, also of routers in routers."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_in(route.original_router.routes)
        elif hasattr(route, "routes") and route.routes:
            yield from routes_in(route.routes)


def _dependencies(dependant: Dependant) -> Iterator[object]:
    """In the order in which they are called."""
    for inner in dependant.dependencies:
        yield from _dependencies(inner)
        yield inner.call


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[APIRoute]:
    folder = tmp_path_factory.mktemp("house")
    app = create_app(Settings(data_dir=folder), Database(f"sqlite:///{folder / 'x.sqlite3'}"))
    return list(routes_in(app.router.routes))


@pytest.mark.pure
def test_every_route_below_a_study_has_exactly_one_guard(routes: list[APIRoute]) -> None:
    below = [route for route in routes if route.path.startswith("/studies/{study}")]
    assert len(below) > 20
    for route in below:
        guards = [
            call
            for call in _dependencies(route.dependant)
            if isinstance(getattr(call, "action", None), Action)
        ]
        assert len(guards) == 1, f"{sorted(route.methods)} {route.path} has {len(guards)} guards"


@pytest.mark.pure
def test_every_other_route_needs_a_person_or_is_listed_as_open(routes: list[APIRoute]) -> None:
    for route in routes:
        if route.path.startswith("/studies/{study}") or route.path in OPEN_TO_ANYBODY:
            continue
        names = {getattr(call, "__name__", "") for call in _dependencies(route.dependant)}
        open_below = any(route.path.startswith(f"{path}/") for path in OPEN_TO_ANYBODY)
        assert names & NEEDS_A_PERSON or open_below, f"{route.path} is open to strangers"


@pytest.mark.pure
def test_a_form_is_read_before_the_database_is_asked_anything(routes: list[APIRoute]) -> None:
    # A guard's first question takes SQLite's write lock; a slow upload must not hold it.
    for route in routes:
        names = [getattr(call, "__name__", "") for call in _dependencies(route.dependant)]
        if "POST" in route.methods and "posted" in names:
            before = set(names[: names.index("posted")])
            assert before <= {"get_db", "posted"}, f"{route.path} asks {before} before the form"


@pytest.mark.pure
def test_every_unsafe_route_is_a_post(routes: list[APIRoute]) -> None:
    for route in routes:
        assert route.methods <= {"GET", "HEAD", "POST"}, route.path


@pytest.mark.pure
@pytest.mark.parametrize("name", ENVIRONMENT.list_templates())
def test_every_template_compiles_and_trusts_no_text(name: str) -> None:
    source, _, _ = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)  # type: ignore[union-attr]
    tree = ENVIRONMENT.parse(source)
    ENVIRONMENT.compile(tree)
    assert "safe" not in {node.name for node in tree.find_all(nodes.Filter)}, "|safe"
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", source)
    assert not re.search(r"\sstyle=\"|\son[a-z]+=\"|hx-on|hx-boost", source)


def test_migrations_go_up_down_and_up_and_equal_the_models(new_database) -> None:
    database = Database(new_database())
    migrate(database.engine)
    downgrade(database.engine)
    migrate(database.engine)
    assert is_current(database.engine)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.engine.dispose()


def test_every_enumerated_column_is_checked_by_the_database(fresh_database_url) -> None:
    import sqlalchemy as sa

    database = Database(fresh_database_url())
    inspector = sa.inspect(database.engine)
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, sa.Enum):
                checks = " ".join(
                    str(check["sqltext"]) for check in inspector.get_check_constraints(table.name)
                )
                for value in column.type.enums:
                    assert f"'{value}'" in checks, f"{table.name}.{column.name}: {value}"
    database.engine.dispose()


@pytest.mark.pure
def test_the_folder_of_migrations_does_not_shadow_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def _python_files() -> list[Path]:
    return sorted((ROOT / "app").rglob("*.py"))


@pytest.mark.pure
def test_no_file_outgrows_its_room() -> None:
    for path in _python_files():
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= 400, f"{path.relative_to(ROOT)} has {lines} lines"


@pytest.mark.pure
def test_no_file_is_named_after_nothing() -> None:
    nothing = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager)(_|\.|$)")
    for folder in ("app", "templates", "static"):
        for path in (ROOT / folder).rglob("*"):
            assert not nothing.search(path.name), path.relative_to(ROOT)


@pytest.mark.pure
def test_every_public_function_and_class_says_what_it_is_for() -> None:
    silent = []
    for path in _python_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert silent == []


@pytest.mark.pure
def test_templates_tests_and_program_share_their_nouns() -> None:
    packages = {path.name for path in (ROOT / "app").iterdir() if (path / "__init__.py").exists()}
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()} - {"ui"}
    assert folders <= packages
