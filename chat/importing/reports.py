"""What an import says when it is over: what came, what was left out, and why."""

from collections import Counter
from dataclasses import dataclass, field

MOST_EXAMPLES = 5


@dataclass
class Report:
    """Counted while it happens. `left` is by what it was and why; `examples` are their own numbers of the first few."""

    source: str
    into: list[str] = field(default_factory=list)
    came: Counter[str] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rehearsal: bool = False
    seconds: float = 0.0

    def leave(self, what: str, why: str, example: object = None, count: int = 1) -> None:
        """Say that something was left out. `what` is one of it, as in `post`."""
        if count:
            self.left[what, why] += count
        if example is not None and len(some := self.examples.setdefault((what, why), [])) < MOST_EXAMPLES:
            some.append(str(example))

    def text(self) -> str:
        """The report, for people."""
        verb = "would come" if self.rehearsal else "came"
        lines = [
            f"{'Rehearsal of an' if self.rehearsal else 'An'} import from {self.source} into {', '.join(self.into)}.",
            "",
        ]
        lines.append(f"What {verb}:" if +self.came else f"Nothing new {verb}.")
        lines += [f"  {counted(count, what)}" for what, count in self.came.items() if count]
        if +self.before:
            lines += ["", "What had come before:"]
            lines += [f"  {counted(count, what)}" for what, count in self.before.items() if count]
        if self.left:
            lines += [
                "",
                "What was left out, and why:" if not self.rehearsal else "What would be left out, and why:",
            ]
            for (what, why), count in sorted(self.left.items(), key=lambda item: -item[1]):
                some = self.examples.get((what, why))
                lines.append(f"  {counted(count, what)}: {why}{f' ({_listed(some, count)})' if some else ''}")
        if self.notes:
            lines += ["", *self.notes]
        posts = self.came["post"]
        if posts and self.seconds and not self.rehearsal:
            lines += ["", f"It took {self.seconds:,.0f} seconds, {posts / self.seconds:,.0f} posts a second."]
        return "\n".join(lines) + "\n"


def counted(count: int, what: str) -> str:
    """As 1 topic, 2,000 topics; of `member (new)` 2 members (new)."""
    noun, space, rest = what.partition(" ")
    many = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{count:,} {noun if count == 1 else many}{space}{rest}"


def _listed(some: list[str], count: int) -> str:
    return ", ".join(some) + (", …" if count > len(some) else "")
