"""What the checker found, and the figures of a run."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SHOWN = 5


class Limits(NamedTuple):
    """How late is too late, in seconds; what a busy machine adds is for whoever runs the tests to allow."""

    removal: float = 1.0
    visible: float = 2.0
    ghost: float = 15.0
    held: int = 256 * 1024

    def with_patience(self, seconds: float) -> "Limits":
        return Limits(self.removal + seconds, self.visible + seconds, self.ghost + seconds, self.held)


@dataclass
class Findings:
    """`broken` counts by invariant; of each only the first few are told."""

    broken: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    worst: dict[str, float] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)  # of deliveries that nothing disturbed

    def found(self, invariant: str, sentence: str) -> None:
        self.broken[invariant] += 1
        if self.broken[invariant] <= SHOWN:
            self.told.append(f"{invariant}: {sentence}")

    def at_worst(self, what: str, value: float) -> None:
        if value > self.worst.get(what, 0.0):
            self.worst[what] = value

    def summary(self) -> dict[str, Any]:
        late = sorted(self.late)
        return {
            "deliveries": self.figures["deliveries"],
            "lost": self.figures["lost"],
            "duplicated": self.figures["duplicated"],
            "reordered": self.figures["reordered"],
            "removals": self.figures["removals"],
            "leaks": self.figures["leaks"],
            "worst_after_removal_s": _round(self.worst.get("after removal", 0.0)),
            "worst_after_session_s": _round(self.worst.get("after session", 0.0)),
            "visible_p50_s": _round(late[len(late) // 2]) if late else None,
            "visible_p99_s": _round(late[len(late) * 99 // 100]) if late else None,
            "worst_visible_with_valkey_s": _round(self.worst.get("with", 0.0)),
            "worst_visible_without_valkey_s": _round(self.worst.get("without", 0.0)),
            "oldest_ghost_s": _round(self.worst.get("ghost", 0.0)),
            "ghosts": self.figures["ghosts"],
            "most_held_bytes": int(self.worst.get("held", 0.0)),
            "ops": {o: self.figures[f"op {o}"] for o in ("ok", "refused", "none")},
            "resyncs": self.figures["resyncs"],
            "heard_before_a_restore_was_noticed": self.figures["before the restore was noticed"],
            "mended_by_heartbeat": self.figures["mended by heartbeat"],
            "snapshots_compared": self.figures["compared"],
            "broken": dict(self.broken),
        }


def _round(value: float) -> float:
    return round(value, 3)
