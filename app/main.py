"""`create_app()`: the only module that knows every package's routes."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import anyio.to_thread
import sqlalchemy as sa
from fastapi import Depends, FastAPI
from starlette.responses import PlainTextResponse

from app import models  # noqa: F401 - whole metadata
from app.cases.preview import sweep
from app.config import Settings, load_settings
from app.db import POOL_SIZE, Database
from app.live.hub import Hub
from app.web import errors
from app.web.answered import note_form
from app.web.same_origin import Gate
from app.web.static_files import VersionedFiles

PACKAGES_WITH_ROUTES = (
    "accounts",
    "studies",
    "consensus",
    "cases",
    "domains",
    "core_ideas",
    "cross_analysis",
    "frequency",
    "audit",
    "reports",
    "live",
    "home",
    "meetings",
    "practice",
    "demo",
)
MAX_BODY = 60 * 1024 * 1024
LEAST_FREE = 20 * 1024 * 1024


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # One thread a connection: more would only wait for the pool.
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE
    sweep(app.state.settings)
    yield
    await Hub.of(app.state).close()
    app.state.database.engine.dispose()


def create_app(
    settings: Settings | None = None, database: Database | None = None, bound_host: str = ""
) -> FastAPI:
    """The application. `bound_host` is the address served, for the host check."""
    settings = settings or load_settings()
    app = FastAPI(
        title="Concord",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(note_form)],
        max_body_size=MAX_BODY,
    )
    app.state.settings = settings
    app.state.database = database or Database(settings.sqlalchemy_url)
    errors.install(app)
    for package in PACKAGES_WITH_ROUTES:
        app.include_router(import_module(f"app.{package}.routes").router)
    app.mount("/static", VersionedFiles(), name="static")
    _probes(app)
    public_host = urlsplit(settings.public_url).hostname
    app.add_middleware(
        Gate,
        hosts=[host for host in (public_host, bound_host) if host],
        public_url=settings.public_url,
    )
    return app


def _probes(app: FastAPI) -> None:
    @app.get("/healthz")
    def healthz() -> PlainTextResponse:
        """The process lives."""
        return PlainTextResponse("ok")

    @app.get("/readyz")
    def readyz() -> PlainTextResponse:
        """The database answers and is migrated, and the data folder can be written."""
        from app.migrations import is_current

        try:
            current = is_current(app.state.database.engine)
        except sa.exc.SQLAlchemyError:
            return PlainTextResponse("the database does not answer", status_code=503)
        if not current:
            return PlainTextResponse("the database is not migrated", status_code=503)
        if not _can_store(app.state.settings.data_dir):
            return PlainTextResponse("the data folder is full or closed", status_code=503)
        return PlainTextResponse("ready")


def _can_store(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > LEAST_FREE
