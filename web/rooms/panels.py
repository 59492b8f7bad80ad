"""What the panels of a room show: questions, hands, polls and links."""

from typing import Any

from chat import rooms
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.members import Viewer
from chat.networks import NetworkSeen


async def panels(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, drop_in: DropInSeen
) -> dict[str, Any]:
    """For the templates of these panels. `mine`, if there, lists the keys of what is the viewer's own."""
    if network.role is None:
        return {"mine": []}
    own = await rooms.own_in(tx, viewer, drop_in.id)
    return {
        "questions": await rooms.questions_of(tx, drop_in.id),
        "hands": await rooms.hands_of(tx, drop_in.id),
        "polls": await rooms.polls_of(tx, drop_in.id),
        "links": await rooms.links_of(tx, drop_in.id),
        "ballots": own.ballots,
        "mine": [
            *(f"question-{id}" for id in own.asked),
            *(f"vote-{id}" for id in own.voted),
            *([f"hand-{drop_in.id}"] if own.hand else []),
            *(f"ballot-{id}" for id in own.ballots),
            *(f"choice{option}-{id}" for id, ballot in own.ballots.items() for option in ballot.choices),
        ],
    }
