"""No page that members open all day reads the whole of a table that grows with the hub."""

import re
from typing import Any

import httpx2
import pytest

import chat.db
from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.cast import Thread

GROWING = "bookmark|event|following|membership|notice|post|reaction|reading|session|stream|topic"
WHOLE = re.compile(rf"Seq Scan on (?:{GROWING})\b")
PAGES = (
    "/topics/{0.id}",
    "/topics/{0.id}?post=2",
    "/topics/{0.id}?view=flat&order=newest",
    "/",
    "/unread",
    "/new",
    "/notices",
    "/search?q=falls",
    "/networks/{0.network.slug}",
    "/side",
)

Asked = dict[str, list[Any]]  # statements, and the values in their places


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the database was asked."""
    made, statements = chat.db._made, {}

    def noted(query: Any, params: dict[str, Any]) -> tuple[str, list[Any]]:
        sql, values = made(query, params)
        statements[sql] = values
        return sql, values

    monkeypatch.setattr(chat.db, "_made", noted)
    return statements


@pytest.mark.parametrize("address", PAGES)
async def test_a_page_looks_things_up(
    db: Database, anas_browser: httpx2.AsyncClient, ben: Viewer, thread: Thread, asked: Asked, address: str
) -> None:
    for n in range(3):
        await cast.write(db, ben, thread, f"Answer {n}")
    asked.clear()
    assert (await anas_browser.get(address.format(thread))).status_code == 200
    statements = [
        (sql, values) for sql, values in asked.items() if sql.lstrip().upper().startswith(("SELECT", "WITH"))
    ]
    assert statements
    assert not [
        f"{found[0]}: {sql}"
        for sql, values in statements
        if (found := WHOLE.search(await plan_of(db, sql, values)))
    ]


async def plan_of(db: Database, sql: str, values: list[Any]) -> str:
    """How a statement is carried out where whole tables are read only for want of any other way."""
    async with db.transaction() as tx:
        await tx.run("SET LOCAL enable_seqscan = off")
        return "\n".join(line for (line,) in await tx.connection.fetch(f"EXPLAIN {sql}", *values))
