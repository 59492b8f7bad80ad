import pytest

from chat import discussions
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from tests import cast


async def edit(db, member, post, body):
    async with db.transaction() as tx:
        await discussions.edit(tx, member, post, body)


async def remove(db, member, post):
    async with db.transaction() as tx:
        await discussions.remove(tx, member, post)


async def revs(db, thread, kind):
    return [
        row.rev
        for row in await cast.rows(
            db,
            "SELECT rev FROM event WHERE stream_id = :s AND kind = :k ORDER BY seq",
            s=thread.stream,
            k=kind,
        )
    ]


async def test_ben_mends_what_he_wrote(db, ana, ben, thread):
    post = (await cast.write(db, ben, thread, "Ask the pharmasist."))["id"]
    await edit(db, ben, post, "Ask the _pharmacist_.")
    async with db.snapshot() as tx:
        seen = await discussions.post_of(tx, ana, post)
    assert (seen.body, seen.rev) == ("Ask the _pharmacist_.", 2)
    assert seen.html == "<p>Ask the <em>pharmacist</em>.</p>"
    assert seen.edited_at is None, "what is mended at once is no change"
    assert await revs(db, thread, "post.edited") == [2]


async def test_the_same_text_again_changes_nothing(db, ben, thread):
    post = (await cast.write(db, ben, thread, "As it was."))["id"]
    await edit(db, ben, post, "  As it was. ")
    assert await revs(db, thread, "post.edited") == []
    assert (await cast.read(db, ben, thread))[1].edited_at is None


async def test_nobody_changes_what_another_wrote(db, ana, ben, dev, visitor, thread):
    post = (await cast.write(db, ben, thread, "Mine."))["id"]
    for other in (ana, dev):
        with pytest.raises(Forbidden):
            await edit(db, other, post, "Yours.")
    with pytest.raises(SignInFirst):
        await edit(db, visitor, post, "Yours.")
    with pytest.raises(Invalid):
        await edit(db, ben, post, " ")
    assert (await cast.read(db, ben, thread))[1].body == "Mine."


async def test_a_removed_member_changes_nothing_any_more(db, ana, ben, secret_thread):
    post = (await cast.write(db, ben, secret_thread, "Mine."))["id"]
    await cast.remove(db, ana, secret_thread.network, ben)
    for act in (edit(db, ben, post, "Still mine."), remove(db, ben, post)):
        with pytest.raises(NotFound):
            await act


async def test_a_removed_post_leaves_a_mark_and_loses_its_text(db, ana, ben, carol, visitor, thread):
    post = (await cast.write(db, ben, thread, "Regrettable zebra."))["id"]
    await cast.write(db, carol, thread, "An answer.", parent=post)
    await remove(db, ben, post)
    await remove(db, ben, post)
    for viewer in (ana, ben, visitor):
        posts = await cast.read(db, viewer, thread)
        assert [p.number for p in posts] == [1, 2, 3]
        assert (posts[1].body, posts[1].html) == (None, None)
        assert posts[1].removed_at
    async with db.snapshot() as tx:
        assert await discussions.search(tx, ana, "zebra") == []
        assert (await discussions.posts_by_id(tx, [post]))[post].html is None
    assert await revs(db, thread, "post.removed") == [2]


async def test_a_removed_post_is_not_changed_any_more(db, ben, thread):
    post = (await cast.write(db, ben, thread, "Regrettable."))["id"]
    await remove(db, ben, post)
    with pytest.raises(Conflict):
        await edit(db, ben, post, "Let me put it so:")


async def test_hosts_remove_what_members_wrote_and_members_do_not(db, ana, ben, carol, dev, thread):
    await cast.let_in(db, thread.network, dev, "host")
    posts = [(await cast.write(db, ben, thread, "Rude."))["id"] for _ in range(2)]
    with pytest.raises(Forbidden):
        await remove(db, carol, posts[0])
    await remove(db, dev, posts[0])
    await remove(db, ana, posts[1])
    found = await cast.rows(db, "SELECT removed_by FROM post WHERE removed_at IS NOT NULL ORDER BY id")
    assert [row.removed_by for row in found] == [dev.id, ana.id]
