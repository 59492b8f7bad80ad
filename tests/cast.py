"""The cast, and what they do before a scene begins."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from chat import clock, discussions, dropins, members, networks
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen, Offer
from chat.secrets import hashed, new_token

# The hash of PASSWORD with argon2's cheapest parameters: matched in a millisecond by the same code.
PASSWORD = "three quiet harbours"
PASSWORD_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$N/OBFZLflE82SICVWqh9EQ$cI/7CeYeyBkDXi+xtemjV45IvqyT9yIRUya2l0UjOf8"
)


class Thread(NamedTuple):
    """A topic with its opening post."""

    id: int
    post: int
    network: NetworkSeen

    @property
    def stream(self) -> str:
        return f"t:{self.id}"


async def join_the_hub(db: Database, name: str, *, verified: bool = True, **profile: Any) -> Viewer:
    """A new member, whose address is made of the name: ana@example.org."""
    handle = name.lower().replace(" ", "-")
    async with db.transaction() as tx:
        member_id = await members.add_member(
            tx, email=f"{handle}@example.org", name=name, handle=handle, verified=verified,
            password_hash=PASSWORD_HASH, **profile,
        )  # fmt: skip
        return await members.by_id(tx, member_id)


async def crowd(db: Database, count: int) -> list[Viewer]:
    return [await join_the_hub(db, f"Guest {n}") for n in range(count)]


async def again(db: Database, viewer: Viewer) -> Viewer:
    """The same member, as the database knows them now."""
    async with db.snapshot() as tx:
        return await members.by_id(tx, viewer.id)


async def found(
    db: Database, founder: Viewer, name: str = "Falls and frailty", access: str = "open", *people: Viewer
) -> NetworkSeen:
    """A network, as its founder sees it, with these people in it."""
    async with db.transaction() as tx:
        slug = await networks.found(
            tx, founder, {"name": name, "access": access, "summary": "We share what works."}
        )
        network = await networks.network_of(tx, founder, slug)
    for person in people:
        await let_in(db, network, person)
    return await seen_by(db, founder, network)


async def let_in(db: Database, network: NetworkSeen, member: Viewer, role: str = "member") -> None:
    """A place in a network, without an invitation."""
    async with db.transaction() as tx:
        await networks.place(tx, network.id, member.id, role)


async def seen_by(db: Database, viewer: Viewer | None, network: NetworkSeen) -> NetworkSeen:
    async with db.snapshot() as tx:
        return await networks.network_of(tx, viewer, network.slug)


async def allow_anonymity(db: Database, network: NetworkSeen) -> None:
    """Members of the network may post without their names from now on."""
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE network SET anonymity_since = :now WHERE id = :id", now=clock.now(), id=network.id
        )


async def leave_unnamed(db: Database, network: NetworkSeen, member: Viewer) -> None:
    """Give one's place up, and ask to be a former member beside what one wrote."""
    async with db.transaction() as tx:
        await networks.leave(tx, member, await networks.network_of(tx, member, network.slug))
        await tx.run(
            "UPDATE membership SET former_at = :now WHERE network_id = :network AND member_id = :member",
            now=clock.now(),
            network=network.id,
            member=member.id,
        )


async def invite(db: Database, host: Viewer, network: NetworkSeen, **form: Any) -> Offer:
    async with db.transaction() as tx:
        return await networks.invite(tx, host, network, form)


async def accept(db: Database, member: Viewer | None, offer: Offer) -> str:
    async with db.transaction() as tx:
        return await networks.accept(tx, member, offer.token)


async def ask(db: Database, member: Viewer, network: NetworkSeen, *answers: str) -> networks.Request:
    """A request for a place, with an answer to each of the network's questions."""
    async with db.transaction() as tx:
        return await networks.ask(tx, member, await networks.network_of(tx, member, network.slug), answers)


async def remove(db: Database, host: Viewer, network: NetworkSeen, member: Viewer) -> None:
    async with db.transaction() as tx:
        await networks.remove(tx, host, network, member.handle)


async def change_role(db: Database, owner: Viewer, network: NetworkSeen, member: Viewer, role: str) -> None:
    async with db.transaction() as tx:
        await networks.change_role(tx, owner, network, member.handle, {"role": role})


async def ban(db: Database, host: Viewer, network: NetworkSeen, member: Viewer) -> None:
    async with db.transaction() as tx:
        await networks.ban(tx, host, network, member.handle)


async def start(
    db: Database, author: Viewer, network: NetworkSeen, title: str, body: str = "What do you do?", **more: Any
) -> Thread:
    async with db.transaction() as tx:
        made = await discussions.start_topic(tx, author, network, title, body, **more)
    return Thread(made["id"], made["post"], network)


async def write(
    db: Database, author: Viewer | None, thread: Thread, body: object, **more: Any
) -> dict[str, Any]:
    """A post in a thread: {"id", "number"}. More: parent, op."""
    async with db.transaction() as tx:
        return await discussions.reply(tx, author, thread.id, body, **more)


async def mend(db: Database, author: Viewer, post_id: int, body: str) -> None:
    """Change a post an hour after it was written, or last changed: what it said is kept."""
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE post SET created_at = created_at - interval '1 hour', edited_at = edited_at - interval '1 hour' WHERE id = :id",
            id=post_id,
        )
        await discussions.edit(tx, author, post_id, body)


async def read(db: Database, viewer: Viewer | None, thread: Thread) -> list[discussions.PostSeen]:
    """All posts of a thread in thread order."""
    async with db.snapshot() as tx:
        posts, _ = await discussions.thread(tx, await discussions.topic_of(tx, viewer, thread.id), 1)
        return posts


async def schedule(db: Database, host: Viewer, network: NetworkSeen, **form: Any) -> int:
    """A weekly hour on Thursdays at noon in London, unless the form says else; the series' id."""
    form = {
        "title": "Thursday drop-in",
        "zone": "Europe/London",
        "weekday": "TH",
        "local_time": "12:00",
        **form,
    }
    async with db.transaction() as tx:
        return await dropins.schedule(tx, host, network, form)


async def bearer(db: Database, member: Viewer) -> str:
    """A token for the API and the live socket."""
    token = new_token()
    async with db.transaction() as tx:
        await tx.run(
            "INSERT INTO api_token (token_hash, member_id) VALUES (:hash, :id)",
            hash=hashed(token),
            id=member.id,
        )
    return token


async def session(db: Database, member: Viewer, browser: str = "Firefox") -> str:
    """The cookie of a browser that is signed in."""
    async with db.transaction() as tx:
        return await members.sign_in(tx, member.id, browser)


async def rows(db: Database, query: str, **params: Any) -> list[Any]:
    async with db.snapshot() as tx:
        return await tx.all(query, **params)


async def value(db: Database, query: str, **params: Any) -> Any:
    async with db.snapshot() as tx:
        return await tx.value(query, **params)


async def events(db: Database, stream: str) -> list[tuple[int, str, int]]:
    """What the log holds of a stream: number, kind, reference."""
    found = await rows(
        db, "SELECT seq, kind, ref_id FROM event WHERE stream_id = :stream ORDER BY seq", stream=stream
    )
    return [tuple(row) for row in found]


def it_is(text: str) -> datetime:
    """Let it be this moment, in UTC: `2026-11-19 12:00`."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    clock.pretend(moment)
    return moment


def day(text: str) -> date:
    return date.fromisoformat(text)
