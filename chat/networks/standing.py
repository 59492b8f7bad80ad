"""How e-mail addresses stand to a network: who of them is in it, was invited, or can't be."""

from collections.abc import Collection

from chat import clock
from chat.db import Transaction

# "refused" is banned, whatever else; "waiting" has an invitation that still holds; "invite" has nothing of it.
STANDING = """
SELECT given.email,
    CASE WHEN place.banned_at IS NOT NULL THEN 'refused'
         WHEN place.member_id IS NOT NULL AND place.ended_at IS NULL THEN 'member'
         WHEN EXISTS (
             SELECT 1 FROM invitation WHERE invitation.email = given.email AND invitation.network_id = :network
             AND revoked_at IS NULL AND uses < places AND expires_at > :now
         ) THEN 'waiting'
         ELSE 'invite' END AS how
FROM unnest(CAST(:emails AS text[])) AS given (email)
LEFT JOIN member ON member.email = given.email
LEFT JOIN membership AS place ON place.network_id = :network AND place.member_id = member.id
"""


async def standing(tx: Transaction, network_id: int, emails: Collection[str]) -> dict[str, str]:
    """For each address: "member", "waiting", "refused", or "invite" for all others."""
    rows = await tx.all(STANDING, network=network_id, emails=list(emails), now=clock.now())
    return {row.email: row.how for row in rows}
