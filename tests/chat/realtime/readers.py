"""A client by the rules of docs/live.md, and what the hub may never do to it."""

import json
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from tests.chat.realtime.outside import Loop, Numbered, Wire
from tests.chat.realtime.world import LONG, NETWORKS, WRITE_AT_MOST, World
from web.live.conversation import Conversation

MOST_AT_ONCE = WRITE_AT_MOST + len(LONG)
OK_TO_CLOSE = {1008, 1013, 4001}  # who never says hello, while the database is away, and when a session ends


class NumberedConversation(Numbered, Conversation):
    pass


class Place:
    """What a page shows of a stream, and from where it goes on."""

    def __init__(self, epoch: str, cursor: int, posts: dict[int, Any] | None) -> None:
        self.epoch, self.cursor = epoch, cursor
        self.posts = posts  # None: it never read the page, and wants only what is new


class Reader:
    """`wrongs` has what should not have happened."""

    def __init__(self, loop: Loop, world: World, member: int, form: str, wrongs: list[str]) -> None:
        self.loop, self.world, self.member, self.form, self.wrongs = loop, world, member, form, wrongs
        self.session = member * 100
        self.wants: set[str] = set()
        self.places: dict[str, Place] = {}
        self.connection: Conversation | None = None
        self.wire: Wire | None = None
        self._begin()

    def _begin(self) -> None:
        self.said_hello = False
        self.asked: list[dict[str, int | None]] = []  # for each answer to come, the cursors it was asked with
        self.following: dict[str, int | None] = {}  # the number that must come next

    # What a client does

    def connect(self, house: Any, hub: Any) -> None:
        """The handshake, with no word said yet."""
        while self.session in self.world.now.ended:
            self.session += 1  # signs in again
        self.hub, self.wire = hub, Wire(self.loop, self._written)
        viewer = (
            SimpleNamespace(id=self.member, session_id=self.session, token_id=None) if self.member else None
        )
        self.connection = NumberedConversation(house, viewer, "", "owner", Counter())
        self.wire.open_for(self.connection)
        self._begin()

    def hello(self) -> None:
        self.said_hello = True
        self._ask(self.wants, t="hello", **{"as": self.form})

    def follow(self, stream: str, from_now: bool = False) -> None:
        self.wants.add(stream)
        if from_now:
            self.places.pop(stream, None)
            self.following[stream] = None
        if self.said_hello:
            self._ask({stream}, t="sub", from_now=from_now)

    @property
    def answered(self) -> Conversation | None:
        """The connection, if the hub has answered all that was said on it."""
        wire, line = self.wire, self.connection
        return line if wire and line and not (wire.to_hear or wire.paused or line._busy) else None

    def unfollow(self, stream: str) -> None:
        self.wants.discard(stream)
        if self.said_hello:
            self.asked.append({})
            self.following[stream] = None  # what is on the way
            self._say(t="unsub", s=stream)

    def _ask(self, streams: set[str], from_now: bool = False, **message: Any) -> None:
        cursors: dict[str, int | None] = {}
        for stream in sorted(streams):
            if stream not in self.places and not from_now and (page := self.world.page(self.member, stream)):
                self.places[stream] = Place(*page)
            place = self.places.get(stream)
            cursors[stream] = place.cursor if place else None
        self.asked.append(cursors)
        subs = [
            {"s": s, "e": self.places[s].epoch, "q": q} if q is not None else {"s": s}
            for s, q in cursors.items()
        ]
        self._say(**message, **({"subs": subs} if message["t"] == "hello" else subs[0]))

    def _say(self, **message: Any) -> None:
        payload = json.dumps(message).encode()
        size = bytes((0x80 | len(payload),)) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2)
        if self.wire and not self.wire.closing:
            self.wire.say(b"\x81" + size + b"\0\0\0\0" + payload)

    def vanish(self) -> None:
        """Without a word: the network is gone, and what was on the way."""
        if self.wire:
            self.wire.ahead.clear()
            self.wire.close_at_once()
            self.connection = self.wire = None

    def read(self, writes: int = 10_000) -> None:
        if not (wire := self.wire):
            return
        for message in messages(wire.read(writes)):
            if isinstance(message, int):
                self._closed(message)
            else:
                getattr(self, f"_{message['t']}")(message)
        if wire.cut and not wire.ahead and self.wire is wire:
            self.connection = self.wire = None

    # What it hears

    def _ok(self, said: dict[str, Any]) -> None:
        subs = {sub["s"]: sub for sub in said["subs"]}
        for stream, cursor in self.asked.pop(0).items():
            sub = subs.get(stream)
            if sub is None or sub["state"] == "resync":
                continue  # `gone` or `resync` comes next
            if any(stream in later for later in self.asked):
                self.following[stream] = None  # that answer is the one to go on from
                continue
            if stream not in self.wants:
                self.unfollow(stream)  # it was gone meanwhile, and the page with it
                continue
            if cursor is None:
                cursor = sub["head"]
                self.places[stream] = Place(sub["e"], cursor, None)
            self._must(sub["e"] == self.places[stream].epoch, f"{stream}: an answer of another epoch: {said}")
            self.following[stream] = cursor + 1
            self._must(sub["head"] >= cursor, f"{stream}: the head is before the cursor: {said}")

    def _ev(self, said: dict[str, Any]) -> None:
        stream, q, d = said["s"], said["q"], said["d"]
        if not self._must(stream in self.following, f"an event of {stream}, which was not followed: {said}"):
            return
        if (expected := self.following[stream]) is None:
            return  # of a subscription that is over
        self._must(q == expected, f"{stream}: {q} came instead of {expected}")
        self.following[stream] = q + 1
        place = self.places[stream]
        if q <= place.cursor:
            return  # it was read before
        self._must(q == place.cursor + 1, f"{stream}: {q} came after {place.cursor}")
        self._must(d["form"].partition("-")[0] == self.form, f"a frame of another form: {said}")
        self._must(d["epoch"] == place.epoch, f"a frame of another history: {said}")
        place.cursor = q
        if place.posts is not None and "rev" in d:
            place.posts[d["id"]] = d["rev"], d["text"]

    def _resync(self, said: dict[str, Any]) -> None:
        stream, why = said["s"], said["why"]
        self._must(why in self.world.ever or why == "behind", f"nothing like that happened: {said}")
        self.following.pop(stream, None)
        self.places.pop(stream, None)
        if stream in self.wants:
            self.follow(stream)

    def _gone(self, said: dict[str, Any]) -> None:
        stream = said["s"]
        lost = (NETWORKS.get(stream), self.member) in self.world.ever
        self._must(lost or not stream.endswith(str(self.member)), f"the member has always had access: {said}")
        self.following.pop(stream, None)
        self.places.pop(stream, None)
        self.wants.discard(stream)

    def _eph(self, said: dict[str, Any]) -> None:
        self._must("q" not in said, f"a number for something of the moment: {said}")

    def _err(self, said: dict[str, Any]) -> None:
        self._must(False, f"an error: {said}")

    def _closed(self, code: int) -> None:
        self._must(code in OK_TO_CLOSE, f"closed with {code}")
        if code == 4001:
            self._must(("ended", self.session) in self.world.ever, "the session had not ended")
        if code == 1013:
            self._must("away" in self.world.ever, "the database was never away")
        if self.wire:
            self.wire.close_at_once()
        self.connection = self.wire = None

    # What the hub writes, seen in the moment when it does

    def _written(self, data: bytes) -> None:
        wire, world = self.wire, self.world
        assert wire
        for said in messages(data):
            if isinstance(said, int):
                continue
            stream = said.get("s", "")
            if said["t"] in ("ev", "eph"):
                self._must(not wire.paused, f"written to a client that does not read: {said['t']}")
                since = world.removed_at(self.member, stream)
                follower = self.connection.streams.get(stream)  # type: ignore[union-attr]
                self._must(
                    not self.hub.should_know(since, follower),
                    f"told after the sweep that should have found the removal: {said}",
                )
            if said["t"] == "ev":
                if since is not None:
                    shown = max(world.committed(stream, said["q"]), said["d"].get("commit", 0))
                    self._must(shown < since, f"committed after the removal: {said}")
                post = world.now.posts.get(said["d"]["id"])
                of_now = self.hub.delivery.epoch == world.now.epoch
                if post and post.text is None and said["d"].get("text") and of_now:
                    known = self.hub.streams[stream].head if stream in self.hub.streams else 0
                    self._must(known < post.removed_at, f"the text of a removed post: {said}")
        self._must(len(data) < MOST_AT_ONCE, f"{len(data)} bytes at once")

    def _must(self, holds: bool, wrong: str) -> bool:
        if not holds:
            self.wrongs.append(f"member {self.member} ({self.form}): {wrong[:300]}")
        return holds


def messages(data: bytes) -> Iterator[dict[str, Any] | int]:
    """What was said in some whole frames; a number for a close."""
    at = 0
    while at < len(data):
        opcode, size, at = data[at] & 15, data[at + 1], at + 2
        if size == 126:
            size, at = int.from_bytes(data[at : at + 2]), at + 2
        payload, at = data[at : at + size], at + size
        if opcode == 1:
            yield json.loads(payload)
        elif opcode == 8:
            yield int.from_bytes(payload[:2])
