"""A name in a post is a link where all its readers may know whom or what it names; else it is a word."""

import pytest

from chat import discussions, networks
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.cast import Thread


async def drawn(db: Database, network: NetworkSeen, source: str) -> str:
    async with db.snapshot() as tx:
        return (await discussions.draw(tx, network.id, source)).html


async def named(db: Database, post: int) -> list[str]:
    query = (
        "SELECT handle FROM mention JOIN member ON member.id = member_id WHERE post_id = :id ORDER BY handle"
    )
    return [row.handle for row in await cast.rows(db, query, id=post)]


@pytest.mark.parametrize(
    "source",
    [
        "@ben-okafor", "Thanks, @Ben-Okafor.", "(@ben-okafor)", "**@ben-okafor**’s list", "> @ben-okafor", "- a @ben-okafor\n- b",
        "# @ben-okafor", "@ben-okafor, @ben-okafor!",
    ],
)  # fmt: skip
async def test_a_member_who_is_named(db, ana, ben, open_network, thread, source):
    assert 'href="/members/ben-okafor" class="mention"' in await drawn(db, open_network, source)
    post = await cast.write(db, ana, thread, source)
    assert await named(db, post["id"]) == ["ben-okafor"]


@pytest.mark.parametrize(
    "source",
    [
        "ben@ben-okafor", "@ben-okafor@elsewhere", "`@ben-okafor`", "```\n@ben-okafor\n```", "[@ben-okafor](https://example.org)",
        "https://example.org/@ben-okafor", "@ben-okaforx", "@nobody-there", "@dev-patel", "x@ben-okafor.example",
    ],
)  # fmt: skip
async def test_what_names_nobody(db, ana, ben, dev, open_network, thread, source):
    assert "/members/" not in await drawn(db, open_network, source)
    post = await cast.write(db, ana, thread, source)
    assert await named(db, post["id"]) == []


async def test_who_is_not_shown_in_the_directory_is_not_named(db, ana, ben, open_network, thread):
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET unlisted_at = now() WHERE member_id = :id", id=ben.id)
    for writer in (ana, ben):  # a host who may see them, and themselves: else an anonymous post would tell
        post = await cast.write(db, writer, thread, "@ben-okafor")
        assert await named(db, post["id"]) == []
    async with db.snapshot() as tx:
        assert await discussions.members_like(tx, ana, open_network, "ben") == []


async def test_who_left_is_not_named(db, ana, ben, open_network, thread):
    await cast.remove(db, ana, open_network, ben)
    assert await drawn(db, open_network, "@ben-okafor") == "<p>@ben-okafor</p>"


async def test_of_a_border_nobody_hears(db, ana, dev, thread, secret_thread, confidential_network):
    """To name who is in another network, or its topics, is as if they were not there."""
    await cast.let_in(db, confidential_network, dev)
    html = await drawn(db, thread.network, f"@dev-patel, see #{secret_thread.id} and #999999")
    assert html == f"<p>@dev-patel, see #{secret_thread.id} and #999999</p>"
    assert f'<a href="/topics/{thread.id}" title="Who checks the checklist?"' in await drawn(
        db, confidential_network, f"#{thread.id}"
    )


async def test_a_topic_by_its_number_and_its_address(db, open_network, thread):
    from chat.config import settings

    title = "Who checks the checklist?"
    assert await drawn(db, open_network, f"See #{thread.id}.") == (
        f'<p>See <a href="/topics/{thread.id}" title="{title}" rel="nofollow ugc noopener">#{thread.id}</a>.</p>'
    )
    address = f"{settings().origin}/topics/{thread.id}?post=1#p1"
    assert f">{title}</a>" in await drawn(db, open_network, f"See {address} there.")
    assert f">{title}</a>" in await drawn(db, open_network, f"<{address}>")
    assert ">here</a>" in await drawn(db, open_network, f"[here]({address})")
    for source in (
        f"#{thread.id}x",
        f"#{thread.id}-hour",
        f"a#{thread.id}",
        f"`#{thread.id}`",
        f"# {thread.id}",
    ):
        assert "/topics/" not in await drawn(db, open_network, source)


