"""What clients say on the socket. Unknown keys are ignored; whatever makes no sense is refused, never a crash."""

from typing import Annotated, Any

import msgspec

DEEPEST = 8
Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]  # what every client can count to


class BadMessage(Exception):
    """No message of the protocol. `code` goes into the err frame, `i` back to where it came from."""

    def __init__(self, code: str, i: int | None = None) -> None:
        self.code, self.i = code, i
        super().__init__(code)


class Cursor(msgspec.Struct):
    s: str
    e: str | None = None
    q: Number | None = None


class Hello(msgspec.Struct, tag_field="t", tag="hello"):
    v: int = 1
    as_: str = msgspec.field(name="as", default="json")
    csrf: str = ""
    lang: str = "en"
    subs: list[Cursor] = []


class Sub(msgspec.Struct, tag_field="t", tag="sub"):
    s: str
    i: Number | None = None
    e: str | None = None
    q: Number | None = None


class Unsub(msgspec.Struct, tag_field="t", tag="unsub"):
    s: str
    i: Number | None = None


class Op(msgspec.Struct, tag_field="t", tag="op"):
    op: str
    k: str
    s: str
    i: Number | None = None
    d: dict[str, Any] = {}


class Eph(msgspec.Struct, tag_field="t", tag="eph"):
    s: str
    k: str


class Pong(msgspec.Struct, tag_field="t", tag="pong"):
    pass


Message = Hello | Sub | Unsub | Op | Eph | Pong


def parse(text: str | bytes) -> Message:
    """A client's message; raises BadMessage. Bytes are a binary one, which the protocol has not."""
    if isinstance(text, bytes):
        raise BadMessage("text")
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise BadMessage("json") from None
    if not isinstance(raw, dict):
        raise BadMessage("json")
    i = raw.get("i")
    i = i if isinstance(i, int) and abs(i) <= 2**53 else None
    if _deeper_than(raw, DEEPEST):
        raise BadMessage("deep", i)
    try:
        return msgspec.convert(raw, Message)
    except msgspec.ValidationError:
        raise BadMessage("message", i) from None


def _deeper_than(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        return levels == 0 or any(_deeper_than(v, levels - 1) for v in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_deeper_than(v, levels - 1) for v in value)
    return False
