"""Links that people share in a room."""

from typing import Any
from urllib.parse import urlsplit

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict, Forbidden, Invalid
from chat.events import drop_in_stream
from chat.fields import line
from chat.languages import _
from chat.members import Viewer
from chat.networks import record
from chat.ops import once
from chat.rooms.entering import IN_THE_ROOM, enter, in_turn, is_host, must_be
from chat.rooms.finding import found

LONGEST_TITLE, LONGEST_URL = 140, 1000
MOST_LINKS, MOST_OF_ONE = 200, 20  # in one drop-in


async def share(
    tx: Transaction,
    viewer: Viewer | None,
    drop_in_id: int,
    url: object,
    title: object = "",
    *,
    op: str | None = None,
) -> dict[str, Any]:
    """Put a link on the room's list: {"id"}. One that is there already stays as it is. Without a title it is its address."""
    viewer, drop_in = await enter(tx, viewer, drop_in_id, to_speak=True)
    url = _address(url)
    title = line("title", title, LONGEST_TITLE, called=_("The title"), required=False)

    async def act() -> dict[str, Any]:
        must_be(drop_in, IN_THE_ROOM, _("Links are shared while people are in the room."))
        await in_turn(tx, drop_in_id)
        there = await tx.value(
            "SELECT id FROM shared_link WHERE drop_in_id = :id AND md5(url) = md5(:url) AND removed_at IS NULL",
            id=drop_in_id,
            url=url,
        )
        if there is not None:
            return {"id": there}
        await _must_have_room(tx, viewer, drop_in_id)
        link_id = await tx.value(
            "INSERT INTO shared_link (drop_in_id, shared_by, title, url, shared_at) VALUES (:drop_in, :me, :title, :url, :now) "
            "RETURNING id",
            drop_in=drop_in_id,
            me=viewer.id,
            title=title,
            url=url,
            now=clock.now(),
        )
        tx.announce(drop_in_stream(drop_in_id), "link.added", link_id, network=drop_in.network_id)
        return {"id": link_id}

    return await once(tx, viewer.id, "link.add", op, act)


async def unshare(tx: Transaction, viewer: Viewer | None, link_id: int) -> int:
    """Take one's own link off the list, or as a host anybody's; the drop-in's id."""
    viewer, drop_in, row = await found(
        tx,
        viewer,
        "shared_link",
        link_id,
        "SELECT shared_by, removed_at FROM shared_link WHERE id = :id FOR NO KEY UPDATE",
    )
    own = row.shared_by == viewer.id
    if not own and not await is_host(tx, viewer, drop_in):
        raise Forbidden(_("You can remove the links that you have shared yourself."))
    if row.removed_at:
        return drop_in.id
    await tx.run("UPDATE shared_link SET removed_at = :now WHERE id = :id", now=clock.now(), id=link_id)
    if not own:
        await record(tx, drop_in.network_id, viewer.id, "link.removed", row.shared_by, link=link_id)
    tx.announce(drop_in_stream(drop_in.id), "link.removed", link_id, network=drop_in.network_id)
    return drop_in.id


async def _must_have_room(tx: Transaction, viewer: Viewer, drop_in_id: int) -> None:
    row = await tx.first(
        "SELECT count(*) AS everybodys, count(*) FILTER (WHERE shared_by = :me) AS own FROM shared_link "
        "WHERE drop_in_id = :id AND removed_at IS NULL",
        id=drop_in_id,
        me=viewer.id,
    )
    if row.everybodys >= MOST_LINKS or row.own >= MOST_OF_ONE:
        raise Conflict(_("There are enough links on this list. Put further ones into the talk."))


def _address(value: object) -> str:
    """An https address with a host that can be shown. Names and passwords in it would only deceive."""
    url = line("url", value, LONGEST_URL, called=_("The link"))
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        parts.port  # noqa: B018 - raises for what is no port
    except (ValueError, UnicodeError):
        raise Invalid("url", _("This is no address of a page. Copy it whole from your browser.")) from None
    if parts.scheme.lower() != "https":
        raise Invalid("url", _("The link must start with https://"))
    if not host or "." not in host or parts.username is not None or " " in url:
        raise Invalid("url", _("This is no address of a page. Copy it whole from your browser."))
    return parts._replace(scheme="https", netloc=parts.netloc.lower()).geturl()
