"""What a client has sent and nobody has read yet (RFC 6455, section 5). It exists while there is something in it."""

from collections.abc import Generator

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Close, Frame, Opcode

LONGEST = 64 * 1024  # bytes of a message, all its fragments together

BROKEN, NOT_TEXT, TOO_BIG = 1002, 1007, 1009


class Unreadable(Exception):
    """No client of the protocol sends this. `code` is what the connection is closed with."""

    def __init__(self, code: int) -> None:
        self.code = code


class Inbox:
    __slots__ = ("_data", "_is_text", "_message")

    def __init__(self) -> None:
        self._data = b""
        self._message: bytearray | None = None  # whose last fragment has not come yet
        self._is_text = False

    def __bool__(self) -> bool:
        return bool(self._data) or self._message is not None

    def add(self, data: bytes) -> None:
        self._data += data

    def next(self) -> str | bytes | Frame | None:
        """The next message (text or binary) or control frame; None until there is a whole one. Raises Unreadable."""
        try:
            while (frame := self._frame()) is not None:
                if frame.opcode is Opcode.CLOSE:
                    Close.parse(frame.data)
                if frame.opcode >= Opcode.CLOSE:
                    return frame
                self._collect(frame)
                if frame.fin:
                    return self._whole()
        except ProtocolError:
            raise Unreadable(BROKEN) from None
        except PayloadTooBig:
            raise Unreadable(TOO_BIG) from None
        except UnicodeDecodeError:
            raise Unreadable(NOT_TEXT) from None
        return None

    def _frame(self) -> Frame | None:
        if not self._data:
            return None
        at = 0

        def read_exact(size: int) -> Generator[None, None, bytes]:
            nonlocal at
            if at + size > len(self._data):
                yield
            at += size
            return self._data[at - size : at]

        try:
            next(Frame.parse(read_exact, mask=True, max_size=self._room()))
        except StopIteration as parsed:
            self._data = self._data[at:]
            return parsed.value
        return None  # the rest has not come yet; it is parsed from the start again

    def _room(self) -> int:
        """Bytes that the next frame may have. What controls the connection is no part of the message around it."""
        is_control = self._data[0] & Opcode.CLOSE
        return LONGEST if self._message is None or is_control else LONGEST - len(self._message)

    def _collect(self, frame: Frame) -> None:
        if (frame.opcode is Opcode.CONT) == (self._message is None):
            raise ProtocolError("a fragment of nothing, or a message within another")
        if self._message is None:
            self._message, self._is_text = bytearray(), frame.opcode is Opcode.TEXT
        # Not a list of fragments: they may be empty, and without number.
        self._message += frame.data

    def _whole(self) -> str | bytes:
        assert self._message is not None
        data, self._message = bytes(self._message), None
        return data.decode() if self._is_text else data
