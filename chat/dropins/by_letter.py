"""What a letter's links let its reader do without a session: answer to one date, or have no more reminders.

A link is signed for one thing of one member, and good for nothing else. Looking at it changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.dropins.answering import answer
from chat.errors import Conflict, Forbidden, NotFound
from chat.languages import _, language, when
from chat.members import by_id
from chat.members.reading_letters import BY_MAIL
from chat.secrets import signed, vouched

SIGNER = "SELECT secret FROM meta"


class Asked(NamedTuple):
    """The date that a letter asks about, as the letter says it, and the answer so far."""

    title: str
    network: str
    when: str
    answer: str | None
    turn: bool


class Subscription(NamedTuple):
    """Reminders of one network, whose name is None for who may not read it any more."""

    network: str | None


async def answer_link(tx: Transaction, drop_in_id: int, member_id: int, until: datetime) -> str:
    """Where a member can answer to a date until then."""
    token = signed(await tx.value(SIGNER), "rsvp", drop_in_id, member_id, int(until.timestamp()))
    return f"{settings().origin}/rsvp/{token}"


async def unsubscribe_link(tx: Transaction, network_id: int, member_id: int) -> str:
    return f"{settings().origin}/unsubscribe/{signed(await tx.value(SIGNER), 'reminders', network_id, member_id)}"


async def asked_by(tx: Transaction, token: str) -> Asked:
    """What this link asks. Raises NotFound where it asks nothing any more, whatever the reason."""
    drop_in_id, member_id = await _asks(tx, token)
    row = await tx.first(
        "SELECT coalesce(drop_in.title, series.title) AS title, network.name, opens_at, coalesce(nullif(member.zone, ''), series.zone) AS zone, "
        "rsvp.answer, waiting_since FROM drop_in JOIN series ON series.id = series_id JOIN network ON network.id = drop_in.network_id "
        "JOIN membership ON membership.network_id = network.id AND membership.member_id = :member AND membership.ended_at IS NULL "
        "AND membership.banned_at IS NULL JOIN member ON member.id = membership.member_id "
        "LEFT JOIN rsvp ON rsvp.drop_in_id = drop_in.id AND rsvp.member_id = member.id "
        "WHERE drop_in.id = :id AND cancelled_at IS NULL AND closes_at > :now",
        id=drop_in_id,
        member=member_id,
        now=clock.now(),
    )
    if row is None:
        raise NotFound(_not_valid())
    at = when(row.opens_at, row.zone, language())
    return Asked(row.title, row.name, at, row.answer, row.waiting_since is not None)


async def answer_by_letter(tx: Transaction, token: str, form: Mapping[str, Any]) -> None:
    """Answer to the date of this link, as its member. Form: answer."""
    drop_in_id, member_id = await _asks(tx, token)
    await asked_by(tx, token)
    try:
        await answer(tx, await by_id(tx, member_id), drop_in_id, form.get("answer"), joining=False)
    except (Conflict, Forbidden):  # it has just ended, or their place in the network has
        raise NotFound(_not_valid()) from None


async def subscription_of(tx: Transaction, token: str) -> Subscription:
    """What this link ends. Raises NotFound for one that is not complete."""
    network_id, member_id = await _ends(tx, token)
    return Subscription(
        await tx.value(
            "SELECT name FROM network JOIN membership ON network_id = network.id "
            "WHERE network.id = :network AND member_id = :member AND ended_at IS NULL AND banned_at IS NULL",
            network=network_id,
            member=member_id,
        )
    )


async def unsubscribe(tx: Transaction, token: str, *, everywhere: bool = False) -> None:
    """No more reminders by e-mail from this network, or from any. Those in the page stay."""
    network_id, member_id = await _ends(tx, token)
    more = "array(SELECT DISTINCT unnest(unreminded || CAST(:unwanted AS text[])) ORDER BY 1)"
    table, which = (
        ("member", "id = :member")
        if everywhere
        else ("membership", "network_id = :network AND member_id = :member")
    )
    params: dict[str, object] = {"member": member_id, "unwanted": list(BY_MAIL)}
    await tx.run(
        f"UPDATE {table} SET unreminded = {more} WHERE {which}",  # noqa: S608
        **params if everywhere else {**params, "network": network_id},
    )


def _not_valid() -> str:
    return _("This link is too old, or it is not complete. Sign in to answer on the hub.")


async def _asks(tx: Transaction, token: str) -> tuple[int, int]:
    match vouched(await tx.value(SIGNER), "rsvp", token):
        case [drop_in_id, member_id, until] if clock.now().timestamp() < int(until):
            return int(drop_in_id), int(member_id)
    raise NotFound(_not_valid())


async def _ends(tx: Transaction, token: str) -> tuple[int, int]:
    match vouched(await tx.value(SIGNER), "reminders", token):
        case [network_id, member_id]:
            return int(network_id), int(member_id)
    raise NotFound(_("This link is not complete. You can turn reminders off in your settings."))
