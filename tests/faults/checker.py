"""Holds what every client heard against the log: I2, I3, I4, I6, I7, I8, I10, I11 and I12 of docs/faults.md.

It walks through the clients' journals once, in the order in which they were written.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.faults import ledger
from tests.faults.clients import Plan
from tests.faults.findings import Findings, Limits
from tests.faults.journal import (
    Behind,
    Closed,
    Fault,
    Gone,
    Heard,
    Opened,
    Record,
    Resync,
    Snapshot,
    State,
    Told,
    Whisper,
)
from tests.faults.truth import Absence, Row, Truth
from tests.faults.windows import Windows

# Faults that leave a process without Redis.
VALKEY = ("Valkey", "proxy")
PROMPT = 0.25  # seconds; what is sooner needs no excuse
NOTICED = 6.0  # from a restore's beginning until every process has started again or swept; a resync follows
ENTITLED = 3.0  # whoever had access for so long is not to be sent away


@dataclass
class Place:
    """A connection's place in a stream, since it was told that it may follow."""

    epoch: str
    cursor: int
    since: float


@dataclass
class Client:
    plan: Plan
    process: int = 0
    session: int = 0
    places: dict[str, Place] = field(default_factory=dict)
    applied: dict[str, tuple[str, int]] = field(default_factory=dict)


def check(
    records: Callable[[], Iterable[Record]],
    plans: Iterable[Plan],
    eras: list[Truth],
    limits: Limits | None = None,
) -> Findings:
    """`eras` are the database's histories: one, and another for every backup that was restored."""
    limits = limits or Limits()
    findings = Findings()
    windows = Windows(r for r in records() if isinstance(r, Fault))
    ledger.check(records, list(plans), eras, limits, findings)
    checker = Checker(plans, eras, windows, limits, findings)
    for record in records():
        checker.take(record)
    return findings


