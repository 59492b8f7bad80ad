"""The machine that is measured on: its name, its cores, and what processes cost on it."""

import os
import platform
import resource
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))


def describe() -> str:
    """As `2 × AMD EPYC, 24 GiB, Linux 6.1, Python 3.11.7`."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = ".".join(platform.release().split(".")[:2])
    return (
        f"{len(CORES)} × {_processor()}, {memory:.0f} GiB, Linux {kernel}, Python {platform.python_version()}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def keep_off_the_first_core() -> None:
    """From here on this process and its children leave the first core to the server that is measured."""
    if len(CORES) > 1:
        os.sched_setaffinity(0, CORES[1:2])


def use_all_cores() -> None:
    os.sched_setaffinity(0, CORES)


def give_the_first_core(pid: int) -> None:
    os.sched_setaffinity(pid, CORES[:1])


def open_many_files() -> None:
    """Ten thousand connections are ten thousand files, here and in every child."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def cpu(pid: int) -> float:
    """Seconds of CPU that the threads of a process have used: what its `stat` says too, to the hundredth."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def cpu_of_tree(pid: int) -> float:
    """Of a process and its children, those that have ended too: a PostgreSQL is many processes."""
    return sum(sum(map(int, _stat(each)[11:15])) for each in [pid, *children(pid)]) / TICK


def children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(int(path.name))[1]) == pid:
                found.append(int(path.name))
        except OSError:
            continue  # it ended meanwhile
    return found


def _stat(pid: int) -> list[str]:
    """What follows the name of the program: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def pss(pids: Iterable[int]) -> int:
    """Bytes of memory, with what processes share divided among them."""
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    return sum(
        int(line.split()[1]) * 1024
        for rollup in rollups
        for line in rollup.splitlines()
        if line.startswith("Pss:")
    )


def connections_of(port: int) -> int:
    """How many connections the server on a port of this machine has open (RFC 9293's ESTABLISHED)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)
