"""Search: what is found by words and operators, by whom, in which order, and how it is kept up to date."""

from datetime import UTC, datetime, timedelta

import pytest

from chat import clock, discussions, networks
from chat.discussions import NEWEST
from chat.discussions.searching import FROM, TO
from chat.errors import Invalid
from tests import cast


async def find(db, viewer, words, **more):
    async with db.snapshot() as tx:
        return await discussions.search(tx, viewer, words, **more)


async def search(db, viewer, words, **more):
    return (await find(db, viewer, words, **more)).hits


async def numbers(db, viewer, words, **more):
    return sorted(hit.number for hit in await search(db, viewer, words, **more))


async def change(db, sql, **params):
    async with db.transaction() as tx:
        await tx.run(sql, **params)


async def test_words_are_found_in_their_forms_and_marked(db, ben, thread):
    await cast.write(db, ben, thread, "We were checking <b>twice</b> & it helped.")
    hits = await search(db, None, "check")
    assert [h.number for h in hits] == [1, 2]  # the title counts most
    assert f"{FROM}checking{TO}" in hits[1].snippet
    assert (hits[1].author_name, hits[1].network_slug) == ("Ben Okafor", thread.network.slug)


async def test_accents_make_no_difference_and_are_marked(db, ben, thread):
    await cast.write(db, ben, thread, "Em São João cai-se menos.")
    for words in ("joao", "João", "sao joao", '"São João"'):
        (hit,) = await search(db, None, words)
        assert f"{FROM}João{TO}" in hit.snippet, words


async def test_phrases_missing_words_either_and_beginnings(db, ben, thread):
    await cast.write(db, ben, thread, "The bed rails were up.")  # 2
    await cast.write(db, ben, thread, "The rails of the bed rang an alarm.")  # 3
    await cast.write(db, ben, thread, "Anaesthetists know.")  # 4
    assert await numbers(db, None, "bed rails") == [2, 3]
    assert await numbers(db, None, "“bed rails”") == [2]
    assert await numbers(db, None, "rails -alarm") == [2]
    assert await numbers(db, None, "alarm or anaesthetist") == [3, 4]
    assert await numbers(db, None, "anaest*") == [4]
    assert await numbers(db, None, "anaest") == []
    assert await numbers(db, None, "rails alar", typing=True) == [3]
    assert await numbers(db, None, "-rails") == [1, 4]


async def test_each_finds_only_what_they_may_read(db, ana, ben, carol, dev, visitor, thread, secret_thread):
    for viewer in (ana, ben):
        assert [h.topic_id for h in await search(db, viewer, "zebra")] == [secret_thread.id]
    for viewer in (carol, dev, visitor):
        for words in (
            "zebra",
            "retaliation",
            "zeb*",
            "from:ana zebra",
            f"in:{secret_thread.network.slug}",
            "-checklist",
        ):
            found = await find(db, viewer, words)
            assert (found.hits, found.total, found.networks, found.months) == ([], 0, (), ())


async def test_a_network_one_may_not_read_is_as_if_it_were_not_there(db, dev, secret_thread):
    sentences = {
        tuple((await find(db, dev, f"in:{name} rota")).sentences)
        for name in (secret_thread.network.slug, '"Speaking up circle"', "nowhere")
    }
    assert sentences == {("There is no such network that you may read.",)}


async def test_a_removed_member_finds_nothing_any_more(db, ana, ben, secret_thread):
    await cast.remove(db, ana, secret_thread.network, ben)
    assert await search(db, ben, "zebra") == []


async def test_a_talk_is_found_once_its_doors_are_open(db, ana, open_network):
    await cast.schedule(db, ana, open_network, title="Xylophone hour")
    assert await search(db, ana, "xylophone") == []


async def test_what_is_hidden_removed_changed_or_moved(db, ana, ben, thread, secret_thread):
    post = (await cast.write(db, ben, thread, "A quokka."))["id"]
    for column in ("hidden_at", "removed_at"):
        assert await numbers(db, None, "quokka") == [2]
        await change(db, f"UPDATE post SET {column} = now() WHERE id = :id", id=post)
        assert await numbers(db, None, "quokka") == []
        await change(db, f"UPDATE post SET {column} = NULL WHERE id = :id", id=post)
    async with db.transaction() as tx:
        await discussions.edit(tx, ben, post, "A numbat.")
    assert (await numbers(db, None, "quokka"), await numbers(db, None, "numbat")) == ([], [2])
    await change(db, "UPDATE topic SET title = 'Bilbies' WHERE id = :id", id=thread.id)
    assert await numbers(db, None, "bilby") == [1]
    await change(
        db, "UPDATE topic SET network_id = :n WHERE id = :id", n=secret_thread.network.id, id=thread.id
    )
    assert (await numbers(db, None, "numbat"), await numbers(db, ben, "numbat")) == ([], [2])


