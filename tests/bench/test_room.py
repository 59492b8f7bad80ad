"""`python -m bench.dropins room` runs, and its checker finds a screen that is wrong."""

import json

import pytest
from click.testing import CliRunner

from bench.dropins.__main__ import bench
from bench.dropins.screen import Arrivals, Screen

EVENT = {"id": 7, "question": "How do you hand over?", "votes": 0, "state": "open"}


def test_a_small_room_is_measured_and_every_screen_is_right():
    small = ["room", "--people", "6", "--seconds", "4", "--runs", "1"]
    done = CliRunner().invoke(bench, small, catch_exceptions=False)
    said = {
        f["name"]: f for f in map(json.loads, filter(lambda s: s.startswith('{"'), done.output.splitlines()))
    }
    assert said["room.wrong"]["value"] == 0
    assert said["room.p99"]["n"] > 10
    assert {"web", "worker", "postgresql", "valkey"} == {n[9:] for n in said if n.startswith("room.cpu.")}


def told(*events: tuple[int, str, dict]) -> Screen:
    screen = Screen(Arrivals())
    screen.begin("d:1", "e", 0)
    screen.presence({"count": 1})
    for number, kind, d in events:
        screen.apply("d:1", number, kind, dict(d))
    return screen


TRUTH = {"questions": {7: EVENT | {"votes": 2}}}
ALL = ((1, "question.added", EVENT), (2, "votes.changed", {"id": 7, "votes": 2}))


def test_a_screen_with_everything_is_right():
    assert told(*ALL).differs(TRUTH, 1) == []


@pytest.mark.parametrize(
    "events",
    [
        ALL[:1],
        ALL[1:],
        (*ALL, (4, "votes.changed", {"id": 7, "votes": 2})),
        (*ALL, (3, "question.withdrawn", {"id": 7, "gone": True})),
    ],
)
def test_one_that_missed_something_is_wrong(events):
    assert told(*events).differs(TRUTH, 1)


def test_one_that_shows_other_people_is_wrong():
    assert told(*ALL).differs(TRUTH, 2)
