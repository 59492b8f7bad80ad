"""What the events of a room look like on the wire: as the panels' script takes them, or as the API shows them."""

from collections.abc import Awaitable, Callable
from typing import Any

from chat import agenda, dropins
from chat.agenda import ItemSeen
from chat.db import Reader
from web.api import shapes
from web.rooms import panel_frames
from web.templates import fragment

Payloads = dict[int, dict[str, Any]]


async def _items(tx: Reader, ids: list[int], form: str) -> Payloads:
    items = await agenda.items_by_id(tx, ids)
    if form == "json":
        return {id: shapes.agenda_item(item) for id, item in items.items()}
    return {id: _item(item) for id, item in items.items()}


def _item(item: ItemSeen) -> dict[str, Any]:
    if item.withdrawn_at:
        return {"id": item.id, "gone": f"item-{item.id}"}
    return {"id": item.id, "html": fragment("rooms/_item.html", item=item, mine=[], csrf="")}


async def _votes(tx: Reader, ids: list[int], form: str) -> Payloads:
    items = await agenda.items_by_id(tx, ids)
    if form == "json":
        return {id: {"id": id, "votes": item.votes} for id, item in items.items()}
    return {id: {"id": id, "set": {f"votes-{id}": item.votes}} for id, item in items.items()}


async def _now(tx: Reader, ids: list[int], form: str) -> Payloads:
    payloads: Payloads = {}
    for id, drop_in in (await dropins.drop_ins_by_id(tx, ids)).items():
        found = await agenda.agenda_of(tx, id)
        if form == "json":
            payloads[id] = {"id": id, "current": shapes.agenda_item(found.current) if found.current else None}
        else:
            html = fragment("rooms/_now.html", agenda=found, drop_in=drop_in, csrf="")
            payloads[id] = {"id": id, "html": html}
    return payloads


# By the event's kind, or by what stands before its dot. Each is given the ids, and "html" or "json".
LOADERS: dict[str, Callable[[Reader, list[int], str], Awaitable[Payloads]]] = {
    "agenda": _items,
    "agenda.voted": _votes,
    "now": _now,
    **panel_frames.LOADERS,
}
