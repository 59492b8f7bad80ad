"""A short run under faults, and whether the checker finds the bugs that are planted into the product."""

import pytest

from tests import servers
from tests.faults.plants import PLANTS
from tests.faults.run import Course, Result, run
from tests.faults.world import Lent

# What a machine that does many things at once may add to each limit. What is in order is in order at any speed.
PATIENCE = 4.0


def told(result: Result, again: str) -> str:
    return "\n".join([*result.findings.told, str(result.summary), f"To see it again: {again}"])


async def test_nothing_is_lost_repeated_or_shown_to_the_wrong_whatever_dies():
    course = Course(seconds=8, seed=18, clients=18, rate=15, kills=4, others=11, lose=0.03, patience=PATIENCE)
    with servers.own_folder() as folder:
        result = await run(course, folder)
    again = "python -m tests.faults --seconds 8 --seed 18 --clients 18 --rate 15 --kills 4 --others 11 --lose 0.03"
    assert not result.findings.broken, told(result, again)
    summary = result.summary
    assert summary["kills"] == 4
    assert summary["deliveries"] > 300
    assert summary["removals"] > 0
    assert summary["snapshots_compared"] > 20


async def test_what_is_published_is_dropped_doubled_and_late_and_nothing_is_lost(postgres_url, redis_url):
    """Nothing else goes wrong, so that messages do flow."""
    url = await servers.create_database(postgres_url, "unsure")
    course = Course(
        seconds=3, seed=21, clients=12, rate=40, kills=0, others=3, kinds=("drop", "double", "delay"), settle=3,
        patience=PATIENCE,
    )  # fmt: skip
    try:
        with servers.own_folder() as folder:
            result = await run(course, folder, Lent(url, redis_url))
    finally:
        await servers.drop_database(postgres_url, "unsure")
    assert not result.findings.broken, told(result, "python -m tests.faults --kinds drop double delay")
    assert all(result.summary["publishes"].values())


async def test_after_a_restored_backup_nobody_mixes_two_histories():
    course = Course(seconds=5, seed=12, clients=10, rate=20, restore=True, patience=PATIENCE)
    with servers.own_folder() as folder:
        result = await run(course, folder)
    assert not result.findings.broken, told(
        result,
        "python -m tests.faults --seconds 5 --seed 12 --clients 10 --rate 20 --kills 0 --others 0 --lose 0 --restore",
    )
    assert result.summary["resyncs"] > 0


FINDS = {
    "no-sweep": {"I4"},
    "no-fence": {"I7"},
    "early-number": {"I1", "I2"},
    "shuffled": {"I2"},
    "no-op-table": {"I5"},
}


@pytest.mark.parametrize("plant", sorted(PLANTS))
async def test_the_checker_finds_a_planted_bug(plant, postgres_url, redis_url):
    url = await servers.create_database(postgres_url, f"plant_{plant}")
    course = Course(
        seconds=3, seed=13, clients=12, rate=40, plant=plant, lose=0.6 if plant == "no-sweep" else 0.0,
        processes=1, settle=3, patience=PATIENCE,
    )  # fmt: skip
    try:
        with servers.own_folder() as folder:
            result = await run(course, folder, Lent(url, redis_url))
    finally:
        await servers.drop_database(postgres_url, f"plant_{plant}")
    assert FINDS[plant] & result.findings.broken.keys(), told(
        result, f"python -m tests.faults --plant {plant}"
    )
