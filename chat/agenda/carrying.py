"""What one drop-in did not come to is on the agenda of the next."""

from collections.abc import Iterable

from chat import clock
from chat.agenda.proposing import arranging, changed
from chat.db import Transaction
from chat.networks import writing_in

SHORT = 140  # characters of a title

Asked = tuple[int | None, str]  # who asked (None without a name), and what


async def carry_over(tx: Transaction, from_drop_in: int, to_drop_in: int, asked: Iterable[Asked] = ()) -> int:
    """Seed the agenda of a later date with what an earlier one did not come to, and with questions that nobody answered.

    Once: what was carried over already is left as it is. How many items it brought.
    """
    network_id = await tx.value("SELECT network_id FROM drop_in WHERE id = :id", id=to_drop_in)
    await writing_in(tx, network_id)
    await arranging(tx, to_drop_in)
    if await tx.value(
        "SELECT 1 FROM agenda_item WHERE drop_in_id = :to AND carried_from = :from LIMIT 1",
        **{"to": to_drop_in, "from": from_drop_in},
    ):
        return 0
    rows = await tx.all(
        "SELECT member_id, title, note, minutes FROM agenda_item WHERE drop_in_id = :from AND withdrawn_at IS NULL "
        "AND left_out_at IS NULL AND started_at IS NULL ORDER BY taken_at IS NULL, place, id",
        **{"from": from_drop_in},
    )
    wanted = [tuple(row) for row in rows]
    wanted += [
        (member, _short(words), "" if len(words) <= SHORT else words[:1000], None) for member, words in asked
    ]
    for member_id, title, note, minutes in wanted:
        item_id = await tx.value(
            "INSERT INTO agenda_item (drop_in_id, member_id, title, note, minutes, place, proposed_at, carried_from) VALUES "
            "(:to, :member, :title, :note, :minutes, "
            "(SELECT coalesce(max(place), 0) + 1 FROM agenda_item WHERE drop_in_id = :to), :now, :from) RETURNING id",
            **{"to": to_drop_in, "from": from_drop_in},
            member=member_id,
            title=title,
            note=note,
            minutes=minutes,
            now=clock.now(),
        )
        changed(tx, to_drop_in, network_id, item_id)
    return len(wanted)


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SHORT else line[: SHORT - 1].rsplit(" ", 1)[0] + "…"
