"""A network's dashboard: how it grows, who is in it, and whether questions are answered."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.members import Viewer, must_act, shown
from chat.networks import NetworkSeen, must_have

MONTHS = 12
WEEKS = 26
ACTIVE = timedelta(days=30)
ANSWERED_WITHIN = timedelta(days=90)
SHOWN = 10


class Busy(NamedTuple):
    """A topic with what was written in it of late."""

    id: int
    title: str
    posts: int


class Dashboard(NamedTuple):
    """Figures of one moment. What members hide is in `unsaid`, and nowhere else."""

    members: list[tuple[date, int]]  # at the end of each month, the running one last
    organisations: list[tuple[str, int]]
    countries: list[tuple[str, int]]
    organisations_unsaid: int
    countries_unsaid: int
    busy: list[Busy]
    posts: list[tuple[date, int]]  # by week, from Monday on
    topics: int  # that were started in the last ninety days,
    answered: int  # of those
    median_answer: timedelta | None


async def dashboard_of(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> Dashboard:
    """For hosts and owners."""
    await must_have(tx, must_act(viewer), network.id, "see_dashboard")
    now = clock.now()
    organisations, countries = await _people(tx, network.id)
    answers = await tx.first(FIRST_ANSWERS, network=network.id, since=now - ANSWERED_WITHIN)
    return Dashboard(
        [(row.month, row.n) for row in await tx.all(GROWTH, network=network.id, now=now, months=MONTHS)],
        [pair for pair in organisations if pair[0]][:SHOWN],
        [pair for pair in countries if pair[0]][:SHOWN],
        sum(n for name, n in organisations if not name),
        sum(n for name, n in countries if not name),
        [Busy(*row) for row in await tx.all(BUSY, network=network.id, now=now, since=now - ACTIVE)],
        await _posts(tx, network.id, now),
        answers.topics,
        answers.answered,
        answers.median,
    )


async def _people(tx: Transaction, network_id: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    rows = await tx.all(PEOPLE, network=network_id)
    return (
        [(row.organisation, row.n) for row in rows if row.organisation is not None],
        [(row.country, row.n) for row in rows if row.country is not None],
    )


async def _posts(tx: Transaction, network_id: int, now: datetime) -> list[tuple[date, int]]:
    monday = (now - timedelta(days=now.weekday())).date()
    weeks = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    since = datetime.combine(weeks[0], datetime.min.time(), now.tzinfo)
    counts = {row.week: row.n for row in await tx.all(POSTS, network=network_id, since=since)}
    return [(week, counts.get(week, 0)) for week in weeks]


# Whoever came back is counted from then on: a place remembers its last beginning alone.
GROWTH = """
SELECT CAST(month AS date) AS month, (
    SELECT count(*) FROM membership WHERE network_id = :network AND joined_at <= least(month + interval '1 month', :now)
    AND (ended_at IS NULL OR ended_at > least(month + interval '1 month', :now))
) AS n
FROM generate_series(
    date_trunc('month', CAST(:now AS timestamptz)) - (CAST(:months AS integer) - 1) * interval '1 month',
    date_trunc('month', CAST(:now AS timestamptz)), interval '1 month'
) AS month ORDER BY month
"""

PEOPLE = f"""
WITH here AS (
    SELECT {shown("organisation")}, {shown("country")} FROM membership JOIN member ON member.id = member_id
    WHERE network_id = :network AND ended_at IS NULL AND banned_at IS NULL
)
SELECT organisation, country, count(*) AS n FROM here GROUP BY GROUPING SETS ((organisation), (country))
ORDER BY n DESC, organisation, country
"""  # noqa: S608

POSTS = """
SELECT CAST(date_trunc('week', post.created_at) AS date) AS week, count(*) AS n FROM post
JOIN topic ON topic.id = topic_id
WHERE topic.network_id = :network AND post.created_at >= :since AND removed_at IS NULL GROUP BY week
"""

BUSY = f"""
SELECT topic.id, title, count(*) AS posts FROM post JOIN topic ON topic.id = topic_id
WHERE topic.network_id = :network AND listed_at <= :now AND last_post_at > :since AND post.created_at > :since
  AND removed_at IS NULL
GROUP BY topic.id ORDER BY posts DESC, topic.id DESC LIMIT {SHOWN}
"""  # noqa: S608

# A drop-in's talk is no question. Under another name it is another's answer, or the count would tell whose it is.
FIRST_ANSWERS = """
SELECT count(*) AS topics, count(answer.at) AS answered,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY answer.at - topic.created_at) AS median
FROM topic LEFT JOIN LATERAL (
    SELECT post.created_at AS at FROM post
    WHERE topic_id = topic.id AND number > 1 AND removed_at IS NULL
    AND (post.pseudonym_id IS DISTINCT FROM topic.pseudonym_id OR (topic.pseudonym_id IS NULL AND author_id <> topic.author_id))
    ORDER BY number LIMIT 1
) AS answer ON true
WHERE topic.network_id = :network AND topic.created_at > :since
  AND NOT EXISTS (SELECT FROM drop_in WHERE drop_in.topic_id = topic.id)
"""
