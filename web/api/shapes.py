"""How things look in JSON: the API's answers, and the `d` of frames for API clients."""

from datetime import datetime
from typing import Any

from chat.agenda import Agenda, ItemSeen
from chat.announcements import AnnouncementSeen
from chat.discussions import (
    Answered,
    Author,
    Bookmarked,
    BookmarkSeen,
    Concern,
    Filed,
    Following,
    Found,
    Hit,
    KeptPost,
    Places,
    PostSeen,
    Reacted,
    TopicPoll,
    TopicRow,
    Unmasking,
    Version,
)
from chat.dropins import Apart, DropInSeen, Gap, SeriesSeen
from chat.files import FileSeen
from chat.insight import Dashboard
from chat.members import REMINDERS, Profile, Reader, Viewer
from chat.networks import (
    Asked,
    InvitationSeen,
    LineSeen,
    ListSeen,
    NetworkSeen,
    Offer,
    Person,
    Preferences,
    Request,
    Shape,
)
from chat.networks.addresses import Address
from chat.notices import NoticeSeen
from web.templates import marked

Json = dict[str, Any]


def time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def me(viewer: Viewer, email: str, profile: Profile, reader: Reader) -> Json:
    return {
        "id": viewer.id, "handle": viewer.handle, "name": viewer.name, "email": email, "organisation": profile.organisation,
        "role": profile.role, "country": profile.country, "verified": viewer.verified, "admin": viewer.admin,
        "hides": list(profile.hides), "zone": reader.zone, "language": reader.language,
        "reminders": [each for each in REMINDERS if each not in reader.unreminded],
        "view": viewer.topic_view, "order": viewer.topic_order,
    }  # fmt: skip


def network(n: NetworkSeen) -> Json:
    return {
        "id": n.id, "slug": n.slug, "name": n.name, "summary": n.summary, "access": n.access, "role": n.role,
        "readable": n.readable, "members": n.members, "created_at": time(n.created_at), "stream": f"n:{n.id}",
        "anonymity_since": time(n.anonymity_since),
        "description_html": n.description_html, "pictured_at": time(n.pictured_at),
    }  # fmt: skip


def shape(s: Shape) -> Json:
    return {**s._asdict(), "anonymity_since": time(s.anonymity_since)}


def own_request(r: Request) -> Json:
    return {**r._asdict(), "made_at": time(r.made_at), "decided_at": time(r.decided_at)}


def request(r: Asked) -> Json:
    return {
        "id": r.id, "member": {"handle": r.handle, "name": r.name, "organisation": r.organisation, "job": r.role, "country": r.country},
        "state": r.state, "answers": r.answers, "made_at": time(r.made_at), "word": r.word, "decided_at": time(r.decided_at),
        "decided_by": r.decided_by,
    }  # fmt: skip


def person(p: Person) -> Json:
    return {
        "handle": p.handle, "name": p.name, "organisation": p.organisation, "job": p.role, "country": p.country,
        "role": p.place, "joined_at": time(p.joined_at), "listed": p.unlisted_at is None,
    }  # fmt: skip


def ban(row: Any) -> Json:
    return {"handle": row.handle, "name": row.name, "banned_at": time(row.banned_at), "by": row.by}


def invitation(offer: Offer) -> Json:
    return {
        "id": offer.id, "url": offer.url, "token": offer.token, "email": offer.email, "role": offer.role,
        "places": offer.places, "expires_at": time(offer.expires_at), "domain": offer.domain, "word": offer.word,
    }  # fmt: skip


def invitation_seen(i: InvitationSeen) -> Json:
    return {
        "id": i.id, "email": i.email, "domain": i.domain, "role": i.role, "word": i.word, "places": i.places, "uses": i.uses,
        "state": i.state, "invited_by": {"handle": i.host_handle, "name": i.host}, "created_at": time(i.created_at),
        "expires_at": time(i.expires_at), "letters": i.letters, "sent_at": time(i.sent_at), "revoked_at": time(i.revoked_at),
    }  # fmt: skip