async def test_a_change_names_others(db: Database, ana: Viewer, ben: Viewer, carol: Viewer, thread: Thread):
    post = await cast.write(db, ana, thread, f"@ben-okafor #{thread.id}")
    at = await cast.value(db, "SELECT at FROM mention")
    async with db.transaction() as tx:
        await discussions.edit(tx, ana, post["id"], "@carol-nguyen")
    assert await named(db, post["id"]) == ["carol-nguyen"]
    assert await cast.value(db, "SELECT at FROM mention") > at
    assert await cast.rows(db, "SELECT post_id FROM reference") == []


async def test_a_topic_that_is_called_otherwise_or_read_by_fewer(
    db, redis, ana, ben, open_network, thread, confidential_network, secret_thread
):
    from chat import jobs
    from chat.discussions.writing import rename_topic
    from workers.jobs import kinds

    inside = await cast.write(db, ana, secret_thread, f"#{thread.id}")
    own = await cast.write(db, ben, thread, f"#{thread.id}")

    async def html(post: dict[str, int]) -> str:
        await jobs.work_all(db, kinds(db, redis))
        return await cast.value(db, "SELECT html FROM post WHERE id = :id", id=post["id"])

    async with db.transaction() as tx:
        await rename_topic(tx, thread.id, "Nobody does")
    assert 'title="Nobody does"' in await html(inside)
    assert 'title="Nobody does"' in await html(own)
    assert (await cast.events(db, thread.stream))[-1][1:] == ("post.drawn", own["id"])
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, open_network, {"access": "confidential"})
    assert await html(inside) == f"<p>#{thread.id}</p>"
    assert 'title="Nobody does"' in await html(own)


async def test_posts_of_older_renderers_are_drawn_anew(db, ana, ben, thread, monkeypatch):
    from chat.discussions import redrawing
    from chat.markup import RENDERER

    monkeypatch.setattr(redrawing, "BATCH", 2)
    posts = [await cast.write(db, ana, thread, f"{n} @ben-okafor") for n in range(4)]
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE post SET renderer = 1, html = '<p>old</p>', body = CASE WHEN id = :id THEN repeat('[', 5000) ELSE body END",
            id=posts[0]["id"],
        )
        await tx.run("DELETE FROM mention")
    assert await redrawing.redraw_old(db) == 5
    assert await redrawing.redraw_old(db) == 0
    rows = dict(await cast.rows(db, "SELECT id, html FROM post WHERE renderer = :now", now=RENDERER))
    assert len(rows) == 5
    assert rows[posts[0]["id"]] == "<p>old</p>"  # what would not be taken today stays as it was
    assert 'class="mention"' in rows[posts[3]["id"]]
    assert await named(db, posts[3]["id"]) == ["ben-okafor"]


async def test_what_is_suggested_is_what_would_become_a_link(
    db, ana, ben, dev, carol, open_network, thread, secret_thread, confidential_network
):
    async with db.snapshot() as tx:
        assert [s.key for s in await discussions.members_like(tx, dev, open_network, "OKA")] == ["ben-okafor"]
        assert await discussions.members_like(tx, ana, open_network, "patel") == []
        assert [s.key for s in await discussions.topics_like(tx, ana, open_network, "check who")] == [
            str(thread.id)
        ]
        assert await discussions.topics_like(tx, ana, open_network, "Retaliation") == []
        assert await discussions.topics_like(tx, ana, open_network, str(secret_thread.id)) == []
        both = await discussions.topics_like(tx, ana, confidential_network, "a")
        assert [s.key for s in both][:1] == [str(secret_thread.id)]


async def test_after_a_talk_without_names_nobody_is_named_in_it(db, ana, ben, carol, thread):
    post = await cast.write(
        db, ana, thread, f"@Ben-Okafor said it, not @carol-nguyen; see #{thread.id} and @ben-okafor-2."
    )
    async with db.transaction() as tx:
        await tx.run("UPDATE topic SET nameless_at = now() WHERE id = :id", id=thread.id)
        await discussions.unname(tx, thread.id)
    body, html = (await cast.rows(db, "SELECT body, html FROM post WHERE id = :id", id=post["id"]))[0]
    assert body == f"a participant said it, not a participant; see #{thread.id} and @ben-okafor-2."
    assert "mention" not in html
    assert f"/topics/{thread.id}" in html
    later = await cast.write(db, ben, thread, "@carol-nguyen was it.")
    assert await named(db, post["id"]) == await named(db, later["id"]) == []
