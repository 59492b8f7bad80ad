"""Several questions, asked at once."""

from chat.db import Database, Question


async def test_each_has_its_own_rows_in_their_own_order(db: Database) -> None:
    numbers = "SELECT n, n * CAST(:times AS integer) AS more FROM unnest(CAST(:given AS integer[])) AS n WHERE n * :times > :least ORDER BY n DESC"
    nothing = "SELECT 1 AS one WHERE CAST(:never AS boolean)"
    words = "SELECT CAST(:word AS text) AS word, :word || '!' AS loud"
    async with db.glance() as tx:
        answers = await tx.together(
            Question(numbers, {"given": [1, 2, 3], "times": 10, "least": 10}),
            Question(nothing, {"never": False}),
            Question(words, {"word": "ß\\"}),
        )
    assert answers == [[[3, 30], [2, 20]], [], [["ß\\", "ß\\!"]]]