async def test_what_was_open_is_found_by_members_alone_at_once_and_after_the_job(db, ana, ben, dev, thread):
    await cast.found(db, ana, "Elsewhere", "open")  # which all may read
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, thread.network, {"access": "private"})
    for _ in range(2):
        assert (await numbers(db, dev, "checklist"), await numbers(db, ben, "checklist")) == ([], [1])
        async with db.transaction() as tx:
            await discussions.find_again(tx, thread.network.id, 2, 0)
    assert await cast.value(db, "SELECT scope FROM findable") == str(thread.network.id)
    assert await cast.value(db, "SELECT count(*) FROM job WHERE kind = 'find_again'") == 1


async def test_authors_are_found_by_handle_name_and_me(db, ana, ben, thread):
    await cast.write(db, ben, thread, "Checklists are read aloud.")
    assert await numbers(db, None, "from:ana-lima checklist") == [1]
    assert await numbers(db, None, "from:@ben-okafor") == [2]
    assert await numbers(db, None, 'from:"Ben Okafor"') == [2]
    assert await numbers(db, ben, "from:me") == await numbers(db, ben, "is:mine") == [2]
    assert (await find(db, None, "is:mine")).sentences == ["Sign in to look through what you wrote yourself."]
    assert (await find(db, None, "from:nobody x")).sentences == ["Nobody here goes by that name."]


async def test_nobody_finds_whose_a_pseudonym_or_a_former_name_is(db, ana, ben, carol, thread):
    await cast.allow_anonymity(db, thread.network)
    await cast.write(db, ben, thread, "A potoroo without a name.", anonymous=True)
    await cast.write(db, carol, thread, "A potoroo of a former member.")
    await cast.leave_unnamed(db, thread.network, carol)
    for viewer in (ana, ben, None):
        found = await find(db, viewer, "potoroo")
        assert (len(found.hits), found.authors) == (2, ())
        for name in (ben.handle, carol.handle, '"Ben Okafor"'):
            found = await find(db, viewer, f"potoroo from:{name}")
            assert (found.hits, found.total, found.months) == ([], 0, ())
    assert await numbers(db, ben, "is:mine") == [2]  # their own is theirs to find


async def test_tags_files_solved_and_days(db, ana, ben, thread):
    other = await cast.start(db, ana, thread.network, "Checklists at night", "Do you?")
    post = (await cast.write(db, ben, other, "We do, by checklist."))["id"]
    await change(db, "UPDATE topic SET tags = '{night}', solved_number = 2 WHERE id = :id", id=other.id)
    await change(
        db,
        "UPDATE post SET files = '[{\"name\": \"list.pdf\"}]', created_at = '2024-02-29 12:00+00' WHERE id = :id",
        id=post,
    )
    of_other = {(other.id, 1), (other.id, 2)}
    for words in ("tag:night", "tag:#Night", "is:solved", f"topic:{other.id}"):
        assert {(h.topic_id, h.number) for h in await search(db, None, words)} == of_other
    for words in (
        "has:file",
        "before:2024-03",
        "checklist before:2024-03-01 after:2024-02-29",
        "is:solved tag:night has:file checklist",
    ):
        assert [h.post_id for h in await search(db, None, words)] == [post], words
    for words in (
        "tag:day",
        "before:2024-02-29",
        "checklist after:2024-03 before:2024-04",
        "before:0001-01-01",
        "after:9999-12-31",
    ):
        assert await search(db, None, words) == [], words


async def test_facets_count_what_was_found(db, ana, ben, thread, secret_thread):
    await cast.write(db, ben, thread, "The checklist of the rota.")
    await cast.write(db, ben, secret_thread, "Our rota, again.")
    found = await find(db, ben, "rota")
    assert {(f.key, f.posts) for f in found.networks} == {
        (thread.network.slug, 1),
        (secret_thread.network.slug, 2),
    }
    assert {(f.key, f.posts) for f in found.authors} == {("ana-lima", 1), ("ben-okafor", 2)}
    assert found.months == ((f"{clock.now():%Y-%m}",) * 2 + (3,),)
    assert [f.posts for f in (await find(db, None, "rota")).authors] == [1]


