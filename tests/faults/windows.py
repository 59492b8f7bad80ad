"""When something was amiss on purpose, so that it is not held against the product."""

from collections import defaultdict
from collections.abc import Iterable

from tests.faults.journal import Fault


class Windows:
    def __init__(self, faults: Iterable[Fault]) -> None:
        self._by_target: dict[str, list[Fault]] = defaultdict(list)
        for fault in sorted(faults, key=lambda fault: fault.t):
            self._by_target[fault.target].append(fault)

    def over(self, targets: Iterable[str], since: float, until: float) -> float:
        """When the last of what was amiss with these targets in this time was over; `since` if nothing was."""
        end = since
        for target in targets:
            for fault in self._by_target.get(target, ()):
                if fault.t >= until:
                    break
                if fault.until > since:
                    end = max(end, min(fault.until, until))
        return end

    def any(self, target: str, since: float, until: float) -> bool:
        return self.over((target,), since, until) > since
