"""What comes of a Discourse backup, and what must not."""

import asyncio
import subprocess

import pytest

from chat import importing
from chat.errors import Conflict
from command.embedded import binaries
from tests import cast
from tests.chat.importing.forums import Forum, ward_forum

URL = "https://forum.example.org"
POSTS = "SELECT title, number, name, body, html, parent.number, path FROM post JOIN topic ON topic.id = post.topic_id "


@pytest.fixture
def forum():
    return ward_forum()


async def bring(db, path, network, **how):
    return await importing.import_discourse(db, path, **{"into": network.slug, "bases": [URL], **how})


async def posts(db):
    return await cast.rows(
        db,
        "SELECT title, post.number, member.name, post.body, post.html, parent.number AS parent, post.path, post.created_at, "
        "post.edited_at FROM post JOIN topic ON topic.id = post.topic_id JOIN member ON member.id = post.author_id "
        "LEFT JOIN post AS parent ON parent.id = post.parent_id ORDER BY topic.id, post.number",
    )


async def everything(db):
    """All rows that an import could have touched."""
    tables = (
        "member",
        "network",
        "membership",
        "topic",
        "post",
        "imported",
        "stream",
        "event",
        "reaction",
        "notice",
        "job",
        "reading",
    )
    return {
        table: [
            tuple(row) for row in await cast.rows(db, f"SELECT md5(t::text) FROM {table} AS t ORDER BY 1")
        ]
        for table in tables
    }


async def test_topics_come_with_their_posts_as_they_were(db, tmp_path, open_network, forum):
    report = await bring(db, forum.backup(tmp_path), open_network)
    found = await posts(db)
    assert [(p.title, p.number, p.name, p.parent, p.path) for p in found] == [
        ("Who checks the checklist?", 1, "Ana Lima", None, [1]),
        ("Who checks the checklist?", 2, "Ben Okafor", 1, [2]),
        ("Who checks the checklist?", 3, "Ana Lima", 2, [2, 3]),
        ("Who checks the checklist?", 4, "carol", 3, [2, 3, 4]),
        ("Who checks the checklist?", 5, "Former member", None, [5]),
        ("Bed rails", 1, "Ben Okafor", None, [1]),
        ("Bed rails", 2, "Ana Lima", None, [2]),
    ]
    assert found[0].body == "Ours is ticked before anybody has looked.\n\n\tA tab, a \\ and a “quote”. ✓"
    assert found[1].created_at.isoformat() == "2015-03-12T10:02:00.250000+00:00"
    assert (found[1].edited_at, found[2].edited_at.year) == (None, 2015)
    topic, other = await cast.rows(db, "SELECT * FROM topic ORDER BY id")
    assert (topic.views, topic.tags, topic.post_count) == (1234, ["a-tag", "b", "c", "d", "falls"], 5)
    assert (topic.pinned_at.month, topic.locked_at, topic.solved_number) == (5, None, 3)
    assert topic.listed_at == topic.created_at
    assert topic.last_post_at == found[4].created_at
    assert other.locked_at is not None
    assert (report.came["topic"], report.came["post"], report.came["like"]) == (2, 7, 1)
    likes = "SELECT reactions, kind, name FROM reaction JOIN post ON post.id = post_id JOIN member ON member.id = member_id"
    assert [tuple(row) for row in await cast.rows(db, likes)] == [({"thanks": 1}, "thanks", "Ben Okafor")]


async def test_links_quotes_and_names_lead_to_what_has_come(db, tmp_path, open_network, forum):
    await bring(db, forum.plain(tmp_path), open_network)
    found = await posts(db)
    first = await cast.value(db, "SELECT min(id) FROM topic")
    assert found[1].body == "At ours, too, @ana-lima."
    assert found[3].body.startswith(f"> [Ben Okafor wrote:](/topics/{first}?post=2#p2)\n>\n> At ours, too\n")
    there = f"/topics/{first}?post=3#p3"
    assert found[5].body == (
        f"As [{there}]({there}) says, and [this](/topics/{first}), and /p/1106 of [Ana](/members/ana-lima): "
        "see https://other.org/t/x/11."
    )
    assert found[6].body == "*(Picture: rail)*\n\n**Bold** `[quote]` <script>x</script>"
    assert "<script" not in found[6].html