async def test_the_new_comes_before_the_old_and_more_continues_without_a_gap(db, ana, thread):
    for n in range(6):
        post = await cast.write(db, ana, thread, "A wombat.")
        at = clock.now() - timedelta(days=400 * (n + 1))
        await change(db, "UPDATE post SET created_at = :at WHERE id = :id", at=at, id=post["id"])
    for order in ("best", NEWEST):
        seen, after = [], None
        while True:
            found = await find(db, None, "wombat", order=order, limit=4, after=after)
            seen += [hit.number for hit in found.hits]
            if not (after := found.more):
                break
        assert seen == [2, 3, 4, 5, 6, 7]
    with pytest.raises(Invalid):
        await find(db, None, "wombat", after="1_2_3")


async def test_of_very_many_the_newest_are_ranked_and_an_old_title_all_the_same(db, ana, thread, monkeypatch):
    monkeypatch.setattr("chat.discussions.sifting.MOST", 3)
    old = datetime(2021, 1, 1, tzinfo=UTC)
    await change(
        db, "UPDATE post SET created_at = :old", old=old
    )  # the opening post: "Who checks the checklist?"
    await cast.write(db, ana, thread, "An old checklist.")
    await change(db, "UPDATE post SET created_at = :old WHERE number = 2", old=old + timedelta(days=1))
    for _ in range(3):
        await cast.write(db, ana, thread, "A checklist.")
    found = await find(db, None, "checklist")
    assert found.hits[0].number == 1
    assert sorted(hit.number for hit in found.hits) == [1, 3, 4, 5]
    assert not found.all_counted


async def test_a_large_hub_looks_no_further_back_than_it_must(db, ana, thread, monkeypatch):
    sifting = "chat.discussions.sifting"
    monkeypatch.setattr(f"{sifting}.LARGE", -2)
    monkeypatch.setattr(f"{sifting}.PATIENCE", timedelta())
    for n in range(4):
        post = await cast.write(db, ana, thread, "A wombat.")
        at = clock.now() - timedelta(days=100 * n)
        await change(db, "UPDATE post SET created_at = :at WHERE id = :id", at=at, id=post["id"])
    assert await numbers(db, None, "wombat") == [2, 3, 4, 5]  # few are all looked for
    monkeypatch.setattr(f"{sifting}.FEW", 1)
    found = await find(db, None, "wombat", limit=1)
    assert ([hit.number for hit in found.hits], found.all_counted, found.more) == ([2], False, None)
    monkeypatch.setattr(f"{sifting}.PATIENCE", timedelta(minutes=1))
    assert (await find(db, None, "wombat")).all_counted


@pytest.mark.parametrize(
    "words",
    [
        "", "   ", "the", '"', "'; DROP TABLE post; --", "a & | ! (", "-", "\x00", "x" * 5000, "🦓 OR", "from:", "in:::", "before:never",
        "after:2026-99", "has:elephants", "is:blue", "-from:ana", "topic:0", "topic:99999999999999999999", "tag:'", "from:\\ x", "*", "***a*",
        "'*", "checklist\\", "o:.", "'.'", "before:2026-01 after:2027", "from:a from:b from:c from:d from:e from:f", "-checklist", "in:\"",
        "http://example.org/a:b", "a:b", "\ue000", "ﬁle*", "tag:x" * 40,
    ],
)  # fmt: skip
async def test_any_words_may_be_looked_for(db, ben, thread, words):
    for viewer in (None, ben):
        found = await find(db, viewer, words, typing=True)
        assert isinstance(found.hits, list)
        assert all(isinstance(sentence, str) and sentence for sentence in found.sentences)


async def test_nonsense_is_left_out_with_a_sentence(db, thread):
    found = await find(db, None, "checklist before:never is:blue -in:x")
    assert len(found.hits) == 1
    assert len(found.sentences) == 3


async def test_odd_words_can_be_posted_and_found(db, ana, thread):
    for body in (
        "x" * 3000,
        "it''s \\ 'quoted' a\\'b",
        "o:fall 12:fall ^x",
        "https://example.org/" + "a/" * 500,
    ):
        await cast.write(db, ana, thread, body + " wallaby")
    assert await numbers(db, None, "wallaby") == [2, 3, 4, 5]
