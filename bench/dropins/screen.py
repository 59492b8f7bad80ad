"""What one person's screen shows of a room: a snapshot, and what the events have made of it since."""

import time
from array import array
from typing import Any

import msgspec

Thing = dict[str, Any]

# Events that bring a whole thing, by what stands before the dot of their kind, and where it is shown.
SHELVES = {"post": "posts", "question": "questions", "hand": "hands", "poll": "polls", "link": "links"}
# Events that bring only the numbers of one.
NUMBERS = {"votes.changed": "questions", "tally.changed": "polls"}

decode = msgspec.json.decode
encode = msgspec.json.encode


class Arrivals:
    """When each event reached each screen that was there, in seconds of the monotonic clock."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, int], array] = {}

    def note(self, stream: str, number: int) -> None:
        key = (stream, number)
        if key not in self.at:
            self.at[key] = array("d")
        self.at[key].append(time.monotonic())


class Screen:
    def __init__(self, arrivals: Arrivals) -> None:
        self.arrivals = arrivals
        self.shelves: dict[str, dict[int, Thing]] = {shelf: {} for shelf in SHELVES.values()}
        self.cursors: dict[str, tuple[str, int]] = {}
        self.people = 0
        self.caught_up = False  # what is heard before was missed, and says nothing about delays
        self.broken: list[str] = []  # what docs/live.md promises and did not hold

    def read(self, room: Thing, posts: Thing) -> None:
        """The snapshots: they replace what was there."""
        for shelf in ("questions", "hands", "polls", "links"):
            self.shelves[shelf] = {thing["id"]: thing for thing in room[shelf]}
        self.shelves["posts"] = {post["id"]: post for post in posts["posts"]}
        for cursor in (room["cursor"], posts["cursor"]):
            self.cursors[cursor["s"]] = (cursor["e"], cursor["q"])

    def begin(self, stream: str, epoch: str, head: int) -> None:
        self.cursors.setdefault(stream, (epoch, head))

    def apply(self, stream: str, number: int, kind: str, d: Thing) -> None:
        if stream not in self.cursors:
            return
        epoch, at = self.cursors[stream]
        if number <= at:
            return
        if number != at + 1:
            self.broken.append(f"{stream} went from {at} to {number}")
        self.cursors[stream] = (epoch, number)
        if self.caught_up:
            self.arrivals.note(stream, number)
        if kind in NUMBERS:
            if (shown := self.shelves[NUMBERS[kind]].get(d["id"])) is not None:
                shown.update(d)
        elif shelf := SHELVES.get(kind.partition(".")[0]):
            self.shelves[shelf].pop(d["id"], None)
            if not d.get("gone"):
                self.shelves[shelf][d["id"]] = d

    def presence(self, d: Thing) -> None:
        self.people = d["count"]

    def differs(self, truth: dict[str, dict[int, Thing]], people: int) -> list[str]:
        """In what this screen is not as the database has it."""
        wrong = list(self.broken)
        for shelf, things in truth.items():
            shown = self.shelves[shelf]
            wrong += [f"{shelf}: {id} is missing" for id in things.keys() - shown.keys()]
            wrong += [f"{shelf}: {id} is no more" for id in shown.keys() - things.keys()]
            wrong += [
                f"{shelf}: {id} is {shown[id]} instead of {thing}"
                for id, thing in things.items()
                if id in shown and shown[id] != thing
            ]
        if self.people != people:
            wrong.append(f"people: {self.people} instead of {people}")
        return wrong
