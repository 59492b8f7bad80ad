"""Bringing an announcement to everybody, fifty at a time: a notice each, then a letter each."""

from redis.asyncio import Redis

from chat import clock, mail
from chat.config import settings
from chat.db import Database, Transaction
from chat.languages import _, language, speaking
from chat.mail import Letter
from chat.members import notify
from chat.rounds import AT_ONCE, mail_each, next_round

# Whoever came after it was made, or is away now, is not told.
STILL_A_MEMBER = """
membership.network_id = announcement.network_id AND membership.ended_at IS NULL AND membership.banned_at IS NULL
AND membership.joined_at <= announcement.created_at AND announcement.removed_at IS NULL
"""


async def spread(tx: Transaction, announcement_id: int, after: int) -> None:
    """Tell the next of the members in the page, and leave their letters and the members behind them to other jobs.

    Their rows keep it from being told twice, whatever dies in between and however often this runs.
    """
    rows = await tx.all(
        "SELECT member_id, announcement.network_id, author_id FROM announcement JOIN membership ON "  # noqa: S608
        f"{STILL_A_MEMBER} WHERE announcement.id = :id AND member_id > :after ORDER BY member_id LIMIT :limit",
        id=announcement_id,
        after=after,
        limit=AT_ONCE,
    )
    if not rows:
        return
    told = await tx.all(
        "INSERT INTO delivery (announcement_id, member_id, told_at) SELECT :id, unnest(CAST(:members AS bigint[])), :now "
        "ON CONFLICT (announcement_id, member_id) DO UPDATE SET told_at = :now WHERE delivery.told_at IS NULL "
        "RETURNING member_id",
        id=announcement_id,
        members=[row.member_id for row in rows],
        now=clock.now(),
    )
    await notify(
        tx, [row.member_id for row in told], "announcement.made",
        network_id=rows[0].network_id, actor_id=rows[0].author_id, ref_id=announcement_id,
    )  # fmt: skip
    await next_round(
        tx, "spread_announcement", announcement_id, rows[-1].member_id, mailing="mail_announcement", after=after,
        announcement_id=announcement_id,
    )  # fmt: skip


async def mail_to_members(db: Database, redis: Redis, announcement_id: int, after: int, through: int) -> None:
    """Hand over the letters to these members that have not gone out."""
    async with db.snapshot() as tx:
        waiting = await tx.all(
            "SELECT member_id FROM delivery WHERE announcement_id = :id AND member_id > :after AND member_id <= :through "
            "AND mailed_at IS NULL ORDER BY member_id",
            id=announcement_id,
            after=after,
            through=through,
        )
    await mail_each(
        (row.member_id for row in waiting), lambda member_id: _mail(db, redis, announcement_id, member_id)
    )


async def _mail(db: Database, redis: Redis, announcement_id: int, member_id: int) -> None:
    # The row is held while the letter is handed over, so that two workers never send it both, and let go when a
    # worker dies. Should it die between the hand-over and the commit, the letter goes out again under its old name.
    async with db.transaction() as tx:
        letter = await _letter(tx, announcement_id, member_id)
        if letter is None:
            return
        await mail.send(letter, redis)
        await tx.run(
            "UPDATE delivery SET mailed_at = :now WHERE announcement_id = :id AND member_id = :member",
            now=clock.now(),
            id=announcement_id,
            member=member_id,
        )


async def _letter(tx: Transaction, announcement_id: int, member_id: int) -> Letter | None:
    """The letter, if it has not gone out and its reader still is a member who wants it."""
    row = await tx.first(
        "SELECT member.email, member.name, member.language, title, body, html, announcement.created_at, network.name AS network, slug, author.name AS host "  # noqa: S608
        "FROM delivery JOIN announcement ON announcement.id = announcement_id "
        "JOIN network ON network.id = announcement.network_id "
        "JOIN member ON member.id = delivery.member_id "
        f"JOIN membership ON membership.member_id = delivery.member_id AND {STILL_A_MEMBER} "
        "JOIN member AS author ON author.id = announcement.author_id "
        "WHERE announcement_id = :id AND delivery.member_id = :member AND mailed_at IS NULL AND unmailed_at IS NULL "
        "FOR UPDATE OF delivery SKIP LOCKED",
        id=announcement_id,
        member=member_id,
    )
    if row is None:
        return None
    here = f"{settings().origin}/networks/{row.slug}"
    with speaking(row.language):
        announces = _("{host} announces to the members of {network}:", host=row.host, network=row.network)
        return Letter(
            to=row.email,
            subject=f"{row.title} ({row.network})",
            opening=f"{_('Hello {name},', name=row.name)}\n\n{announces}",
            quoted=row.body,
            quoted_html=row.html,
            link=f"{here}/announcements/{announcement_id}",
            button=_("See it on the hub"),
            aside=_("You get this letter because you are a member of {network}.", network=row.network)
            + " "
            + _("You can turn such letters off here:")
            + f"\n{here}/preferences",
            language=language(),
            key=f"announcement {announcement_id} {member_id} {row.created_at.isoformat()}",
        )
