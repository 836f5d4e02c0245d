"""What everything is measured against: FastAPI saying hello, and one insert into SQLite (WAL)."""

import sqlite3
import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/hello")
def hello() -> dict[str, str]:
    """The barest answer."""
    return {"answer": "hello"}


@app.post("/insert")
def insert() -> dict[str, str]:
    """One durable insert, with the settings Concord runs with."""
    connection = sqlite3.connect(sys.argv[2], isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO note (text) VALUES ('hello')")
    connection.execute("COMMIT")
    connection.close()
    return {"answer": "stored"}


if __name__ == "__main__":
    with sqlite3.connect(sys.argv[2]) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
