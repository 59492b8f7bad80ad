"""What goes wrong, and when: a plan that a seed decides."""

from random import Random
from typing import NamedTuple

KILLS = ("kill web", "die before publish", "kill Valkey", "kill PostgreSQL", "kill worker")
OTHERS = (
    "term web", "stop web", "stop Valkey", "stop PostgreSQL", "drop", "double", "delay", "hang", "cut line",
    "stall clients", "cut clients",
)  # fmt: skip
ALL = KILLS + OTHERS

# The database takes everything along, so it falls less often.
WEIGHTS = {
    "kill web": 4,
    "die before publish": 3,
    "kill Valkey": 3,
    "kill PostgreSQL": 2,
    "kill worker": 1,
    "stop PostgreSQL": 0.5,
}


class Step(NamedTuple):
    """`at` seconds after the beginning, for so long, to the web process of this place where it is about one."""

    at: float
    kind: str
    seconds: float
    place: int


def schedule(
    rng: Random, seconds: float, kills: int, others: int, kinds: tuple[str, ...] = ALL, places: int = 2
) -> list[Step]:
    """So many kills and other faults of these kinds, spread over the time. Each kind comes at least once if there is room."""
    steps = []
    for count, choice in ((kills, KILLS), (others, OTHERS)):
        allowed = [kind for kind in choice if kind in kinds]
        if not allowed:
            continue
        chosen = rng.sample(allowed, min(count, len(allowed)))
        chosen += rng.choices(allowed, [WEIGHTS.get(k, 1) for k in allowed], k=count - len(chosen))
        # In equal parts of the time, at a random moment of each, in any order.
        rng.shuffle(chosen)
        part = seconds / max(1, count)
        steps += [
            Step((n + rng.random()) * part, kind, rng.uniform(0.3, 2.5), rng.randrange(places))
            for n, kind in enumerate(chosen)
        ]
    return sorted(steps)
