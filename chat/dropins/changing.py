"""What calendars and those who come must hear of: a date that moved, was cancelled, or says something new."""

from chat.db import Transaction


async def changed(tx: Transaction, drop_in_id: int, what: str, word: str = "") -> None:
    """Raise a date's sequence and have those told who said yes or maybe. What: moved, cancelled or edited."""
    sequence = await tx.value(
        "UPDATE drop_in SET sequence = sequence + 1, word = :word WHERE id = :id RETURNING sequence",
        id=drop_in_id,
        word=word,
    )
    await tx.enqueue(
        "tell_change", f"change:{drop_in_id}:{sequence}", drop_in_id=drop_in_id, sequence=sequence, what=what
    )
