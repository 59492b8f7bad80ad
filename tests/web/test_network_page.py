"""A network's page: its discussions, page by page, and what those who look after it have there."""

import re
from datetime import UTC, datetime

from chat import discussions, members
from tests import cast

TITLES = re.compile(r'class="topic-title"[^>]*>([^<]+)<')
OLDER = re.compile(r'href="(\?before=[^"#]+)#topics" rel="next"')


async def speaks(db, member, language):
    async with db.transaction() as tx:
        await members.choose_letters(tx, member.id, {"language": language})


async def test_each_discussion_is_on_one_of_its_pages(db, ana, anas_browser, open_network, monkeypatch):
    monkeypatch.setattr("web.networks.routes.TOPICS", 2)
    threads = [await cast.start(db, ana, open_network, f"Topic {n}") for n in range(6)]
    async with db.transaction() as tx:
        await discussions.pin(tx, ana, threads[0].id)
        # As an import may have left them: all of one moment.
        await tx.run("UPDATE topic SET last_post_at = :at", at=datetime(2026, 11, 2, tzinfo=UTC))
    here, query, pages = f"/networks/{open_network.slug}", "", []
    for _page in range(4):
        page = await anas_browser.get(here + query)
        assert page.status_code == 200
        pages.append(TITLES.findall(page.text))
        assert ("<live-topics" in page.text) is (not query)  # what is new belongs to the first page
        assert ("Newest" in page.text) is bool(query)
        if not (older := OLDER.search(page.text)):
            break
        query = older[1].replace("&amp;", "&")
    assert pages == [["Topic 0", "Topic 5", "Topic 4"], ["Topic 3", "Topic 2"], ["Topic 1"]]
    assert (await anas_browser.get(f"{here}?before=noon")).status_code == 422


async def test_it_is_said_in_its_reader_s_language(db, ben, open_network, live_server):
    await speaks(db, ben, "de")
    async with live_server.browser(ben) as bens:
        page = (await bens.get(f"/networks/{open_network.slug}")).text
        refused = await bens.get(f"/networks/{open_network.slug}/settings")
    assert '<span class="access open">offen</span>' in page
    assert "Ihre Auswahl" in page
    assert "Your choices" not in page
    assert refused.status_code == 403
    assert "Das ist der Leitung des Netzwerks vorbehalten." in refused.text


async def test_the_audit_log_is_told_in_its_reader_s_language(db, ana, ben, anas_browser, open_network):
    await cast.change_role(db, ana, open_network, ben, "host")
    await speaks(db, ana, "de")
    page = (await anas_browser.get(f"/networks/{open_network.slug}/audit")).text
    assert "geändert: vorher Mitglied, jetzt Moderation." in page
    assert "Rolle geändert" in page
    assert "changed" not in re.sub(r"<[^>]*>", "", page.split("<main")[1].split("</main")[0])
