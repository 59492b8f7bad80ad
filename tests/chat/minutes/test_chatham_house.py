"""The Chatham House rule: each sentence of docs/drop-ins.md about it, held to."""

import pytest

from chat import attendance, discussions, minutes, rooms
from chat.discussions import search
from chat.errors import Conflict
from tests import cast
from tests.chat.minutes.conftest import fill

NAMES = ("Ana Lima", "Ben Okafor", "Carol Nguyen", "ana-lima", "ben-okafor", "carol-nguyen")
ORGANISATIONS = ("São João", "Leeds Teaching", "Mercy")


@pytest.fixture
async def over(held, ben, carol):
    """It was held under the rule; somebody spoke, asked, answered and shared."""
    await held.rule()
    await fill(held, ben, carol)
    topic = (await held.seen()).topic_id
    mine = await held.do(discussions.reply, ben, topic, "Alarms wake the wrong people.")
    await held.do(discussions.reply, carol, topic, "Ours too.", parent=mine["id"])
    await held.over()
    return held


def names_nobody(text: str) -> bool:
    return not any(name in text for name in (*NAMES, *ORGANISATIONS))


async def test_minutes_name_nobody_and_no_organisation(over):
    body = (await over.minutes()).body
    assert "Who pays for" in body
    assert "The ward does." in body
    assert names_nobody(body)
    assert await cast.value(over.db, "SELECT name FROM pseudonym") not in body
    assert "asked by" not in body


async def test_heads_are_counted_in_all_and_by_country_where_there_are_three(db, over, open_network):
    assert "3 people were there." in (await over.minutes()).body
    assert "Elsewhere" not in (await over.minutes()).body
    people = await cast.crowd(db, 4)
    for person in people:
        await cast.let_in(db, open_network, person)
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET country = 'IE' WHERE handle LIKE 'guest%'")
    await over.came(*people)
    body = (await over.do(minutes.draft_now, over.ana, over.id)).body
    assert "7 people were there.\n\n- Ireland: 4\n- Elsewhere, or not said: 3\n" in body


async def test_below_three_no_heads_are_counted(db, held, ana, ben):
    await held.rule()
    await held.came(ana, ben)
    await held.over()
    assert "there" not in (await held.minutes()).body


async def test_when_it_is_over_the_talk_names_nobody(db, over, ana, ben):
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, ben, (await over.seen()).topic_id)
        posts = (await discussions.thread(tx, topic)).posts
        latest = await discussions.latest_posts(tx, topic, 10)
        hits = (await search(tx, ana, "alarms wake")).hits
        one = await discussions.post_of(tx, ana, posts[1].id)
        own = await discussions.own_among(tx, ben, posts)
    for post in (*posts, *latest, one):
        assert (post.author_name, post.author_handle, post.author_id, post.author_organisation) == (
            "A participant",
            None,
            None,
            "",
        )
    assert "A participant" in [post.parent_name for post in posts]
    assert [hit.author_name for hit in hits] == ["A participant"]
    assert len(own) == 1  # he may still change or remove what he said


async def test_before_that_people_know_whom_they_talk_to(db, held, ben, carol):
    await held.rule()
    await fill(held, ben, carol)
    topic = (await held.seen()).topic_id
    await held.do(discussions.reply, ben, topic, "Hello.")
    async with db.snapshot() as tx:
        posts = await discussions.latest_posts(tx, await discussions.topic_of(tx, ben, topic), 5)
    assert posts[-1].author_name == "Ben Okafor"


async def test_questions_and_links_name_nobody_either(db, over):
    async with db.snapshot() as tx:
        questions = await rooms.questions_of(tx, over.id)
        links = await rooms.links_of(tx, over.id)
    names = (
        {q.author.name for q in questions}
        | {q.settler.name for q in questions if q.settler}
        | {link.author.name for link in links}
    )
    pseudonym = await cast.value(db, "SELECT name FROM pseudonym")
    assert names == {"A participant", pseudonym}


async def test_open_pages_and_what_is_kept_of_them_are_drawn_anew(db, held, ben, carol, open_network):
    version = "SELECT acl_version FROM network WHERE id = :id"
    await held.rule()
    await fill(held, ben, carol)
    before = await cast.value(db, version, id=open_network.id)
    await held.over()
    after = await cast.value(db, version, id=open_network.id)
    assert after > before
    await held.over()
    assert await cast.value(db, version, id=open_network.id) == after


async def test_hosts_have_no_names_and_nothing_to_take_away(db, over, ana):
    drop_in = await over.seen()
    async with db.snapshot() as tx:
        found = await attendance.attendance_of(tx, ana, drop_in)
        assert (found.total, found.people, found.organisations) == (3, [], [("Others", 3)])
        with pytest.raises(Conflict):
            await attendance.names_of(tx, ana, drop_in)


async def test_ones_own_record_and_certificate_are_as_ever(db, over, ben):
    await over.do(attendance.close_attendance, over.id)
    async with db.transaction() as tx:
        [entry] = await attendance.ledger_of(tx, ben)
        assert (await attendance.certify(tx, ben, entry.id, {})).name == "Ben Okafor"


async def test_what_is_handed_on_has_no_name(db, over):
    rows = await cast.rows(db, "SELECT title, member_id FROM agenda_item WHERE carried_from IS NOT NULL")
    asked = {row.title: row.member_id for row in rows}
    assert asked["What about Leeds?"] is None


async def test_a_rule_that_is_taken_back_holds_for_who_came_under_it(db, over, ana):
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET chatham_house_since = NULL")
    assert (await over.seen()).chatham_house


async def test_a_rule_made_afterwards_does_not_hold_for_what_was_said_before(db, held, ben, carol):
    await fill(held, ben, carol)
    cast.it_is("2026-11-19 13:10")
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET chatham_house_since = :at", at=cast.it_is("2026-11-19 13:10"))
    await held.over()
    assert not (await held.seen()).chatham_house
    assert "Ben Okafor" in (await held.minutes()).body
