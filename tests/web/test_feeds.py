"""Feeds over HTTP, read back by another parser; their secret addresses, and the map for search engines."""

import html
import re
from xml.etree import ElementTree

import feedparser
import pytest

from chat import discussions, feeds
from chat.config import settings
from tests import cast
from tests.web.conftest import csrf_of

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    ElementTree.fromstring(answer.content)
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.id
    assert feed.feed.updated_parsed
    for entry in feed.entries:
        assert entry.id
        assert entry.updated_parsed
        assert entry.author
    return feed


def titles(answer):
    return [entry.title for entry in read(answer).entries]


def own(address):
    """The hub of a test answers at another port than the one its settings tell."""
    return address.removeprefix(settings().origin)


async def make(db, member, network):
    async with db.transaction() as tx:
        return await feeds.ADDRESSES.make(tx, member, network)


@pytest.fixture
async def busy(db, ana, ben, thread):
    """A second topic, answers, a removed post, and words that XML must not take for its own."""
    other = await cast.start(
        db, ben, thread.network, "Rails & <rails> ]]> “up”", "See [here](/topics/1) & **there** <b>\ufffe"
    )
    first = await cast.write(db, ben, thread, "We look.")
    await cast.write(db, ana, thread, "Twice.", parent=first["id"])
    gone = await cast.write(db, ben, thread, "Taken back.")
    async with db.transaction() as tx:
        await discussions.remove(tx, ben, gone["id"])
    return other


async def test_an_open_networks_feed_has_its_topics_with_their_openings(http, thread, busy):
    feed = read(await http.get(f"/networks/{thread.network.slug}/feed.atom"))
    assert feed.feed.title == "Falls and frailty"
    assert feed.feed.link == f"{settings().origin}/networks/{thread.network.slug}"
    newest, older = feed.entries
    assert [html.unescape(entry.title) for entry in (newest, older)] == [
        "Rails & <rails> ]]> “up”",
        "Who checks the checklist?",
    ]
    assert newest.link == f"{settings().origin}/topics/{busy.id}"
    assert f'href="{settings().origin}/topics/1"' in newest.content[0].value
    assert "&lt;b&gt;" in newest.content[0].value
    assert older.author_detail == {"name": "Ana Lima", "href": f"{settings().origin}/members/ana-lima"}
    replies = next(link for link in older.links if link.rel == "replies")
    assert replies.href == f"{settings().origin}/topics/{thread.id}/feed.atom"


async def test_a_topics_feed_has_its_posts_the_newest_first_and_none_that_was_removed(http, thread, busy):
    answer = await http.get(f"/topics/{thread.id}/feed.atom")
    feed = read(answer)
    texts = [re.sub("<[^>]+>", "", entry.content[0].value) for entry in feed.entries]
    assert texts == ["Twice.", "We look.", "Ours is ticked before anybody has looked."]
    assert feed.entries[1].id in answer.text.partition("in-reply-to ref=")[2][:80]
    assert b"Taken back" not in answer.content


async def test_only_open_networks_have_feeds_for_all(db, live_server, ana, thread, secret_thread):
    for who in (None, ana):
        async with live_server.browser(who) as browser:
            never = await browser.get("/networks/never/feed.atom")
            assert never.status_code == 404
            for path in (
                f"/networks/{secret_thread.network.slug}/feed.atom",
                f"/topics/{secret_thread.id}/feed.atom",
                "/topics/999999/feed.atom",
                "/feeds/none.atom",
            ):
                answer = await browser.get(path)
                assert (answer.status_code, answer.content) == (404, never.content)
            assert (await browser.get(f"/topics/{thread.id}/feed.atom")).status_code == 200


