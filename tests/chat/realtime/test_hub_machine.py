"""The hub in a world that does its worst: whatever happens in whatever order, docs/live.md holds.

`MACHINE_EXAMPLES=5000` looks longer, and somewhere else each time.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from chat.realtime import delivering, hub, streams
from tests.chat.realtime import world as small
from tests.chat.realtime.machine import SETTLE, Machine, NumberedFollower, then
from tests.chat.realtime.machine import readers as any_reader
from tests.chat.realtime.world import NETWORKS

LONGER = int(os.environ.get("MACHINE_EXAMPLES", "0"))


class HubMachine(Machine):
    """What only many things in one order would bring about is helped a little."""

    @precondition(lambda self: not self.restored and self._could_come())
    @rule(
        number=st.integers(0, 50), open_in_order=st.permutations(("admit answers", "ask answers", "opening answers")),
        shut=st.integers(1, 3), also_write=st.booleans(),
    )  # fmt: skip
    def access_changes_while_somebody_comes(
        self, number: int, open_in_order: list[str], shut: int, also_write: bool
    ) -> None:
        coming = self._could_come()
        reader, stream = coming[number % len(coming)]
        for other, its in coming:
            if its == stream:
                self.follow(other, [stream], False, SETTLE)
        for gate in open_in_order[:shut]:
            self.world.gates.shut(gate)
        self.follow(reader, [stream], False, SETTLE)
        self.access_changes((NETWORKS[stream], self.readers[reader].member), SETTLE)
        if also_write:
            self.write([(stream, "edit", 1)], SETTLE)
            self.carry_all([], SETTLE)
        self.time_passes(0.06, SETTLE)
        for gate in open_in_order[:shut]:
            self.time_passes(1.3, SETTLE)  # a sweep
            self.it_is_done(gate, SETTLE)
        self._open_all_gates()
        self._two_sweeps()

    @precondition(lambda self: not self.restored and self._follow())
    @rule(
        number=st.integers(0, 50), early=st.booleans(), asleep=st.booleans(), carried=st.booleans(),
        verb=st.sampled_from(("add", "edit", "edit", "remove")), then=then,
    )  # fmt: skip
    def a_follower_is_removed(
        self, number: int, early: bool, asleep: bool, carried: bool, verb: str, then: int
    ) -> None:
        """And then something is written, which may be heard before any sweep."""
        following = self._follow()
        reader, stream = following[number % len(following)]
        if asleep and (wire := self.readers[reader].wire):
            self.loop.do(wire.fill)
        before = self.world.write([(stream, "edit", number)]) if early else []
        self.access_changes((NETWORKS[stream], self.readers[reader].member), 0)
        after = self.world.write([(stream, verb, number)])
        for event in before or after if carried else ():
            self.loop.do(self.bus.carry, event)
        self.bus.on_the_way += [] if carried else before + after
        self._go(then)
        if asleep:
            self.read(reader, 100, then)

    @precondition(lambda self: not self.restored and self._follow())
    @rule(
        number=st.integers(0, 50), missed=st.integers(1, 19), carried=st.booleans(), elsewhere=st.booleans(),
        gate=st.sampled_from(("", "log", "log", "log answers", "opening answers", "draw", "drawn")),
        meanwhile=st.sampled_from(("", "removed", "forgotten", "forgotten", "restored")), then=then,
    )  # fmt: skip
    def a_reader_comes_back(
        self, number: int, missed: int, carried: bool, elsewhere: bool, gate: str, meanwhile: str, then: int
    ) -> None:
        """And while it catches up, the world goes on."""
        following = self._follow()
        reader, stream = following[number % len(following)]
        self.vanish(reader, SETTLE)
        row = self.world.now.rows[stream]
        had = row.head
        self.much_is_written(stream, missed, carried, SETTLE)
        if elsewhere:
            self.another_process_takes_over()
        if gate:
            self.world.gates.shut(gate)
        self.connect(reader, True, SETTLE)
        match meanwhile:
            case "removed":
                self.access_changes((NETWORKS[stream], self.readers[reader].member), 0)
            case "forgotten":  # a part of what it missed
                self.old_events_are_forgotten(stream, had + missed // 2 + 2 - row.floor)
            case "restored":
                self.a_backup_is_restored(False, SETTLE)
                self._two_sweeps()
        self.write([(stream, "edit", missed), (stream, "add", 0)], SETTLE)
        if gate:
            self.it_is_done(gate, then)
        self.read(reader, 100, then)

    @precondition(lambda self: not self.restored and self._could_come())
    @rule(number=st.integers(0, 50), missed=st.booleans(), then=then)
    def a_reader_asks_for_more_than_it_reads(self, number: int, missed: bool, then: int) -> None:
        coming = self._could_come()
        reader, stream = coming[number % len(coming)]
        self.world.gates.shut("admit answers")
        self.follow(reader, [stream], False, SETTLE)
        if wire := self.readers[reader].wire:
            self.loop.do(wire.fill)
        if missed:
            self.write([(stream, "add", 0)], SETTLE)
        self.it_is_done("admit answers", SETTLE)
        self.much_is_written(stream, 3, True, then)

    @precondition(lambda self: not self.restored)
    @rule(
        stream=st.sampled_from(tuple(NETWORKS)), back=st.permutations(range(5)), missed=st.integers(1, 5),
        gate=st.sampled_from(("", "log answers", "draw", "drawn")), turns=st.integers(0, 9), stalls=st.booleans(), then=then,
    )  # fmt: skip
    def everyone_comes_back(
        self, stream: str, back: list[int], missed: int, gate: str, turns: int, stalls: bool, then: int
    ) -> None:
        """They left one after the other, and come back in another order."""
        self._open_all_gates()
        for reader in range(5):
            if self.world.may(self.readers[reader].member, stream):
                self.follow(reader, [stream], False, SETTLE)
            self.read(reader, 100, SETTLE)
            self.vanish(reader, SETTLE)
            self.much_is_written(stream, missed, True, SETTLE)
        if gate:
            self.world.gates.shut(gate)
        for reader in back:
            self.connect(reader, True, SETTLE if gate else 0)
        if gate:
            self.it_is_done(gate, turns)
        self._go(turns)
        (self.stall if stalls else self.vanish)(back[-1], then)

    @precondition(lambda self: not self.restored and self._could_come())
    @rule(number=st.integers(0, 50), gate=st.sampled_from(("draw", "drawn", "log answers")), then=then)
    def somebody_comes_while_an_event_is_drawn(self, number: int, gate: str, then: int) -> None:
        coming = self._could_come()
        reader, stream = coming[number % len(coming)]
        self.world.gates.shut(gate)
        self.much_is_written(stream, 2, True, SETTLE)
        self.follow(reader, [stream], False, SETTLE)
        self.it_is_done(gate, then)

    @precondition(lambda self: not self.restored)
    @rule(reader=any_reader, then=then)
    def a_session_ends_before_hello(self, reader: int, then: int) -> None:
        self._open_all_gates()
        self.vanish(reader, SETTLE)
        self.connect(reader, False, SETTLE)
        self.a_session_ends(reader, SETTLE)
        self._two_sweeps()
        self.connect(reader, True, SETTLE)
        self._two_sweeps()

    def _two_sweeps(self) -> None:
        for seconds in (0.06, 1.3, 0.06, 1.3):
            self.time_passes(seconds, SETTLE)

    def _follow(self) -> list[tuple[int, str]]:
        """Who follows what of a network."""
        return [
            (number, stream)
            for number, reader in enumerate(self.readers)
            for stream in sorted(reader.connection.streams if reader.connection else ())
            if stream in NETWORKS
        ]

    def _could_come(self) -> list[tuple[int, str]]:
        """Who might follow what of a network."""
        return [
            (number, stream)
            for number, reader in enumerate(self.readers)
            for stream in NETWORKS
            if reader.said_hello
            and reader.wire
            and not reader.wire.paused
            and self.world.may(reader.member, stream)
        ]


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RING", "READ_AT_ONCE", "FURTHEST_BEHIND", "WRITE_AT_MOST", "MOST_REPLAYED"):
        for module in (streams, delivering, hub):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(small, name))
    monkeypatch.setattr(hub, "Follower", NumberedFollower)
    monkeypatch.setattr(delivering, "YIELD_EVERY", 2)
    monkeypatch.setattr(delivering, "SHORTEST_REST", -1)  # always a breath, and no longer
    monkeypatch.setattr(delivering, "perf_counter", lambda: 0.0)


@pytest.mark.usefixtures("_small")
def test_whatever_happens_the_protocol_holds() -> None:
    here = settings(
        max_examples=LONGER or 250, stateful_step_count=50, deadline=None, derandomize=not LONGER,
        database=None, suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(HubMachine, settings=here)
