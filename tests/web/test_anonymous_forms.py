"""Posting without one's name, and learning whose it is, by pages and forms alone."""

import re

import pytest

from tests import cast
from tests.web.conftest import csrf_of

BOX = 'name="anonymous"'
REASON = "A ward is named, and somebody is in danger there."


@pytest.fixture
async def circle(db, open_network):
    await cast.allow_anonymity(db, open_network)
    return open_network


async def send(browser, path, **fields):
    return await browser.post(path, data={"csrf": csrf_of(browser), **fields}, follow_redirects=True)


def rules(page):
    return re.search(r"<style[^>]*>(.*?)</style>", page.text, re.DOTALL)[1]


def own(post):
    return f'[data-id="{post}"] > .post-foot .own'


async def test_a_reply_goes_without_the_name_and_only_its_author_is_offered_to_change_it(
    live_server, db, ana, ben, circle, thread
):
    async with (
        live_server.browser(ben) as bens,
        live_server.browser(ana) as anas,
        live_server.browser() as nobody,
    ):
        assert BOX in (await bens.get(f"/topics/{thread.id}")).text
        page = await send(bens, f"/topics/{thread.id}", body="We had one.", anonymous="yes")
        post = await cast.value(db, "SELECT max(id) FROM post")
        article = re.search(rf'<article[^>]*data-id="{post}".*?</article>', page.text, re.DOTALL)[0]
        assert "Anonymous " in article
        assert "data-author" not in article
        assert "Ben" not in article
        assert own(post) in rules(page)
        for other in (anas, nobody):
            theirs = await other.get(f"/topics/{thread.id}")
            assert article in theirs.text
            assert f'[data-id="{post}"]' not in theirs.text
        edit = await bens.get(f"/posts/{post}/edit")
        assert "We had one." in edit.text
        assert (await anas.get(f"/posts/{post}/edit")).status_code == 403
        changed = await send(bens, f"/posts/{post}/edit", body="We had two.")
        assert "We had two." in changed.text
        assert "Anonymous " in changed.text


async def test_whoever_has_a_pseudonym_in_a_topic_goes_on_with_it_unless_they_say_so(
    live_server, db, ben, carol, circle, thread
):
    async with live_server.browser(ben) as bens, live_server.browser(carol) as carols:
        page = await send(bens, f"/topics/{thread.id}", body="We had one.", anonymous="yes")
        name = re.search(r"You are (Anonymous \w+) in this discussion", page.text)[1]
        assert re.search(r'name="anonymous"[^>]* checked', page.text)
        assert name in (await carols.get(f"/topics/{thread.id}")).text
        assert not re.search(
            r'name="anonymous"[^>]* checked', (await carols.get(f"/topics/{thread.id}")).text
        )
        refused = await send(bens, f"/topics/{thread.id}", body=" ")
        assert not re.search(r'name="anonymous"[^>]* checked', refused.text)


async def test_a_refused_post_keeps_the_choice(live_server, ben, circle, thread):
    async with live_server.browser(ben) as bens:
        for path in (f"/topics/{thread.id}", f"/networks/{circle.slug}/topics"):
            page = await send(bens, path, title="Beds", body="  ", anonymous="yes")
            assert page.status_code == 422
            assert re.search(r'name="anonymous"[^>]* checked', page.text)


async def test_a_discussion_is_started_without_the_name(live_server, db, ben, circle):
    async with live_server.browser(ben) as bens:
        assert BOX in (await bens.get(f"/networks/{circle.slug}/topics/new")).text
        page = await send(
            bens, f"/networks/{circle.slug}/topics", title="Beds", body="Where?", anonymous="yes"
        )
        assert "Anonymous " in page.text
        row = re.search(
            r'<li class="topic".*?</li>', (await bens.get(f"/networks/{circle.slug}")).text, re.DOTALL
        )[0]
        assert "Anonymous " in row
        assert "Ben" not in row


async def test_where_it_is_not_allowed_nothing_is_offered_or_posted(live_server, db, ben, thread):
    async with live_server.browser(ben) as bens:
        assert BOX not in (await bens.get(f"/topics/{thread.id}")).text
        page = await send(bens, f"/topics/{thread.id}", body="Nobody knows.", anonymous="yes")
        assert page.status_code == 422
        assert "This network takes no posts without a name." in page.text
        assert "Nobody knows." in page.text
    assert await cast.value(db, "SELECT count(*) FROM post") == 1


async def test_who_is_no_member_is_not_offered_it(live_server, db, dev, circle, thread):
    async with live_server.browser(dev) as devs:
        page = await devs.get(f"/topics/{thread.id}")
        assert "Your reply" in page.text
        assert BOX not in page.text
        answer = await send(devs, f"/topics/{thread.id}", body="May I?", anonymous="yes")
        assert answer.status_code == 403
        assert "Join this network first" in answer.text


async def test_a_room_where_it_is_allowed_tells_nobody_who_types(live_server, db, ben, circle, things):
    async with live_server.browser(ben) as bens:
        page = await bens.get(f"/drop-ins/{things['drop-ins/id']}")
        assert BOX in page.text
        assert "data-typing" not in page.text
        async with db.transaction() as tx:
            await tx.run("UPDATE network SET anonymity_since = NULL")
        page = await bens.get(f"/drop-ins/{things['drop-ins/id']}")
        assert BOX not in page.text
        assert "data-typing" in page.text


async def test_two_hosts_learn_who_wrote_it(live_server, db, ana, ben, carol, circle, thread):
    hanna = await cast.join_the_hub(db, "Hanna Weber")
    await cast.let_in(db, circle, hanna, "host")
    post = (await cast.write(db, ben, thread, "It was on our ward.", anonymous=True))["id"]
    address = f"/posts/{post}/unmask"
    async with live_server.browser(ana) as anas, live_server.browser(hanna) as hannas:
        assert ".unmask {" in rules(await anas.get(f"/topics/{thread.id}"))
        refused = await send(anas, address, reason="why")
        assert (refused.status_code, ">why</textarea>" in refused.text.replace("\n", "")) == (422, True)
        page = await send(anas, address, reason=REASON)
        assert "Another host of" in page.text
        listed = await hannas.get(f"/networks/{circle.slug}/unmaskings")
        assert f'href="{address}"' in listed.text
        page = await hannas.get(address)
        assert REASON in page.text
        agree = re.search(r'action="(/unmaskings/\d+/agree)"', page.text)[1]
        assert (await send(anas, agree)).status_code == 403
        page = await send(hannas, agree)
        assert "Show me who wrote it" in page.text
        assert "Ben Okafor" not in page.text
        for browser in (hannas, anas):
            shown = await send(browser, f"{address}/reveal")
            assert "Ben Okafor" in shown.text
            assert shown.headers["cache-control"] == "no-store"
            assert "Ben Okafor" not in (await browser.get(address)).text
    async with live_server.browser(carol) as carols:
        assert ".unmask {" not in rules(await carols.get(f"/topics/{thread.id}"))
        for path in (address, f"/networks/{circle.slug}/unmaskings"):
            assert (await carols.get(path)).status_code == 403
        assert (await send(carols, f"{address}/reveal")).status_code == 403
