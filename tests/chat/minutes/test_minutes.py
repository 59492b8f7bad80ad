"""What a drop-in leaves behind."""

import asyncio
from contextlib import suppress

import pytest

from chat import agenda, discussions, dropins, minutes
from chat.errors import Conflict, Forbidden, Invalid
from chat.markup import render
from tests import cast
from tests.chat.minutes.conftest import fill


async def talk(db, viewer, held) -> list[discussions.PostSeen]:
    drop_in = await held.seen()
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, viewer, drop_in.topic_id)
        return (await discussions.thread(tx, topic)).posts


async def test_the_draft_says_what_there_was(held, ben, carol):
    await fill(held, ben, carol)
    await held.over()
    body = (await held.minutes()).body
    for said in (
        "**Thursday drop-in**, 19 November 2026, 12:00 to 13:00 (Europe/London)",
        "3 people were there",
        "- Leeds Teaching Hospitals: 1",
        "- Falls at \\*night\\* (12:05 to 12:30)",
        "- Handover (not reached)",
        "**Who pays for \\[bed\\] alarms?** (0 votes, asked by Ben Okafor)\n\nAnswered: The ward does.",
        "Declined: That is for the union.",
        "Deferred to the next drop-in.",
        "Not answered yet.",
        "| Yes | 1 |",
        "- [Alarms compared](<https://example.org/alarms>)",
    ):
        assert said in body
    assert body.endswith("## Decisions and next steps")
    asker = await cast.value(held.db, "SELECT name FROM pseudonym")
    assert f"**Can we say no?** (0 votes, asked by {asker})" in body
    assert body.count("Carol Nguyen") == 1  # of the question that she asked by name
    html = render(body)
    assert "<h1>" not in html
    assert "<em>night" not in html


async def test_it_waits_for_the_last_words_and_is_made_once(held, ana, db):
    cast.it_is("2026-11-19 13:16")
    await held.do(minutes.draft_minutes, held.id)
    assert await held.minutes() is None
    again = await cast.value(db, "SELECT run_at FROM job WHERE kind = 'draft_minutes'")
    assert f"{again:%H:%M}" == "13:17"
    for _ in range(2):
        await held.over()
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE kind = 'minutes.drafted'") == 1


async def test_what_was_begun_is_left_alone(held, ana):
    await held.over()
    saved = await held.do(minutes.save, ana, held.id, {"body": "Ours.", "rev": 1})
    await held.over()
    with pytest.raises(Conflict):
        await held.do(minutes.draft_now, ana, held.id)
    assert (await held.minutes()).body == saved.body == "Ours."


async def test_a_draft_nobody_has_changed_can_be_drafted_anew_once_it_is_over(held, ana, ben, carol):
    cast.it_is("2026-11-19 12:30")
    with pytest.raises(Conflict, match="over"):
        await held.do(minutes.draft_now, ana, held.id)
    await fill(held, ben, carol)
    cast.it_is("2026-11-19 13:05")
    assert (await held.do(minutes.draft_now, ana, held.id)).rev == 1
    assert (await held.do(minutes.draft_now, ana, held.id)).rev == 2
    with pytest.raises(Forbidden):
        await held.do(minutes.draft_now, ben, held.id)


async def test_published_they_are_the_first_post(db, held, ana, ben, carol):
    await fill(held, ben, carol)
    await held.over()
    before = await cast.events(db, f"n:{held.network.id}")
    published = await held.publish("What we **said**.")
    posts = await talk(db, ben, held)
    assert (posts[0].number, posts[0].html) == (1, "<p>What we <strong>said</strong>.</p>")
    assert published.post_id == posts[0].id
    assert [kind for _, kind, _ in await cast.events(db, f"t:{posts[0].topic_id}")][-1] == "post.edited"
    said = [(kind, ref) for _, kind, ref in await cast.events(db, f"n:{held.network.id}")][len(before) :]
    assert ("minutes.published", held.id) in said
    await held.publish("What we **said**.", rev=1)  # again: nothing
    assert (await talk(db, ben, held))[0].rev == posts[0].rev


@pytest.mark.parametrize(
    ("host", "words"),
    [(True, "Hello, is this on?"), (True, "Bring a story. I have one."), (False, "Bring a story.")],
)
async def test_what_somebody_said_before_the_doors_were_announced_stays(db, held, ana, ben, host, words):
    cast.it_is("2026-11-19 12:00")
    await held.do(discussions.reply, ana if host else ben, (await held.seen()).topic_id, words)
    await held.do(dropins.open_doors, held.id)
    await held.over()
    await held.publish("The minutes.")
    assert {post.body for post in await talk(db, ben, held)} >= {words, "The minutes."}


