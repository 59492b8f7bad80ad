"""Members flag a post, one host takes it, acts and answers; nobody else learns who flagged it."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, discussions, networks
from chat.errors import Conflict, Invalid, NotFound
from tests import cast
from tests.chat.discussions.test_moderating import do, notices, topic


async def waiting(db, host, network):
    async with db.snapshot() as tx:
        return await discussions.waiting_concerns(tx, host, network)


@pytest.fixture
async def hal(db, open_network):
    """The other host."""
    hal = await cast.join_the_hub(db, "Hal Moss")
    await cast.let_in(db, open_network, hal, "host")
    return hal


async def test_flags_on_a_post_are_settled_together_by_the_host_who_took_it(
    db, ana, ben, carol, dev, hal, thread, open_network
):
    post = (await cast.write(db, ben, thread, "Just give them morphine."))["id"]
    await do(db, discussions.flag, carol, post, "unsafe")
    await do(db, discussions.flag, carol, post, "spam", "Said twice.")
    await do(db, discussions.flag, dev, post, "else", "I am not in it, and I worry.")
    assert await notices(db, ana) == await notices(db, hal) == ["flag.raised"]
    (concern,) = await waiting(db, ana, open_network)
    assert [(f.name, f.reason) for f in concern.flags] == [("Carol Nguyen", "unsafe"), ("Dev Patel", "else")]
    await do(db, discussions.claim, ana, concern.id)
    with pytest.raises(Conflict, match="Ana Lima is dealing with this"):
        await do(db, discussions.settle, hal, concern.id, "dismiss")
    with pytest.raises(Invalid, match="What you tell the author"):
        await do(db, discussions.settle, ana, concern.id, "hide")
    await do(db, discussions.settle, ana, concern.id, "hide", "Doses need a source.", "Thank you both.")
    assert await waiting(db, ana, open_network) == []
    with pytest.raises(Conflict, match="Ana Lima has dealt with this"):
        await do(db, discussions.settle, hal, concern.id, "dismiss")
    async with db.snapshot() as tx:
        for flagger in (carol, dev):
            own = await discussions.own_flag(tx, flagger, concern.id)
            assert (own.outcome, own.answer) == ("hidden", "Thank you both.")
            with pytest.raises(NotFound):
                await discussions.concern_of(tx, flagger, concern.id)
        with pytest.raises(NotFound):
            await discussions.own_flag(tx, ben, concern.id)
        kept = await discussions.kept_post(tx, ben, post)
        assert kept.hidden_why == "Doses need a source."
        assert "Carol" not in repr(kept)
        assert "Dev" not in repr(kept)
        settled = await discussions.settled_concerns(
            tx, hal, await networks.network_of(tx, hal, open_network.slug)
        )
        assert [(c.outcome, c.settled_name) for c in settled] == [("hidden", "Ana Lima")]
    assert await notices(db, ben) == ["post.hidden"]
    assert "flag.answered" in await notices(db, carol)
    log = str(
        await cast.rows(
            db,
            "SELECT actor_id, subject_id, details FROM audit_entry WHERE action LIKE '%post%' OR action LIKE 'flag%'",
        )
    )
    assert str(carol.id) not in log
    assert str(ben.id) not in log


async def test_a_claim_ends_by_itself(db, ana, ben, carol, hal, thread, open_network):
    post = (await cast.write(db, ben, thread, "Buy this."))["id"]
    await do(db, discussions.flag, carol, post, "spam")
    (concern,) = await waiting(db, ana, open_network)
    await do(db, discussions.claim, ana, concern.id)
    clock.pretend(clock.now() + timedelta(minutes=16))
    assert (await waiting(db, hal, open_network))[0].claimed_by is None
    await do(db, discussions.settle, hal, concern.id, "warn", "No adverts, please.")
    assert await notices(db, ben) == ["post.warned"]
    # Settled, it can be flagged anew.
    await do(db, discussions.flag, carol, post, "spam")
    await do(db, discussions.claim, ana, (await waiting(db, ana, open_network))[0].id)
    await do(db, discussions.release, ana, (await waiting(db, ana, open_network))[0].id)
    await do(db, discussions.settle, hal, (await waiting(db, ana, open_network))[0].id, "lock")
    assert (await topic(db, ben, thread)).locked_at


async def test_two_hosts_who_act_at_once_do_not_both_act(db, ana, ben, carol, hal, thread, open_network):
    post = (await cast.write(db, ben, thread, "Hm."))["id"]
    await do(db, discussions.flag, carol, post, "abuse")
    (concern,) = await waiting(db, ana, open_network)
    done = await asyncio.gather(
        do(db, discussions.settle, ana, concern.id, "remove"),
        do(db, discussions.settle, hal, concern.id, "dismiss"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "NoneType"]
    removed = (await cast.read(db, ben, thread))[-1].removed_at is not None
    assert removed == (done[0] is None)
    assert (await notices(db, carol)).count("flag.answered") == 1


async def test_one_flag_for_each_member_and_post_and_none_on_ones_own(
    db, ana, ben, carol, thread, open_network
):
    await cast.allow_anonymity(db, open_network)
    post = (await cast.write(db, ben, thread, "I.", anonymous=True))["id"]
    with pytest.raises(Conflict, match="your own post"):
        await do(db, discussions.flag, ben, post, "spam")
    for reason, note, field in (("", "", "reason"), ("evil", "", "reason"), ("else", " ", "note")):
        with pytest.raises(Invalid) as refused:
            await do(db, discussions.flag, carol, post, reason, note)
        assert refused.value.field == field
    await asyncio.gather(
        *(do(db, discussions.flag, member, post, "spam") for member in (carol, ana, carol, ana))
    )
    (concern,) = await waiting(db, ana, open_network)
    assert len(concern.flags) == 2
    assert "Ben" not in repr(concern)
    await do(db, discussions.remove, ben, post)
    with pytest.raises(Conflict, match="removed"):
        await do(db, discussions.flag, carol, post, "spam")


async def test_enough_members_hide_a_post_where_the_network_wants_it(
    db, ana, ben, carol, dev, hal, thread, open_network
):
    async with db.transaction() as tx:
        await networks.change_settings(tx, ana, open_network, {"hide_after_flags": 2})
    post = (await cast.write(db, ben, thread, "The zebra."))["id"]
    await do(db, discussions.flag, dev, post, "abuse")  # who is not in it does not count
    await do(db, discussions.flag, carol, post, "abuse")
    assert (await cast.read(db, carol, thread))[-1].body
    await do(db, discussions.flag, hal, post, "abuse")
    assert (await cast.read(db, carol, thread))[-1].hidden_at
    (concern,) = await waiting(db, ana, open_network)
    assert concern.hidden_by_hub
    assert "zebra" in concern.html
    await do(db, discussions.settle, ana, concern.id, "dismiss")
    assert (await cast.read(db, carol, thread))[-1].body == "The zebra."
    assert await notices(db, ben) == ["post.hidden", "post.restored"]
