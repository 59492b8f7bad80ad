"""The database of a small world, in memory: it is the hub's log and its desk."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chat.events import CONTROL, Event
from chat.realtime.frames import message
from chat.realtime.log import Head, Standing
from chat.realtime.streams import Connection, Grant, Over, Rendered
from tests.chat.realtime.outside import Gates

NETWORKS = {"t:1": 1, "n:1": 1, "t:2": 2}
STREAMS = (*NETWORKS, "m:1", "m:2")
MEMBERS = (0, 1, 2, 3)  # 0 is whoever has no account
# A small hub gets into trouble sooner than a large one.
RING, READ_AT_ONCE, FURTHEST_BEHIND = 8, 5, 20
WRITE_AT_MOST, MOST_REPLAYED = 600, 5000  # an event takes about 110
LONG = "x" * 900  # more than one write takes


@dataclass
class Row:
    """A stream in the database."""

    head: int = 0
    floor: int = 1
    events: list[Event] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)  # when each event was committed


@dataclass
class Post:
    stream: str
    text: str | None  # None once it is removed
    rev: int
    commit: int  # when it became what it is
    removed_at: int = 0  # the number on its stream


@dataclass
class Network:
    readers: set[int]
    acl_version: int = 1
    removed: dict[int, int] = field(default_factory=dict)  # who may not read any more, since which commit


@dataclass
class State:
    """What a backup holds."""

    epoch: str
    rows: dict[str, Row]
    posts: dict[int, Post]
    networks: dict[int, Network]
    ended: dict[int, int]  # sessions, since which commit


class World:
    """The database. It is the hub's log and its desk."""

    def __init__(self) -> None:
        self.gates = Gates()
        self.commit = 0  # of all transactions, and of those before a restore
        self.now = State(
            epoch="e0", rows={name: Row() for name in (CONTROL, *STREAMS)}, posts={},
            networks={1: Network({1, 2, 3}), 2: Network(set(MEMBERS))}, ended={},
        )  # fmt: skip
        self.epochs = 0
        self.failing: set[str] = set()
        self.reads: list[tuple[str, int]] = []  # of events
        # What has ever happened, by which a client's complaint is judged.
        self.ever: set[Any] = set()

    # Writing

    def _next_commit(self) -> int:
        self.commit += 1
        return self.commit

    def _event(self, stream: str, kind: str, ref: int, rev: int, commit: int) -> Event:
        row = self.now.rows[stream]
        row.head += 1
        network = self.now.networks.get(NETWORKS.get(stream, 0))
        event = Event(stream, row.head, kind, ref, rev, network.acl_version if network else 0, self.now.epoch)
        row.events.append(event)
        row.commits.append(commit)
        return event

    def write(self, wishes: Iterable[tuple[str, str, int]]) -> list[Event]:
        """One transaction: on each stream a post is added, edited or removed (which of them is the number's)."""
        commit, events = self._next_commit(), []
        for stream, verb, number in sorted(wishes):
            posts = self.now.posts
            old = [id for id, post in posts.items() if post.stream == stream and post.text is not None]
            if not old or verb in ("add", "add a long one"):
                id, long = len(posts) + 1, LONG if verb == "add a long one" else ""
                posts[id] = Post(stream, f"{id}.0.{commit}{long}", 0, commit)
                events.append(self._event(stream, "post.added", id, 0, commit))
                continue
            id = old[number % len(old)]
            post = posts[id]
            post.rev, post.commit = post.rev + 1, commit
            post.text = f"{id}.{post.rev}.{commit}" if verb == "edit" else None
            events.append(
                self._event(stream, "post.edited" if post.text else "post.removed", id, post.rev, commit)
            )
            post.removed_at = 0 if post.text else events[-1].seq
        return events

    def change_access(self, network_id: int, member: int) -> list[Event]:
        """Remove a reader, or let them in again."""
        commit, network = self._next_commit(), self.now.networks[network_id]
        network.acl_version += 1
        if member in network.readers:
            network.readers.discard(member)
            network.removed[member] = commit
            self.ever.add((network_id, member))
        else:
            network.readers.add(member)
            network.removed.pop(member, None)
        return [self._event(CONTROL, "access.changed", network_id, 0, commit)]

    def end_session(self, session: int) -> list[Event]:
        self.now.ended[session] = self._next_commit()
        self.ever.add(("ended", session))
        return [self._event(CONTROL, "session.ended", session, 0, self.commit)]

    def removed_at(self, member: int, stream: str) -> int | None:
        """Since when the member may not read it any more."""
        network = self.now.networks.get(NETWORKS.get(stream, 0))
        return network.removed.get(member) if network else None

    def forget(self, stream: str, count: int) -> None:
        """Drop the oldest events."""
        row = self.now.rows[stream]
        count = min(count, len(row.events))
        del row.events[:count], row.commits[:count]
        row.floor += count
        self.ever.add("floor")

    # A backup

    def copy(self) -> State:
        return copy.deepcopy(self.now)

    def restore(self, state: State, new_epoch: bool) -> None:
        self.now = copy.deepcopy(state)
        if new_epoch:
            self.now.epoch = self._new_epoch()
        for network in self.now.networks.values():
            network.removed = dict.fromkeys(network.removed, self._next_commit())
        self.now.ended = dict.fromkeys(self.now.ended, self._next_commit())
        self.ever |= {"epoch", "future", "floor"}

    def _new_epoch(self) -> str:
        self.epochs += 1
        return f"e{self.epochs}"

    # Reading, as a page does

    def may(self, member: int, stream: str) -> bool:
        if stream in NETWORKS:
            return member in self.now.networks[NETWORKS[stream]].readers
        return stream == f"m:{member}"

    def page(self, member: int, stream: str) -> tuple[str, int, dict[int, Any]] | None:
        """A snapshot: the epoch, the head, and what there is."""
        if not self.may(member, stream):
            return None
        posts = {id: self.shown(id) for id, post in self.now.posts.items() if post.stream == stream}
        return self.now.epoch, self.now.rows[stream].head, posts

    def shown(self, id: int) -> tuple[int, str | None]:
        post = self.now.posts[id]
        return post.rev, post.text

    def committed(self, stream: str, seq: int) -> int:
        row = self.now.rows[stream]
        return row.commits[seq - row.floor] if row.floor <= seq <= row.head else 0

    # The log, as the hub reads it

    def _may_fail(self, what: str) -> None:
        if what in self.failing:
            self.failing.discard(what)
            self.ever.add("away")
            raise OSError(f"{what}: the database is away")

    async def standing(self, streams: Iterable[str]) -> Standing:
        names = {CONTROL, *streams}
        await self.gates.through("log")
        self._may_fail("log")
        heads = {name: self._head(name) for name in names if name in self.now.rows}
        answer = Standing(self.now.epoch, heads)
        # A sweep asks about what it has; a set is of streams that are to be opened.
        await self.gates.through("opening answers" if isinstance(streams, set) else "log answers")
        return answer

    def _head(self, stream: str) -> Head:
        row = self.now.rows[stream]
        network = self.now.networks.get(NETWORKS.get(stream, 0))
        return Head(row.head, row.floor, network.acl_version if network else 0)

    async def after(self, stream: str, seq: int, limit: int) -> list[Event]:
        await self.gates.through("log")
        self._may_fail("log")
        self.reads.append((stream, seq))
        events = [event for event in self.now.rows[stream].events if event.seq > seq][:limit]
        await self.gates.through("log answers")
        return events

    async def new_epoch(self, old: str) -> str:
        await self.gates.through("log")
        self._may_fail("log")
        if self.now.epoch == old:
            self.now.epoch = self._new_epoch()
        return self.now.epoch

    # The desk

    async def admit(self, connection: Connection, names: Iterable[str]) -> dict[str, Grant]:
        names, member = list(names), connection.member_id
        await self.gates.through("admit")
        self._may_fail("admit")
        grants = {
            name: Grant(self.now.epoch, self._head(name))
            for name in names
            if name in self.now.rows and self.may(member, name)
        }
        await self.gates.through("admit answers")
        return grants

    async def still_admitted(self, stream: str, member_ids: set[int]) -> set[int]:
        await self.gates.through("ask")
        self._may_fail("ask")
        admitted = {member for member in member_ids if self.may(member, stream)}
        await self.gates.through("ask answers")
        return admitted

    async def render(self, events: list[Event], form: str) -> Rendered:
        await self.gates.through("draw")
        self._may_fail("draw")
        frames = [self._frame(event, form) for event in events]
        await self.gates.through("drawn")
        head = self._head(events[0].stream)
        return Rendered(frames, head.acl_version, self.now.epoch, head.head)

    def _frame(self, event: Event, form: str) -> bytes:
        post = self.now.posts.get(event.ref)  # none, where an event of a log that is no more is drawn
        d = {"id": event.ref, "form": form, "epoch": self.now.epoch}
        if post is not None:
            d |= {"rev": post.rev, "text": post.text, "commit": post.commit}
        return message(t="ev", s=event.stream, q=event.seq, k=event.kind, d=d)

    async def ended(self, sessions: set[int], tokens: set[int]) -> Over:
        await self.gates.through("rights")
        self._may_fail("rights")
        over = sessions & self.now.ended.keys()
        await self.gates.through("rights answers")
        return Over(over, set(), None)
