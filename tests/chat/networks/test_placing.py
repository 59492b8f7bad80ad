import asyncio

import pytest

from chat import networks
from chat.errors import Conflict, Forbidden, NotFound, SignInFirst
from tests import cast


async def join(db, member, network):
    async with db.transaction() as tx:
        await networks.join(tx, member, await networks.network_of(tx, member, network.slug))


async def leave(db, member, network):
    async with db.transaction() as tx:
        await networks.leave(tx, member, await networks.network_of(tx, member, network.slug))


async def role(db, member, network):
    async with db.snapshot() as tx:
        return await networks.role_in(tx, member.id, network.id)


async def acl_version(db, network):
    return await cast.value(db, "SELECT acl_version FROM network WHERE id = :id", id=network.id)


async def test_dev_joins_an_open_network_and_leaves_it(db, dev, open_network):
    before = await acl_version(db, open_network)
    await join(db, dev, open_network)
    assert await role(db, dev, open_network) == "member"
    await join(db, dev, open_network)
    assert await acl_version(db, open_network) == before + 1
    await leave(db, dev, open_network)
    await leave(db, dev, open_network)
    assert await role(db, dev, open_network) is None
    assert await acl_version(db, open_network) == before + 2
    await join(db, dev, open_network)
    assert await role(db, dev, open_network) == "member"
    assert [kind for _, kind, _ in await cast.events(db, f"m:{dev.id}")] == [
        "membership.began", "membership.ended", "membership.began",
    ]  # fmt: skip


async def test_others_are_joined_by_invitation(db, ana, dev, visitor, open_network):
    for access in ("restricted", "private"):
        network = await cast.found(db, ana, f"The {access}", access)
        with pytest.raises(Forbidden, match="invitation"):
            await join(db, dev, network)
    with pytest.raises(SignInFirst):
        await join(db, visitor, open_network)


async def test_a_banned_member_does_not_join_again(db, ben, open_network):
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET banned_at = now() WHERE member_id = :id", id=ben.id)
    with pytest.raises(Forbidden):
        await join(db, ben, open_network)


async def test_the_only_owner_stays(db, ana, open_network):
    with pytest.raises(Conflict, match="only owner"):
        await leave(db, ana, open_network)
    assert await role(db, ana, open_network) == "owner"


async def test_of_two_owners_who_leave_at_once_one_stays(db, ana, dev, open_network):
    await cast.let_in(db, open_network, dev, "owner")
    async with db.transaction() as tx:  # hold both at the moment before they go
        await tx.all("SELECT 1 FROM membership FOR UPDATE")
        leaving = [asyncio.create_task(leave(db, m, open_network)) for m in (ana, dev)]
        await asyncio.sleep(0.2)
    tries = await asyncio.gather(*leaving, return_exceptions=True)
    assert sorted(type(t).__name__ for t in tries) == ["Conflict", "NoneType"]
    assert await cast.value(
        db, "SELECT count(*) FROM membership WHERE role = 'owner' AND ended_at IS NULL AND network_id = :id",
        id=open_network.id,
    ) == 1  # fmt: skip


async def test_an_owner_removes_a_member_and_every_screen_is_asked_again(db, ana, ben, open_network):
    before = await acl_version(db, open_network)
    await cast.remove(db, ana, open_network, ben)
    assert await role(db, ben, open_network) is None
    assert await acl_version(db, open_network) == before + 1
    assert (await cast.events(db, "sys"))[-1][1:] == ("access.changed", open_network.id)
    row = (await cast.rows(db, "SELECT ended_by FROM membership WHERE member_id = :id", id=ben.id))[0]
    assert row.ended_by == ana.id
    with pytest.raises(NotFound, match="Nobody"):
        await cast.remove(db, ana, open_network, ben)


async def test_who_may_remove_whom(db, ana, ben, carol, dev, open_network):
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, open_network, dev, "host")
    await cast.let_in(db, open_network, erin, "host")
    outsider = await cast.join_the_hub(db, "Fay Stone")
    for actor, target, sentence in [
        (ben, carol, "network’s hosts"),
        (outsider, carol, "network’s hosts"),
        (outsider, outsider, "network’s hosts"),
        (dev, erin, "Only an owner"),
        (dev, ana, "Only an owner"),
        (dev, dev, "yourself"),
        (ana, ana, "yourself"),
    ]:
        with pytest.raises(Forbidden, match=sentence):
            await cast.remove(db, actor, open_network, target)
    await cast.remove(db, dev, open_network, carol)
    await cast.remove(db, ana, open_network, erin)
    assert [await role(db, m, open_network) for m in (ben, carol, dev, erin)] == [
        "member",
        None,
        "host",
        None,
    ]


async def test_a_removed_member_comes_back_to_an_open_network_by_invitation_alone(db, ana, dev, open_network):
    await join(db, dev, open_network)
    thread = await cast.start(db, ana, open_network, "Bed rails")
    await cast.remove(db, ana, open_network, dev)
    with pytest.raises(Forbidden, match="removed"):
        await join(db, dev, open_network)
    with pytest.raises(Forbidden, match="removed"):
        await cast.write(db, dev, thread, "Me again.")
    await cast.accept(db, dev, await cast.invite(db, ana, open_network, places=1))
    assert await role(db, dev, open_network) == "member"
