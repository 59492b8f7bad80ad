"""Two hosts, a reason, and an author who is told."""

import asyncio

import pytest

from chat import discussions, networks
from chat.discussions import Author
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from tests import cast

REASON = "The post names a ward where somebody is in danger tonight."


@pytest.fixture
async def hosts(db, ana, open_network):
    """Hanna and Igor, hosts of Ana's network."""
    await cast.allow_anonymity(db, open_network)
    hosts = [await cast.join_the_hub(db, name) for name in ("Hanna Weber", "Igor Novak")]
    for host in hosts:
        await cast.let_in(db, open_network, host, "host")
    return hosts


@pytest.fixture
async def post(db, ben, hosts, thread):
    return (await cast.write(db, ben, thread, "It was on our ward.", anonymous=True))["id"]


async def ask(db, host, post, reason=REASON):
    async with db.transaction() as tx:
        return await discussions.ask_to_unmask(tx, host, post, reason)


async def agree(db, host, asked):
    async with db.transaction() as tx:
        return await discussions.agree_to_unmask(tx, host, asked)


async def decline(db, host, asked):
    async with db.transaction() as tx:
        return await discussions.decline_to_unmask(tx, host, asked)


async def look(db, host, post):
    async with db.transaction() as tx:
        return await discussions.unmask(tx, host, post)


async def asked_about(db, viewer, post):
    async with db.snapshot() as tx:
        return await discussions.unmaskings_of(tx, viewer, post)


async def audit(db):
    rows = await cast.rows(
        db,
        "SELECT actor_id, action, subject_id, details FROM audit_entry WHERE action !~ 'founded|joined' ORDER BY id",
    )
    return [(row.actor_id, row.action) for row in rows], repr(rows)


async def test_two_hosts_learn_who_wrote_it_and_nobody_else(db, ana, ben, carol, hosts, post):
    hanna, igor = hosts
    asked = await ask(db, hanna, post)
    for host in (hanna, igor, ana):
        with pytest.raises(Forbidden, match="Two hosts"):
            await look(db, host, post)
    assert await agree(db, igor, asked) == post
    for host in (hanna, igor):
        assert await look(db, host, post) == Author(
            "member", ben.id, ben.handle, "Ben Okafor", "Leeds Teaching Hospitals"
        )
    for viewer in (ana, carol, ben):
        with pytest.raises(Forbidden):
            await look(db, viewer, post)
    assert (await cast.read(db, hanna, cast.Thread(await topic_of(db, post), 0, None)))[
        1
    ].author.kind == "pseudonym"


async def topic_of(db, post):
    return await cast.value(db, "SELECT topic_id FROM post WHERE id = :id", id=post)


async def test_the_author_is_told_and_the_audit_log_knows_without_the_name(db, ben, hosts, post):
    hanna, igor = hosts
    await agree(db, igor, await ask(db, hanna, post))
    await look(db, igor, post)
    told = await cast.rows(
        db,
        "SELECT network_id, actor_id, ref_id FROM notice WHERE member_id = :ben AND kind = 'post.unmasked'",
        ben=ben.id,
    )
    assert [(row.actor_id, row.ref_id) for row in told] == [(None, post)]
    entries, words = await audit(db)
    assert entries == [
        (hanna.id, "unmasking.asked"), (igor.id, "post.unmasked"), (igor.id, "author.revealed"),
    ]  # fmt: skip
    assert REASON in words
    assert "ben" not in words.lower()
    assert str(ben.id) not in words


async def test_the_other_hosts_hear_of_the_question_and_the_author_does_not(db, ana, ben, hosts, post):
    hanna, igor = hosts
    await ask(db, hanna, post)
    told = await cast.rows(
        db, "SELECT member_id, actor_id, ref_id FROM notice WHERE kind = 'unmasking.asked'"
    )
    assert {row.member_id for row in told} == {ana.id, igor.id}
    assert {(row.actor_id, row.ref_id) for row in told} == {(hanna.id, post)}


async def test_one_alone_is_not_two(db, hosts, post):
    hanna, _ = hosts
    asked = await ask(db, hanna, post)
    assert await ask(db, hanna, post, REASON + " Please.") == asked
    with pytest.raises(Forbidden, match="another host"):
        await agree(db, hanna, asked)


