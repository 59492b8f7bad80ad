"""A visitor's page of a topic is kept, and never older than what may be seen."""

import pytest

from chat import discussions, members, networks
from tests import cast
from web.shelf import Shelf, Version


async def page(browser, thread, **query):
    answer = await browser.get(f"/topics/{thread.id}", params=query)
    return answer.text if answer.status_code == 200 else answer.status_code


@pytest.fixture
def drawn(monkeypatch):
    """The templates that were drawn."""
    from web.discussions import routes

    names, draw = [], routes.page

    async def noted(request, tx, viewer, template, *args, **more):
        names.append(template)
        return await draw(request, tx, viewer, template, *args, **more)

    monkeypatch.setattr(routes, "page", noted)
    return names


async def test_a_page_is_drawn_once_for_all_visitors(browser, thread, drawn):
    first = await browser.get(f"/topics/{thread.id}", headers={"Accept-Encoding": "identity"})
    again = await browser.get(f"/topics/{thread.id}", headers={"Accept-Encoding": "identity"})
    small = await browser.get(f"/topics/{thread.id}", headers={"Accept-Encoding": "gzip"})
    assert drawn == ["discussions/show.html"]
    assert first.text == again.text == small.text
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(first.content) / 2
    for name in ("content-security-policy", "cache-control", "x-content-type-options", "content-type"):
        assert first.headers[name] == again.headers[name] == small.headers[name]


async def test_a_member_gets_a_page_of_their_own(browser, anas_browser, thread, drawn):
    await page(browser, thread)
    assert "data-csrf" in (theirs := await page(anas_browser, thread))
    assert 'data-csrf=""' not in theirs
    assert 'data-csrf=""' in await page(browser, thread)
    assert len(drawn) == 2


async def test_a_member_s_page_of_what_was_drawn_needs_no_snapshot(
    anas_browser, db, ana, thread, live_server
):
    """And what was not drawn yet is read as it stood at one moment."""
    opened = []
    database = live_server.house.db
    snapshot = database.snapshot

    def noted():
        opened.append("snapshot")
        return snapshot()

    database.snapshot = noted
    try:
        first = await page(anas_browser, thread)
        assert opened == ["snapshot"]
        assert (await page(anas_browser, thread)).count("<article") == first.count("<article")
        assert opened == ["snapshot"]
        await cast.write(db, ana, thread, "Something new")
        assert "Something new" in await page(anas_browser, thread)
        assert opened == ["snapshot"] * 2
    finally:
        del database.snapshot


async def answers(db, ana, thread):
    await cast.write(db, ana, thread, "Something new")


async def edits(db, ana, thread):
    async with db.transaction() as tx:
        await discussions.edit(tx, ana, thread.post, "Said otherwise")


async def removes(db, ana, thread):
    async with db.transaction() as tx:
        await discussions.remove(tx, ana, thread.post)


async def is_called_otherwise(db, ana, thread):
    async with db.transaction() as tx:
        await members.introduce(tx, ana.id, {"name": "Ana Beatriz Lima", "organisation": "St Elsewhere"})


async def hides(db, ana, thread):
    async with db.transaction() as tx:
        assert await members.hide(tx, ana.id, {"hides": ["organisation"]})


async def calls_the_network_otherwise(db, ana, thread):
    async with db.transaction() as tx:
        await networks.change_settings(tx, ana, thread.network, {"name": "Falls, frailty and us"})


CHANGES = [answers, edits, removes, is_called_otherwise, hides, calls_the_network_otherwise]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_whatever_changes_is_seen_at_once(browser, db, ana, thread, change):
    async with db.transaction() as tx:
        await members.introduce(tx, ana.id, {"name": ana.name, "organisation": "Northern Infirmary"})
    before = await page(browser, thread)
    assert await page(browser, thread) == before
    await change(db, ana, thread)
    assert await page(browser, thread) != before


async def test_who_leaves_without_their_name_is_named_no_more(browser, db, ana, ben, open_network, thread):
    await cast.write(db, ben, thread, "Ben said so.")
    assert "Ben Okafor" in await page(browser, thread)
    async with db.transaction() as tx:
        await networks.leave(tx, ben, open_network, former=True)
    assert "Ben Okafor" not in await page(browser, thread)


async def test_a_network_that_closes_takes_its_pages_along(browser, db, ana, open_network, thread):
    assert "<h1>" in await page(browser, thread)
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, open_network, {"access": "private"})
    assert await page(browser, thread) == 404


async def test_a_page_grows_no_older_than_a_minute(browser, thread, drawn):
    cast.it_is("2026-11-19 10:00:00")
    await page(browser, thread)
    cast.it_is("2026-11-19 10:01:01")
    await page(browser, thread)
    assert len(drawn) == 2


async def test_a_long_address_is_nobodys_bookmark(live_server, browser, thread, drawn):
    for _ in range(2):
        assert "<h1>" in await page(browser, thread, page=1, x="x" * 60)
    assert len(drawn) == 2
    assert not [key for key in live_server.house.shelf._kept if key[0] != "leaf"]


def test_what_is_asked_for_least_leaves_first():
    kept, version = Shelf(most_bytes=400), Version("e", 1, 1, 1)
    for n in range(4):
        kept.keep((n,), version, "page", 120)
        kept.find((0,), version)
    assert [n for n in range(4) if (n,) in kept] == [0, 2, 3]
    kept.keep((9,), version, "larger than all there is", 500)
    assert not kept._kept


def test_what_is_kept_is_of_one_state_alone():
    kept, version = Shelf(), Version("e", 1, 1, 1)
    for other in (
        version._replace(epoch="f"), version._replace(head=2), version._replace(acl_version=2), version._replace(looks=2), None,
    ):  # fmt: skip
        kept.keep((1,), version, "page", 1)
        assert kept.find((1,), other) is None
        assert (1,) not in kept
    kept.keep((1,), version, "page", 1)
    assert kept.find((1,), version) == "page"