async def test_a_secret_address_opens_one_network_and_its_topics(db, http, ana, ben, thread, secret_thread):
    made = await make(db, ben, secret_thread.network)
    first = await http.get(f"/feeds/{made.token}.atom")
    assert titles(first) == ["Retaliation after a report"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert "noindex" in first.headers["x-robots-tag"]
    assert first.headers["referrer-policy"] == "no-referrer"
    replies = next(link for link in read(first).entries[0].links if link.rel == "replies").href
    assert titles(await http.get(own(replies))) == ["Retaliation after a report"]
    # Not the topics of another network, though they are open.
    assert (await http.get(f"/feeds/{made.token}/topics/{thread.id}.atom")).status_code == 404
    await cast.remove(db, ana, secret_thread.network, ben)
    for address in (f"/feeds/{made.token}.atom", own(replies)):
        assert (await http.get(address)).status_code == 404
    receipt = await cast.rows(db, "SELECT what, count FROM receipt")
    assert [tuple(row) for row in receipt] == [("feed", 1)]
    await cast.let_in(db, secret_thread.network, ben)  # and it does not come back with the place
    assert (await http.get(f"/feeds/{made.token}.atom")).status_code == 404


async def test_the_predicate_is_asked_even_where_nothing_has_ended_the_address(db, http, ben, secret_thread):
    made = await make(db, ben, secret_thread.network)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET ended_at = now() WHERE member_id = :ben", ben=ben.id)
    for path in (f"/feeds/{made.token}.atom", f"/feeds/{made.token}/topics/{secret_thread.id}.atom"):
        assert (await http.get(path)).status_code == 404


async def test_an_address_is_made_shown_once_renewed_and_turned_off(db, live_server, ben, dev, secret_thread):
    async with live_server.browser(ben) as browser:
        form = {"csrf": csrf_of(browser)}
        path = f"/networks/{secret_thread.network.slug}/feed"
        first = (
            (await browser.post(path, data=form))
            .text.partition('<input readonly value="')[2]
            .partition('"')[0]
        )
        assert titles(await browser.get(own(first))) == ["Retaliation after a report"]
        second = (
            (await browser.post(path, data=form))
            .text.partition('<input readonly value="')[2]
            .partition('"')[0]
        )
        assert (await browser.get(own(first))).status_code == 404
        page = (await browser.get("/settings/feeds")).text
        assert "Speaking up circle" in page
        assert second not in page + (await browser.get(path)).text
        end = re.search(r"/settings/feeds/\d+/end", page)[0]
        async with live_server.browser(dev) as other:
            assert (await other.post(end, data={"csrf": csrf_of(other)})).status_code == 404
            assert (await other.get(path)).status_code == 404
        await browser.post(end, data=form)
        assert (await browser.get(own(second))).status_code == 404
    async with live_server.client(ben) as program:
        made = (await program.post("/api/v1/feeds", json={"network": secret_thread.network.slug})).json()
        assert titles(await program.get(own(made["url"]))) == ["Retaliation after a report"]
        [listed] = (await program.get("/api/v1/feeds")).json()["feeds"]
        assert (listed["id"], listed["network"]) == (made["id"], secret_thread.network.slug)
        assert (await program.delete(f"/api/v1/feeds/{made['id']}")).status_code == 204
        assert (await program.get(own(made["url"]))).status_code == 404


async def test_what_has_not_changed_is_not_sent_again(db, http, ben, thread):
    path = f"/topics/{thread.id}/feed.atom"
    first = await http.get(path)
    assert first.headers["cache-control"] == "public, max-age=60"
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = await http.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    await cast.write(db, ben, thread, "News.")
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        assert (await http.get(path, headers=headers)).status_code == 200


async def test_nobody_is_named_who_wrote_without_their_name(db, http, ana, ben, thread):
    await cast.allow_anonymity(db, thread.network)
    await cast.write(db, ben, thread, "Unsaid.", anonymous=True)
    answer = await http.get(f"/topics/{thread.id}/feed.atom")
    assert read(answer).entries[0].author.startswith("Anonymous ")
    assert "Okafor" not in answer.text
    assert "ben" not in answer.text


async def test_the_map_has_open_networks_and_their_topics_alone(db, http, thread, secret_thread, monkeypatch):
    from chat.feeds import mapping

    monkeypatch.setattr(mapping, "A_PAGE", 2)
    for n in range(2):
        await cast.start(db, await cast.join_the_hub(db, f"Guest {n}"), thread.network, f"More {n}", "More.")
    assert f"Sitemap: {settings().origin}/sitemap.xml" in (await http.get("/robots.txt")).text

    async def places(path):
        answer = await http.get(path)
        assert answer.headers["content-type"].startswith("application/xml")
        root = ElementTree.fromstring(answer.content)
        assert root.tag in (f"{MAP}sitemapindex", f"{MAP}urlset")
        assert all(one.find(f"{MAP}lastmod").text for one in root)
        return [own(one.find(f"{MAP}loc").text) for one in root]

    assert await places("/sitemap.xml") == ["/sitemaps/networks.xml", "/sitemaps/1.xml", "/sitemaps/2.xml"]
    assert await places("/sitemaps/networks.xml") == [f"/networks/{thread.network.slug}"]
    ids = [
        row.id
        for row in await cast.rows(
            db, "SELECT id FROM topic WHERE network_id = :id ORDER BY id", id=thread.network.id
        )
    ]
    assert await places("/sitemaps/1.xml") == [f"/topics/{id}" for id in ids[:2]]
    assert await places("/sitemaps/2.xml") == [f"/topics/{ids[2]}"]
    for path in ("/sitemaps/3.xml", "/sitemaps/99999999999.xml"):
        assert (await http.get(path)).status_code == 404
