"""Who is there before the curtain rises: members, networks, topics, a room, and what each of them will do."""

from datetime import timedelta
from random import Random
from typing import NamedTuple

from chat import dropins, members
from chat.clock import now
from chat.db import Database
from chat.members import Viewer
from chat.secrets import derived
from tests import cast
from tests.faults import clients, writers

SESSIONS = 40  # for each client that has a cookie: one ends now and then


class Victim(NamedTuple):
    """A member who is removed from closed networks, and let in again."""

    member: int
    handle: str
    token: str


class Cast(NamedTuple):
    owner_token: str
    clients: list[clients.Plan]
    writers: list[writers.Plan]
    victims: list[Victim]
    closed: list[str]  # slugs of the networks from which victims are removed
    slugs: dict[str, str]
    room: str


def another_day() -> str:
    """A weekday that is not near, so that no door of a series stands open by itself."""
    return ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[(now().weekday() + 3) % 7]


async def assemble(db: Database, rng: Random, size: int) -> Cast:
    """About `size` clients. One network is open, one private, one confidential; each has two topics."""
    ana = await cast.join_the_hub(db, "Ana Lima")
    guests = await cast.crowd(db, max(8, size // 3))
    outsider, *guests = guests
    nets = [await cast.found(db, ana, name, access, *guests) for name, access in
            (("Falls", "open"), ("Rota", "private"), ("Speaking up", "confidential"))]  # fmt: skip
    topics = {net.id: [(await cast.start(db, ana, net, f"Topic {n}")).id for n in (1, 2)] for net in nets}
    series = await cast.schedule(db, ana, nets[1], weekday=another_day())
    async with db.transaction() as tx:
        room = await dropins.hold(tx, ana, series, now(), 600)
    short = await cast.schedule(db, ana, nets[0], weekday=another_day())
    async with db.transaction() as tx:  # its doors close during the run
        await dropins.hold(tx, ana, short, now() - timedelta(seconds=50), 1)
    tokens = {m.id: await cast.bearer(db, m) for m in (ana, outsider, *guests)}
    victims = guests[: max(3, len(guests) // 3)]
    return Cast(
        tokens[ana.id],
        [plan async for plan in _clients(db, rng, size, guests, victims, tokens, nets, topics, f"d:{room}")],
        _writers(guests, outsider, tokens, nets, topics, victims),
        [Victim(v.id, v.handle, tokens[v.id]) for v in victims],
        [net.slug for net in nets[1:]],
        {f"n:{net.id}": net.slug for net in nets},
        f"d:{room}",
    )


async def _clients(db: Database, rng: Random, size: int, guests, victims, tokens, nets, topics, room):
    in_open = [f"t:{t}" for t in topics[nets[0].id]] + [f"n:{nets[0].id}"]
    everywhere = (
        in_open + [f"t:{t}" for net in nets[1:] for t in topics[net.id]] + [f"n:{net.id}" for net in nets[1:]]
    )
    for n in range(size):
        who = guests[n % len(guests)]
        plan = clients.Plan(f"c{n}", who.id, tokens[who.id])
        plan.form = "html" if rng.random() < 0.2 else "json"
        if n % 11 == 10:
            plan.member, plan.token, plan.streams = 0, "", list(in_open)
        elif n % 8 == 7:
            plan.streams, plan.shy, plan.form = [room], True, "json"
        else:
            plan.streams = [*rng.sample(everywhere, 5), f"m:{who.id}"]
            plan.streams += [room] if rng.random() < 0.3 else []
            plan.eager = rng.random() < 0.3
            if who in victims:  # what they may lose
                plan.streams = [*everywhere[3:], f"m:{who.id}"]
            elif n % 7 == 5:
                plan.sessions = [await _session(db, who) for _ in range(SESSIONS)]
            plan.marks = who not in victims and not plan.sessions
        yield plan


async def _session(db: Database, member: Viewer) -> tuple[int, str, str]:
    async with db.transaction() as tx:
        cookie = await members.sign_in(tx, member.id, "Firefox")
        viewer = await members.by_session(tx, cookie)
    assert viewer is not None
    return viewer.session_id, cookie, derived(cookie, "csrf")


def _writers(guests, outsider, tokens, nets, topics, victims) -> list[writers.Plan]:
    all_topics = [t for ts in topics.values() for t in ts]
    open_topics = topics[nets[0].id]
    plans = [
        writers.Plan(guest.id, tokens[guest.id], list(all_topics), [], nets[n % 3].slug)
        for n, guest in enumerate(guests[-4:])
    ]
    # They write while they are removed and let in again: what they try in between is refused.
    plans += [writers.Plan(v.id, tokens[v.id], all_topics[2:], [], nets[1].slug) for v in victims[:1]]
    plans.append(
        writers.Plan(outsider.id, tokens[outsider.id], list(open_topics), all_topics[2:], nets[0].slug)
    )
    return plans
