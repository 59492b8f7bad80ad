"""What is written down during a run: a line of JSON for everything that was seen, with a monotonic time.

Linux has one monotonic clock for all processes, so the lines of several journals may be compared.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec


class Line(msgspec.Struct, array_like=True):
    t: float


class Opened(Line, tag="opened"):
    """A client has a connection to the web process of this place; with a cookie, also of this session."""

    client: str
    connection: int
    process: int
    session: int = 0


class Told(Line, tag="told"):
    """The client may follow: from the position it asked for, or from the head."""

    client: str
    connection: int
    stream: str
    epoch: str
    asked_epoch: str | None
    asked: int | None
    head: int


class Heard(Line, tag="ev"):
    """An event arrived. `rev` and `digest` are of the content it carried."""

    client: str
    connection: int
    stream: str
    seq: int
    kind: str
    ref: int
    rev: int
    digest: str


class Gone(Line, tag="gone"):
    client: str
    connection: int
    stream: str


class Resync(Line, tag="resync"):
    client: str
    connection: int
    stream: str
    epoch: str
    head: int
    why: str


class Snapshot(Line, tag="snapshot"):
    """The client has read the page anew and goes on from its cursor."""

    client: str
    stream: str
    epoch: str
    seq: int


class Whisper(Line, tag="eph"):
    """Something of the moment; it should carry no number."""

    client: str
    connection: int
    stream: str
    kind: str
    seq: int | None


class Closed(Line, tag="closed"):
    """The connection is over: with the server's code, or 1006."""

    client: str
    connection: int
    code: int


class Behind(Line, tag="behind"):
    """A heartbeat told the client that it had missed something for two seconds."""

    client: str
    connection: int
    stream: str
    seq: int
    head: int


class State(Line, tag="state"):
    """What a client has in the end: its cursor, and a digest of each thing that it shows."""

    client: str
    stream: str
    epoch: str
    seq: int
    gone: bool
    things: dict[str, str]


class Op(Line, tag="op"):
    """A write under a name, sent at `t`. `outcome`: ok, refused, or none (no answer, or one that says nothing)."""

    answered: float
    author: int
    name: str
    way: str
    stream: str
    outcome: str
    post: int
    seq: int
    code: str


class Changed(Line, tag="changed"):
    """A post was edited or removed, and that was answered with this revision."""

    post: int
    rev: int


class Fault(Line, tag="fault"):
    """From `t` to `until` something was amiss with `target`; `kills` counts the processes that it killed."""

    until: float
    kind: str
    target: str
    kills: int = 0


class Rows(Line, tag="rows"):
    """A stream and its rows in one snapshot of the database."""

    stream: str
    head: int
    floor: int
    count: int
    lowest: int
    highest: int


class Here(Line, tag="here"):
    """Who is in a room, as the processes' shared memory says."""

    room: str
    members: list[int]


class Held(Line, tag="held"):
    """The most that a process and its kernel hold for one connection, in bytes."""

    process: int
    most: int


Record = (
    Opened | Told | Heard | Gone | Resync | Snapshot | Whisper | Closed | Behind | State
    | Op | Changed | Fault | Rows | Here | Held
)  # fmt: skip


class Journal:
    """Appends lines to a file; what a killed process had not yet written is lost."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=1 << 16)
        self._encode = msgspec.json.Encoder().encode

    def write(self, record: Record) -> None:
        self._file.write(self._encode(record) + b"\n")

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Iterator[Record]:
    decode = msgspec.json.Decoder(Record).decode
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):  # else its writer was killed in the middle of it
                yield decode(line)


now = time.monotonic
