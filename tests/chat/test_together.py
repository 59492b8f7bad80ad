"""Questions that come at the same time are asked as one."""

import asyncio

import pytest

from chat.together import Together


class Oracle:
    """It answers with how often it was asked, when it is let."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.fails: Exception | None = None

    async def __call__(self, keys: set[str]) -> dict[str, int]:
        self.asked.append(keys)
        turn, failure = len(self.asked), self.fails  # as things are now
        await self.may_answer.wait()
        if failure:
            raise failure
        return {key: turn for key in keys if key != "unknown"}


@pytest.fixture
async def oracle() -> Oracle:
    return Oracle()


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_one_alone_is_answered(oracle):
    together = Together(oracle)
    assert await together(["ana", "unknown"]) == {"ana": 1}
    assert await together(["ana"]) == {"ana": 2}
    assert oracle.asked == [{"ana", "unknown"}, {"ana"}]


async def test_who_comes_while_a_question_is_out_shares_the_next(oracle):
    together = Together(oracle)
    oracle.may_answer.clear()
    first = asyncio.create_task(together(["ana"]))
    await turns()
    others = [asyncio.create_task(together([name])) for name in ("ben", "carol", "ana", "ben")]
    await turns()
    assert oracle.asked == [{"ana"}]
    oracle.may_answer.set()
    assert await first == {"ana": 1}
    for name, other in zip(("ben", "carol", "ana", "ben"), others, strict=True):
        assert (await other)[name] == 2
    assert oracle.asked == [{"ana"}, {"ana", "ben", "carol"}]


async def test_an_answer_is_never_older_than_its_question(oracle):
    together = Together(oracle)
    oracle.may_answer.clear()
    first = asyncio.create_task(together(["ana"]))
    await turns()
    second = asyncio.create_task(together(["ana"]))  # what the first one asks may be out of date
    await turns()
    oracle.may_answer.set()
    assert (await first, await second) == ({"ana": 1}, {"ana": 2})


async def test_an_error_reaches_all_who_asked_and_nobody_else(oracle):
    together = Together(oracle)
    oracle.may_answer.clear()
    first = asyncio.create_task(together(["ana"]))
    await turns()
    oracle.fails = OSError("away")
    sharing = [asyncio.create_task(together([name])) for name in ("ben", "carol")]
    oracle.may_answer.set()
    assert await first == {"ana": 1}
    assert [str(e) for e in await asyncio.gather(*sharing, return_exceptions=True)] == ["away", "away"]
    oracle.fails = None
    assert await together(["ben"]) == {"ben": 3}


async def test_who_gives_up_harms_nobody(oracle):
    together = Together(oracle)
    oracle.may_answer.clear()
    first = asyncio.create_task(together(["ana"]))
    await turns()
    impatient, patient = asyncio.create_task(together(["ben"])), asyncio.create_task(together(["carol"]))
    await turns()
    first.cancel()
    impatient.cancel()
    await asyncio.gather(first, impatient, return_exceptions=True)
    oracle.may_answer.set()
    assert (await patient)["carol"] == 2
    assert await together(["dev"]) == {"dev": 3}


async def test_an_error_that_nobody_waits_for_any_more_is_no_accident(oracle, caplog):
    together = Together(oracle)
    oracle.fails = OSError("away")
    oracle.may_answer.clear()
    alone = asyncio.create_task(together(["ana"]))
    await turns()
    alone.cancel()
    await asyncio.gather(alone, return_exceptions=True)
    oracle.may_answer.set()
    await turns()
    oracle.fails = None
    assert await together(["ana"]) == {"ana": 2}
    assert not caplog.records
