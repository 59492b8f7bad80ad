"""What stands around every page: one's own networks, what is open in them, and what waits."""

from typing import Any, NamedTuple

from chat import discussions, dropins
from chat.db import Glance, Question
from chat.dropins import DropInSeen
from chat.events import member_stream
from chat.members import Viewer
from chat.networks import OwnNetwork
from chat.notices.queries import unread_question
from chat.realtime import log as event_log


class Around(NamedTuple):
    """The viewer's own networks by name, what is open in them, how many notices wait, how many flags in which of the
    networks, and where the streams stand that a page follows. What is read after it is as new as that, or newer."""

    own: list[OwnNetwork]
    live: list[DropInSeen]
    unread: int
    flags: dict[int, int]
    standing: event_log.Standing | None


async def surroundings(tx: Glance, viewer: Viewer | None, streams: list[str]) -> Around:
    """What stands around a page that follows these streams."""
    around, _ = await surroundings_and(tx, viewer, streams)
    return around


async def surroundings_and(
    tx: Glance, viewer: Viewer | None, streams: list[str], *more: Question
) -> tuple[Around, list[list[Any]]]:
    """The same, and the rows of more questions, all as they are at one moment."""
    if viewer is None:
        if not streams:
            return Around([], [], 0, {}, None), await tx.together(*more) if more else []
        standing, *rows = await tx.together(event_log.standing_question(streams, 0), *more)
        return Around([], [], 0, {}, event_log.standing_in(standing)), rows
    standing, networks, unread, flags, *rows = await tx.together(
        event_log.standing_question([*streams, member_stream(viewer.id)], viewer.id),
        dropins.own_networks_question(viewer),
        unread_question(viewer),
        discussions.flags_question(viewer),
        *more,
    )
    live = await dropins.live_now(tx, viewer) if any(is_live for *_, is_live in networks) else []
    own = [OwnNetwork(*network) for *network, _ in networks]
    around = Around(own, live, unread[0][1] if unread else 0, dict(flags), event_log.standing_in(standing))
    return around, rows