async def test_what_was_not_for_everybody_stays_there(db, tmp_path, open_network, forum):
    report = (await bring(db, forum.backup(tmp_path), open_network)).text()
    said = str([tuple(row) for row in await cast.rows(db, "SELECT body, html FROM post")])
    titles = str(await cast.rows(db, "SELECT title FROM topic"))
    for word in ("WHISPERED", "REMOVED", "PRIVATE", "STAFF", "UNLISTED", "EMPTY"):
        assert word not in said + titles + report
    for sentence in (
        "1 topic: a private message\n",
        "1 topic: in “Staff”, which was not open to everybody: name it if it is to come (14)",
        "1 topic: unlisted there, so that only who had its address could read it (15)",
        "1 topic: nothing is left in it (16)",
        "1 post: a whisper, which only their staff could read",
        "1 post: removed there (1105)",
        "1 tag: a topic has 5 at most",
        "1 file: texts alone come",
        "1 e-mail address: none, or none that could be one: its owner can’t claim the account (3)",
    ):
        assert sentence in report


async def test_a_closed_category_comes_where_it_is_named(db, tmp_path, ana, open_network, forum):
    circle = await cast.found(db, ana, "Staff circle", "private")
    where = {"staff": circle.slug, "6": ""}
    report = await bring(db, forum.plain(tmp_path), open_network, categories=where)
    rows = await cast.rows(db, "SELECT title, network_id FROM topic ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("Who checks the checklist?", open_network.id),
        ("STAFF matter", circle.id),
    ]
    assert report.left["topic", "in “Bed rails”, which was to be left out"] == 1
    with pytest.raises(
        importing.Broken, match=r"no category “nowhere” in this dump\. It has: Bed rails, Falls, Staff"
    ):
        await bring(db, forum.plain(tmp_path), open_network, categories={"nowhere": circle.slug})


async def test_people_come_without_a_password_and_claim_their_account_by_their_address(
    db, live_server, tmp_path, ana, open_network, forum
):
    await bring(db, forum.plain(tmp_path), open_network)
    rows = await cast.rows(db, "SELECT * FROM member WHERE imported_at IS NOT NULL ORDER BY id")
    assert [row.name for row in rows] == ["Ben Okafor", "carol", "Former member"]
    assert {(row.verified_at, row.password_hash) for row in rows} == {(None, None)}
    # Ana has an account by this address already: what she wrote there is hers.
    assert await cast.value(db, "SELECT author_id FROM post ORDER BY id LIMIT 1") == ana.id
    assert not await cast.rows(db, "SELECT * FROM notice")
    assert not await cast.rows(db, "SELECT * FROM job")
    assert not await cast.rows(
        db, "SELECT * FROM membership WHERE member_id = :id AND ended_at IS NULL", id=rows[0].id
    )
    form = {"name": "Ben", "email": "Ben.Old@example.org", "password": "three quiet harbours"}
    async with live_server.browser() as browser:
        await browser.post("/sign-up", data=form)
    from workers import jobs

    await jobs.send_known_address(db, live_server.house.redis, email="ben.old@example.org")
    from chat.mail import mailbox

    [kept] = await mailbox(live_server.house.redis)
    assert "choose a password" in kept.text
    async with live_server.browser() as browser:
        path = kept.link.partition("/reset/")[2]
        assert (await browser.post(f"/reset/{path}", data={"password": form["password"]})).status_code == 303
        assert "Ben" in (await browser.get("/settings")).text
    assert await cast.value(db, "SELECT verified_at IS NOT NULL FROM member WHERE id = :id", id=rows[0].id)


