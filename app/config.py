"""Settings: few, strict, from the environment. A wrong value refuses to start."""

import os
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import Invalid

ROOT = Path(__file__).resolve().parent.parent
"""The checkout or image: `templates/`, `static/` and `alembic/` lie beside `app/`."""


class Settings(BaseSettings):
    """Everything an installation may set; each is described in `docs/running.md`."""

    model_config = SettingsConfigDict(env_prefix="CONCORD_", extra="ignore")

    data_dir: Path = ROOT / "data"
    database_url: str = ""
    public_url: str = ""
    session_idle_minutes: int = Field(default=120, ge=5, le=720)
    session_hours: int = Field(default=12, ge=1, le=168)
    test_mode: bool = False

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "sqlite:///")):
            raise ValueError("must start with postgresql:// (or be unset, for SQLite)")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("public_url")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be a whole address such as https://concord.example.org")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _absolute(self) -> Self:
        self.data_dir = self.data_dir.expanduser().resolve()
        return self

    @property
    def sqlalchemy_url(self) -> str:
        """The database to open: the one named, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'concord.sqlite3'}"

    @property
    def secure_cookies(self) -> bool:
        """Cookies are for https only when the public address is https."""
        return self.public_url.startswith("https://")


def load_settings() -> Settings:
    """Read the environment. Raises `Invalid` with one sentence a setting that is wrong.

    `NAME_FILE` names a file that holds the value of `NAME`, for secrets kept by a container host.
    """
    from_files: dict[str, str] = {}
    for name in ("DATABASE_URL",):
        path = os.environ.get(f"CONCORD_{name}_FILE")
        if path:
            try:
                from_files[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise Invalid(f"CONCORD_{name}_FILE cannot be read: {error.strerror}.") from error
    try:
        return Settings(**from_files)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"CONCORD_{str(row['loc'][0]).upper()} {row['msg'].removeprefix('Value error, ')}"
            if row["loc"]
            else row["msg"]
            for row in error.errors()
        )
        raise Invalid(f"A setting is wrong: {problems}.") from error
