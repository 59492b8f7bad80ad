"""Who is asking: a member, or None for a visitor."""

from datetime import datetime, timedelta

import msgspec

from chat import clock
from chat.db import Reader, Transaction
from chat.errors import Forbidden, SignInFirst
from chat.languages import _
from chat.secrets import hashed

SEEN_EVERY = timedelta(minutes=10)


class Viewer(msgspec.Struct, frozen=True):
    """The member who acts. `session_id` is set in a browser, `token_id` behind an API token.

    `topic_view` (threads, flat) and `topic_order` (oldest, newest first) are how they read topics.
    """

    id: int
    handle: str
    name: str
    organisation: str
    verified: bool
    admin: bool
    topic_view: str = "threads"
    topic_order: str = "oldest"
    language: str = "en"
    session_id: int | None = None
    seen_at: datetime | None = None
    token_id: int | None = None

    @property
    def seen_long_ago(self) -> bool:
        return self.seen_at is not None and clock.now() - self.seen_at > SEEN_EVERY


COLUMNS = (
    "member.id, member.handle, member.name, member.organisation, member.verified_at IS NOT NULL AS verified, "
    "member.admin_since IS NOT NULL AS admin, member.topic_view, member.topic_order, member.language"
)


async def by_session(tx: Transaction, token: str) -> Viewer | None:
    """The member behind a session's cookie, or None when it ended or never was."""
    return (await by_sessions(tx, {token})).get(token)


async def by_sessions(tx: Reader, tokens: set[str]) -> dict[str, Viewer]:
    """The members behind these cookies, without the ended and unknown ones."""
    by_hash = {hashed(token): token for token in tokens}
    rows = await tx.all(
        f"SELECT {COLUMNS}, session.id AS session_id, session.seen_at, token_hash FROM session JOIN member ON member.id = member_id "  # noqa: S608
        "WHERE token_hash = ANY(:hashes) AND ended_at IS NULL AND expires_at > :now",
        hashes=list(by_hash),
        now=clock.now(),
    )
    return {by_hash[row[-1]]: Viewer(*row[:-1]) for row in rows}


async def touch_session(tx: Transaction, viewer: Viewer) -> None:
    """Note that a session is in use, to the nearest ten minutes."""
    await tx.run("UPDATE session SET seen_at = :now WHERE id = :id", now=clock.now(), id=viewer.session_id)


async def by_api_token(tx: Transaction, token: str) -> Viewer | None:
    """The member behind a bearer token, or None."""
    return (await by_api_tokens(tx, {token})).get(token)


async def by_api_tokens(tx: Reader, tokens: set[str]) -> dict[str, Viewer]:
    """The members behind these bearer tokens, without the revoked and unknown ones."""
    by_hash = {hashed(token): token for token in tokens}
    rows = await tx.all(
        f"SELECT {COLUMNS}, NULL AS session_id, NULL AS seen_at, api_token.id AS token_id, token_hash FROM api_token JOIN member ON member.id = member_id WHERE token_hash = ANY(:hashes) AND revoked_at IS NULL",  # noqa: S608
        hashes=list(by_hash),
    )
    return {by_hash[row[-1]]: Viewer(*row[:-1]) for row in rows}


async def by_id(tx: Transaction, member_id: int) -> Viewer:
    """A member by id, for work that acts in their name."""
    row = await tx.first(f"SELECT {COLUMNS} FROM member WHERE id = :id", id=member_id)  # noqa: S608
    return Viewer(*row)


async def ended_among(tx: Reader, session_ids: set[int]) -> set[int]:
    """Those of these sessions that are over."""
    rows = await tx.all(
        "SELECT id FROM session WHERE id = ANY(:ids) AND (ended_at IS NOT NULL OR expires_at <= :now)",
        ids=sorted(session_ids),
        now=clock.now(),
    )
    return {id for (id,) in rows}


async def next_end(tx: Reader, session_ids: set[int]) -> datetime | None:
    """When the first of these sessions runs out."""
    [(first,)] = await tx.all(
        "SELECT min(expires_at) FROM session WHERE id = ANY(:ids)", ids=sorted(session_ids)
    )
    return first


async def revoked_among(tx: Reader, token_ids: set[int]) -> set[int]:
    """Those of these API tokens that are revoked."""
    rows = await tx.all(
        "SELECT id FROM api_token WHERE id = ANY(:ids) AND revoked_at IS NOT NULL", ids=sorted(token_ids)
    )
    return {id for (id,) in rows}


def must_act(viewer: Viewer | None) -> Viewer:
    """The viewer, if they may write at all: signed in, with a verified address."""
    if viewer is None:
        raise SignInFirst
    if not viewer.verified:
        raise Forbidden(_("Confirm your e-mail address first: the link is in the letter we sent you."))
    return viewer
