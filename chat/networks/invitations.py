"""Which invitations there are: everybody's for hosts, one's own for others who may invite."""

from datetime import datetime
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.members import Viewer, must_act
from chat.networks.access import must_have
from chat.networks.inviting import manages
from chat.networks.queries import NetworkSeen

STATES = ("waiting", "used", "expired", "withdrawn")

STATE = """CASE WHEN revoked_at IS NOT NULL THEN 'withdrawn' WHEN uses >= places THEN 'used'
WHEN expires_at <= :now THEN 'expired' ELSE 'waiting' END"""


class InvitationSeen(NamedTuple):
    """An invitation as those see it who manage it. `came` are some who have a place by it."""

    id: int
    email: str | None
    domain: str | None
    role: str
    word: str
    places: int
    uses: int
    host: str
    host_handle: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    letters: int
    revoked_at: datetime | None
    state: str
    came: list[str]


async def invitations_of(
    tx: Transaction,
    host: Viewer | None,
    network: NetworkSeen,
    *,
    state: str = "",
    search: str = "",
    before: int | None = None,
    limit: int = 200,
) -> list[InvitationSeen]:
    """The newest first: all of a state, or of addresses and domains that hold `search`, older than the one `before`."""
    host = must_act(host)
    await must_have(tx, host, network.id, "invite")
    return [InvitationSeen(*row) for row in await tx.all(
        f"SELECT * FROM (SELECT invitation.id, invitation.email, domain, invitation.role, word, places, uses, member.name AS host, "  # noqa: S608
        f"member.handle, invitation.created_at, expires_at, sent_at, letters, revoked_at, {STATE} AS state, "
        "ARRAY(SELECT came.name FROM admission JOIN member AS came ON came.id = member_id JOIN membership USING (member_id) "
        "WHERE invitation_id = invitation.id AND membership.network_id = :network AND ended_at IS NULL AND banned_at IS NULL "
        "ORDER BY admission.at LIMIT 3) AS came "
        "FROM invitation JOIN member ON member.id = invitation.invited_by "
        "WHERE invitation.network_id = :network AND (:all OR invitation.invited_by = :host) "
        "AND (CAST(:before AS bigint) IS NULL OR invitation.id < :before) "
        "AND (:like = '' OR invitation.email LIKE :like OR domain LIKE :like)) AS listed "
        "WHERE :state = '' OR state = :state ORDER BY id DESC LIMIT :limit",
        network=network.id,
        all=await manages(tx, host, network.id),
        host=host.id,
        before=before,
        like=_like(search),
        state=state if state in STATES else "",
        limit=limit,
        now=clock.now(),
    )]  # fmt: skip


def _like(search: str) -> str:
    words: Any = search.strip().lower()
    for sign in "\\%_":
        words = words.replace(sign, f"\\{sign}")
    return f"%{words}%" if words else ""
