"""What comes out of the inbox is what the websockets library makes of the same bytes, however they arrive."""

import logging
import tracemalloc
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from web.live import inbox
from web.live.inbox import BROKEN, TOO_BIG, Inbox, Unreadable

LONGEST = 600  # so that little is too much
CONTROLS = {8, 9, 10}

quiet = logging.getLogger("tests.quiet")
quiet.disabled = True


class Heard(NamedTuple):
    """Messages (text or bytes) and control frames (opcode and data), and what the connection was failed with."""

    all: list[Any]
    code: int | None


def by_the_inbox(chunks: list[bytes]) -> Heard:
    box, heard = Inbox(), []
    try:
        for chunk in chunks:
            box.add(chunk)
            while (got := box.next()) is not None:
                heard.append((got.opcode, bytes(got.data)) if isinstance(got, Frame) else got)
                if isinstance(got, Frame) and got.opcode is Opcode.CLOSE:
                    return Heard(heard, None)
    except Unreadable as unreadable:
        return Heard(heard, unreadable.code)
    return Heard(heard, None)


def by_the_library(chunks: list[bytes]) -> Heard:
    protocol, heard = ServerProtocol(state=State.OPEN, max_size=LONGEST, logger=quiet), []
    message, is_text = b"", False
    for chunk in chunks:
        protocol.receive_data(chunk)
        for frame in protocol.events_received():
            if frame.opcode in CONTROLS:
                heard.append((frame.opcode, bytes(frame.data)))
                continue
            if frame.opcode is not Opcode.CONT:
                message, is_text = b"", frame.opcode is Opcode.TEXT
            message += frame.data
            if frame.fin:
                # It leaves the text to whoever reads it; uvicorn fails the connection with 1007.
                try:
                    heard.append(message.decode() if is_text else message)
                except UnicodeDecodeError:
                    return Heard(heard, 1007)
        if protocol.parser_exc is not None:
            return Heard(heard, protocol.close_sent.code)
    return Heard(heard, None)


def framed(
    opcode: int, payload: bytes, fin: bool = True, rsv: int = 0, mask: bytes | None = b"\x01\x02\x03\x04"
) -> bytes:
    size, masked = len(payload), 0x80 if mask is not None else 0
    head = bytes((fin << 7 | rsv << 4 | opcode,))
    if size < 126:
        head += bytes((masked | size,))
    elif size < 65536:
        head += bytes((masked | 126,)) + size.to_bytes(2)
    else:
        head += bytes((masked | 127,)) + size.to_bytes(8)
    if mask is None:
        return head + payload
    return head + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))


sizes = st.sampled_from((0, 1, 2, 5, 124, 125, 126, 127, 200, 299, 300, 301, 599, 600, 601, 700))
texts = st.sampled_from(("", "{}", "née", "€" * 40, "\U0001f4ac" * 3, "x" * 125))
payloads = st.one_of(
    texts.map(str.encode), sizes.map(lambda size: b"x" * size), st.binary(max_size=6),
    st.sampled_from((b"\xc3", b"\xe2\x82", b"\xff", b"\xed\xa0\x80", b"\xc0\x80")),
)  # fmt: skip
codes = st.sampled_from(
    (0, 999, 1000, 1001, 1004, 1005, 1006, 1011, 1015, 1016, 2999, 3000, 4001, 4999, 5000, 65535)
)
closes = st.one_of(
    st.builds(lambda code, reason: code.to_bytes(2) + reason, codes, payloads), st.binary(max_size=1)
)
good = st.one_of(
    st.builds(framed, st.sampled_from((1, 2)), texts.map(str.encode)),
    st.builds(framed, st.sampled_from((9, 10)), st.binary(max_size=125)),
)
frames = st.one_of(
    good,
    good,
    st.builds(framed, st.sampled_from((0, 0, 1, 2)), payloads, st.booleans()),  # fragments
    st.builds(framed, st.sampled_from((0, 0, 1)), payloads, st.just(False)),
    st.builds(framed, st.just(8), closes),
    st.builds(
        framed, st.integers(0, 15), payloads, st.booleans(), st.sampled_from((0, 0, 0, 1, 2, 4, 7)),
        st.sampled_from((b"\0\0\0\0", b"abcd", None)),
    ),
    st.binary(max_size=20),
)  # fmt: skip
cuts = st.lists(st.integers(0, 4000), max_size=12)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(st.lists(frames, max_size=8), cuts, st.integers(0, 9))
@example([framed(1, b"a", fin=False), framed(9, b"!"), framed(0, b"b")], [1, 2, 3, 8, 9], 0)
@example([framed(1, "€".encode()[:1], fin=False), framed(0, "€".encode()[1:])], [], 0)
def test_the_same_messages_and_the_same_end(sent: list[bytes], cuts: list[int], missing: int) -> None:
    data = b"".join(sent)
    data = data[: len(data) - missing] if missing < 5 else data  # the last one may have come half
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    chunks = [data[start:end] for start, end in pairwise(edges)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "LONGEST", LONGEST)
        ours, theirs = by_the_inbox(chunks), by_the_library(chunks)
    if ours == theirs:
        return
    # Two differences are meant. The RFC lets control frames come within a fragmented message (5.4), so
    common = len(theirs.all)
    assert ours.all[:common] == theirs.all
    further = ours.all[common:] or [None]
    if theirs.code == TOO_BIG:  # a ping is not counted with it
        assert ours.code == BROKEN or further[0][0] in CONTROLS
    else:  # and a client may say goodbye in the middle of it
        assert theirs.code == BROKEN
        assert further[0][0] is Opcode.CLOSE
        assert ours.code is None


def test_a_fragmented_message_with_a_ping_in_it_may_be_as_long_as_any() -> None:
    box = Inbox()
    box.add(framed(1, b"x" * (inbox.LONGEST - 1), fin=False) + framed(9, b"there?") + framed(0, b"y"))
    assert bytes(box.next().data) == b"there?"
    assert box.next() == "x" * (inbox.LONGEST - 1) + "y"
    assert not box


def test_what_is_too_long_is_not_waited_for() -> None:
    """Its head says so: the rest is not collected first."""
    box = Inbox()
    box.add(framed(1, b"x" * 60_000, fin=False) + framed(0, b"y" * 5537)[:8])
    with pytest.raises(Unreadable) as unreadable:
        box.next()
    assert unreadable.value.code == TOO_BIG


def test_fragments_without_number_and_without_content_take_no_room() -> None:
    box, many = Inbox(), framed(0, b"", fin=False) * 2000
    box.add(framed(1, b"{", fin=False))
    tracemalloc.start()
    for _ in range(5):
        box.add(many)
        assert box.next() is None
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 10_000
    box.add(framed(0, b"}"))
    assert box.next() == "{}"
