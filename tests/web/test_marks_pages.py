"""What pages show of reactions, versions, answers, tags and polls, and what becomes of their forms without scripts."""

import re

import pytest

from chat import discussions
from tests import cast
from tests.web.conftest import csrf_of

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def bens_browser(live_server, ben):
    async with live_server.browser(ben) as browser:
        yield browser


async def send(browser, path, **form):
    return await browser.post(path, data={"csrf": csrf_of(browser), **form})


def posts(page):
    return page[page.index("<live-thread") : page.index("</live-thread>")]


async def test_posts_are_the_same_bytes_for_all_and_rules_show_what_is_one_s_own(
    anas_browser, bens_browser, browser, thread
):
    given = await send(bens_browser, f"/posts/{thread.post}/reactions", give="thanks")
    assert given.headers["location"] == f"/topics/{thread.id}?post=1#p1"
    pages = [(await b.get(f"/topics/{thread.id}")).text for b in (anas_browser, bens_browser, browser)]
    told = [re.sub('can-write|data-read="\\d+"| "', "", posts(page)) for page in pages]
    assert told[0].split() == told[1].split()
    assert "Thank you <b>1</b>" in told[2]
    key = f'[data-key="thanks-{thread.post}"]'
    assert [key in page for page in pages] == [False, True, False]
    await send(bens_browser, f"/posts/{thread.post}/reactions", take="thanks")
    assert "Thank you <b>" not in (await browser.get(f"/topics/{thread.id}")).text


async def test_a_visitor_who_reacts_is_asked_to_sign_in(browser, thread):
    answer = await browser.post(f"/posts/{thread.post}/reactions", data={"give": "thanks"})
    assert answer.status_code == 401
    assert 'href="/sign-in"' in answer.text


async def test_the_history_is_readable_and_escaped(anas_browser, bens_browser, browser, db, ben, thread):
    post = (await cast.write(db, ben, thread, f"Ask the nurse {SCRIPT}"))["id"]
    await cast.mend(db, ben, post, "Ask any nurse <b>now</b>")
    assert f"/posts/{post}/history" in (await browser.get(f"/topics/{thread.id}")).text
    page = (await browser.get(f"/posts/{post}/history")).text
    assert "Ask <del>the</del><ins>any</ins> nurse " in page
    assert SCRIPT not in page
    assert "<b>now" not in page
    assert "Remove this version" not in (await bens_browser.get(f"/posts/{post}/history")).text
    assert "Remove this version" in (await anas_browser.get(f"/posts/{post}/history")).text
    await send(anas_browser, f"/posts/{post}/history/1/remove")
    page = (await browser.get(f"/posts/{post}/history")).text
    assert "A host removed this version." in page
    assert "the nurse" not in page


async def test_a_topic_starts_with_tags_and_a_poll_and_loses_nothing_that_was_typed(
    bens_browser, browser, db, open_network
):
    path = f"/networks/{open_network.slug}/topics"
    form = {
        "title": "Wedges",
        "body": "Which?",
        "tags": "Doors, night shift",
        "poll_question": f"Which {SCRIPT}?",
    }
    for wrong in (
        {**form, "poll_options": "One"},
        {**form, "poll_options": "One\nTwo", "poll_closes_on": "yesterday"},
        {**form, "poll_options": "One\nTwo", "tags": "a,b,c,d,e,f"},
    ):
        answer = await send(bens_browser, path, **wrong)
        assert answer.status_code == 422
        assert "Doors, night shift" in answer.text or "a,b,c,d,e,f" in answer.text
        assert "&lt;script&gt;" in answer.text
        assert len(re.findall('class="error"(?! role="alert" hidden)', answer.text)) == 1
        assert '<details class="sure" open' in answer.text
    assert await cast.value(db, "SELECT count(*) FROM topic") == 0
    made = await send(bens_browser, path, **form, poll_options="Soft\nHard", poll_several="yes")
    page = (await browser.get(made.headers["location"])).text
    assert f'href="/networks/{open_network.slug}/tags/night-shift"' in page
    assert SCRIPT not in page
    assert "choose as many as you like" in page
    listed = (await browser.get(f"/networks/{open_network.slug}/tags/doors")).text
    assert ">Wedges</a>" in listed
    assert (
        'doors</a> <span class="quiet">1 discussion'
        in (await browser.get(f"/networks/{open_network.slug}/tags")).text
    )
    assert (await browser.get(f"/networks/{open_network.slug}/tags/No Such")).status_code == 404


async def test_only_who_voted_sees_the_numbers_before_the_end(
    anas_browser, bens_browser, browser, db, ana, ben, thread
):
    async with db.transaction() as tx:
        poll = {"question": "Which?", "options": ["Soft", "Hard"]}
        made = await discussions.add_poll(tx, ana, thread.id, poll)
    await send(bens_browser, f"/topics/{thread.id}/poll/vote", choose="2")
    number = re.compile(rf'id="c2-{made["id"]}">(\d*)<')
    told = [
        number.search((await b.get(f"/topics/{thread.id}")).text)[1]
        for b in (anas_browser, bens_browser, browser)
    ]
    assert told == ["", "1", ""]
    numbers = [
        (await b.get(f"/topics/{thread.id}/poll/numbers")).json()["set"] for b in (anas_browser, bens_browser)
    ]
    assert [len(each) for each in numbers] == [1, 3]
    await send(anas_browser, f"/topics/{thread.id}/poll/settle", do="close")
    assert number.search((await browser.get(f"/topics/{thread.id}")).text)[1] == "1"


async def test_the_page_says_who_removed_a_post_and_offers_the_way_back(
    anas_browser, browser, db, ana, ben, thread
):
    mine, theirs = [(await cast.write(db, ben, thread, "Words."))["id"] for _ in range(2)]
    async with db.transaction() as tx:
        await discussions.remove(tx, ben, mine)
        await discussions.remove(tx, ana, theirs)
    page = (await browser.get(f"/topics/{thread.id}")).text
    assert "This post was removed by its author." in page
    assert "A host removed this post." in page
    answer = await send(anas_browser, f"/posts/{theirs}/restore")
    assert answer.headers["location"].endswith("#p3")
    assert "Words." in (await browser.get(f"/topics/{thread.id}")).text
