"""The agenda of a drop-in: proposed and voted on by members, arranged and gone through by hosts."""

from chat.agenda.arranging import give_minutes, leave_out, move, take_on
from chat.agenda.carrying import carry_over
from chat.agenda.proposing import propose, withdraw
from chat.agenda.queries import Agenda, ItemSeen, agenda_of, item_of, items_by_id, own_votes
from chat.agenda.running import go_back, start_next
from chat.agenda.voting import vote

__all__ = [
    "Agenda",
    "ItemSeen",
    "agenda_of",
    "carry_over",
    "give_minutes",
    "go_back",
    "item_of",
    "items_by_id",
    "leave_out",
    "move",
    "own_votes",
    "propose",
    "start_next",
    "take_on",
    "vote",
    "withdraw",
]
