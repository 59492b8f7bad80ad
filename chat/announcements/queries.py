"""Which announcements there are for a member."""

from datetime import datetime, timedelta
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Forbidden, NotFound, SignInFirst
from chat.languages import _
from chat.members import Viewer
from chat.networks import NetworkSeen

BANNERS = 3
BANNER_LASTS = timedelta(days=30)  # by then it is no news


class AnnouncementSeen(NamedTuple):
    """An announcement as a member sees it. Whoever is a former member of the network has neither handle nor name."""

    id: int
    network_id: int
    title: str
    body: str
    html: str
    author_handle: str | None
    author_name: str
    created_at: datetime
    dismissed_at: datetime | None


SEEN = """
SELECT announcement.id, announcement.network_id, title, body, html,
       CASE WHEN place.former_at IS NULL THEN author.handle END AS author_handle,
       CASE WHEN place.former_at IS NULL THEN author.name ELSE 'Former member' END AS author_name,
       announcement.created_at, delivery.dismissed_at
FROM announcement
JOIN member AS author ON author.id = announcement.author_id
LEFT JOIN membership AS place ON place.member_id = author.id AND place.network_id = announcement.network_id
LEFT JOIN delivery ON delivery.announcement_id = announcement.id AND delivery.member_id = :viewer
WHERE announcement.network_id = :network AND announcement.removed_at IS NULL
"""


async def announcements_in(
    tx: Transaction,
    viewer: Viewer | None,
    network: NetworkSeen,
    *,
    limit: int = 20,
    before: int | None = None,
) -> list[AnnouncementSeen]:
    """A network's announcements, the newest first, for its members; `before` (an id) continues a list."""
    rows = await tx.all(
        SEEN + "AND (CAST(:before AS bigint) IS NULL OR announcement.id < :before) ORDER BY announcement.id DESC LIMIT :limit",
        viewer=must_belong(viewer, network).id,
        network=network.id,
        before=before,
        limit=limit,
    )  # fmt: skip
    return [AnnouncementSeen(*row) for row in rows]


async def announcement_of(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, announcement_id: int
) -> AnnouncementSeen:
    """One of a network's announcements, for its members."""
    row = await tx.first(
        SEEN + "AND announcement.id = :id",
        viewer=must_belong(viewer, network).id,
        network=network.id,
        id=announcement_id,
    )
    if row is None:
        raise NotFound
    return AnnouncementSeen(*row)


async def undismissed(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> list[AnnouncementSeen]:
    """The newest of what was announced since the viewer came, and that they have not put away."""
    if viewer is None or not network.role:
        return []
    rows = await tx.all(
        SEEN + "AND dismissed_at IS NULL AND announcement.created_at > :since AND announcement.created_at >= "  # noqa: S608
        "(SELECT joined_at FROM membership WHERE network_id = :network AND member_id = :viewer) "
        "ORDER BY announcement.id DESC LIMIT :limit",
        viewer=viewer.id,
        network=network.id,
        since=clock.now() - BANNER_LASTS,
        limit=BANNERS,
    )  # fmt: skip
    return [AnnouncementSeen(*row) for row in rows]


def must_belong(viewer: Viewer | None, network: NetworkSeen) -> Viewer:
    if viewer is None:
        raise SignInFirst
    if not network.role:
        raise Forbidden(_("Announcements are for the network’s members."))
    return viewer
