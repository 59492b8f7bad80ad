import asyncio

import structlog

from chat import tally


async def test_what_was_made_good_is_logged_once(monkeypatch):
    monkeypatch.setattr(tally, "LOG_EVERY", 0.01)
    monkeypatch.setattr(tally, "tally", tally.Counter())
    with structlog.testing.capture_logs() as logged:
        task = asyncio.create_task(tally.log_for_ever())
        await asyncio.sleep(0.03)
        assert logged == []
        tally.tally[tally.RESYNCS] += 2
        while not logged:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        task.cancel()
    assert [(line["event"], line["resyncs"]) for line in logged] == [("made good in the last minute", 2)]
