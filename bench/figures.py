"""What a bench says: one figure is one line of JSON, kept until the same figure is measured again."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from bench import machine

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Figure:
    """The median of its runs. `goal` reads as `≤ 8`; `n` is how many samples one run took."""

    name: str
    value: float
    unit: str
    runs: list[float]
    goal: str = ""
    met: bool | None = None
    n: int = 0
    of: dict[str, Any] = field(default_factory=dict)  # what it was measured of: server, readers, processes
    machine: str = ""
    at: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        return self.name, *sorted(self.of.items())


def figure(
    name: str, runs: Iterable[float | None], unit: str, *, goal: str = "", n: int = 0, **of: Any
) -> Figure | None:
    """None where no run could tell it."""
    known = [float(f"{run:.4g}") for run in runs if run is not None]
    if not known:
        return None
    value = float(f"{median(known):.4g}")
    met = _met(value, goal) if goal else None
    return Figure(name, value, unit, known, goal, met, n, of, _machine(), f"{datetime.now(UTC):%Y-%m-%d}")


@cache
def _machine() -> str:
    return machine.describe()


def _met(value: float, goal: str) -> bool:
    sign, _, wanted = goal.partition(" ")
    bound = float(wanted.replace(",", ""))
    return value <= bound if sign == "≤" else value >= bound


def quantile(values: Sequence[float], part: float) -> float:
    """The value that this part of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def show(figures: Iterable[Figure | None]) -> Iterator[Figure]:
    """Print each as a line of JSON, as soon as it is known."""
    for each in figures:
        if each is not None:
            print(line(each), flush=True)
            yield each


def line(each: Figure) -> str:
    return json.dumps(asdict(each), ensure_ascii=False)


def keep(figures: Iterable[Figure], file: Path) -> None:
    """Beside what was measured before; the same figure of the same thing is replaced."""
    kept = {each.key: each for each in [*read(file), *figures]}
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(line(each) + "\n" for each in kept.values()))


def read(file: Path) -> list[Figure]:
    if not file.exists():
        return []
    return [Figure(**json.loads(text)) for text in file.read_text().splitlines() if text]
