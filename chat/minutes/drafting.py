"""Drafting what a drop-in leaves behind, and what it hands on to the next."""

from datetime import timedelta

from chat import agenda, clock, rooms
from chat.attendance.settling import LAST_NOTES
from chat.db import Transaction
from chat.discussions import unname
from chat.dropins import DropInSeen, drop_in_of, drop_ins_by_id
from chat.dropins.queries import WRAP_UP
from chat.errors import Conflict
from chat.languages import _, speaking
from chat.members import Viewer, must_act, notify
from chat.minutes.composing import compose
from chat.minutes.queries import MinutesSeen, minutes_of
from chat.networks import joining_in, must_have, writing_in
from chat.networks.access import access_changes
from chat.networks.rights import RIGHTS

REMIND_AFTER = timedelta(hours=24)


async def draft_minutes(tx: Transaction, drop_in_id: int) -> None:
    """After the wrap-up: a draft for the host, names taken off the talk where that is the rule, and what is left over
    for the next date. Called too early, it comes back. Safe to repeat: what a host has begun is left alone."""
    drop_in = (await drop_ins_by_id(tx, [drop_in_id])).get(drop_in_id)
    if drop_in is None or drop_in.cancelled_at or drop_in.missed_at:
        return
    when = drop_in.closes_at + WRAP_UP + LAST_NOTES
    if clock.now() < when:
        await tx.enqueue(
            "draft_minutes", f"minutes:{drop_in_id}:{when.isoformat()}", run_at=when, drop_in_id=drop_in_id
        )
        return
    await (joining_in if drop_in.chatham_house else writing_in)(
        tx, drop_in.network_id
    )  # before any other lock
    await _take_names_off(tx, drop_in)
    await _hand_on(tx, drop_in)
    with speaking(await _language_of_host(tx, drop_in)):
        body = await compose(tx, drop_in)
    made = await tx.run(
        "INSERT INTO minutes (drop_in_id, body, drafted_at) VALUES (:id, :body, :now) ON CONFLICT (drop_in_id) DO NOTHING",
        id=drop_in_id,
        body=body,
        now=clock.now(),
    )
    if made:
        await tell_hosts(tx, drop_in, "minutes.drafted")
        await tx.enqueue(
            "remind_of_minutes",
            f"minutes-wait:{drop_in_id}",
            run_at=clock.now() + REMIND_AFTER,
            drop_in_id=drop_in_id,
        )


async def draft_now(tx: Transaction, host: Viewer | None, drop_in_id: int) -> MinutesSeen:
    """A draft of what there is by now, in place of one that nobody has changed. Raises Conflict before the end, and where
    somebody has."""
    host = must_act(host)
    drop_in = await drop_in_of(tx, host, drop_in_id)
    await must_have(tx, host, drop_in.network_id, "run_drop_ins")
    if not drop_in.over:
        raise Conflict(_("Minutes are drafted when the drop-in is over."))
    made = await tx.run(
        "INSERT INTO minutes AS old (drop_in_id, body, drafted_at) VALUES (:id, :body, :now) ON CONFLICT (drop_in_id) "
        "DO UPDATE SET body = excluded.body, drafted_at = excluded.drafted_at, rev = old.rev + 1 "
        "WHERE old.edited_at IS NULL AND old.published_at IS NULL",
        id=drop_in_id,
        body=await compose(tx, drop_in),
        now=clock.now(),
    )
    if not made:
        raise Conflict(_("Somebody has worked on these minutes already: they are not drafted anew."))
    found = await minutes_of(tx, drop_in)
    assert found is not None
    return found


async def remind_of_minutes(tx: Transaction, drop_in_id: int) -> None:
    """A day later, once: nobody else publishes them."""
    drop_in = (await drop_ins_by_id(tx, [drop_in_id]))[drop_in_id]
    if await tx.run(
        "UPDATE minutes SET reminded_at = :now WHERE drop_in_id = :id AND reminded_at IS NULL AND published_at IS NULL",
        id=drop_in_id,
        now=clock.now(),
    ):
        await tell_hosts(tx, drop_in, "minutes.wait")


async def tell_hosts(tx: Transaction, drop_in: DropInSeen, kind: str) -> None:
    """Its host, if they still are one; else the network's owners."""
    rows = await tx.all(
        "SELECT member_id, role, member_id = series.host_id AS own FROM membership JOIN series ON series.network_id = membership.network_id "
        "WHERE series.id = :series AND role = ANY(:roles) AND membership.ended_at IS NULL AND banned_at IS NULL",
        series=drop_in.series_id,
        roles=list(RIGHTS["run_drop_ins"].roles),
    )
    told = [row.member_id for row in rows if row.own] or [
        row.member_id for row in rows if row.role == "owner"
    ]
    await notify(tx, told, kind, network_id=drop_in.network_id, ref_id=drop_in.id)


async def _language_of_host(tx: Transaction, drop_in: DropInSeen) -> str:
    """They are the one who works on the draft."""
    return await tx.value(
        "SELECT language FROM member JOIN series ON host_id = member.id WHERE series.id = :series",
        series=drop_in.series_id,
    )


async def _take_names_off(tx: Transaction, drop_in: DropInSeen) -> None:
    if not drop_in.chatham_house:
        return
    if await tx.run(
        "UPDATE topic SET nameless_at = :now WHERE id = :id AND nameless_at IS NULL",
        id=drop_in.topic_id,
        now=clock.now(),
    ):
        await unname(tx, drop_in.topic_id)
        # What live delivery has kept of the talk shows names: it is drawn again when asked for.
        await access_changes(tx, drop_in.network_id)


async def _hand_on(tx: Transaction, drop_in: DropInSeen) -> None:
    """To the next date of the series, or of the one that follows it."""
    following = await tx.value(
        "SELECT drop_in.id FROM drop_in JOIN series ON series.id = series_id "
        "WHERE (series.id = :series OR follows_id = :series) AND opens_at > :now AND cancelled_at IS NULL ORDER BY opens_at LIMIT 1",
        series=drop_in.series_id,
        now=clock.now(),
    )
    if following is None:
        return
    questions = await rooms.questions_of(tx, drop_in.id)
    left = [q for q in questions if q.outcome in (None, "deferred")]
    await agenda.carry_over(tx, drop_in.id, following, [(q.author.id, q.body) for q in left])
