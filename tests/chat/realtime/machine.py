"""A hub in its small world, what may happen there in any order, and what must hold whatever does."""

import asyncio
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from structlog.testing import capture_logs

from chat.events import Event
from chat.realtime.hub import Hub
from chat.realtime.streams import Follower
from tests.chat.realtime.outside import GATES, Bus, Loop, Numbered
from tests.chat.realtime.readers import Reader
from tests.chat.realtime.world import STREAMS, World

SETTLE = -1

# How far the loop turns after something happened: not at all, a few steps, until it rests.
then = st.sampled_from((SETTLE, SETTLE, SETTLE, 0, 1, 3, 7))
readers = st.integers(0, 4)
stream_names = st.sampled_from(STREAMS)
networks_and_members = st.tuples(st.sampled_from((1, 2)), st.sampled_from((0, 1, 2, 3)))
verbs = st.sampled_from(("add", "add", "add a long one", "edit", "edit", "remove"))
wishes = st.lists(st.tuples(stream_names, verbs, st.integers(0, 9)), min_size=1, max_size=4)


class NumberedFollower(Numbered, Follower):
    pass


class WatchedHub(Hub):
    """What was committed up to `swept` was there to be found by a sweep that is over; it could look at `looked_at`."""

    world: World
    swept = 0
    looked_at: frozenset[Any] = frozenset()  # connections and followers

    async def sweep(self) -> None:
        before, here = self.world.commit, [f for stream in self.streams.values() for f in stream.followers]
        looked_at, epoch = frozenset([*self.connections, *here]), self.delivery.epoch
        await super().sweep()
        if epoch == self.delivery.epoch:  # else the next one looks
            self.swept, self.looked_at = before, looked_at

    def should_know(self, since: int | None, who: Any) -> bool:
        """Whether a sweep has seen them, and what was committed then."""
        return since is not None and since <= self.swept and who in self.looked_at


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop, self.world = Loop(), World()
        Numbered.last = 0
        self.wrongs: list[str] = []
        self.backup = self.world.copy()
        self.restored, self.epoch_before = False, ""  # a backup, and the hub has not noticed yet
        self._logs = capture_logs()
        self.logs = self._logs.__enter__()
        people = ((1, "html"), (1, "json"), (2, "html"), (3, "json"), (0, "html"))
        self.readers = [Reader(self.loop, self.world, *who, self.wrongs) for who in people]
        self._start()

    def _start(self) -> None:
        self.bus = Bus(self.world.gates)
        self.hub = WatchedHub(self.world, self.bus, self.world)  # type: ignore[arg-type]
        self.hub.world = self.world
        limits = SimpleNamespace(live_heartbeat=25, live_subscriptions=100, live_ops=20)
        self.house = SimpleNamespace(hub=self.hub, settings=limits)
        self._run(self.hub.start())

    def _run(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self.loop.settle()
        task.result()

    def _go(self, then: int) -> None:
        if then == SETTLE:
            self.loop.settle()
        for _ in range(then):
            self.loop.turn()

    @initialize(
        wants=st.lists(st.lists(stream_names, max_size=4), min_size=5, max_size=5),
        posts=st.lists(wishes, max_size=4),
        lasting=st.booleans(),
    )
    def everyone_comes(
        self, wants: list[list[str]], posts: list[list[tuple[str, str, int]]], lasting: bool
    ) -> None:
        self.lasting = lasting  # whether they see how it ends
        for transaction in posts:
            self.world.write(transaction)
        for number, wanted in enumerate(wants):
            self.readers[number].wants |= {
                name for name in wanted if self.world.may(self.readers[number].member, name)
            }
            self.connect(number, True, SETTLE)
        self.all_read(SETTLE)

    # In the house

    @precondition(lambda self: not self.restored)
    @rule(wishes=wishes, then=then)
    def write(self, wishes: list[tuple[str, str, int]], then: int) -> None:
        self.bus.on_the_way += self.world.write(wishes)
        self._go(then)

    @precondition(lambda self: not self.restored)
    @rule(stream=stream_names, count=st.sampled_from((3, 6, 12, 25)), publish=st.booleans(), then=then)
    def much_is_written(self, stream: str, count: int, publish: bool, then: int) -> None:
        for number in range(count):
            self.bus.on_the_way += self.world.write(
                [(stream, ("add", "edit", "edit", "remove")[number % 4], number)]
            )
        if publish:
            self.carry_all([], then)

    @precondition(lambda self: not self.restored)
    @rule(who=networks_and_members, then=then)
    def access_changes(self, who: tuple[int, int], then: int) -> None:
        self.bus.on_the_way += self.world.change_access(*who)
        self._go(then)

    @precondition(lambda self: not self.restored)
    @rule(reader=readers, then=then)
    def a_session_ends(self, reader: int, then: int) -> None:
        if (session := self.readers[reader].session) and session not in self.world.now.ended:
            self.bus.on_the_way += self.world.end_session(session)
        self._go(then)

    @rule(stream=stream_names, count=st.integers(1, 12))
    def old_events_are_forgotten(self, stream: str, count: int) -> None:
        """After thirty days: a client may be that far behind, but no hub."""
        if known := self.hub.streams.get(stream):
            count = min(count, known.head + 1 - self.world.now.rows[stream].floor)
        self.world.forget(stream, max(count, 0))

    @rule()
    def a_backup_is_made(self) -> None:
        self.backup = self.world.copy()

    @rule(in_place=st.booleans(), then=then)
    def a_backup_is_restored(self, in_place: bool, then: int) -> None:
        """In place the epoch is the old one. Then nobody writes until the hub has noticed: it could not be told."""
        known = {"sys": self.hub.control, **{name: stream.head for name, stream in self.hub.streams.items()}}
        if in_place and not any(self.backup.rows[name].head < head for name, head in known.items()):
            return  # nobody could notice
        self.world.restore(self.backup, new_epoch=not in_place)
        self.bus.on_the_way.clear()
        self.restored, self.epoch_before = in_place, self.hub.delivery.epoch
        self._go(then)

    @rule(what=st.sampled_from(("log", "admit", "ask", "draw", "rights")))
    def the_database_will_fail_once(self, what: str) -> None:
        self.world.failing.add(what)

    @rule(gate=st.sampled_from(GATES))
    def something_takes_long(self, gate: str) -> None:
        self.world.gates.shut(gate)

    @rule(gate=st.sampled_from(GATES), then=then)
    def it_is_done(self, gate: str, then: int) -> None:
        self.loop.do(self.world.gates.open, gate)
        self._go(then)

    @rule(then=then)
    def all_is_done(self, then: int) -> None:
        self._open_all_gates()
        self._go(then)

    @property
    def nothing_is_wrong(self) -> bool:
        known = not self.restored and self.hub.delivery.epoch == self.world.now.epoch
        return known and self.world.gates.all_open and not self.world.failing

    def _open_all_gates(self) -> None:
        for gate in GATES:
            self.loop.do(self.world.gates.open, gate)

    # On the bus

    @precondition(lambda self: self.bus.on_the_way)
    @rule(number=st.integers(0, 30), again=st.booleans(), then=then)
    def carry(self, number: int, again: bool, then: int) -> None:
        number %= len(self.bus.on_the_way)
        event = self.bus.on_the_way[number]
        if not again:
            del self.bus.on_the_way[number]
        self.loop.do(self.bus.carry, event)
        self._go(then)

    @rule(backwards=st.lists(st.integers(0, 10), max_size=4), then=then)
    def carry_all(self, backwards: list[int], then: int) -> None:
        """All that is on the way arrives, some of it out of its order. Nothing else is needed to bring it everywhere."""
        nothing_is_wrong = self.bus.up and self.nothing_is_wrong
        events: list[Event] = self.bus.on_the_way[:]
        self.bus.on_the_way.clear()
        for number in backwards:
            if number < len(events):
                events.append(events.pop(number))
        for event in events:
            self.loop.do(self.bus.carry, event)
        self._go(then)
        if then == SETTLE and nothing_is_wrong:
            for event in events:
                if stream := self.hub.streams.get(event.stream):
                    assert stream.head >= event.seq, f"{event} was heard, and did not come"

    @precondition(lambda self: self.bus.on_the_way)
    @rule(number=st.integers(0, 30))
    def lose(self, number: int) -> None:
        del self.bus.on_the_way[number % len(self.bus.on_the_way)]

    @rule(stream=stream_names, then=then)
    def somebody_types(self, stream: str, then: int) -> None:
        self.loop.do(self.bus.carry_words, stream, {"k": "typing", "d": {"m": 7}})
        self._go(then)

    @rule(up=st.booleans(), then=then)
    def redis(self, up: bool, then: int) -> None:
        if not up:
            self.bus.up = False
        elif not self.bus.up:
            self.loop.do(self.bus.come_back)
        self._go(then)

    # The process

    @rule(then=st.integers(1, 9))
    def turn(self, then: int) -> None:
        self._go(then)

    @rule(seconds=st.sampled_from((0.06, 0.06, 0.3, 1.3, 1.3, 11.0, 61.0)), then=then)
    def time_passes(self, seconds: float, then: int) -> None:
        self.loop.pass_time(seconds)
        self._go(then)
        if self.hub.delivery.epoch not in (self.epoch_before, ""):
            self.restored = False

    @precondition(lambda self: not self.restored)
    @rule()
    def another_process_takes_over(self) -> None:
        for reader in self.readers:
            reader.vanish()
        self._stop()
        self._start()

    def _stop(self) -> None:
        self._open_all_gates()
        self.world.failing.clear()
        self._run(self.hub.stop())
        self.loop.pass_time(0.06)  # whatever was about to try again
        self.loop.settle()
        assert not self.hub.delivery.tasks
        assert not asyncio.all_tasks(self.loop)

    # The clients

    @rule(reader=readers, hello=st.booleans(), then=then)
    def connect(self, reader: int, hello: bool, then: int) -> None:
        one = self.readers[reader]
        if one.connection is None:
            self.loop.do(one.connect, self.house, self.hub)
            if hello:
                self.loop.do(one.hello)
        elif not one.said_hello:
            self.loop.do(one.hello)
        self._go(then)

    @rule(
        reader=readers,
        wanted=st.lists(stream_names, min_size=1, max_size=3),
        from_now=st.booleans(),
        then=then,
    )
    def follow(self, reader: int, wanted: list[str], from_now: bool, then: int) -> None:
        """Anew, or again from where it is, as a client does that misses something."""
        nothing_is_wrong = self.nothing_is_wrong
        for stream in wanted:
            self.loop.do(self.readers[reader].follow, stream, from_now)
        self._go(then)
        if then == SETTLE and nothing_is_wrong and (answered := self.readers[reader].answered):
            for stream in answered.streams.keys() & set(wanted):
                assert self.hub.streams[stream].head == self.world.now.rows[stream].head, (
                    "it was told of more"
                )

    @rule(reader=readers, stream=stream_names, then=then)
    def unfollow(self, reader: int, stream: str, then: int) -> None:
        self.loop.do(self.readers[reader].unfollow, stream)
        self._go(then)

    @rule(reader=readers, writes=st.sampled_from((1, 2, 100)), then=then)
    def read(self, reader: int, writes: int, then: int) -> None:
        self.loop.do(self.readers[reader].read, writes)
        self._go(then)

    @rule(then=then)
    def all_read(self, then: int) -> None:
        for reader in self.readers:
            self.loop.do(reader.read)
        self._go(then)

    @rule(reader=readers, then=then)
    def stall(self, reader: int, then: int) -> None:
        if wire := self.readers[reader].wire:
            self.loop.do(wire.fill)
        self._go(then)

    @rule(reader=readers, then=then)
    def vanish(self, reader: int, then: int) -> None:
        self.loop.do(self.readers[reader].vanish)
        self._go(then)

    # What always holds

    @invariant()
    def nothing_went_wrong(self) -> None:
        assert not self.wrongs, self.wrongs
        assert not self.loop.accidents
        assert not [entry for entry in self.logs if entry["log_level"] == "error"]

    @invariant()
    def the_books_are_right(self) -> None:
        for name, stream in self.hub.streams.items():
            forms: dict[str, int] = {}
            for follower in stream.followers:
                assert follower.connection.open, f"{name}: somebody who is gone is followed by events"
                assert follower.connection.streams.get(name) is follower
                forms[follower.connection.form] = forms.get(follower.connection.form, 0) + 1
                if follower.live and not stream.working:
                    assert follower.cursor >= stream.head, (
                        f"{name}: live at {follower.cursor} of {stream.head}"
                    )
                assert follower.connection.writable or not follower.live, f"{name}: live, and takes nothing"
            assert +stream.forms == forms
            assert stream.behind <= stream.followers
            if not stream.working and "epoch" not in self.world.ever:
                assert all(stream.head < seq <= stream.known for seq in stream.heard), (
                    f"{name}: {stream.heard}"
                )
            ring = [kept.event.seq for kept in stream.ring]
            assert ring == list(range(stream.head - len(ring) + 1, stream.head + 1)), (
                f"{name}: the ring has holes"
            )

    @invariant()
    def who_was_removed_follows_nothing_after_a_sweep(self) -> None:
        for reader in self.readers:
            for name, follower in reader.connection.streams.items() if reader.connection else ():
                removed = self.world.removed_at(reader.member, name)
                assert not self.hub.should_know(removed, follower), (
                    f"member {reader.member} still follows {name}"
                )

    @invariant()
    def whose_session_has_ended_is_gone_after_a_sweep(self) -> None:
        for connection in self.hub.connections:
            ended = self.world.now.ended.get(connection.session_id or 0)
            assert not self.hub.should_know(ended, connection), f"session {connection.session_id} goes on"

    # The end

    def teardown(self) -> None:
        try:
            if not self.wrongs:
                if self.lasting:
                    self._quiet()
                self._everyone_leaves()
        finally:
            self._logs.__exit__(None, None, None)
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.turn()
            self.loop.close()

    def _quiet(self) -> None:
        """Nothing more happens, what was published is lost, and everyone reads what comes."""
        self._open_all_gates()
        self.world.failing.clear()
        self.bus.on_the_way.clear()
        if not self.bus.up:
            self.loop.do(self.bus.come_back)
        for _ in range(60):
            for reader in self.readers:
                if reader.connection is None:
                    self.loop.do(reader.connect, self.house, self.hub)
                if reader.connection and not reader.said_hello:
                    self.loop.do(reader.hello)
                self.loop.settle()
                self.loop.do(reader.read)
                self.loop.settle()
            self.loop.pass_time(0.3)
            self.loop.settle()
            self.nothing_went_wrong()
            if self.hub.swept >= self.world.commit and not (missing := list(self._missing())):
                break
        else:
            raise AssertionError(f"it never comes to an end: {missing or self.hub.swept}")
        self.the_books_are_right()
        for name, stream in self.hub.streams.items():
            assert stream.head == self.world.now.rows[name].head
            assert not stream.behind
            assert not stream.working
            assert all(follower.live for follower in stream.followers)
        for reader in self.readers:
            assert set(reader.connection.streams) == reader.wants  # type: ignore[union-attr]
            for name in reader.wants:
                if (shown := reader.places[name].posts) is not None:
                    assert shown == self.world.page(reader.member, name)[2], f"{name} shows another state"  # type: ignore[index]

    def _missing(self) -> Any:
        epoch, rows = self.world.now.epoch, self.world.now.rows
        for reader in self.readers:
            if reader.connection is None or reader.connection.session_id in self.world.now.ended:
                yield f"{reader.member} has no connection"
            elif reader.asked:
                yield f"{reader.member} waits for an answer"
            for name in reader.wants:
                place = reader.places.get(name)
                if place is None or (place.epoch, place.cursor) != (epoch, rows[name].head):
                    yield f"{reader.member} misses something of {name}"
                elif not self.world.may(reader.member, name):
                    yield f"{reader.member} follows {name}"

    def _everyone_leaves(self) -> None:
        self._open_all_gates()
        self.world.failing.clear()
        for reader in self.readers:
            self.loop.do(reader.vanish)
        self.loop.settle()
        assert not self.hub.connections
        for _ in range(3):
            self.loop.pass_time(11)
            self.loop.settle()
        assert not self.hub.streams
        assert not self.bus.followed
        self._stop()
