"""Every address of the site map, filled in with the things of a scene."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from starlette.routing import BaseRoute, Mount, Route

from chat import (
    agenda,
    announcements,
    attendance,
    calendars,
    discussions,
    dropins,
    feeds,
    minutes,
    networks,
    rooms,
)
from chat.clock import now
from chat.db import Database
from chat.dropins.by_letter import answer_link, unsubscribe_link
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.cast import Thread
from web.crossing import Crossing
from web.routes import ROUTES

# What stands in an address, by the word before it and its own: "topics/id" in /topics/{id:id}/read.
Things = Mapping[str, object]


class Address(NamedTuple):
    method: str
    path: str

    @property
    def safe(self) -> bool:
        return self.method == "GET"

    @property
    def api(self) -> bool:
        return self.path.startswith("/api/")

    def at(self, things: Things) -> str:
        """The address of these things; a KeyError names what a new route needs."""
        steps = self.path.split("/")
        for place, step in enumerate(steps):
            if match := re.fullmatch(r"\{(\w+)(?::\w+)?\}(\.\w+)?", step):
                thing = str(things[f"{self.path.split('/')[place - 1]}/{match[1]}"])
                steps[place] = thing + (match[2] or "")
        return "/".join(steps)


def addresses(routes: Sequence[BaseRoute] = ROUTES, before: str = "") -> Iterator[Address]:
    for route in routes:
        if isinstance(route, Mount | Crossing):
            yield from addresses(route.routes, before + route.path)
        else:
            assert isinstance(route, Route)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Address(method, before + route.path)


async def from_letters(
    db: Database, reader: Viewer | None, network: NetworkSeen, drop_in: int
) -> dict[str, object]:
    """What stands in the addresses of a letter to this member about a date."""
    if reader is None:
        return {"rsvp/token": "none", "unsubscribe/token": "none"}
    async with db.snapshot() as tx:
        links = {
            "rsvp/token": await answer_link(tx, drop_in, reader.id, now() + timedelta(days=1)),
            "unsubscribe/token": await unsubscribe_link(tx, network.id, reader.id),
        }
    return {place: link.rpartition("/")[2] for place, link in links.items()}


async def furnish(
    db: Database, host: Viewer, network: NetworkSeen, thread: Thread, words: str = "Thursday"
) -> dict[str, object]:
    """A network with all that a network can have, and what stands in the addresses of it."""
    series = await cast.schedule(
        db, host, network, title=f"{words} drop-in", description=f"{words}, welcome.",
        place_url="https://meet.example.org/" + words.replace(" ", "-"),
    )  # fmt: skip
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, host, series, now())
    async with db.transaction() as tx:
        await dropins.open_doors(tx, drop_in)
    async with db.transaction() as tx:
        items = [
            await agenda.propose(tx, host, drop_in, {"title": f"{words} {n}", "note": words})
            for n in range(3)
        ]
        await agenda.vote(tx, host, items[2])
        await agenda.start_next(tx, host, drop_in)
    async with db.snapshot() as tx:
        talk = (await dropins.drop_in_of(tx, host, drop_in)).topic_id
        opening = (await discussions.thread(tx, await discussions.topic_of(tx, host, talk))).posts[0].id
    async with db.transaction() as tx:
        await dropins.answer_series(tx, host, series, "maybe")
        await dropins.answer(tx, host, drop_in, "yes")
    room = await _furnish_room(db, host, drop_in, words)
    offer = await cast.invite(db, host, network, places=20)
    await cast.allow_anonymity(db, network)
    async with db.transaction() as tx:
        await discussions.follow(tx, host, thread.id, {"level": "watching"})
        await discussions.keep(tx, host, thread.post, {"note": words, "remind": "tomorrow"})
    unsaid = await cast.start(
        db, host, network, f"{words} unsaid", f"{words}, unsaid.", anonymous=True, tags=[words.split()[-1]],
        poll={"question": f"{words}?", "options": [words, "Never"]},
    )  # fmt: skip
    await cast.mend(db, host, thread.post, f"{words}, mended.")
    async with db.transaction() as tx:
        asked = await discussions.ask_to_unmask(tx, host, unsaid.post, f"Because of {words}.")
    flagger = await cast.join_the_hub(db, f"Fay {network.id}")
    await cast.let_in(db, network, flagger)
    async with db.transaction() as tx:
        await discussions.flag(tx, flagger, unsaid.post, "else", f"Because of {words}.")
    async with db.transaction() as tx:
        announcement = await announcements.announce(tx, host, network, {"title": words, "body": words})
        await announcements.spread(tx, announcement, 0)
    async with db.transaction() as tx:
        batch = await networks.draft_list(
            tx, host, network, networks.entries(f"{words} <numbat@example.org>"), {}
        )
    async with db.transaction() as tx:
        place = discussions.Spot(network.id)
        draft = await discussions.keep_draft(tx, host, place, words, words)
        assert draft
    async with db.transaction() as tx:
        feed = await calendars.ADDRESSES.make(tx, host, network)
        await calendars.ADDRESSES.note_fetch(tx, feed.id)
    file = await cast.attach(db, host, thread, f"{words}.pdf")
    async with db.transaction() as tx:
        told = await feeds.ADDRESSES.make(tx, host, network)
        await feeds.ADDRESSES.note_fetch(tx, told.id)
    over, entry = await held_before(db, host, network, series, words)
    return {
        "networks/slug": network.slug,
        "over": over,
        "attendance/id": entry,
        "years/year": now().year,
        "certificates/code": "2222-2222-2222-2222-2222-2222",
        "topics/id": thread.id,
        "posts/id": thread.post,
        "drafts/id": draft.id,
        "series/id": series,
        "date": (now() + timedelta(days=7)).date().isoformat(),
        "drop-ins/id": drop_in,
        "calendars/id": feed.id,
        "calendars/token": feed.token,
        "feeds/id": told.id,
        "feeds/token": told.token,
        "sitemaps/number": 1,
        **room,
        "agenda/id": items[2],
        "muted/handle": host.handle,
        "lobby/handle": host.handle,
        "invitations/id": offer.id,
        "invitations/token": offer.token,
        "many/id": batch,
        "i/token": offer.token,
        "announcements/id": announcement,
        "notices/id": await cast.value(db, "SELECT coalesce(max(id), 1) FROM notice"),
        "members/handle": host.handle,
        "bans/handle": host.handle,
        "requests/id": 1,
        "sessions/id": 1,
        "verify/token": "none",
        "welcome/token": "none",
        "reset/token": "none",
        "files/id": file.id,
        "{id:id}/name": file.name,
        "mailbox/id": "none",
        "static/version": "old",
        "{version}/name": "site/site.css",
        "unmaskings/id": asked,
        "tags/tag": discussions.tag_of(words.split()[-1]),
        "reactions/kind": "thanks",
        "history/rev": 1,
        "flags/id": await cast.value(db, "SELECT max(id) FROM concern"),
        **await from_letters(db, host, network, drop_in),
        "unsaid": unsaid.id,
        "unsaid's post": unsaid.post,
        "talk": talk,
        "talk's opening": opening,
    }


async def _furnish_room(db: Database, host: Viewer, drop_in: int, words: str) -> dict[str, object]:
    """What people leave in a room beside its talk."""
    async with db.transaction() as tx:
        question = await rooms.ask(tx, host, drop_in, f"{words}?")
        hand = await rooms.raise_hand(tx, host, drop_in)
        poll = await rooms.start_poll(
            tx, host, drop_in, {"question": f"{words}?", "options": [words, "Never"]}
        )
        link = await rooms.share(
            tx, host, drop_in, f"https://{words.replace(' ', '-').lower()}.example.org/", words
        )
    return {
        "questions/id": question["id"],
        "hands/id": hand,
        "polls/id": poll["id"],
        "links/id": link["id"],
    }


async def held_before(
    db: Database, host: Viewer, network: NetworkSeen, series: int, words: str
) -> tuple[int, int]:
    """A drop-in that is over, with its host's attendance and a draft of its minutes, and the host's entry of it."""
    opens = now() - timedelta(days=1)
    async with db.transaction() as tx:
        topic = await discussions.add_topic(tx, network.id, host.id, f"{words} of yesterday", listed_at=opens)
        over = await tx.value(
            "INSERT INTO drop_in (series_id, network_id, topic_id, local_date, opens_at, closes_at, opened_at, closed_at, title) "
            "VALUES (:series, :network, :topic, :day, :opens, :closes, :opens, :closes, :title) RETURNING id",
            series=series, network=network.id, topic=topic, day=opens.date(), opens=opens,
            closes=opens + timedelta(hours=1), title=f"{words} of yesterday",
        )  # fmt: skip
        await tx.run(
            "UPDATE membership SET joined_at = :at WHERE network_id = :id AND member_id = :host",
            at=opens,
            id=network.id,
            host=host.id,
        )
        await attendance.note(tx, over, [attendance.Stretch(host.id, opens, opens + timedelta(minutes=40))])
        await attendance.close_attendance(tx, over)
        await minutes.draft_minutes(tx, over)
        entry = max(await attendance.ledger_of(tx, host), key=lambda entry: entry.id)
        await attendance.certify(tx, host, entry.id, {})
    return over, entry.id
