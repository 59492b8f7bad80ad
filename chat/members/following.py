"""What becomes of a topic in which a member writes: they watch it, follow it, or go on as before."""

from chat.db import Transaction
from chat.fields import one_of
from chat.languages import _

ON_WRITING = ("watching", "tracking", "nothing")


async def on_writing_of(tx: Transaction, member_id: int) -> str:
    return await tx.value("SELECT on_writing FROM member WHERE id = :id", id=member_id)


async def choose_on_writing(tx: Transaction, member_id: int, choice: object) -> None:
    choice = one_of("on_writing", choice, ON_WRITING, called=_("What happens when you write"))
    await tx.run("UPDATE member SET on_writing = :choice WHERE id = :id", choice=choice, id=member_id)
