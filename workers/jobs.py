"""Jobs are addresses: a name, a transaction, one call into chat. Each is safe to repeat."""

from collections.abc import Mapping
from functools import partial

from redis.asyncio import Redis

from chat import dropins, mail, members, networks
from chat.db import Database
from chat.jobs import Work


async def send_verification(db: Database, redis: Redis, *, member_id: int) -> None:
    async with db.transaction() as tx:
        letter = await members.verification_letter(tx, member_id)
    if letter:
        await mail.send(letter, redis)


async def send_known_address(db: Database, redis: Redis, *, email: str) -> None:
    await mail.send(members.known_address_letter(email), redis)


async def send_reset(db: Database, redis: Redis, *, member_id: int) -> None:
    async with db.transaction() as tx:
        letter = await members.reset_letter(tx, member_id)
    await mail.send(letter, redis)


async def send_invitation(db: Database, redis: Redis, *, invitation_id: int) -> None:
    async with db.transaction() as tx:
        letter = await networks.invitation_letter(tx, invitation_id)
    if letter:
        await mail.send(letter, redis)
        async with db.transaction() as tx:
            await networks.letter_sent(tx, invitation_id)


async def invite_next(db: Database, redis: Redis, *, batch_id: int, round: int, after: int) -> None:
    async with db.transaction() as tx:
        await networks.invite_next(tx, batch_id, round, after)


async def open_doors(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    async with db.transaction() as tx:
        await dropins.open_doors(tx, drop_in_id)


async def close_doors(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    async with db.transaction() as tx:
        await dropins.close_doors(tx, drop_in_id)


JOBS = (
    send_verification,
    send_known_address,
    send_reset,
    send_invitation,
    invite_next,
    open_doors,
    close_doors,
)


def kinds(db: Database, redis: Redis) -> Mapping[str, Work]:
    """Every job by the name that `tx.enqueue` gives it."""
    return {job.__name__: partial(job, db, redis) for job in JOBS}