def invitation_list(batch: ListSeen) -> Json:
    return {
        "id": batch.id, "state": batch.state, "role": batch.role, "word": batch.word, "made_by": batch.made_by,
        "made_at": time(batch.made_at), "confirmed_at": time(batch.confirmed_at), "stopped_at": time(batch.stopped_at),
        "done_at": time(batch.done_at), "lines": batch.lines, "counts": batch.counts, "letters": batch.letters,
    }  # fmt: skip


def list_line(line: LineSeen) -> Json:
    return {
        "number": line.number, "line": line.line, "typed": line.typed, "name": line.name, "email": line.email,
        "verdict": line.verdict, "same_as": line.same_as,
    }  # fmt: skip


def author(a: Author) -> Json:
    """Who wrote something. `kind`: member, pseudonym or former; the last two have no id and no handle."""
    return {"kind": a.kind, "id": a.id, "handle": a.handle, "name": a.name, "organisation": a.organisation}


def topic(t: TopicRow) -> Json:
    return {
        "id": t.id, "title": t.title, "network": t.network_slug, "author": author(t.author),
        "posts": t.post_count, "views": t.views, "created_at": time(t.created_at), "last_post_at": time(t.last_post_at), "stream": f"t:{t.id}",
        "tags": t.tags, "pinned_at": time(t.pinned_at), "locked_at": time(t.locked_at), "solved": t.solved_number,
        "polled_at": time(t.polled_at), "slow_seconds": t.slow_seconds, "hidden_at": time(t.hidden_at), "merged_into": t.merged_into,
    }  # fmt: skip


def post(p: PostSeen) -> Json:
    return {
        "id": p.id, "topic": p.topic_id, "number": p.number, "parent": p.parent_id,
        "author": author(p.author),
        "body": p.body, "html": p.html, "rev": p.rev, "created_at": time(p.created_at), "edited_at": time(p.edited_at),
        "removed_at": time(p.removed_at), "hidden_at": time(p.hidden_at), "reactions": p.reactions, "files": p.files,
        "removed_by": p.removed_by, "answer": p.answer, "moved_to": p.moved_to,
    }  # fmt: skip


def reaction(r: Reacted) -> Json:
    return {"kind": r.kind, "author": author(r.author), "at": time(r.at)}


def version(v: Version) -> Json:
    """What a post said from a moment on; without its text where a host took that away."""
    return {
        "rev": v.rev, "body": v.body, "written_at": time(v.written_at), "removed_at": time(v.removed_at), "current": v.current,
    }  # fmt: skip


def topic_poll(p: TopicPoll) -> Json:
    """A topic's poll. `counts` is null until they are due; who voted is nowhere."""
    return {
        "id": p.id, "topic": p.topic_id, "question": p.question, "options": p.options, "several": p.several, "shown": p.shown,
        "asked_at": time(p.asked_at), "closes_at": time(p.closes_at), "closed": p.closed, "turnout": p.turnout, "counts": p.counts,
    }  # fmt: skip


def file(f: FileSeen) -> Json:
    """A file, as it stands in its post's `files` too. Whose it is is not told."""
    return f._asdict()


def filed(f: Filed) -> Json:
    return {
        **file(f.file), "attached_at": time(f.attached_at), "topic": f.topic_id, "title": f.title, "number": f.number,
    }  # fmt: skip


def unmasking(u: Unmasking) -> Json:
    """A host's question who wrote an anonymous post; the answer is never in it."""
    return {
        "id": u.id, "post": u.post_id, "topic": u.topic_id, "number": u.number, "title": u.title, "pseudonym": u.pseudonym,
        "reason": u.reason, "asked_by": u.asked_by, "asked_at": time(u.asked_at), "agreed_by": u.agreed_by,
        "agreed_at": time(u.agreed_at), "declined_by": u.declined_by, "declined_at": time(u.declined_at),
    }  # fmt: skip


