"""What an event looks like on the wire, rendered once for all its readers.

The log holds references; the payload is read from the current state. So the birth of a post that has been
removed since shows the mark, never the text.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from chat import discussions, dropins, languages, notices
from chat.db import Reader
from chat.events import Event, network_stream, topic_stream
from chat.realtime.frames import message
from web.api import shapes
from web.discussions import frames as marks
from web.rooms import frames as rooms
from web.templates import fragment

Payloads = dict[int, dict[str, Any]]


class Placed(dict[str, Any]):
    """A payload that one stream tells of. An event of any other speaks of what has been moved away from there since."""

    stream = ""


def _placed(payload: dict[str, Any], stream: str) -> Placed:
    placed = Placed(payload)
    placed.stream = stream
    return placed


def form_in(form: str, language: str) -> str:
    """What clients of that language get: pieces of pages are drawn once for all of them (`html-de`); data has none."""
    return f"html-{language}" if form == "html" and language in languages.WHOLE else form


def language_in(form: str) -> str:
    return form.partition("-")[2] or "en"


async def render(tx: Reader, events: list[Event], form: str) -> list[bytes]:
    """A frame for each event, in order; one query for each kind of thing they speak of."""
    languages.speak(language_in(form))
    form = form.partition("-")[0]
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
    if event.kind in ("read.all", "read.undone"):  # many topics at once, in one network or in all
        return {"network": event.ref or None}
    if about == "read":
        return {"topic": event.ref, "number": event.rev}
    if about == "membership":
        return {"network": event.ref}
    payload = payloads.get(about, {}).get(event.ref, {"id": event.ref})
    if isinstance(payload, Placed):
        # Who follows the stream was not asked whether they may read what is elsewhere now.
        own = topic_stream(event.ref) if about == "topic" else payload.stream
        if event.stream[:2] in ("t:", "n:") and event.stream not in (payload.stream, own):
            return {"id": event.ref, "gone": True}
        return dict(payload)
    return payload


async def _posts(tx: Reader, ids: list[int], form: str) -> Payloads:
    posts = await discussions.posts_by_id(tx, ids)
    if form == "json":
        return {id: _placed(shapes.post(p), topic_stream(p.topic_id)) for id, p in posts.items()}
    return {
        id: _placed(
            {
                "id": id,
                "number": p.number,
                "parent": p.parent_id,
                "rev": p.rev,
                "html": fragment("discussions/_post.html", post=p),
            },
            topic_stream(p.topic_id),
        )
        for id, p in posts.items()
    }


async def _topics(tx: Reader, ids: list[int], form: str) -> Payloads:
    topics = await discussions.topics_by_id(tx, ids)
    if form == "json":
        return {id: _placed(shapes.topic(t), _list_of(t)) for id, t in topics.items()}
    return {
        id: _placed(
            {
                "id": id,
                "posts": t.post_count,
                "html": fragment("discussions/_topic.html", topic=t),
                "into": t.merged_into,
            },
            _list_of(t),
        )
        for id, t in topics.items()
    }


def _list_of(topic: discussions.TopicRow) -> str:
    """The stream that tells lists of a topic; none does of one that is hidden or merged."""
    return "" if topic.hidden_at or topic.merged_into else network_stream(topic.network_id)


async def _states(tx: Reader, ids: list[int], form: str) -> Payloads:
    """How a topic stands, for its own page."""
    topics = await discussions.topics_by_id(tx, ids)
    if form == "json":
        return {id: shapes.topic(topic) for id, topic in topics.items()}
    return {
        id: {"id": id, "title": t.title, "html": fragment("discussions/_state.html", topic=t)}
        for id, t in topics.items()
    }


async def _flags(tx: Reader, ids: list[int], form: str) -> Payloads:
    waiting = await discussions.flags_waiting(tx, ids)
    return {id: {"network": id, "waiting": waiting.get(id, 0)} for id in ids}


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
    if notice and notice.topic_id:
        return {"banner": "", "topic": str(notice.topic_id)}
    if notice is None or notice.kind != "announcement.made":
        return {"banner": ""}
    banner = {"banner": f"announcement-{notice.ref_id}"}
    if notice.dismissed_at:
        return banner
    return {**banner, "html": fragment("announcements/_banner.html", banner=notice, csrf="", stay=True)}


async def _drafts(tx: Reader, ids: list[int], form: str) -> Payloads:
    return await discussions.drafts_by_id(tx, ids)


LOADERS: dict[str, Callable[[Reader, list[int], str], Awaitable[Payloads]]] = {
    "post": _posts,
    "topic": _topics,
    "state": _states,
    "flags": _flags,
    "dropin": _drop_ins,
    "room": _drop_ins,
    "notice": _notices,
    "draft": _drafts,
    **marks.LOADERS,
    **rooms.LOADERS,
}