async def test_the_second_time_changes_nothing_and_more_of_the_same_forum_comes_behind(
    db, tmp_path, ben, open_network, forum
):
    await bring(db, forum.plain(tmp_path), open_network)
    before = await everything(db)
    report = await bring(db, forum.backup(tmp_path), open_network)
    assert await everything(db) == before
    assert (report.before["post"], +report.came) == (7, {})
    topic = await cast.value(db, "SELECT min(id) FROM topic")
    await cast.write(db, ben, cast.Thread(topic, 0, open_network), "Said on the hub meanwhile.")
    at = await cast.value(db, "SELECT head FROM stream WHERE id = :id", id=f"t:{topic}")
    forum.add(
        "posts", id=2000, topic_id=11, post_number=9, raw="Later, there.", user_id=1, reply_to_post_number=4
    )
    report = await bring(db, forum.plain(tmp_path), open_network)
    last = (await posts(db))[6]
    assert (last.body, last.number, last.parent, last.path) == ("Later, there.", 7, 3, [2, 3, 7])
    assert report.came["post"] == 1
    assert await cast.value(db, "SELECT post_count FROM topic WHERE id = :id", id=topic) == 7
    assert await cast.value(db, "SELECT head FROM stream WHERE id = :id", id=f"t:{topic}") == at + 1


async def test_what_a_host_has_hidden_since_stays_hidden(db, tmp_path, open_network, forum):
    await bring(db, forum.plain(tmp_path), open_network)
    async with db.transaction() as tx:
        await tx.run("UPDATE topic SET listed_at = NULL")
    await bring(db, forum.plain(tmp_path), open_network)
    assert await cast.value(db, "SELECT count(*) FROM topic WHERE listed_at IS NOT NULL") == 0


async def test_another_forum_of_the_same_name_is_refused(db, tmp_path, open_network, forum):
    await bring(db, forum.plain(tmp_path), open_network, bases=[])
    other = Forum()
    other.person(1, "else", "else@example.org")
    other.topic(11, "Another", 1, "Another forum’s topic 11.")
    with pytest.raises(Conflict, match="--name"):
        await bring(db, other.plain(tmp_path), open_network, bases=[])
    await bring(db, other.plain(tmp_path), open_network, bases=[], name="other")
    assert (await posts(db))[-1].title == "Another"


async def test_a_rehearsal_says_it_all_and_writes_nothing(db, tmp_path, open_network, forum):
    before = await everything(db)
    report = await bring(db, forum.backup(tmp_path), open_network, rehearsal=True)
    assert await everything(db) == before
    assert (report.came["topic"], report.came["post"], report.came["member"]) == (2, 7, 3)
    assert "would come" in report.text()


async def test_the_database_knows_at_once_how_many_posts_there_are(db, tmp_path, open_network, forum):
    """Else it plans for the empty table that was there before."""
    await bring(db, forum.backup(tmp_path), open_network)
    counted = "SELECT reltuples FROM pg_class WHERE relname = 'post'"
    assert await cast.value(db, counted) == len(await posts(db))


def broken_dumps(forum):
    whole = forum.dump()
    return {
        "ends in the middle of the table": whole[: whole.index(b"REMOVED")],
        "its last line is missing": whole[: whole.index(b"-- PostgreSQL database dump complete")],
        "no dump of a Discourse forum": b"-- PostgreSQL database dump\n\n-- PostgreSQL database dump complete\n",
        "PostgreSQL’s own format": b"PGDMP\x01\x0e\x00" + whole,
    }


async def test_a_broken_dump_is_refused_before_anything_is_written(db, tmp_path, open_network, forum):
    before = await everything(db)
    for sentence, content in broken_dumps(forum).items():
        (tmp_path / "broken.sql").write_bytes(content)
        with pytest.raises(importing.Broken, match=sentence):
            await bring(db, tmp_path / "broken.sql", open_network)
    path = forum.backup(tmp_path)
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(importing.Broken):
        await bring(db, path, open_network)
    assert await everything(db) == before