async def test_a_question_is_declined_or_taken_back_and_can_be_asked_again(db, hosts, post):
    hanna, igor = hosts
    first = await ask(db, hanna, post)
    with pytest.raises(Conflict, match="asked already"):
        await ask(db, igor, post)
    await decline(db, igor, first)
    await decline(db, igor, first)  # once more changes nothing
    for verb in (agree, decline):
        with pytest.raises(Conflict, match="decided"):
            await verb(db, hosts[1] if verb is agree else hanna, first)
    second = await ask(db, hanna, post)
    await decline(db, hanna, second)
    seen = await asked_about(db, igor, post)
    assert [(u.id, u.declined_by) for u in seen] == [(second, hanna.handle), (first, igor.handle)]
    with pytest.raises(Forbidden):
        await look(db, hanna, post)


async def test_of_two_who_decide_at_the_same_moment_one_does(db, ana, hosts, post):
    hanna, igor = hosts
    asked = await ask(db, hanna, post)
    done = await asyncio.gather(agree(db, igor, asked), agree(db, ana, asked), return_exceptions=True)
    assert sorted(type(d).__name__ for d in done) == ["Conflict", "int"]
    (one,) = [u for u in await asked_about(db, ana, post) if u.agreed_at]
    assert one.agreed_by in (igor.handle, ana.handle)
    assert len(await cast.rows(db, "SELECT 1 FROM notice WHERE kind = 'post.unmasked'")) == 1


async def test_agreeing_twice_is_agreeing_once(db, hosts, post):
    hanna, igor = hosts
    asked = await ask(db, hanna, post)
    await agree(db, igor, asked)
    await agree(db, igor, asked)
    assert len(await cast.rows(db, "SELECT 1 FROM notice WHERE kind = 'post.unmasked'")) == 1


async def test_who_is_no_host_any_more_is_told_nothing(db, ana, hosts, post):
    hanna, igor = hosts
    asked = await ask(db, hanna, post)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET role = 'member' WHERE member_id = :id", id=hanna.id)
    with pytest.raises(Conflict, match="no longer a host"):
        await agree(db, igor, asked)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET role = 'host' WHERE member_id = :id", id=hanna.id)
    await agree(db, igor, asked)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET role = 'member' WHERE member_id = :id", id=hanna.id)
    with pytest.raises(Forbidden):
        await look(db, hanna, post)
    await cast.remove(db, ana, await network_of(db, post), igor)
    with pytest.raises(Forbidden):
        await look(db, igor, post)


async def network_of(db, post):
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, None, await topic_of(db, post))
        return await networks.network_by_id(tx, None, topic.network_id)


async def test_members_and_outsiders_neither_ask_nor_learn_that_somebody_does(
    db, ben, carol, dev, visitor, hosts, post, thread
):
    asked = await ask(db, hosts[0], post)
    for viewer in (ben, carol, dev):
        with pytest.raises(Forbidden):
            await ask(db, viewer, post)
        with pytest.raises(Forbidden):
            await asked_about(db, viewer, post)
        for verb in (agree, decline):
            with pytest.raises(NotFound):
                await verb(db, viewer, asked)
        with pytest.raises(Forbidden):
            async with db.snapshot() as tx:
                await discussions.open_unmaskings(tx, viewer, thread.network)
    with pytest.raises(SignInFirst):
        await ask(db, visitor, post)
    with pytest.raises(NotFound):
        await agree(db, hosts[1], 10**9)


async def test_a_post_with_a_name_has_none_to_be_learnt(db, hosts, thread):
    with pytest.raises(NotFound):
        await ask(db, hosts[0], thread.post)


@pytest.mark.parametrize("reason", ["", "  ", None, 7, "why", "x" * 1025])
async def test_it_takes_a_reason(db, hosts, post, reason):
    with pytest.raises(Invalid) as refused:
        await ask(db, hosts[0], post, reason)
    assert refused.value.field == "reason"


async def test_what_waits_is_listed_for_hosts(db, ana, hosts, post, thread):
    asked = await ask(db, hosts[0], post)
    async with db.snapshot() as tx:
        waiting = await discussions.open_unmaskings(tx, ana, thread.network)
    assert [(u.id, u.post_id, u.asked_name, u.reason) for u in waiting] == [
        (asked, post, "Hanna Weber", REASON)
    ]
    await agree(db, ana, asked)
    async with db.snapshot() as tx:
        assert await discussions.open_unmaskings(tx, ana, thread.network) == []
