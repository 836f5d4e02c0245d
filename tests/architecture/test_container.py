"""The container set-up keeps its promises, read as text: no container engine runs in the tests."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
SERVICES = dict(
    re.findall(
        r"^  (\w+):\n((?:    .*\n|\n)+)",
        COMPOSE.split("services:")[1].split("\nnetworks:")[0],
        re.M,
    )
)


def test_image_copies_only_what_exists_and_is_let_in() -> None:
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line[0] == "!"
    }
    copied = {
        name for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.M) for name in line.split()
    }
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.M) == ["10001"]


def test_images_are_pinned() -> None:
    images = re.findall(r"^FROM (\S+)$", DOCKERFILE, re.M)
    images += [name for name in re.findall(r"image: (\S+)", COMPOSE) if name != "concord"]
    assert len(images) == 3
    assert all(re.search(r":\d+[\d.]*-", name) for name in images), images


@pytest.mark.parametrize("service", ["app", "database", "proxy"])
def test_service_is_read_only_watched_and_cannot_gain_rights(service: str) -> None:
    for line in ("read_only: true", "healthcheck:", 'security_opt: ["no-new-privileges:true"]'):
        assert line in SERVICES[service], f"{service}: {line}"


def test_no_password_stands_in_the_file() -> None:
    settings = re.findall(r"^ +(\w*(?:PASSWORD|SECRET|URL)\w*): (.*)$", COMPOSE, re.M)
    assert {name for name, value in settings if "/run/secrets/" in value} == {
        "CONCORD_DATABASE_URL_FILE",
        "POSTGRES_PASSWORD_FILE",
    }
    assert {name for name, value in settings if "/run/secrets/" not in value} == {
        "CONCORD_PUBLIC_URL"
    }


@pytest.mark.parametrize("name", ["CONCORD_HOST", "CONCORD_SECRETS"])
def test_what_is_not_set_is_asked_for_in_a_sentence(name: str) -> None:
    assert re.search(rf"\$\{{{name}:\?Set {name} to .+\}}", COMPOSE)
