"""The talk of a drop-in, looked at as a topic."""

from tests import cast


async def test_who_comes_too_early_is_told_when_and_given_no_form(anas_browser, db, ana, open_network):
    await cast.schedule(db, ana, open_network)
    talk = await cast.value(db, "SELECT topic_id FROM drop_in ORDER BY opens_at DESC LIMIT 1")
    page = (await anas_browser.get(f"/topics/{talk}")).text
    assert "This talk opens with its" in page
    assert 'name="body"' not in page
