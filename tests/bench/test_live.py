"""The commands of docs/performance.md run, and yield what they promise. What they measure is no test's business."""

import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from bench import figures
from bench.compiled import compiler
from bench.figures import Figure
from bench.live import __main__ as commands
from bench.live import table
from bench.live.__main__ import ALL, FILE
from bench.live.servers import EPOLL, House, house
from command.embedded.tied import eventually

COMMANDS = re.findall(r"^    python -m bench\.live (\w+)", table.PAGE.read_text(), re.MULTILINE)
KINDS = ("hub", "send_text", "send_text_deflate", "broadcast", "epoll")
TINY = ("--readers", "12", "--runs", "1")
BRIEF = ("--seconds", "0.2")

SAYS = {
    "fanout": {"fanout.paced.cpu", "fanout.paced.p99", "fanout.saturated", "fanout.lost"},
    "memory": {"memory.connection"},
    "latency": {"latency.last.p50", "latency.last.p99", "latency.last.max", "latency.answer.p99"},
    "pages": {"pages.idle.p99", "pages.loaded.p99", "pages.p99_ratio"},
    "slow": {"slow.freed", "slow.others_before.p99", "slow.others.p99"},
    "storm": {"storm.live", "storm.level", "storm.log_reads", "storm.lost"},
}


@pytest.fixture(scope="module")
def one_house() -> Iterator[House]:
    """For all scenes: a bench of its own account makes one, and goes to its cores."""
    if compiler() is None and "CI" not in os.environ:
        pytest.skip("there is no C compiler for the readers: `apt install gcc libc6-dev`")
    with house(pinned=False) as built:
        yield built


@pytest.fixture
def measure(one_house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Figure]]:
    """Carry a command of the page out, as small as may be; the figures that it printed."""
    monkeypatch.setattr(commands, "house", lambda **_: nullcontext(one_house))
    monkeypatch.setenv("HUB_LIVE_STALL", "1")

    def carry_out(name: str, *options: str) -> list[Figure]:
        done = CliRunner(catch_exceptions=False).invoke(commands.bench, [name, *TINY, *options])
        assert done.exit_code == 0, done.output
        found = [Figure(**json.loads(line)) for line in done.stdout.splitlines()]
        assert SAYS[name] <= {figure.name for figure in found}
        for figure in found:
            assert figure.machine
            assert figure.runs == [figure.value]
            assert (figure.met is None) == (figure.goal == "")
        return found

    return carry_out


def test_the_readers_notice_what_is_lost_repeated_and_late(one_house):
    def event(number: int, ago: float) -> str:
        return f'{{"t":"ev","q":{number},"d":{{"body":"t={time.monotonic_ns() - int(ago * 1e9)}"}}}}\n'

    with one_house.serving(EPOLL) as server, server.crowd(3) as crowd:
        crowd.gather()
        with socket.create_connection(("127.0.0.1", server.control)) as publisher:
            publisher.sendall(event(1, 0).encode())
            crowd.await_complete(1)
            crowd.mark()
            publisher.sendall((event(2, 0) + event(4, 0) + event(4, 0) + event(5, 7)).encode())
            assert eventually(lambda: crowd.board.read().deliveries == 4 * 3, 10)
        told = crowd.report()
    assert (told["deliveries"], told["skipped"], told["repeated"]) == (3 * 3, 3, 3)
    assert told["complete"] == 2
    assert told["max_us"] > 7e6
    assert told["p99_us"] > 6.9e6 > told["p50_us"]
    assert [us // 10**6 for us in told["last_us"]] == [0, 0, 7]


def value(found: list[Figure], name: str, **of: object) -> float:
    (one,) = (f for f in found if f.name == name and of.items() <= f.of.items())
    return one.value


def test_fanout_measures_the_hub_beside_the_others(measure):
    found = measure("fanout", *BRIEF)
    for kind in KINDS:
        assert value(found, "fanout.lost", server=kind) == 0
        assert value(found, "fanout.saturated", server=kind) > 0
    ours, theirs = (value(found, "fanout.size", server=kind) for kind in ("hub", "epoll"))
    assert abs(ours - theirs) <= 2  # bytes: numbers grow a digit now and then


def test_memory(measure):
    found = measure("memory", *BRIEF, "--server", "hub", "--server", "broadcast")
    assert {f.of["server"] for f in found} == {"hub", "broadcast"}


def test_latency_reaches_every_socket_on_two_processes(measure):
    found = measure("latency", "--posts", "5", "--rate", "50", "--processes", "2")
    assert value(found, "latency.last.max") >= value(found, "latency.last.p50") > 0


def test_pages(measure):
    measure("pages", *BRIEF)


def test_slow_readers_are_let_go(measure):
    assert value(measure("slow", *BRIEF), "slow.freed") >= 1  # HUB_LIVE_STALL


@pytest.mark.parametrize("how", ["cut", "kill"])
def test_everybody_comes_back(measure, how):
    found = measure("storm", "--how", how)
    assert value(found, "storm.lost") == 0


def test_every_command_of_the_page_is_run_here_or_writes_it():
    assert set(COMMANDS) == {*SAYS, "all", "table"}
    assert {name for name, *_ in ALL} == set(SAYS)


# The tables


def a_figure(name: str, value: float, **of: object) -> Figure:
    return Figure(name, value, "µs", [value], "≤ 8", value <= 8, of=of, machine="2 × Abacus", at="2026-11-23")


def test_the_page_says_what_was_kept():
    page = table.PAGE.read_text()
    assert table.rewritten(page, figures.read(FILE)) == page, "run `python -m bench.live table`"


def test_a_figure_lands_in_its_tables():
    written = table.rewritten(
        table.PAGE.read_text(), [a_figure("fanout.paced.cpu", 7.25, server="hub", readers=1000)]
    )
    assert "| CPU per delivery, 1,000 readers, paced | 7.25 µs | ≤ 8 µs | yes |" in written
    assert "Measured on 2 × Abacus, 2026-11-23." in written


def test_a_missed_goal_is_said():
    written = table.rewritten(
        table.PAGE.read_text(), [a_figure("fanout.paced.cpu", 9.5, server="hub", readers=1000)]
    )
    assert "| 9.5 µs | ≤ 8 µs | **no** |" in written


def test_the_same_figure_is_kept_once(tmp_path):
    file = tmp_path / "live.jsonl"
    figures.keep(
        [a_figure("a", 1, server="hub", readers=1), a_figure("a", 2, server="epoll", readers=1)], file
    )
    figures.keep([a_figure("a", 3, server="hub", readers=1)], file)
    assert [(f.value, f.of["server"]) for f in figures.read(file)] == [(3, "hub"), (2, "epoll")]


@pytest.mark.parametrize(
    ("value", "said"), [(1_412_345, "1,410,000"), (999.6, "1,000"), (7.809, "7.81"), (0, "0"), (120_000, "120,000")]
)  # fmt: skip
def test_numbers_have_three_digits(value, said):
    assert table.number(value) == said