async def test_a_welcome_that_its_host_changed_stays(db, held, ana, ben):
    cast.it_is("2026-11-19 12:00")
    await held.do(dropins.open_doors, held.id)
    [welcome] = await talk(db, ben, held)
    await held.do(discussions.edit, ana, welcome.id, "Bring two stories.")
    await held.over()
    await held.publish("The minutes.")
    assert [post.body for post in await talk(db, ben, held)] == ["Bring two stories.", "The minutes."]


async def test_who_was_slower_is_told_and_overwrites_nothing(held, ana, ben, db):
    await cast.change_role(db, ana, held.network, ben, "host")
    await held.over()
    await held.do(minutes.save, ana, held.id, {"body": "Ana's.", "rev": 1})
    for act in (minutes.save, minutes.publish):
        with pytest.raises(Conflict, match="changed"):
            await held.do(act, ben, held.id, {"body": "Ben's.", "rev": 1})
    for rev in ("", "one", "9" * 20):
        with pytest.raises(Invalid):
            await held.do(minutes.save, ben, held.id, {"body": "Ben's.", "rev": rev})
    assert (await held.minutes()).body == "Ana's."


async def test_of_two_at_once_one_is_published(db, held, ana, ben, carol, monkeypatch):
    both = asyncio.Barrier(2)

    async def read(tx, drop_in):
        """Neither writes before both have read, unless the other is kept from reading."""
        found = await minutes.minutes_of(tx, drop_in)
        with suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(both.wait(), 0.3)
        return found

    await fill(held, ben, carol)
    await cast.change_role(db, ana, held.network, ben, "host")
    await held.over()
    monkeypatch.setattr("chat.minutes.publishing.minutes_of", read)
    done = await asyncio.gather(
        *(held.do(minutes.publish, who, held.id, {"body": who.name, "rev": 1}) for who in (ana, ben)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "MinutesSeen"]
    assert await cast.value(db, "SELECT count(*) FROM event WHERE kind = 'minutes.published'") == 1


async def test_a_correction_is_an_edit_and_a_removed_post_takes_them_back(db, held, ana, ben, carol):
    await fill(held, ben, carol)
    await held.over()
    first = await held.publish("Wrong.")
    second = await held.do(minutes.save, ana, held.id, {"body": "Right.", "rev": first.rev})
    assert (second.body, second.rev, second.post_id) == ("Right.", first.rev + 1, first.post_id)
    await held.do(discussions.remove, ana, second.post_id)
    assert (await held.minutes()).published_at is None


async def test_members_cannot_write_and_see_no_draft(held, ana, ben):
    await held.over()
    for act in (minutes.save, minutes.publish):
        with pytest.raises(Forbidden):
            await held.do(act, ben, held.id, {"body": "Mine.", "rev": 1})
    drop_in = await held.seen()
    with pytest.raises(Forbidden):
        await held.do(minutes.draft_of, ben, drop_in)
    assert await held.do(minutes.published_minutes, drop_in) is None
    assert await held.do(minutes.minutes_in, await cast.seen_by(held.db, ben, held.network)) == []


async def test_a_day_later_the_host_is_reminded_once_and_nobody_else_publishes_them(held, db):
    await held.over()
    due = await cast.value(db, "SELECT run_at FROM job WHERE kind = 'remind_of_minutes'")
    assert f"{due:%d %H:%M}" == "20 13:20"
    for _ in range(2):
        await held.do(minutes.remind_of_minutes, held.id)
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE kind = 'minutes.wait'") == 1
    assert (await held.minutes()).published_at is None


async def test_published_ones_need_no_reminder(held, db):
    await held.over()
    await held.publish("Done.")
    await held.do(minutes.remind_of_minutes, held.id)
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE kind = 'minutes.wait'") == 0


async def test_what_was_not_reached_or_answered_is_next_weeks(db, held, ana, ben, carol):
    await fill(held, ben, carol)
    following = await cast.value(
        db, "SELECT id FROM drop_in WHERE opens_at > '2026-11-20' ORDER BY opens_at LIMIT 1"
    )
    for _ in range(2):
        await held.over()
    async with db.snapshot() as tx:
        found = await agenda.agenda_of(tx, following)
    titles = [item.title for item in (*found.items, *found.proposals)]
    assert sorted(titles) == ["Handover", "Left open?", "What about Leeds?"]
