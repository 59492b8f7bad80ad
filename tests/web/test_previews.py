"""What search engines and previews are told: of what everybody may read all of it, of the rest nothing."""

import json
import re

from chat import discussions
from chat.config import settings
from tests import cast


def data_of(page):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1]) if found else None


OF_THE_HUB = {"description": "Discussions, networks and live drop-ins of The hub."}


def told(page):
    return dict(
        re.findall(r'<meta (?:property|name)="((?:og:|twitter:|description)[\w:]*)" content="([^"]*)">', page)
    )


async def test_a_topic_is_a_posting_with_its_answers_within_each_other(db, http, ana, ben, carol, thread):
    first = await cast.write(db, ben, thread, "We look </script><script>alert(1)</script> & see.")
    inner = await cast.write(db, carol, thread, "How often?", parent=first["id"])
    gone = await cast.write(db, ben, thread, "Taken back.", parent=inner["id"])
    await cast.write(db, ana, thread, "Daily.", parent=gone["id"])
    await cast.write(db, carol, thread, "Nice.", parent=thread.post)
    async with db.transaction() as tx:
        await discussions.remove(tx, ben, gone["id"])
    page = (await http.get(f"/topics/{thread.id}")).text
    data = data_of(page)
    url = f"{settings().origin}/topics/{thread.id}"
    assert (data["@type"], data["@id"], data["headline"]) == (
        "DiscussionForumPosting",
        url,
        "Who checks the checklist?",
    )
    assert data["author"] == {
        "@type": "Person",
        "name": "Ana Lima",
        "url": f"{settings().origin}/members/ana-lima",
    }
    assert data["text"] == "Ours is ticked before anybody has looked."
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", data["datePublished"])
    counts = {
        c["interactionType"].rpartition("/")[2]: c["userInteractionCount"]
        for c in data["interactionStatistic"]
    }
    assert counts["CommentAction"] == 5

    def tree(comments):
        return [(c["@type"], c["text"], tree(c.get("comment", []))) for c in comments]

    # What answered a removed post has lost its place, and not its words.
    assert tree(data["comment"]) == [
        ("Comment", "We look </script><script>alert(1)</script> & see.", [("Comment", "How often?", [])]),
        ("Comment", "Daily.", []),
        ("Comment", "Nice.", []),
    ]
    assert "Taken back" not in page
    meta = told(page)
    assert (meta["og:type"], meta["og:url"], meta["og:title"]) == (
        "article",
        url,
        "Who checks the checklist?",
    )
    assert meta["description"] == meta["og:description"] == "Ours is ticked before anybody has looked."
    assert f'<link rel="canonical" href="{url}">' in page
    assert (
        f'type="application/atom+xml" title="Who checks the checklist?" href="/topics/{thread.id}/feed.atom"'
        in page
    )


async def test_later_pages_say_which_they_are(db, http, ben, thread):
    for n in range(23):
        await cast.write(db, ben, thread, f"Answer {n}.")
    page = (await http.get(f"/topics/{thread.id}", params={"page": 2})).text
    assert f'<link rel="canonical" href="{settings().origin}/topics/{thread.id}?page=2">' in page
    data = data_of(page)
    assert "text" not in data
    assert (data["url"], len(data["comment"])) == (f"{settings().origin}/topics/{thread.id}", 3)


async def test_of_closed_networks_nothing_is_told_not_even_to_their_members(
    db, live_server, ana, thread, secret_thread
):
    circle = await cast.found(db, ana, "A restricted one", "restricted")
    async with live_server.browser(ana) as browser:
        for path in (
            f"/topics/{secret_thread.id}",
            f"/networks/{secret_thread.network.slug}",
            f"/networks/{circle.slug}",
        ):
            page = (await browser.get(path)).text
            assert data_of(page) is None
            assert told(page) == OF_THE_HUB
            assert "application/atom+xml" not in page
            assert "canonical" not in page
    async with live_server.browser() as browser:
        for path in (
            f"/topics/{secret_thread.id}",
            f"/networks/{secret_thread.network.slug}",
            f"/networks/{circle.slug}",
        ):
            page = (await browser.get(path)).text
            assert told(page) == OF_THE_HUB
            assert data_of(page) is None
        page = (await browser.get(f"/networks/{thread.network.slug}")).text
        assert told(page)["og:title"] == "Falls and frailty"
        assert told(page)["og:description"] == "We share what works."


async def test_who_is_not_named_on_the_page_is_not_named_to_engines(db, http, ben, thread):
    await cast.allow_anonymity(db, thread.network)
    await cast.write(db, ben, thread, "Unsaid.", anonymous=True)
    page = (await http.get(f"/topics/{thread.id}")).text
    author = data_of(page)["comment"][0]["author"]
    assert author["name"].startswith("Anonymous ")
    assert "url" not in author
    assert "Okafor" not in page
