import asyncio

import pytest

from chat import discussions
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from tests import cast


async def react(db, member, post, kind="thanks"):
    async with db.transaction() as tx:
        await discussions.react(tx, member, post, kind)


async def take_back(db, member, post, kind="thanks"):
    async with db.transaction() as tx:
        await discussions.take_reaction_back(tx, member, post, kind)


async def counts(db, post):
    return await cast.value(db, "SELECT reactions FROM post WHERE id = :id", id=post)


async def names(db, viewer, post):
    async with db.snapshot() as tx:
        return [(r.kind, r.author.name) for r in await discussions.reactions_of(tx, viewer, post)]


async def test_a_word_is_given_taken_back_and_given_once(db, ben, carol, visitor, thread):
    for member in (ben, ben, carol):
        await react(db, member, thread.post)
    await react(db, ben, thread.post, "with_you")
    assert await counts(db, thread.post) == {"thanks": 2, "with_you": 1}
    assert await names(db, visitor, thread.post) == [
        ("thanks", "Ben Okafor"), ("thanks", "Carol Nguyen"), ("with_you", "Ben Okafor"),
    ]  # fmt: skip
    for _ in range(2):
        await take_back(db, ben, thread.post, "with_you")
        await take_back(db, carol, thread.post)
    assert await counts(db, thread.post) == {"thanks": 1}
    kinds = [kind for _, kind, ref in await cast.events(db, thread.stream) if ref == thread.post][1:]
    assert kinds == ["reactions.listed", "reactions.counted", "reactions.listed", "reactions.listed", "reactions.counted"]  # fmt: skip
    own = [kind for _, kind, _ in await cast.events(db, f"m:{ben.id}") if kind.startswith("mine.")]
    assert own == ["mine.thanks", "mine.with_you", "mine.with_you"]


async def test_of_many_at_once_none_is_lost(db, thread):
    people = await cast.crowd(db, 8)
    giving = [react(db, member, thread.post) for member in people * 2]
    await asyncio.gather(*giving, *[react(db, member, thread.post, "agree") for member in people])
    await asyncio.gather(*[take_back(db, member, thread.post, "agree") for member in people[:3] * 2])
    assert await counts(db, thread.post) == {"thanks": 8, "agree": 5}


async def test_who_may_react(db, ana, ben, dev, visitor, thread, secret_thread):
    with pytest.raises(SignInFirst):
        await react(db, visitor, thread.post)
    with pytest.raises(NotFound):
        await react(db, dev, secret_thread.post)
    with pytest.raises(Invalid):
        await react(db, ben, thread.post, "laugh")
    with pytest.raises(Forbidden, match="your own post"):
        await react(db, ana, thread.post)
    await react(db, dev, thread.post)  # in an open network everybody may, and nobody joins by it
    assert await cast.value(db, "SELECT count(*) FROM membership WHERE member_id = :id", id=dev.id) == 0
    await cast.let_in(db, thread.network, dev)
    await cast.remove(db, ana, thread.network, dev)
    with pytest.raises(Forbidden, match="removed from this network"):
        await react(db, dev, thread.post, "agree")
    async with db.transaction() as tx:
        await discussions.remove(tx, ana, thread.post)
    with pytest.raises(Conflict):
        await react(db, ben, thread.post, "agree")
    assert await names(db, ana, thread.post) == []


async def test_a_pseudonym_is_not_told_by_its_reactions(db, ana, ben, open_network):
    """Ben reacted by name, then wrote without it. What he gives from then on is Heron's; what he gave before stays Ben's,
    also when he takes it back and gives it again: else both names would have stood in one place, one after the other."""
    await cast.allow_anonymity(db, open_network)
    thread = await cast.start(db, ana, open_network, "What went wrong?")
    other = (await cast.write(db, ana, thread, "Tell us."))["id"]
    await react(db, ben, thread.post)
    await cast.write(db, ben, thread, "It was me.", anonymous=True)
    async with db.snapshot() as tx:
        heron = await discussions.pseudonym_of(tx, ben, thread.id)
    await react(db, ben, other)
    assert await names(db, ana, other) == [("thanks", heron)]
    await take_back(db, ben, thread.post)
    for kind in ("thanks", "agree"):
        await react(db, ben, thread.post, kind)
    assert await names(db, ana, thread.post) == [("thanks", "Ben Okafor"), ("agree", "Ben Okafor")]
    async with db.snapshot() as tx:
        reacted = await discussions.reactions_of(tx, ana, other)
    assert reacted[0].author.id is None
    assert reacted[0].author.handle is None
