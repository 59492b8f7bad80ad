"""After a change of who can read a network: what is said in open ones stands together in the index of search."""

from chat.db import Transaction

AT_ONCE = 500

STRAYS = """
SELECT find_again(array_agg(post_id)), count(*) AS found FROM (
    SELECT post_id FROM findable
    WHERE words @@ CAST(:network AS tsquery)
      AND scope <> (SELECT CASE access WHEN 'open' THEN 'o' ELSE CAST(id AS text) END FROM network WHERE id = :id) LIMIT :most
) AS strays
"""


async def find_again(tx: Transaction, network_id: int, version: int, round: int) -> None:
    """Bring some of a network's posts to where search looks for them now, and leave the rest to the next round.

    Until then members find them where they were; nobody finds what they may not read, wherever it stands.
    """
    row = await tx.first(STRAYS, network=f"n{network_id}", id=network_id, most=AT_ONCE)
    if row.found == AT_ONCE:
        await tx.enqueue(
            "find_again",
            f"find_again:{network_id}:{version}:{round + 1}",
            network_id=network_id,
            version=version,
            round=round + 1,
        )
