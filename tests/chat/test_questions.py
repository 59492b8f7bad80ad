"""Several questions, asked at once."""

from datetime import UTC, datetime
from typing import NamedTuple

from chat.db import Database, Question


class Words(NamedTuple):
    word: str
    loud: str
    at: datetime
    others: list[str | None]


async def test_each_has_its_own_rows_in_their_own_order(db: Database) -> None:
    numbers = "SELECT n, n * CAST(:times AS integer) AS more FROM unnest(CAST(:given AS integer[])) AS n WHERE n * :times > :least ORDER BY n DESC"
    nothing = "SELECT 1 AS one WHERE CAST(:never AS boolean)"
    words = (
        "SELECT CAST(:word AS text) AS word, :word || '!' AS word, "
        "CAST('2026-03-29 01:30Z' AS timestamptz), ARRAY['a', NULL]"
    )
    async with db.glance() as tx:
        answers = await tx.together(
            Question(tuple[int, int], numbers, {"given": [1, 2, 3], "times": 10, "least": 10}),
            Question(tuple[int], nothing, {"never": False}),
            Question(Words, words, {"word": "ß\\"}),
        )
    assert answers == [
        [(3, 30), (2, 20)],
        [],
        [("ß\\", "ß\\!", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), ["a", None])],
    ]
    assert answers[2][0].loud == "ß\\!"
