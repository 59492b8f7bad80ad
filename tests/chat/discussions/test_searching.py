import pytest

from chat import discussions
from chat.discussions.searching import FROM, TO
from tests import cast


async def search(db, viewer, words):
    async with db.snapshot() as tx:
        return await discussions.search(tx, viewer, words)


async def test_words_are_found_in_their_forms_and_marked(db, ben, thread):
    await cast.write(db, ben, thread, "We were checking <b>twice</b> & it helped.")
    hits = await search(db, None, "check")
    assert [h.number for h in hits] == [1, 2]  # the title counts most
    assert f"{FROM}checking{TO}" in hits[1].snippet
    assert (hits[1].author_name, hits[1].network_slug) == ("Ben Okafor", thread.network.slug)


async def test_each_finds_only_what_they_may_read(db, ana, ben, carol, dev, visitor, thread, secret_thread):
    for viewer in (ana, ben):
        assert [h.topic_id for h in await search(db, viewer, "zebra")] == [secret_thread.id]
    for viewer in (carol, dev, visitor):
        assert await search(db, viewer, "zebra") == []
        assert await search(db, viewer, "retaliation") == []


async def test_a_removed_member_finds_nothing_any_more(db, ana, ben, secret_thread):
    await cast.remove(db, ana, secret_thread.network, ben)
    assert await search(db, ben, "zebra") == []


async def test_a_talk_is_found_once_its_doors_are_open(db, ana, open_network):
    await cast.schedule(db, ana, open_network, title="Xylophone hour")
    assert await search(db, ana, "xylophone") == []


@pytest.mark.parametrize(
    "words", ["", "   ", "the", '"', "'; DROP TABLE post; --", "a & | ! (", "-", "\x00", "x" * 5000, "🦓 OR"]
)
async def test_any_words_may_be_looked_for(db, thread, words):
    assert isinstance(await search(db, None, words), list)