def concern(c: Concern) -> Json:
    """A flagged post, for hosts. `html` is its text, a hidden one's too."""
    return {
        "id": c.id, "post": post(c.post), "html": c.html, "title": c.title, "opened_at": time(c.opened_at),
        "claimed_by": c.claimed_by, "claimed_until": time(c.claimed_until) if c.claimed_by else None,
        "flags": [
            {"by": f.handle, "name": f.name, "reason": f.reason, "note": f.note, "at": time(f.at)} for f in c.flags
        ],
        "settled_at": time(c.settled_at), "settled_by": c.settled_by, "outcome": c.outcome, "word": c.word, "answer": c.answer,
    }  # fmt: skip


def kept_post(k: KeptPost) -> Json:
    return {
        "post": post(k.post), "html": k.html, "hidden_why": k.hidden_why,
        "said": [{"outcome": s.outcome, "word": s.word, "at": time(s.at)} for s in k.said],
    }  # fmt: skip


def own_flag(a: Answered) -> Json:
    """One's own flag, and what became of it."""
    return {
        "id": a.concern_id, "post": a.post_id, "network": a.network_slug, "reason": a.reason, "note": a.note, "at": time(a.at),
        "settled_at": time(a.settled_at), "outcome": a.outcome, "answer": a.answer,
    }  # fmt: skip


def series(s: SeriesSeen, *, host: bool = False) -> Json:
    """A series. Where to meet is told to its hosts; the others hear it from the date that is live."""
    told = {
        "id": s.id, "network": s.network_slug, "title": s.title, "description": s.description, "zone": s.zone, "rule": s.rule,
        "starts_on": s.starts_on.isoformat(), "local_time": s.local_time.isoformat(), "minutes": s.minutes, "host": s.host_handle,
        "capacity": s.capacity, "holidays": s.holidays, "skipped": [day.isoformat() for day in s.skipped],
        "chatham_house": s.chatham_house_since is not None, "ended_at": time(s.ended_at),
    }  # fmt: skip
    return {**told, "place_url": s.place_url} if host else told


def gap(g: Gap) -> Json:
    return {"series": g.series_id, "date": g.local_date.isoformat(), "holiday": g.holiday or None}


def drop_in(d: DropInSeen, *, admitted: bool = False) -> Json:
    """A drop-in. Where to meet is told only to the admitted, and only while it is live."""
    return {
        "id": d.id, "series": d.series_id, "network": d.network_slug, "title": d.title, "description": d.description, "zone": d.zone,
        "host": d.host_handle, "state": d.state, "opens_at": time(d.opens_at), "closes_at": time(d.closes_at),
        "local_date": d.local_date.isoformat(), "capacity": d.capacity, "cancelled_at": time(d.cancelled_at), "word": d.word,
        "opened_at": time(d.opened_at), "closed_at": time(d.closed_at), "missed_at": time(d.missed_at), "topic": d.topic_id,
        "place_url": d.place_url if admitted and d.state == "live" else None, "stream": f"d:{d.id}",
    }  # fmt: skip


def agenda_item(i: ItemSeen) -> Json:
    """Something to talk about. `author` is null where it was asked without a name; who voted is nowhere."""
    if i.withdrawn_at:
        i = i._replace(title="", note="", author=None)
    return {
        "id": i.id, "drop_in": i.drop_in_id, "title": i.title, "note": i.note, "minutes": i.minutes, "state": i.state, "votes": i.votes,
        "author": author(i.author) if i.author else None, "proposed_at": time(i.proposed_at), "started_at": time(i.started_at),
        "ended_at": time(i.ended_at), "carried_from": i.carried_from,
    }  # fmt: skip


def agenda(a: Agenda, own_votes: list[int], cursor: Json | None) -> Json:
    return {
        "items": [agenda_item(i) for i in a.items], "proposals": [agenda_item(i) for i in a.proposals],
        "left_out": [agenda_item(i) for i in a.left_out], "current": a.current.id if a.current else None, "voted": own_votes,
        "cursor": cursor,
    }  # fmt: skip


def apart(a: Apart) -> Json:
    return {
        "handle": a.handle, "name": a.name, "muted_at": time(a.muted_at), "in_lobby_since": time(a.in_lobby_since),
    }  # fmt: skip


