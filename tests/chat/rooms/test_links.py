"""Shared links."""

import asyncio

import pytest

from chat import rooms
from chat.errors import Conflict, Forbidden, Invalid
from tests import cast


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def share(db, viewer, room, url, title=""):
    return (await do(db, rooms.share, viewer, room.id, url, title))["id"]


async def seen(db, room):
    async with db.snapshot() as tx:
        return await rooms.links_of(tx, room.id)


async def test_a_link_is_shared_once(db, ben, carol, room):
    link = await share(db, ben, room, "HTTPS://www.Example.org/Falls?x=1", " The guide ")
    assert await share(db, carol, room, "https://www.example.org/Falls?x=1", "Again") == link
    (shown,) = await seen(db, room)
    assert (shown.title, shown.url, shown.host, shown.author.handle) == (
        "The guide", "https://www.example.org/Falls?x=1", "example.org", "ben-okafor",
    )  # fmt: skip


async def test_ten_at_once_are_one(db, ben, room):
    ids = await asyncio.gather(*(share(db, ben, room, "https://example.org/") for _ in range(6)))
    assert len(set(ids)) == 1
    assert len(await seen(db, room)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "", "http://example.org", "example.org", "javascript:alert(1)", "https://", "https://localhost/x", "https://ana@example.org/",
        "https://example.org:99999/", "https://[::1", "data:text/html,x", "https://exa mple.org/", "https://example.org/" + "x" * 1000, 5,
        "https://ex‮ample.org@evil.example/", "ftp://example.org/x", "https://" + "a" * 70 + ".org/",
    ],
    ids=lambda url: str(url)[:24],
)  # fmt: skip
async def test_only_whole_https_addresses_are_taken(db, ben, room, url):
    with pytest.raises(Invalid) as error:
        await share(db, ben, room, url)
    assert error.value.field == "url"


async def test_links_go_by_whose_they_are_or_a_host(db, ana, ben, carol, room, at):
    link, other = (
        await share(db, ben, room, "https://example.org/1"),
        await share(db, ben, room, "https://example.org/2"),
    )
    with pytest.raises(Forbidden):
        await do(db, rooms.unshare, carol, link)
    await do(db, rooms.unshare, ben, link)
    await do(db, rooms.unshare, ben, link)
    at(5000)
    await do(db, rooms.unshare, ana, other)
    assert await seen(db, room) == []
    actions = await cast.rows(db, "SELECT action, subject_id FROM audit_entry WHERE action = 'link.removed'")
    assert [tuple(row) for row in actions] == [("link.removed", ben.id)]
    with pytest.raises(Conflict, match="while people are in the room"):
        await share(db, ben, room, "https://example.org/3")


async def test_a_removed_one_may_come_again(db, ben, room):
    link = await share(db, ben, room, "https://example.org/")
    await do(db, rooms.unshare, ben, link)
    assert await share(db, ben, room, "https://example.org/") != link


async def test_twenty_of_one_member_are_enough(db, ben, carol, room):
    for n in range(20):
        await share(db, ben, room, f"https://example.org/{n}")
    with pytest.raises(Conflict, match="enough links"):
        await share(db, ben, room, "https://example.org/more")
    await share(db, ben, room, "https://example.org/3")
    await share(db, carol, room, "https://example.org/hers")
