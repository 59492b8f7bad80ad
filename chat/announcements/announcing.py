"""Writing an announcement, and taking it back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import NotFound, TooMany, in_words
from chat.fields import line, prose
from chat.languages import _
from chat.markup import RENDERER, render
from chat.members import Viewer, must_act
from chat.networks import NetworkSeen, must_have, record
from chat.networks.placing import lock
from chat.ops import once

LONGEST = 16 * 1024  # bytes of Markdown
A_DAY = 5  # of one network: each goes to everybody's mailbox

NAME = "announce"


class Draft(NamedTuple):
    title: str
    body: str
    html: str


def draft_of(form: Mapping[str, Any]) -> Draft:
    """What would be sent. Form: title, body. Raises Invalid."""
    title = line("title", form.get("title"), 140, called=_("The title"))
    body = prose("body", form.get("body"), LONGEST, called=_("The text"))
    return Draft(title, body, render(body))


async def announce(
    tx: Transaction,
    host: Viewer | None,
    network: NetworkSeen,
    form: Mapping[str, Any],
    *,
    op: str | None = None,
) -> int:
    """Say something to all who are members now; its id. Jobs tell and mail them. An `op` sent again says nothing twice."""
    host = must_act(host)
    draft = draft_of(form)
    await lock(tx, network.id)
    await must_have(tx, host, network.id, NAME)
    author = host.id

    async def act() -> dict[str, Any]:
        return {"id": await _make(tx, author, network, draft)}

    return (await once(tx, author, f"{NAME} {network.id}", op, act))["id"]


async def _make(tx: Transaction, author: int, network: NetworkSeen, draft: Draft) -> int:
    await _not_too_many(tx, network.id)
    announcement_id = await tx.value(
        "INSERT INTO announcement (network_id, author_id, title, body, html, renderer, created_at) "
        "VALUES (:network, :author, :title, :body, :html, :renderer, :now) RETURNING id",
        network=network.id,
        author=author,
        renderer=RENDERER,
        now=clock.now(),
        **draft._asdict(),
    )
    await record(tx, network.id, author, "announcement.made", announcement=announcement_id, title=draft.title)
    await tx.enqueue(
        "spread_announcement",
        f"spread_announcement:{announcement_id}:0",
        announcement_id=announcement_id,
        after=0,
    )
    return announcement_id


async def _not_too_many(tx: Transaction, network_id: int) -> None:
    # Those that were removed count too: their letters are out.
    row = await tx.first(
        "SELECT count(*) AS n, min(created_at) AS first FROM announcement WHERE network_id = :network AND created_at > :since",
        network=network_id,
        since=clock.now() - timedelta(days=1),
    )
    if row.n >= A_DAY:
        wait = round((row.first + timedelta(days=1) - clock.now()).total_seconds())
        raise TooMany(
            wait,
            _(
                "This network has had {n} announcements within a day, which is all it can have. There is room for another in {time}.",
                n=A_DAY,
                time=in_words(max(1, wait)),
            ),
        )


async def remove(tx: Transaction, host: Viewer | None, network: NetworkSeen, announcement_id: int) -> None:
    """Take an announcement back: nobody sees it any more, and letters that have not gone out stay here."""
    host = must_act(host)
    await must_have(tx, host, network.id, NAME)
    row = await tx.first(
        "UPDATE announcement SET removed_at = :now, removed_by = :by "
        "WHERE id = :id AND network_id = :network AND removed_at IS NULL RETURNING title, author_id",
        id=announcement_id,
        network=network.id,
        by=host.id,
        now=clock.now(),
    )
    if row is None:
        raise NotFound
    await record(
        tx, network.id, host.id, "announcement.removed", row.author_id,
        announcement=announcement_id, title=row.title,
    )  # fmt: skip
