"""What you missed: once minutes are published, those who were not there and want it get a notice and a letter, once each."""

from redis.asyncio import Redis

from chat import clock, mail
from chat.config import settings
from chat.db import Database, Transaction
from chat.languages import _, dated, language, speaking
from chat.mail import Letter
from chat.markup import render
from chat.members import notify
from chat.rounds import AT_ONCE, mail_each, next_round

LAST_DATES = 4  # of the series: who was at one of them is taken to follow it
TOLD_BY_LETTER = 1500  # characters of the minutes

# A member now, who was not there, and who wants it: always, or unless they said no, when they meant to come to this one or
# were at one of the last dates.
WANTS = f"""
membership.network_id = drop_in.network_id AND membership.ended_at IS NULL AND membership.banned_at IS NULL
AND unretold_at IS NULL
AND NOT EXISTS (
    SELECT FROM attendance WHERE attendance.drop_in_id = drop_in.id AND attendance.member_id = membership.member_id
    HAVING sum(until_at - from_at) >= interval '1 minute')
AND (retold_at IS NOT NULL
    OR coalesce(
        (SELECT answer FROM rsvp WHERE rsvp.drop_in_id = drop_in.id AND rsvp.member_id = membership.member_id),
        (SELECT answer FROM series_rsvp WHERE series_rsvp.series_id = drop_in.series_id AND series_rsvp.member_id = membership.member_id)
    ) = 'yes'
    OR EXISTS (
        SELECT FROM attendance WHERE attendance.member_id = membership.member_id AND attendance.drop_in_id IN (
            SELECT before.id FROM drop_in AS before WHERE before.series_id = drop_in.series_id AND before.opens_at < drop_in.opens_at
            AND before.cancelled_at IS NULL ORDER BY before.opens_at DESC LIMIT {LAST_DATES})))
"""  # noqa: S608
# The minutes as they stand; those that were taken back are told to nobody.
STAND = """
minutes.drop_in_id = drop_in.id AND minutes.published_at IS NOT NULL
AND EXISTS (SELECT FROM post WHERE post.id = minutes.post_id AND post.removed_at IS NULL)
"""


async def retell(tx: Transaction, drop_in_id: int, after: int) -> None:
    """Tell the next of them in the page, and leave their letters and those behind them to other jobs. Safe to repeat."""
    rows = await tx.all(
        "SELECT membership.member_id, drop_in.network_id, published_by FROM drop_in "  # noqa: S608
        f"JOIN minutes ON {STAND} JOIN membership ON {WANTS} "
        "WHERE drop_in.id = :id AND membership.member_id > :after AND membership.joined_at <= drop_in.closes_at "
        "AND membership.member_id <> published_by ORDER BY membership.member_id LIMIT :limit",
        id=drop_in_id,
        after=after,
        limit=AT_ONCE,
    )
    if not rows:
        return
    told = await tx.all(
        "INSERT INTO retelling (drop_in_id, member_id, told_at) SELECT :id, unnest(CAST(:members AS bigint[])), :now "
        "ON CONFLICT DO NOTHING RETURNING member_id",
        id=drop_in_id,
        members=[row.member_id for row in rows],
        now=clock.now(),
    )
    await notify(
        tx,
        [row.member_id for row in told],
        "minutes.published",
        network_id=rows[0].network_id,
        ref_id=drop_in_id,
    )
    await next_round(
        tx,
        "retell",
        drop_in_id,
        rows[-1].member_id,
        mailing="mail_minutes",
        after=after,
        drop_in_id=drop_in_id,
    )


async def mail_minutes(db: Database, redis: Redis, drop_in_id: int, after: int, through: int) -> None:
    """Hand over the letters to these members that have not gone out."""
    async with db.snapshot() as tx:
        waiting = await tx.all(
            "SELECT member_id FROM retelling WHERE drop_in_id = :id AND member_id > :after AND member_id <= :through "
            "AND mailed_at IS NULL ORDER BY member_id",
            id=drop_in_id,
            after=after,
            through=through,
        )
    await mail_each(
        (row.member_id for row in waiting), lambda member_id: _mail(db, redis, drop_in_id, member_id)
    )


async def _mail(db: Database, redis: Redis, drop_in_id: int, member_id: int) -> None:
    # Held while it is handed over, as an announcement's letter is: never two, and after a crash one of the same name.
    async with db.transaction() as tx:
        letter = await _letter(tx, drop_in_id, member_id)
        if letter is None:
            return
        await mail.send(letter, redis)
        await tx.run(
            "UPDATE retelling SET mailed_at = :now WHERE drop_in_id = :id AND member_id = :member",
            now=clock.now(),
            id=drop_in_id,
            member=member_id,
        )


async def _letter(tx: Transaction, drop_in_id: int, member_id: int) -> Letter | None:
    """The letter, if it has not gone out and its reader still may read it and wants it."""
    row = await tx.first(
        "SELECT member.email, member.name, member.language, coalesce(drop_in.title, series.title) AS title, local_date, post.body, "  # noqa: S608
        "network.name AS network, slug, minutes.published_at "
        f"FROM retelling JOIN drop_in ON drop_in.id = retelling.drop_in_id JOIN minutes ON {STAND} "
        "JOIN post ON post.id = post_id JOIN series ON series.id = drop_in.series_id "
        "JOIN network ON network.id = drop_in.network_id JOIN member ON member.id = retelling.member_id "
        f"JOIN membership ON membership.member_id = retelling.member_id AND {WANTS} "
        "WHERE retelling.drop_in_id = :id AND retelling.member_id = :member AND mailed_at IS NULL "
        # Who takes no letters of the network gets none of these either, unless they asked for them.
        "AND (unmailed_at IS NULL OR retold_at IS NOT NULL) FOR UPDATE OF retelling SKIP LOCKED",
        id=drop_in_id,
        member=member_id,
    )
    if row is None:
        return None
    here = f"{settings().origin}/networks/{row.slug}"
    told = beginning(row.body)
    with speaking(row.language):
        names = {"title": row.title, "network": row.network, "day": dated(row.local_date)}
        about = _("here is what {title} of {network} was about on {day}:", **names)
        return Letter(
            to=row.email,
            subject=_("What you missed: {title}, {day} ({network})", **names),
            opening=f"{_('Hello {name},', name=row.name)}\n\n{about}",
            quoted=told,
            quoted_html=render(told),
            link=f"{settings().origin}/drop-ins/{drop_in_id}/minutes",
            button=_("Read the minutes"),
            aside=_("You get this letter because you meant to come, often come, or asked for it.")
            + " "
            + _("You can turn such letters off here:")
            + f"\n{here}/preferences",
            language=language(),
            key=f"minutes {drop_in_id} {member_id}",
        )


def beginning(body: str) -> str:
    """The first part of the minutes, whole lines of it."""
    if len(body) <= TOLD_BY_LETTER:
        return body
    return body[:TOLD_BY_LETTER].rpartition("\n")[0] + "\n\n[…]"
