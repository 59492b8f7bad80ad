"""The search page, its links and forms, and what the palette is told."""

import re
from html import unescape

from chat import networks
from tests import cast


def links(text: str) -> dict[str, str]:
    """By their words, the ways that lead on."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', text, re.DOTALL)
    return {" ".join(re.sub("<[^>]+>", "", name).split()): unescape(href) for href, name in found}


async def test_one_narrows_down_and_widens_by_links(live_server, db, ana, ben, thread, secret_thread):
    await cast.write(db, ben, thread, "The checklist, <i>again</i>.")
    await cast.write(db, ben, secret_thread, "A checklist.")
    async with live_server.browser(ben) as browser:
        page = (await browser.get("/search?q=checklist")).text
        assert "3 posts" in page
        assert "<mark>checklist</mark>" in page
        assert "<i>again" not in page
        narrowed = (await browser.get(links(page)["Speaking up circle"])).text
        assert "1 post<" in narrowed
        by_ben = (await browser.get(links(page)["Ben Okafor"])).text
        assert "2 posts" in by_ben
        (wider,) = [href for name, href in links(by_ben).items() if name.startswith("by ben-okafor")]
        assert "3 posts" in (await browser.get(wider)).text
    async with live_server.browser(None) as nobody:
        page = (await nobody.get("/search?q=checklist")).text
        assert "2 posts" in page
        assert "Speaking" not in page


async def test_the_form_becomes_words_that_one_could_type(live_server, ana, thread):
    async with live_server.browser(ana) as browser:
        asked = {"q": "checklist -rota", "from": "Ana Lima", "after": "2026-03-01", "has": "", "is": "solved"}
        answer = await browser.get("/search", params=asked, follow_redirects=False)
        assert answer.status_code == 303
        assert (
            answer.headers["location"]
            == "/search?q=checklist+-rota+from%3A%22ana+lima%22+after%3A2026-03-01+is%3Asolved"
        )
        page = (await browser.get(answer.headers["location"])).text
        assert 'value="checklist -rota from:&#34;ana lima&#34; after:2026-03-01 is:solved"' in page


async def test_nothing_found_and_nonsense_are_answered_kindly(live_server, ana, thread):
    async with live_server.browser(ana) as browser:
        page = (await browser.get('/search?q="no such words" before:then')).text
        assert "Nothing that you may read" in page
        assert "is no date" in page
        assert "/search?q=no+such+words" in links(page).values() or "without the quotation marks" in page
        assert (await browser.get("/search?q=checklist&after_hit=cut")).status_code == 200
        assert (await browser.get("/api/v1/search?q=checklist&after=cut")).status_code == 422


async def test_more_pages_show_each_post_once(live_server, db, ana, thread):
    for _ in range(24):
        await cast.write(db, ana, thread, "Another checklist.")
    async with live_server.browser(None) as nobody:
        seen, href = [], "/search?q=checklist"
        while href:
            page = (await nobody.get(href)).text
            seen += re.findall(r"#p(\d+)", page)
            href = links(page).get("More of these")
    assert sorted(map(int, seen)) == list(range(1, 26))


async def places(client, typed):
    return (await client.get("/api/v1/jump", params={"q": typed})).json()


async def test_the_palette_knows_beginnings_of_names(
    live_server, db, ana, ben, carol, dev, thread, secret_thread
):
    async with live_server.client(ben) as program:
        assert [t["id"] for t in (await places(program, "che"))["topics"]] == [thread.id]
        assert [t["id"] for t in (await places(program, "checklist who"))["topics"]] == [thread.id]
        assert [t["id"] for t in (await places(program, "r"))["topics"]] == [secret_thread.id]
        assert [p["handle"] for p in (await places(program, "lim"))["people"]] == ["ana-lima"]
        assert [n["name"] for n in (await places(program, "circ"))["networks"]] == ["Speaking up circle"]
    async with live_server.client(dev) as program:
        for typed in ("r", "retal", "speak", "circ"):
            found = await places(program, typed)
            assert (found["topics"], found["networks"]) == ([], [])


async def test_the_palette_shows_people_as_the_directories_do(
    live_server, db, ana, ben, carol, dev, secret_thread, open_network
):
    hidden = await cast.join_the_hub(db, "Quentin Apart", organisation="Nowhere")
    await cast.let_in(db, secret_thread.network, hidden)

    async def seen(viewer):
        async with live_server.client(viewer) as program:
            return [(p["name"], p["organisation"]) for p in (await places(program, "quent"))["people"]]

    assert await seen(ben) == [("Quentin Apart", "Nowhere")]
    assert await seen(dev) == await seen(carol) == []
    async with db.transaction() as tx:
        await networks.prefer(tx, hidden, secret_thread.network, {"listed": False})
        await tx.run("UPDATE member SET hides = '{organisation}' WHERE id = :id", id=hidden.id)
    assert await seen(ben) == []
    assert await seen(ana) == [("Quentin Apart", "")]  # who hosts there sees everybody
    async with live_server.browser(None) as nobody:
        assert "Ana Lima" not in (await nobody.get("/jump?q=ana")).text


async def test_the_palette_lists_what_one_read_last_and_nothing_is_kept(
    live_server, db, ana, ben, thread, secret_thread
):
    async with live_server.browser(ben) as browser, live_server.browser(None) as nobody:
        await cast.write(db, ben, secret_thread, "Read.")
        answer = await browser.get("/jump")
        assert answer.headers["cache-control"] == "no-store"
        assert "Retaliation after a report" in answer.text
        assert "Speaking up circle" in answer.text
        assert "Retaliation" not in (await nobody.get("/jump")).text
