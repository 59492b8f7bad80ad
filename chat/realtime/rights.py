"""By what right a connection is here: a session, an API token, or none. Whose right has ended is closed."""

from collections.abc import Collection, Iterable
from datetime import datetime

from chat import clock
from chat.events import Event
from chat.realtime.streams import Connection, Desk

SESSION_ENDED = 4001


class Rights:
    """The control stream names what is ended by somebody; the rest is asked about, but only when there is a reason."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._ended: set[tuple[str, int]] = set()
        self._newcomers: set[Connection] = set()
        self._soonest: datetime | None = None  # when the first of the sessions here runs out

    def arrive(self, connection: Connection) -> None:
        """What was ended between the handshake and now was said before we listened: it is asked about once."""
        if connection.session_id is not None or connection.token_id is not None:
            self._newcomers.add(connection)

    def leave(self, connection: Connection) -> None:
        self._newcomers.discard(connection)

    def hear(self, events: Iterable[Event]) -> None:
        self._ended |= {(event.kind, event.ref) for event in events}

    def doubt(self) -> None:
        """Something may have been missed: ask about everybody."""
        self._soonest = clock.now()

    async def enforce(self, connections: Collection[Connection]) -> None:
        """Close whoever has no right any more."""
        everybody = self._soonest is not None and clock.now() >= self._soonest
        asked = set(connections) if everybody else self._newcomers.copy()
        if asked:
            over = await self.desk.ended(
                {c.session_id for c in asked if c.session_id is not None},
                {c.token_id for c in asked if c.token_id is not None},
            )
            self._newcomers -= asked
            known = None if everybody else self._soonest
            self._soonest = min(filter(None, (known, over.next_end)), default=None)
            self._ended |= {("session.ended", id) for id in over.sessions}
            self._ended |= {("token.revoked", id) for id in over.tokens}
        ended, self._ended = self._ended, set()
        if ended:
            for connection in list(connections):
                if ("session.ended", connection.session_id) in ended or (
                    "token.revoked",
                    connection.token_id,
                ) in ended:
                    connection.close(SESSION_ENDED)