def found(f: Found) -> Json:
    return {
        "hits": [hit(h) for h in f.hits],
        "more": f.more,
        "total": f.total,
        "all_counted": f.all_counted,
        "oldest": time(f.oldest),
        "networks": [{"slug": n.key, "name": n.name, "posts": n.posts} for n in f.networks],
        "authors": [{"handle": a.key, "name": a.name, "posts": a.posts} for a in f.authors],
        "months": [{"month": m.key, "posts": m.posts} for m in f.months],
        "sentences": f.sentences,
    }


def hit(h: Hit) -> Json:
    return {
        "id": h.post_id,
        "topic": h.topic_id,
        "title": _unmarked(h.title),
        "number": h.number,
        "network": h.network_slug,
        "author": h.author_name,
        "created_at": time(h.created_at),
        "snippet": _unmarked(h.snippet),
        "marked": str(marked(h.snippet)),
    }


def _unmarked(snippet: str) -> str:
    return snippet.replace("\ue000", "").replace("\ue001", "")


def places(p: Places) -> Json:
    return {
        "topics": [{"id": t.id, "title": t.title, "network": t.network_slug} for t in p.topics],
        "people": [person._asdict() for person in p.people],
        "networks": [network._asdict() for network in p.networks],
    }


def announcement(a: AnnouncementSeen) -> Json:
    return {
        "id": a.id, "title": a.title, "body": a.body, "html": a.html, "created_at": time(a.created_at),
        "author": {"handle": a.author_handle, "name": a.author_name}, "dismissed_at": time(a.dismissed_at),
    }  # fmt: skip


def notice(n: NoticeSeen) -> Json:
    return {
        "id": n.id, "kind": n.kind, "network": n.network_slug, "title": n.title, "announcement": n.announcement_id,
        "actor": {"handle": n.actor_handle, "name": n.actor_name} if n.actor_name else None,
        "created_at": time(n.created_at), "read_at": time(n.read_at), "drop_in": n.ref_id if n.of_a_date else None,
        "opens_at": time(n.opens_at), "turn": n.turn, "topic": n.topic_id, "number": n.number, "others": n.others or 0, "note": n.note,
    }  # fmt: skip


def bookmark(b: Bookmarked) -> Json:
    return {
        "post": b.post_id, "note": b.note, "saved_at": time(b.saved_at), "remind_at": time(b.remind_at),
        "reminded_at": time(b.reminded_at),
    }  # fmt: skip


def kept(f: BookmarkSeen) -> Json:
    """A bookmark in a list, with the post itself."""
    return {**bookmark(f.kept), "post": post(f.post), "title": f.title, "network": f.network_slug}


def following(f: Following) -> Json:
    return {"level": f.level, "until": time(f.until)}


def preferences(p: Preferences) -> Json:
    reminders = [each for each in REMINDERS if each not in p.unreminded]
    return {
        "listed": p.unlisted_at is None,
        "letters": p.unmailed_at is None,
        "reminders": reminders,
        "missed": p.missed,
        "told": p.told,
    }


def dashboard(d: Dashboard) -> Json:
    return {
        "members": [{"month": day.isoformat()[:7], "members": n} for day, n in d.members],
        "posts": [{"week": day.isoformat(), "posts": n} for day, n in d.posts],
        "organisations": [{"organisation": name, "members": n} for name, n in d.organisations],
        "countries": [{"country": code, "members": n} for code, n in d.countries],
        "busy": [topic._asdict() for topic in d.busy],
        "topics": d.topics,
        "answered": d.answered,
        "median_answer_seconds": round(d.median_answer.total_seconds())
        if d.median_answer is not None
        else None,
    }


def feed(f: Address) -> Json:
    """One's own feed, of a calendar or of discussions, without its address, which was told once."""
    return {
        "id": f.id, "network": f.network_slug, "created_at": time(f.created_at), "fetched_at": time(f.fetched_at),
    }  # fmt: skip
