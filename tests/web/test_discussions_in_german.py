"""A discussion as somebody reads it who speaks German."""

from tests import cast
from tests.web.conftest import csrf_of


async def test_a_visitor_is_spoken_to_in_german(browser, db, ana, thread):
    await cast.write(db, ana, thread, "We whisper it.")
    browser.cookies.set("language", "de")
    page = (await browser.get(f"/topics/{thread.id}")).text
    for words in ("2 Beiträge", "Mehr", "Der Moderation melden", "Zum Antworten anmelden", "Älteste zuerst"):
        assert words in page
    page = (await browser.get("/search?q=is:loud")).text
    assert "„is:loud“ sagt hier nichts; „is:mine“ und „is:solved“ schon." in page


async def test_what_is_refused_is_refused_in_the_member_s_language(anas_browser, db, ana, thread):
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET language = 'de' WHERE id = :id", id=ana.id)
    answer = await anas_browser.post(
        f"/topics/{thread.id}", data={"csrf": csrf_of(anas_browser), "body": " "}
    )
    assert answer.status_code == 422
    assert "Der Text" in answer.text
    assert "Ihre Antwort" in answer.text
