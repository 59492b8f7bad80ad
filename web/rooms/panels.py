"""What the panels of a room show: questions, hands, polls and links."""

from typing import Any

from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.members import Viewer
from chat.networks import NetworkSeen


async def panels(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, drop_in: DropInSeen
) -> dict[str, Any]:
    """For the templates of these panels. `mine`, if there, lists the keys of what is the viewer's own."""
    return {}