async def test_lines_and_characters_that_are_damaged_are_left_out_and_said(db, tmp_path, open_network, forum):
    content = (
        forum.dump()
        .replace("“quote”".encode(), b"\xff\xfe")
        .replace(b"\nCOPY public.posts", b"\nCOPY public.posts", 1)
    )
    at = content.index(b"WHISPERED")
    line = content.rindex(b"\n", 0, at)
    content = content[: line + 1] + b"a line\tof three\tcolumns\n" + content[line + 1 :]
    (tmp_path / "damaged.sql").write_bytes(content)
    report = (await bring(db, tmp_path / "damaged.sql", open_network)).text()
    assert (await posts(db))[0].body.endswith("a \\ and a ��. ✓")
    assert "1 row: unreadable, in their table “posts”" in report
    assert "In 1 texts of their table “posts” characters were damaged" in report


async def test_a_killed_import_goes_on_where_it_was(db, tmp_path, open_network, monkeypatch):
    """After each commit that there is, the process may end."""
    from chat.importing import posting

    forum = Forum()
    forum.person(1, "ana", "ana.f@example.org")
    for n in range(1, 5):
        forum.topic(n, f"Topic {n}", 1, *(f"Post {i}" for i in range(5)))
    path = forum.plain(tmp_path)
    monkeypatch.setattr(posting, "AT_ONCE", 3)
    for survives in range(6):
        left = survives

        def tell(what, done, total):
            nonlocal left
            if what == "posts":
                if not left:
                    raise KeyboardInterrupt
                left -= 1

        with pytest.raises(KeyboardInterrupt):
            await bring(db, path, open_network, tell=tell)
        listed = await cast.rows(db, "SELECT post_count FROM topic WHERE listed_at IS NOT NULL")
        assert {count for (count,) in listed} <= {5}, "half a topic is in no list"
    await bring(db, path, open_network)
    rows = await posts(db)
    assert [(p.title, p.number, p.body) for p in rows] == [
        (f"Topic {n}", i + 1, f"Post {i}") for n in range(1, 5) for i in range(5)
    ]
    assert await cast.value(db, "SELECT count(*) FROM topic WHERE listed_at IS NOT NULL") == 4


async def test_pg_dump_itself_writes_what_we_read(db, database_url, empty_database, tmp_path, open_network):
    """The same texts through a real PostgreSQL: its pg_dump and our generator say the same."""
    import asyncpg

    forum = ward_forum()
    nasty = "tab\t back\\slash \\N \\. \x0b\x0c\x08 line\r\nend\n\\.\nlast 🩺"
    forum.topic(17, "Nasty", 1, nasty)
    (tmp_path / "ours").mkdir()
    connection = await asyncpg.connect(empty_database)
    from tests.chat.importing.forums import COLUMNS

    for name, columns in COLUMNS.items():
        names = [f'"{column}"' for column in columns.split()]
        await connection.execute(f"CREATE TABLE {name} ({' text, '.join(names)} text)")
        await connection.copy_records_to_table(
            name,
            columns=columns.split(),
            records=[
                tuple(
                    None
                    if row.get(c) is None
                    else {True: "t", False: "f"}.get(row[c], str(row[c]))
                    if isinstance(row[c], bool)
                    else str(row[c])
                    for c in columns.split()
                )
                for row in forum.tables[name]
            ],
        )
    await connection.close()
    program = binaries.postgres().path.with_name("pg_dump")
    done = await asyncio.to_thread(
        subprocess.run, [program, "--no-owner", empty_database], capture_output=True, check=True
    )
    (tmp_path / "real.sql").write_bytes(done.stdout)

    def blocks(dump):
        return [part.partition(b"\n\\.\n")[0] for part in dump.split(b"FROM stdin;\n")[1:]]

    assert sorted(blocks(done.stdout)) == sorted(blocks(forum.dump()))
    await bring(db, tmp_path / "real.sql", open_network)
    assert (await posts(db))[-1].body == "tab\t back\\slash \\N \\.  line\nend\n\\.\nlast 🩺"
