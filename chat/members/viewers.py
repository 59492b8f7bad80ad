"""Who is asking: a member, or None for a visitor."""

from datetime import timedelta

import msgspec

from chat import clock
from chat.db import Transaction
from chat.errors import Forbidden, SignInFirst
from chat.secrets import hashed

SEEN_EVERY = timedelta(minutes=10)


class Viewer(msgspec.Struct, frozen=True):
    """The member who acts. `session_id` is set in a browser, None behind an API token."""

    id: int
    handle: str
    name: str
    organisation: str
    verified: bool
    admin: bool
    session_id: int | None = None


COLUMNS = "member.id, member.handle, member.name, member.organisation, member.verified_at IS NOT NULL AS verified, member.admin_since IS NOT NULL AS admin"


async def by_session(tx: Transaction, token: str) -> Viewer | None:
    """The member behind a session's cookie, or None when it ended or never was."""
    now = clock.now()
    row = await tx.first(
        f"SELECT {COLUMNS}, session.id AS session_id, session.seen_at FROM session JOIN member ON member.id = member_id "  # noqa: S608
        "WHERE token_hash = :hash AND ended_at IS NULL AND expires_at > :now",
        hash=hashed(token),
        now=now,
    )
    if row is None:
        return None
    if now - row.seen_at > SEEN_EVERY:
        await tx.run("UPDATE session SET seen_at = :now WHERE id = :id", now=now, id=row.session_id)
    return Viewer(row.id, row.handle, row.name, row.organisation, row.verified, row.admin, row.session_id)


async def by_api_token(tx: Transaction, token: str) -> Viewer | None:
    """The member behind a bearer token, or None."""
    row = await tx.first(
        f"SELECT {COLUMNS} FROM api_token JOIN member ON member.id = member_id WHERE token_hash = :hash AND revoked_at IS NULL",  # noqa: S608
        hash=hashed(token),
    )
    return Viewer(row.id, row.handle, row.name, row.organisation, row.verified, row.admin) if row else None


async def by_id(tx: Transaction, member_id: int) -> Viewer:
    """A member by id, for work that acts in their name."""
    row = await tx.first(f"SELECT {COLUMNS} FROM member WHERE id = :id", id=member_id)  # noqa: S608
    return Viewer(row.id, row.handle, row.name, row.organisation, row.verified, row.admin)


def must_act(viewer: Viewer | None) -> Viewer:
    """The viewer, if they may write at all: signed in, with a verified address."""
    if viewer is None:
        raise SignInFirst
    if not viewer.verified:
        raise Forbidden("Confirm your e-mail address first: the link is in the letter we sent you.")
    return viewer
