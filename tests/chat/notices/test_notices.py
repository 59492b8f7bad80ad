"""What members are told, and what they are told no more."""

from datetime import timedelta

import pytest

from chat import clock, networks, notices
from chat.errors import NotFound, SignInFirst
from chat.members import notify
from tests import cast

KINDS = (
    "membership.began", "role.changed", "request.made", "request.approved", "request.declined", "invitation.accepted",
    "something.new",
)  # fmt: skip


async def tell(db, member, kind, network=None, actor=None, ref=None):
    async with db.transaction() as tx:
        await notify(
            tx, [member.id], kind, network_id=network and network.id, actor_id=actor and actor.id, ref_id=ref
        )
    return await cast.value(db, "SELECT max(id) FROM notice")


async def kinds(db, viewer):
    async with db.snapshot() as tx:
        found = await notices.notices_of(tx, viewer)
        assert await notices.unread(tx, viewer) == sum(n.read_at is None for n in found)
        return [n.kind for n in found]


async def test_notices_are_ones_own_and_the_newest_comes_first(db, ana, ben, visitor, open_network):
    for kind in KINDS:
        await tell(db, ana, kind, open_network, ben)
    assert await kinds(db, ana) == [*reversed(KINDS)]
    assert await kinds(db, ben) == []
    async with db.snapshot() as tx:
        assert await notices.unread(tx, visitor) == 0
        with pytest.raises(SignInFirst):
            await notices.notices_of(tx, visitor)
        (newest, *_) = await notices.notices_of(tx, ana, limit=1)
        assert len(await notices.notices_of(tx, ana, before=newest.turn)) == len(KINDS) - 1


async def test_of_a_confidential_network_only_its_members_are_told(db, ana, ben, confidential_network):
    for kind in KINDS:
        await tell(db, ben, kind, confidential_network, ana)
    notice = await tell(db, ben, "role.changed", confidential_network, ana)
    assert len(await kinds(db, ben)) == len(KINDS)  # all but the request, which is for hosts
    await cast.remove(db, ana, confidential_network, ben)
    assert await kinds(db, ben) == []
    with pytest.raises(NotFound):
        async with db.transaction() as tx:
            await notices.open_notice(tx, ben, notice)
    async with db.snapshot() as tx:
        told = await notices.told(tx, [notice])
        assert told[notice] == (ben.id, None, 0)


async def test_who_was_removed_hears_no_more_from_inside(db, ana, ben, open_network):
    await tell(db, ben, "invitation.accepted", open_network, ana)
    await tell(db, ben, "request.declined", open_network, ana)
    await cast.remove(db, ana, open_network, ben)
    assert await kinds(db, ben) == ["request.declined"]


async def test_requests_are_for_those_who_can_answer_them(db, ana, ben, dev, open_network):
    for member in (ana, ben):
        await tell(db, member, "request.made", open_network, dev)
    assert await kinds(db, ana) == ["request.made"]
    assert await kinds(db, ben) == []


async def test_a_former_member_is_not_named(db, ana, ben, open_network):
    await tell(db, ana, "invitation.accepted", open_network, ben)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET former_at = now() WHERE member_id = :id", id=ben.id)
    async with db.snapshot() as tx:
        (notice,) = await notices.notices_of(tx, ana)
    assert (notice.actor_handle, notice.actor_name) == (None, None)


async def test_reading_one_and_reading_all(db, ana, ben, open_network):
    first = await tell(db, ana, "role.changed", open_network, ben)
    second = await tell(db, ana, "role.changed", open_network, ben)
    third = await tell(db, ana, "role.changed", open_network, ben)
    async with db.transaction() as tx:
        assert (await notices.open_notice(tx, ana, second)).link == f"/networks/{open_network.slug}"
        await notices.open_notice(tx, ana, second)
        with pytest.raises(NotFound):
            await notices.open_notice(tx, ben, first)
    async with db.transaction() as tx:
        turn = await tx.value("SELECT turn FROM notice WHERE id = :id", id=second)
        await notices.read_through(tx, ana, turn)
        await notices.read_through(tx, ben)
    unread = [row.id for row in await cast.rows(db, "SELECT id FROM notice WHERE read_at IS NULL")]
    assert unread == [third]
    async with db.transaction() as tx:
        await notices.read_through(tx, ana)
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE read_at IS NULL") == 0
    read = [ref for _, kind, ref in await cast.events(db, f"m:{ana.id}") if kind == "notice.read"]
    assert read == [second, first, third]


async def test_what_was_read_is_forgotten_after_ninety_days(db, ana, open_network):
    read = await tell(db, ana, "role.changed", open_network)
    unread = await tell(db, ana, "role.changed", open_network)
    async with db.transaction() as tx:
        await notices.open_notice(tx, ana, read)
    clock.pretend(clock.now() + timedelta(days=89))
    await notices.forget_read(db)
    assert await cast.value(db, "SELECT count(*) FROM notice") == 2
    clock.pretend(clock.now() + timedelta(days=2))
    await notices.forget_read(db)
    assert await cast.value(db, "SELECT id FROM notice") == unread


async def test_a_notice_without_a_network(db, ana):
    await tell(db, ana, "something.new")
    async with db.snapshot() as tx:
        (notice,) = await notices.notices_of(tx, ana)
    assert (notice.kind, notice.link, notice.network_name) == ("something.new", None, None)


async def test_a_network_that_becomes_confidential_is_not_told_of(db, ana, dev):
    network = await cast.found(db, ana, "Sepsis", "restricted")
    await tell(db, dev, "request.declined", network, ana)
    assert await kinds(db, dev) == ["request.declined"]
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, network, {"access": "confidential"})
    assert await kinds(db, dev) == []
