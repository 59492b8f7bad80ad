"""Holds the log, the writers' answers, the processes' weights and the rooms to their word: I1, I2, I5, I9 and ghosts."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise

from tests.faults.clients import Plan
from tests.faults.findings import Findings, Limits
from tests.faults.journal import Changed, Closed, Gone, Held, Here, Op, Opened, Record, Resync, Rows, Told
from tests.faults.truth import Truth


def check(
    records: Callable[[], Iterable[Record]],
    plans: list[Plan],
    eras: list[Truth],
    limits: Limits,
    findings: Findings,
) -> None:
    ops: dict[tuple[int, str], list[Op]] = defaultdict(list)
    rooms = Rooms(plans, limits, findings)
    for record in records():
        match record:
            case Rows():
                _no_hole(record, findings)
            case Held():
                findings.at_worst("held", record.most)
                if record.most > limits.held:
                    findings.found(
                        "I9", f"process {record.process} held {record.most} bytes for one connection"
                    )
            case Op():
                findings.figures[f"op {record.outcome}"] += 1
                ops[record.author, record.name].append(record)
            case Changed():
                _changed(record, eras, findings)
            case _:
                rooms.take(record)
    rooms.look()
    for truth in eras:
        _log_in_order(truth, findings)
    findings.figures["removals"] = sum(
        len(absences) for truth in eras for absences in truth.absences.values()
    )
    for (author, name), attempts in ops.items():
        _written_once(author, name, attempts, eras, findings)


def _no_hole(rows: Rows, findings: Findings) -> None:
    found = (rows.count, rows.lowest, rows.highest)
    length = rows.head - rows.floor + 1
    wanted = (length, rows.floor, rows.head) if length else (0, 0, 0)
    if found != wanted:
        findings.found(
            "I1",
            f"{rows.stream} is {rows.floor}..{rows.head} and has {rows.count} rows, {rows.lowest}..{rows.highest}",
        )


def _log_in_order(truth: Truth, findings: Findings) -> None:
    for stream, events in truth.events.items():
        numbers, floor, head = sorted(events), truth.floors.get(stream, 1), truth.heads.get(stream, 0)
        if numbers != list(range(floor, head + 1)):
            findings.found("I1", f"{stream} is {floor}..{head} and has {len(numbers)} rows")
        for one, next_one in pairwise(numbers):
            if events[one].committed > events[next_one].committed:
                early = events[one].committed - events[next_one].committed
                findings.found("I2", f"{stream} {next_one} was committed {early:.3f} s before {one}")


def _written_once(author: int, name: str, attempts: list[Op], eras: list[Truth], findings: Findings) -> None:
    # A restored backup takes answered writes with it; each history is asked about its own time.
    since = 0.0
    for truth in eras:
        posts = truth.named.get((author, name), [])
        own = [op for op in attempts if since <= op.t and op.answered < truth.until]
        answered = [op for op in own if op.outcome == "ok"]
        earlier = any(op.t < since for op in attempts)
        if len(posts) > 1:
            findings.found("I5", f"{name} of {author} was written {len(posts)} times: posts {posts}")
        elif answered and not posts:
            findings.found("I5", f"{name} of {author} was answered and is not there")
        elif posts and not earlier and own == attempts and all(op.outcome == "refused" for op in attempts):
            findings.found("I5", f"{name} of {author} was refused and is there: post {posts[0]}")
        for op in answered:
            if posts and op.post not in posts:
                findings.found("I5", f"{name} of {author} was answered with post {op.post}; it is {posts}")
            row = truth.events.get(op.stream, {}).get(op.seq)
            if op.seq and (row is None or (row.kind, row.ref) != ("post.added", op.post)):
                findings.found("I5", f"{name} was answered with number {op.seq}, which is {row}")
        since = truth.until


def _changed(record: Changed, eras: list[Truth], findings: Findings) -> None:
    truth = next((truth for truth in eras if record.t < truth.until), eras[-1])
    if record.rev and truth.revision(record.post, record.rev) is None:
        findings.found(
            "I5", f"post {record.post} was said to have revision {record.rev}, of which the log knows nothing"
        )


class Rooms:
    """Who was connected to a room when, and who was said to be there."""

    def __init__(self, plans: list[Plan], limits: Limits, findings: Findings) -> None:
        self.members = {plan.name: plan.member for plan in plans}
        self.limits, self.findings = limits, findings
        self.stays: dict[tuple[str, int], list[list[float]]] = defaultdict(list)
        self.inside: dict[tuple[str, str], list[float]] = {}
        self.said: list[Here] = []

    def take(self, record: Record) -> None:
        match record:
            case Told() if record.stream.startswith("d:"):
                stay = [record.t, float("inf")]
                self.inside[record.client, record.stream] = stay
                self.stays[record.stream, self.members[record.client]].append(stay)
            case Gone() | Resync():
                self._out(record.client, record.stream, record.t)
            case Closed() | Opened():
                for client, stream in [key for key in self.inside if key[0] == record.client]:
                    self._out(client, stream, record.t)
            case Here():
                self.said.append(record)

    def _out(self, client: str, stream: str, t: float) -> None:
        if stay := self.inside.pop((client, stream), None):
            stay[1] = t

    def look(self) -> None:
        for here in self.said:
            for member in here.members:
                self._look_for(here, member)

    def _look_for(self, here: Here, member: int) -> None:
        """One who is in the room is no ghost; one who left is, after a while."""
        stays = [stay for stay in self.stays[here.room, member] if stay[0] <= here.t]
        left = max((until for _, until in stays), default=0.0)
        if left >= here.t or not stays:
            return
        age = here.t - left
        self.findings.at_worst("ghost", age)
        if age > self.limits.ghost:
            self.findings.figures["ghosts"] += 1
            self.findings.found(
                "ghosts", f"member {member} is said to be in {here.room} {age:.1f} s after leaving it"
            )
