from datetime import timedelta
from time import perf_counter

import pytest

from chat import clock, discussions
from chat.discussions.comparing import compare
from chat.errors import Conflict, Forbidden, NotFound
from tests import cast


async def edit(db, member, post, body):
    async with db.transaction() as tx:
        await discussions.edit(tx, member, post, body)


async def remove(db, member, post):
    async with db.transaction() as tx:
        await discussions.remove(tx, member, post)


async def restore(db, member, post):
    async with db.transaction() as tx:
        await discussions.restore(tx, member, post)


async def history(db, viewer, post, before=None):
    async with db.snapshot() as tx:
        _, versions, more = await discussions.history_of(tx, viewer, post, before)
        return versions, more


async def seen(db, viewer, post):
    async with db.snapshot() as tx:
        return await discussions.post_of(tx, viewer, post)


async def test_after_five_minutes_what_a_post_said_is_kept(db, ben, visitor, thread):
    noon = cast.it_is("2036-11-24 12:00")
    post = (await cast.write(db, ben, thread, "Ask teh pharmacist."))["id"]
    for minutes, body in [(4, "Ask the pharmacist."), (6, "Ask a pharmacist."), (10, "Ask any pharmacist.")]:
        clock.pretend(noon + timedelta(minutes=minutes))
        await edit(db, ben, post, body)
    edited_at = (await seen(db, ben, post)).edited_at
    assert edited_at
    assert edited_at - noon < timedelta(minutes=7), (
        "the second change of that quarter hour is the first one's"
    )
    versions, more = await history(db, visitor, post)
    assert [(v.body, (v.written_at - noon) // timedelta(minutes=1)) for v in versions] == [
        ("Ask any pharmacist.", 6),
        ("Ask the pharmacist.", 0),
    ]
    assert [(p.kind, p.text) for p in versions[0].changes] == [
        ("same", "Ask "), ("gone", "the"), ("new", "any"), ("same", " pharmacist."),
    ]  # fmt: skip
    assert not more


async def test_a_long_history_comes_in_pages(db, ben, thread):
    post = (await cast.write(db, ben, thread, "0"))["id"]
    for n in range(1, 23):
        await cast.mend(db, ben, post, str(n))
    first, more = await history(db, ben, post)
    last, no_more = await history(db, ben, post, first[-1].rev)
    assert [v.body for v in [*first, *last]] == [str(n) for n in range(22, -1, -1)]
    assert (more, no_more) == (True, False)


async def test_a_host_takes_a_version_away_for_good(db, ana, ben, carol, thread):
    post = (await cast.write(db, ben, thread, "Mrs Bell fell."))["id"]
    await cast.mend(db, ben, post, "A patient fell.")
    await cast.mend(db, ben, post, "A patient fell at night.")
    for other in (ben, carol):
        with pytest.raises(Forbidden):
            async with db.transaction() as tx:
                await discussions.remove_revision(tx, other, post, 1)
    for _ in range(2):
        async with db.transaction() as tx:
            await discussions.remove_revision(tx, ana, post, 1)
    with pytest.raises(NotFound):
        async with db.transaction() as tx:
            await discussions.remove_revision(tx, ana, post, 3)  # what it says now is no earlier version
    versions, _ = await history(db, ana, post)
    assert [v.body for v in versions] == ["A patient fell at night.", "A patient fell.", None]
    assert versions[1].changes is None, "what stands beside a version that was taken away would tell of it"
    assert await cast.value(db, "SELECT count(*) FROM revision WHERE body LIKE '%Bell%'") == 0
    assert await cast.value(db, "SELECT count(*) FROM audit_entry WHERE action = 'revision.removed'") == 1


async def test_removed_posts_show_no_history_and_outsiders_none(db, ana, ben, dev, thread, secret_thread):
    post = (await cast.write(db, ben, thread, "Mrs Bell fell."))["id"]
    secret = (await cast.write(db, ben, secret_thread, "Mrs Bell fell."))["id"]
    await cast.mend(db, ben, post, "A patient fell.")
    await cast.mend(db, ben, secret, "A patient fell.")
    with pytest.raises(NotFound):
        await history(db, dev, secret)
    await remove(db, ben, post)
    for viewer in (ana, ben):
        with pytest.raises(NotFound):
            await history(db, viewer, post)


async def test_who_removed_a_post_is_said_and_may_bring_it_back(db, ana, ben, carol, thread):
    noon = cast.it_is("2036-11-24 12:00")
    post = (await cast.write(db, ben, thread, "Words."))["id"]
    for remover, said, not_they in ((ben, "author", (ana, carol)), (ana, "host", (ben, carol))):
        clock.pretend(noon)
        await remove(db, remover, post)
        assert (await seen(db, carol, post)).removed_by == said
        for other in not_they:
            with pytest.raises(Forbidden):
                await restore(db, other, post)
        clock.pretend(noon + timedelta(hours=23))
        for _ in range(2):
            await restore(db, remover, post)
        assert ((await seen(db, carol, post)).body, (await seen(db, carol, post)).removed_by) == (
            "Words.",
            None,
        )
    clock.pretend(noon)
    await remove(db, ben, post)
    clock.pretend(noon + timedelta(hours=25))
    with pytest.raises(Conflict, match="more than a day ago"):
        await restore(db, ben, post)
    actions = [r.action for r in await cast.rows(db, "SELECT action FROM audit_entry WHERE action LIKE 'post.%' ORDER BY id")]  # fmt: skip
    assert actions == ["post.removed", "post.restored"], "what authors do with their own is theirs"


def test_a_change_is_shown_in_words_and_not_letter_by_letter():
    told = compare(
        "We saw a small red mark.\n\nThen nothing.", "We saw one large mark.\n\nThen nothing.\n\nAnd you?"
    )
    assert [tuple(p) for p in told] == [
        ("same", "We saw "), ("gone", "a small red"), ("new", "one large"), ("same", " mark.\n\nThen nothing."), ("new", "\n\nAnd you?"),
    ]  # fmt: skip


def test_of_what_stayed_the_same_only_the_ends_are_shown():
    words = "word " * 400
    told = compare(f"{words}old", f"{words}new")
    assert [p.kind for p in told] == ["skipped", "same", "gone", "new"]
    assert len(told[1].text) < 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ab " * 20000, "ba " * 20000),
        ("a\n" * 30000, "b\na\n" * 15000),
        ("x" * 65000, "y" * 65000),
        ("a b " * 400, "b c " * 500),
    ],
)
def test_whatever_was_changed_it_is_found_soon(old, new):
    began = perf_counter()
    told = compare(old, new)
    assert perf_counter() - began < 1
    skipped = any(p.kind == "skipped" for p in told)
    assert skipped or "".join(p.text for p in told if p.kind != "gone") == new
    assert skipped or "".join(p.text for p in told if p.kind != "new") == old