class Checker:
    def __init__(
        self, plans: Iterable[Plan], eras: list[Truth], windows: Windows, limits: Limits, findings: Findings
    ) -> None:
        self.clients = {plan.name: Client(plan) for plan in plans}
        self.eras = {truth.epoch: truth for truth in eras}
        self.history, self.last = eras, eras[-1]
        self.windows, self.limits, self.findings = windows, limits, findings
        self.contents: dict[tuple[str, int, int], str] = {}
        self.said: dict[str, set[str]] = {}  # the topics that a network's stream has spoken of
        self.steps: dict[type, Callable] = {
            Opened: self._opened, Told: self._told, Heard: self._heard, Gone: self._gone, Resync: self._resync,
            Snapshot: self._snapshot, Whisper: self._whisper, Closed: self._closed, Behind: self._behind, State: self._state,
        }  # fmt: skip

    def take(self, record: Record) -> None:
        if (step := self.steps.get(type(record))) is not None:
            step(self.clients[record.client], record)  # type: ignore[union-attr]

    # A connection and its places

    def _opened(self, client: Client, r: Opened) -> None:
        # With the cookie of a session that is over one is a visitor.
        over = self._at(r.t).sessions.get(r.session, r.t) < r.t
        client.process, client.session = r.process, 0 if over else r.session
        client.places.clear()

    def _closed(self, client: Client, r: Closed) -> None:
        client.places.clear()

    def _told(self, client: Client, r: Told) -> None:
        if r.asked is not None and r.asked_epoch not in (None, r.epoch):
            self.findings.found(
                "I11", f"{r.client} went on in {r.stream} from epoch {r.asked_epoch} into {r.epoch}"
            )
        start = r.head if r.asked is None else r.asked
        client.places[r.stream] = Place(r.epoch, start, r.t)
        if r.asked is not None:
            client.applied.setdefault(r.stream, (r.epoch, r.asked))

    def _snapshot(self, client: Client, r: Snapshot) -> None:
        client.applied[r.stream] = (r.epoch, r.seq)

    def _gone(self, client: Client, r: Gone) -> None:
        client.places.pop(r.stream, None)
        truth = self._at(r.t)
        if r.stream[0] in "tn" and not client.plan.sessions and self._entitled(client, truth, r.stream, r.t):
            self.findings.found("I4", f"{r.client} was sent away from {r.stream}, which it may follow")

    def _resync(self, client: Client, r: Resync) -> None:
        client.places.pop(r.stream, None)
        client.applied.pop(r.stream, None)
        self.findings.figures["resyncs"] += 1
        restored = any(truth.until <= r.t for truth in self.history)
        if r.why != "behind" and not (restored and r.why in ("epoch", "future")):
            self.findings.found("I3", f"{r.client} lost its place in {r.stream} for no reason: {r.why}")

    def _behind(self, client: Client, r: Behind) -> None:
        self.findings.figures["mended by heartbeat"] += 1

    def _whisper(self, client: Client, r: Whisper) -> None:
        if r.seq is not None:
            self.findings.found("I12", f"{r.client}: a whisper in {r.stream} has the number {r.seq}")

    # An event

    def _heard(self, client: Client, r: Heard) -> None:
        self.findings.figures["deliveries"] += 1
        place = client.places.get(r.stream)
        if place is None:
            return self.findings.found("I3", f"{r.client} hears {r.stream} {r.seq}, which it does not follow")
        self._in_order(client, place, r)
        truth = self.eras.get(place.epoch)
        row = truth and truth.events.get(r.stream, {}).get(r.seq)
        if truth is None or row is None or (row.kind, row.ref) != (r.kind, r.ref):
            mixed = any(
                (other.events.get(r.stream, {}).get(r.seq) or (None,))[:2] == (r.kind, r.ref)
                for other in self.history
            )
            if mixed and any(0 < r.t - era.until < NOTICED for era in self.history):
                self.findings.figures["before the restore was noticed"] += 1
                return
            return self.findings.found(
                "I11" if mixed else "I2",
                f"{r.client} hears {r.kind} {r.ref} as {r.stream} {r.seq} of epoch {place.epoch}; the log says {row}",
            )
        self._content(client, truth, row, r)
        self._access(client, truth, row, r)
        if place.since <= row.committed:
            self._prompt(client, row, r)

    def _in_order(self, client: Client, place: Place, r: Heard) -> None:
        if r.seq <= place.cursor:
            self.findings.figures["duplicated"] += 1
            self.findings.found("I3", f"{r.client} hears {r.stream} {r.seq} again after {place.cursor}")
        elif r.seq > place.cursor + 1:
            self.findings.figures["reordered"] += 1
            self.findings.found("I2", f"{r.client} hears {r.stream} {r.seq} right after {place.cursor}")
        place.cursor = max(place.cursor, r.seq)
        epoch, seq = client.applied.get(r.stream, ("", 0))
        if epoch != place.epoch:
            self.findings.found(
                "I11", f"{r.client} has {r.stream} of epoch {epoch!r} and hears of {place.epoch}"
            )
        elif r.seq == seq + 1:
            client.applied[r.stream] = (epoch, r.seq)

    def _content(self, client: Client, truth: Truth, row: Row, r: Heard) -> None:
        """A frame shows the state of its event or a newer one, and one state looks the same to everybody."""
        if not r.kind.startswith("post."):
            return
        if r.rev < row.rev or truth.revision(r.ref, r.rev) is None:
            self.findings.found(
                "I6", f"{r.client} hears {r.kind} {r.ref} with revision {r.rev}; the event has {row.rev}"
            )
        known = self.contents.setdefault((client.plan.form + truth.epoch, r.ref, r.rev), r.digest)
        if known != r.digest:
            self.findings.found(
                "I6", f"{r.client}: revision {r.rev} of post {r.ref} differs from what others see"
            )

    def _access(self, client: Client, truth: Truth, row: Row, r: Heard) -> None:
        if client.session and (ended := truth.sessions.get(client.session, r.t)) < r.t:
            late = r.t - self._over(client, ended, r.t)
            self.findings.at_worst("after session", late)
            if late > self.limits.visible:
                self.findings.found(
                    "I8", f"{r.client} hears {r.stream} {r.seq} {late:.2f} s after its session ended"
                )
        absence = self._absent(client, truth, r.stream, r.t)
        if absence is None or truth is not self._at(r.t):
            return
        content = truth.revision(r.ref, r.rev) if r.kind.startswith("post.") else None
        newest = max(row.acl_version, content.acl_version if content else 0)
        if newest >= absence.version:
            self.findings.figures["leaks"] += 1
            self.findings.found(
                "I7",
                f"{r.client} was removed with version {absence.version} and hears {r.stream} {r.seq} of version {newest}",
            )
        late = r.t - self._over(client, absence.since, r.t)
        self.findings.at_worst("after removal", late)
        if late > self.limits.removal:
            self.findings.found("I8", f"{r.client} hears {r.stream} {r.seq} {late:.2f} s after its removal")

    def _prompt(self, client: Client, row: Row, r: Heard) -> None:
        late = r.t - row.committed
        without = any(self.windows.any(target, row.committed, r.t) for target in VALKEY)
        over = self._over(client, row.committed, r.t) if late > PROMPT else row.committed
        if over == row.committed and not without:
            self.findings.late.append(late)
        late = r.t - over
        self.findings.at_worst("without" if without else "with", late)
        if late > self.limits.visible:
            how = "without" if without else "with"
            self.findings.found(
                "I10", f"{r.client} hears {r.stream} {r.seq} {late:.2f} s after its commit, {how} Valkey"
            )

    # Who may, and what was amiss

    def _over(self, client: Client, since: float, until: float) -> float:
        """When the last thing was over that kept an event from this client, or the client from seeing it."""
        amiss = (f"web {client.process}", "PostgreSQL", "swarm", client.plan.name)
        return self.windows.over(amiss, since, until)

    def _at(self, t: float) -> Truth:
        return next((truth for truth in self.history if t < truth.until), self.last)

    def _absent(self, client: Client, truth: Truth, stream: str, t: float) -> Absence | None:
        network = truth.network_of.get(stream, 0)
        if network in truth.open:
            return None
        absences = truth.absences.get((client.plan.member, network), ())
        return next((a for a in absences if a.since < t < a.until), None)

    def _entitled(self, client: Client, truth: Truth, stream: str, t: float) -> bool:
        """Whether the member had access all the while before `t`."""
        network = truth.network_of.get(stream)
        if network is None or any(abs(t - era.until) < 2 * ENTITLED for era in self.history):
            return False
        if self._over(client, t - ENTITLED, t) > t - ENTITLED:
            return False  # what it hears now may have been said long ago
        first = truth.events.get(stream, {}).get(1)
        if first is None or first.committed > t - ENTITLED:
            return False
        if network in truth.open:
            return True
        absences = truth.absences.get((client.plan.member, network), [])
        return client.plan.member != 0 and not any(a.since < t and a.until > t - ENTITLED for a in absences)

    # The end

    def _state(self, client: Client, r: State) -> None:
        truth = self.last
        if r.stream[0] == "d" or not truth.may_follow(client.plan.member, r.stream):
            return
        head = truth.heads.get(r.stream, 0)
        applied = client.applied.get(r.stream)
        if r.gone or applied != (truth.epoch, head):
            missing = head - applied[1] if applied else head
            self.findings.figures["lost"] += max(1, missing)
            return self.findings.found(
                "I4",
                f"{r.client} stands at {applied} in {r.stream}, whose head is {(truth.epoch, head)}{', sent away' * r.gone}",
            )
        if client.plan.form == "json":
            self._compare(client, r, truth.things.get(r.stream, {}))

    def _compare(self, client: Client, r: State, snapshot: dict[str, str]) -> None:
        self.findings.figures["compared"] += 1
        shown = {key: digest for key, digest in r.things.items() if self._announced(r.stream, key)}
        wanted = {key: digest for key, digest in snapshot.items() if self._announced(r.stream, key)}
        different = {key for key, digest in wanted.items() if shown.get(key) != digest}
        # Of a kind that the snapshot lists whole, nothing else may be there.
        whole = {"t": "post:", "n": "topic:"}.get(r.stream[0], "none")
        different |= {key for key in shown if key.startswith(whole) and key not in wanted}
        if different:
            self.findings.found(
                "I6", f"{r.client} shows {r.stream} otherwise than a new reader: {sorted(different)[:5]}"
            )

    def _announced(self, stream: str, key: str) -> bool:
        """The talk of a drop-in that nobody has written in is in the list of topics, and no event says so."""
        if not key.startswith("topic:"):
            return True
        if stream not in self.said:
            rows = self.last.events.get(stream, {}).values()
            self.said[stream] = {f"topic:{row.ref}" for row in rows if row.kind.startswith("topic.")}
        return key in self.said[stream]
