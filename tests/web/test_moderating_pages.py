"""Looking after topics without scripts: nothing typed is lost, and old addresses lead to where posts are now."""

from chat import discussions
from tests import cast
from tests.chat.discussions.test_moderating import do
from tests.web.conftest import csrf_of


async def test_a_reply_to_a_locked_topic_comes_back_with_its_text(live_server, db, ana, ben, thread):
    async with live_server.browser(ben) as browser:
        await browser.get(f"/topics/{thread.id}")
        await do(db, discussions.lock, ana, thread.id)
        sent = {"csrf": csrf_of(browser), "body": "Three paragraphs of mine."}
        answer = await browser.post(f"/topics/{thread.id}", data=sent)
        assert answer.status_code == 422
        assert "Three paragraphs of mine." in answer.text
        assert "The hosts have locked this discussion" in answer.text
        assert '<div id="composer">' in answer.text
        assert '<div id="composer" hidden>' in (await browser.get(f"/topics/{thread.id}")).text


async def test_old_addresses_lead_to_where_the_posts_are(live_server, db, ana, ben, carol, thread):
    post = await cast.write(db, ben, thread, "Another thing.")
    await cast.write(db, carol, thread, "Of that I know.", parent=post["id"])
    private = await cast.found(db, ana, "Numbats", "confidential")
    async with live_server.browser(ana) as anas, live_server.browser(carol) as carols:
        form = {"csrf": csrf_of(anas), "title": "Another", f"post-{post['id']}": "yes"}
        made = (await anas.post(f"/topics/{thread.id}/split", data=form)).headers["location"]
        old = f"/topics/{thread.id}?post=3"
        assert (await carols.get(old)).headers["location"] == f"{made}?post=2#p2"
        page = (await carols.get(f"/topics/{thread.id}")).text
        assert "Moved to another discussion." in page
        assert "Of that I know." not in page
        form = {"csrf": csrf_of(anas), "to": private.slug}
        assert (await anas.post(f"{made}/move", data=form)).status_code == 303
        # Where it is now nobody may know of.
        gone, never = await carols.get(old), await carols.get("/topics/999999999")
        assert gone.status_code == never.status_code == 404
        assert "Numbat" not in gone.text
        assert "Moved to another discussion." in (await carols.get(f"/topics/{thread.id}")).text
        home = await cast.start(db, ana, thread.network, "Home")
        form = {"csrf": csrf_of(anas), "into": f"/topics/{home.id}"}
        assert (await anas.post(f"/topics/{thread.id}/merge", data=form)).headers[
            "location"
        ] == f"/topics/{home.id}"
        assert (await carols.get(f"/topics/{thread.id}?post=1")).headers[
            "location"
        ] == f"/topics/{home.id}?post=2#p2"


async def test_a_member_flags_and_a_host_settles_with_what_they_typed_kept(
    live_server, db, ana, ben, carol, thread
):
    post = (await cast.write(db, ben, thread, "Buy this."))["id"]
    async with live_server.browser(ana) as anas, live_server.browser(carol) as carols:
        form = {"csrf": csrf_of(carols), "reason": "else", "note": ""}
        answer = await carols.post(f"/posts/{post}/flag", data=form)
        assert answer.status_code == 422
        assert "Say in a few words what is wrong with it." in answer.text
        await carols.post(f"/posts/{post}/flag", data={**form, "note": "An advert."})
        queue = f"/networks/{thread.network.slug}/flags"
        assert "An advert." in (await anas.get(queue)).text
        concern = await cast.value(db, "SELECT id FROM concern")
        assert (await anas.get(f"/flags/{concern}")).headers["location"] == f"{queue}#concern-{concern}"
        settle = {"csrf": csrf_of(anas), "act": "warn", "word": "", "answer": "Thank you, Carol."}
        refused = await anas.post(f"/flags/{concern}/settle", data=settle)
        assert refused.status_code == 422
        assert "Thank you, Carol." in refused.text
        await anas.post(f"/flags/{concern}/settle", data={**settle, "word": "No adverts, please."})
        assert "Thank you, Carol." in (await carols.get(f"/flags/{concern}")).text
        assert "No adverts, please." not in (await carols.get(f"/flags/{concern}")).text
        assert "No adverts, please." in (await anas.get(f"{queue}?settled=yes")).text
    async with live_server.browser(ben) as bens:
        page = (await bens.get(f"/posts/{post}/word")).text
        assert "No adverts, please." in page
        assert "Carol" not in page.partition("<main")[2]
