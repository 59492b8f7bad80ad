"""What an event looks like on the wire, rendered once for all its readers.

The log holds references; the payload is read from the current state. So the birth of a post that has been
removed since shows the mark, never the text.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from chat import discussions, dropins, notices
from chat.db import Reader
from chat.events import Event
from chat.realtime.frames import message
from web.api import shapes
from web.discussions import frames as marks
from web.pages import fragment
from web.rooms import frames as rooms

Payloads = dict[int, dict[str, Any]]


async def render(tx: Reader, events: list[Event], form: str) -> list[bytes]:
    """A frame for each event, in order; one query for each kind of thing they speak of."""
    payloads: dict[str, Payloads] = {}
    for about, load in LOADERS.items():
        ids = sorted({event.ref for event in events if _about(event) == about})
        if ids:
            payloads[about] = await load(tx, ids, form)
    return [message(t="ev", s=e.stream, q=e.seq, k=e.kind, d=_payload(e, payloads)) for e in events]


def _about(event: Event) -> str:
    """What loads an event: a loader of its very kind, or one for all that is said of such a thing."""
    return event.kind if event.kind in LOADERS else event.kind.partition(".")[0]


def _payload(event: Event, payloads: dict[str, Payloads]) -> dict[str, Any]:
    about = _about(event)
    if about == "mine":  # such as mine.item: the reader's own vote, given or taken back
        return {"key": f"{event.kind.partition('.')[2]}-{event.ref}", "on": event.rev > 0}
    if about == "read":
        return {"topic": event.ref, "number": event.rev}
    if about == "membership":
        return {"network": event.ref}
    return payloads.get(about, {}).get(event.ref, {"id": event.ref})


async def _posts(tx: Reader, ids: list[int], form: str) -> Payloads:
    posts = await discussions.posts_by_id(tx, ids)
    if form == "json":
        return {id: shapes.post(post) for id, post in posts.items()}
    return {
        id: {
            "id": id,
            "number": p.number,
            "parent": p.parent_id,
            "rev": p.rev,
            "html": fragment("discussions/_post.html", post=p),
        }
        for id, p in posts.items()
    }


async def _topics(tx: Reader, ids: list[int], form: str) -> Payloads:
    topics = await discussions.topics_by_id(tx, ids)
    if form == "json":
        return {id: shapes.topic(topic) for id, topic in topics.items()}
    return {
        id: {"id": id, "posts": t.post_count, "html": fragment("discussions/_topic.html", topic=t)}
        for id, t in topics.items()
    }


async def _drop_ins(tx: Reader, ids: list[int], form: str) -> Payloads:
    found, counts = await dropins.drop_ins_by_id(tx, ids), await dropins.counts_of(tx, ids)
    if form == "json":
        none = dropins.Counts()
        return {
            id: {**shapes.drop_in(d), "answers": counts.get(id, none)._asdict()} for id, d in found.items()
        }
    return {
        id: {
            "id": id,
            "state": d.state,
            "html": fragment("dropins/_banner.html", drop_in=d),
            "coming": fragment("dropins/_coming.html", drop_in=d, counts=counts.get(id)),
        }
        for id, d in found.items()
    }


async def _notices(tx: Reader, ids: list[int], form: str) -> Payloads:
    told = await notices.told(tx, ids)
    if form == "json":
        return {
            id: {"id": id, "unread": t.unread, "notice": shapes.notice(t.notice) if t.notice else None}
            for id, t in told.items()
        }
    return {id: {"id": id, "unread": t.unread, **_banner(t.notice)} for id, t in told.items()}


def _banner(notice: notices.NoticeSeen | None) -> dict[str, str]:
    """What shows an announcement on the pages of its readers, or a reminder: its id, and itself until it is dismissed."""
    if notice and notice.of_a_date and notice.kind != "reminder.live":  # of that the network's stream tells
        banner = {"banner": f"notice-{notice.id}"}
        return (
            {**banner, "html": fragment("notices/_banner.html", notice=notice)} if notice.pressing else banner
        )
    if notice is None or notice.kind != "announcement.made":
        return {"banner": ""}
    banner = {"banner": f"announcement-{notice.ref_id}"}
    if notice.dismissed_at:
        return banner
    return {**banner, "html": fragment("announcements/_banner.html", banner=notice, csrf="", stay=True)}


LOADERS: dict[str, Callable[[Reader, list[int], str], Awaitable[Payloads]]] = {
    "post": _posts,
    "topic": _topics,
    "dropin": _drop_ins,
    "room": _drop_ins,
    "notice": _notices,
    **marks.LOADERS,
    **rooms.LOADERS,
}
