"""What the events of a room look like on the wire: as the panels' script takes them, or as the API shows them."""

from collections.abc import Awaitable, Callable
from typing import Any

from chat.db import Reader

Payloads = dict[int, dict[str, Any]]

# By the event's kind, or by what stands before its dot. Each is given the ids, and "html" or "json".
LOADERS: dict[str, Callable[[Reader, list[int], str], Awaitable[Payloads]]] = {}
