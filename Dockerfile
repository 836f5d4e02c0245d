# Debian 12 on purpose: its postgresql-client is 15, the version of the database beside it.
FROM python:3.12.12-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin concord \
 && install -d -o concord -g concord -m 700 /data

# Everything below stays root's: the application can read itself, not change itself.
WORKDIR /app
COPY dev ./
COPY requirements/run.txt requirements/
RUN PIP_NO_CACHE_DIR=1 python dev setup
COPY LICENSE THIRD_PARTY_NOTICES.md ./
COPY alembic alembic
COPY static static
COPY templates templates
COPY app app
RUN .venv/bin/python -m compileall -q .venv/lib app

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CONCORD_DATA_DIR=/data

USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["concord", "serve", "--host", "0.0.0.0", "--port", "8000"]
