"""Leafing through a topic without scripts: views, orders, permalinks, and where reading goes on."""

import re

import pytest

from tests import cast
from tests.web.conftest import csrf_of


@pytest.fixture
async def bens_browser(live_server, ben):
    async with live_server.browser(ben) as browser:
        yield browser


@pytest.fixture
async def long(db, ana, carol, thread):
    """A root with thirty answers, and then sixty roots: posts 2 to 92."""
    root = await cast.write(db, ana, thread, "The first root.")
    for n in range(30):
        await cast.write(db, carol, thread, f"Answer {n}.", parent=root["id"])
    for n in range(60):
        await cast.write(db, ana, thread, f"Root {n}.")
    return thread


def numbers(page):
    return [int(n) for n in re.findall(r'<article[^>]* data-number="(\d+)"', page.text)]


async def read_to(db, viewer, thread, number):
    from chat.discussions import mark_read

    async with db.transaction() as tx:
        await mark_read(tx, viewer, thread.id, number)


async def test_a_visitor_s_way_of_reading_stays_in_the_address(browser, long):
    page = await browser.get(f"/topics/{long.id}")
    assert numbers(page) == [*range(1, 23), *range(33, 52)]
    for link in ("view=flat&amp;order=oldest", "view=threads&amp;order=newest"):
        assert f'href="?{link}"' in page.text
    page = await browser.get(f"/topics/{long.id}?view=flat&order=newest")
    assert numbers(page) == list(range(92, 42, -1))
    later = re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&")
    assert numbers(await browser.get(later)) == list(range(42, 0, -1))
    assert numbers(await browser.get(f"/topics/{long.id}?view=zigzag&order=")) == [
        *range(1, 23),
        *range(33, 52),
    ]


async def test_a_member_s_way_of_reading_is_remembered(bens_browser, db, ben, long):
    def choose(**form):
        return bens_browser.post(f"/topics/{long.id}/view", data={"csrf": csrf_of(bens_browser), **form})

    answer = await choose(order="newest")
    assert answer.headers["location"] == f"/topics/{long.id}?view=threads&order=newest"
    assert numbers(await bens_browser.get(f"/topics/{long.id}"))[:3] == [1, 92, 91]
    answer = await choose(view="flat")
    assert answer.headers["location"] == f"/topics/{long.id}?view=flat&order=newest"
    page = await bens_browser.get(f"/topics/{long.id}")
    assert numbers(page) == list(range(92, 42, -1))
    assert f'href="/topics/{long.id}?page=2" rel="next"' in page.text  # nothing to keep in the address
    assert (await choose(view="zigzag")).status_code == 422
    assert (await choose()).status_code == 422
    assert numbers(await bens_browser.get(f"/topics/{long.id}?view=threads&order=oldest"))[:3] == [1, 2, 3]


@pytest.mark.parametrize("way", ["", "view=flat&", "order=newest&", "view=flat&order=newest&"])
async def test_the_address_of_a_post_leads_to_the_page_that_shows_it(browser, db, long, way):
    for number in (1, 2, 20, 22, 23, 32, 33, 60, 92):
        id = await cast.value(
            db, "SELECT id FROM post WHERE topic_id = :t AND number = :n", t=long.id, n=number
        )
        answer = await browser.get(f"/posts/{id}")
        assert answer.headers["location"] == f"/topics/{long.id}?post={number}#p{number}"
        page = await browser.get(f"/topics/{long.id}?{way}post={number}")
        assert number in numbers(page)
        assert page.status_code == 200


async def test_the_answers_that_are_too_many_for_a_page_have_pages_of_their_own(browser, long):
    page = await browser.get(f"/topics/{long.id}")
    link = re.search(r'<a href="([^"]+)"><span>10 more answers', page.text)[1].replace("&amp;", "&")
    assert link == f"/topics/{long.id}?under=2&page=1#p22"
    page = await browser.get(link)
    assert numbers(page) == list(range(2, 33))
    assert "The whole discussion" in page.text
    for wrong in ("under=2&page=2", "under=3", "under=1", "under=999999"):
        assert (await browser.get(f"/topics/{long.id}?{wrong}")).status_code == 404
    for wrong in ("under=x", "page=x", "post=x"):
        assert (await browser.get(f"/topics/{long.id}?{wrong}")).status_code == 422


async def test_a_topic_opens_at_the_first_unread_post(bens_browser, db, ana, ben, long):
    assert "data-since" not in (await bens_browser.get(f"/topics/{long.id}")).text
    await read_to(db, ben, long, 70)
    page = await bens_browser.get(f"/topics/{long.id}")
    assert numbers(page) == list(range(52, 72))
    assert '.thread > [data-number="71"]::before { content: "New since you were here" }' in page.text
    assert '<noscript><meta http-equiv="refresh" content="0;url=#p71"></noscript>' in page.text
    assert ':is([data-number="71"]) > .post-head .permalink::before {' in page.text
    page = await bens_browser.get(f"/topics/{long.id}?page=3")  # which was asked for
    assert numbers(page) == list(range(72, 92))
    assert "http-equiv" not in page.text
    await read_to(db, ben, long, 25)  # the answers are further than a page of threads shows
    await db_back(db, ben, long, 25)
    page = await bens_browser.get(f"/topics/{long.id}")
    assert numbers(page) == list(range(2, 33))
    assert 'data-since="26"' in page.text
    page = await bens_browser.get(f"/topics/{long.id}?view=flat&order=newest")
    assert numbers(page)[0] == 92
    assert "You have been here before" not in page.text
    await read_to(db, ben, long, 80)
    page = await bens_browser.get(f"/topics/{long.id}?view=flat&order=newest")
    assert '[data-number="80"]::before { content: "You have been here before" }' in page.text
    await read_to(db, ben, long, 92)
    page = await bens_browser.get(f"/topics/{long.id}")
    assert numbers(page)[0] == 1
    assert "::before" not in page.text


async def db_back(db, viewer, thread, number):
    async with db.transaction() as tx:
        await tx.run("UPDATE reading SET number = :n WHERE topic_id = :t AND member_id = :me", n=number, t=thread.id, me=viewer.id)  # fmt: skip


async def test_what_is_answered_is_shown_beside_the_answer(browser, db, ana, ben, open_network, thread):
    asked = await cast.write(db, ben, thread, "We read it **aloud**.")
    answer = await cast.write(db, ana, thread, "All of it?", parent=asked["id"])
    page = await browser.get(f"/topics/{thread.id}")
    assert (
        f'<a href="/posts/{asked["id"]}" data-preview="{asked["id"]}">in reply to Ben Okafor</a>' in page.text
    )
    piece = await browser.get(f"/posts/{asked['id']}/preview")
    assert "<strong>aloud</strong>" in piece.text
    assert "Ben Okafor" in piece.text
    assert "<html" not in piece.text
    await cast.leave_unnamed(db, open_network, ben)
    assert "Ben" not in (await browser.get(f"/posts/{asked['id']}/preview")).text
    async with db.transaction() as tx:
        await tx.run("UPDATE post SET removed_at = now() WHERE id = :id", id=asked["id"])
    piece = await browser.get(f"/posts/{asked['id']}/preview")
    assert "This post was removed." in piece.text
    assert "aloud" not in piece.text
    assert (await browser.get(f"/posts/{answer['id'] + 999}/preview")).status_code == 404
