import asyncio

import pytest

from chat import networks
from chat.errors import Forbidden, NotFound, SignInFirst
from tests import cast


async def ban(db, host, network, member):
    async with db.transaction() as tx:
        await networks.ban(tx, host, network, member.handle)


async def unban(db, host, network, member):
    async with db.transaction() as tx:
        await networks.unban(tx, host, network, member.handle)


async def join(db, member, network):
    async with db.transaction() as tx:
        await networks.join(tx, member, await networks.network_of(tx, member, network.slug))


async def role(db, member, network):
    async with db.snapshot() as tx:
        return await networks.role_in(tx, member.id, network.id)


async def banned(db, host, network):
    async with db.snapshot() as tx:
        return [row.handle for row in await networks.banned_from(tx, host, network)]


async def acl_version(db, network):
    return await cast.value(db, "SELECT acl_version FROM network WHERE id = :id", id=network.id)


async def test_who_is_banned_has_no_place_and_gets_none(db, ana, ben, open_network):
    before = await acl_version(db, open_network)
    offer = await cast.invite(db, ana, open_network, places=3)
    await ban(db, ana, open_network, ben)
    await ban(db, ana, open_network, ben)
    assert await acl_version(db, open_network) == before + 1
    assert await role(db, ben, open_network) is None
    assert await banned(db, ana, open_network) == ["ben-okafor"]
    assert (await cast.events(db, f"m:{ben.id}"))[-1][1:] == ("membership.ended", open_network.id)
    with pytest.raises(Forbidden):
        await join(db, ben, open_network)
    later = await cast.invite(db, ana, open_network, places=3)
    for link in (offer, later):
        with pytest.raises(NotFound):
            await cast.accept(db, ben, link)
    thread = await cast.start(db, ana, open_network, "Bed rails")
    with pytest.raises(Forbidden):
        await cast.write(db, ben, thread, "Me again.")


async def test_a_ban_is_taken_back_without_the_place(db, ana, ben, open_network):
    await ban(db, ana, open_network, ben)
    await unban(db, ana, open_network, ben)
    await unban(db, ana, open_network, ben)
    assert await banned(db, ana, open_network) == []
    with pytest.raises(Forbidden, match="removed"):
        await join(db, ben, open_network)
    await cast.accept(db, ben, await cast.invite(db, ana, open_network, places=1))
    assert await role(db, ben, open_network) == "member"


async def test_who_has_not_come_yet_can_be_banned(db, ana, dev, open_network):
    await ban(db, ana, open_network, dev)
    with pytest.raises(Forbidden):
        await join(db, dev, open_network)
    assert await cast.events(db, f"m:{dev.id}") == []


async def test_invitations_to_them_and_by_them_are_void(db, ana, ben, dev, carol, open_network):
    to_dev = await cast.invite(db, ana, open_network, email="dev-patel@example.org")
    await cast.let_in(db, open_network, dev, "host")
    by_dev = await cast.invite(db, dev, open_network, places=5)
    others = await cast.invite(db, ana, open_network, email="erin@example.org")
    await ban(db, ana, open_network, dev)
    revoked = {
        row.id for row in await cast.rows(db, "SELECT id FROM invitation WHERE revoked_at IS NOT NULL")
    }
    assert revoked == {to_dev.id, by_dev.id}
    assert others.id not in revoked


async def test_who_may_ban_whom(db, ana, ben, carol, dev, open_network, visitor):
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, open_network, dev, "host")
    await cast.let_in(db, open_network, erin, "host")
    for actor, target, sentence in [
        (ben, carol, "hosts"),
        (dev, erin, "Only an owner"),
        (dev, ana, "Only an owner"),
        (dev, dev, "yourself"),
    ]:
        with pytest.raises(Forbidden, match=sentence):
            await ban(db, actor, open_network, target)
    with pytest.raises(SignInFirst):
        await ban(db, visitor, open_network, ben)
    with pytest.raises(Forbidden):
        await unban(db, ben, open_network, carol)
    with pytest.raises(Forbidden):
        await banned(db, ben, open_network)
    with pytest.raises(NotFound):
        async with db.transaction() as tx:
            await networks.ban(tx, ana, open_network, "nobody-at-all")
    await ban(db, dev, open_network, carol)
    await ban(db, ana, open_network, erin)
    assert await banned(db, ana, open_network) == ["erin-walsh", "carol-nguyen"]


async def test_a_ban_and_an_acceptance_at_once_leave_the_banned_out(db, ana, dev, confidential_network):
    """In whatever order they come, and without waiting for each other for ever."""
    for n in range(8):
        guest = await cast.join_the_hub(db, f"Guest {n}")
        offer = await cast.invite(db, ana, confidential_network, email=f"guest-{n}@example.org")
        tries = await asyncio.gather(
            cast.accept(db, guest, offer), ban(db, ana, confidential_network, guest), return_exceptions=True
        )
        assert {type(t).__name__ for t in tries} <= {"str", "NoneType", "NotFound", "Conflict"}
        assert await role(db, guest, confidential_network) is None


async def change(db, owner, network, access):
    async with db.transaction() as tx:
        return await networks.change_access(tx, owner, network, {"access": access})


async def test_an_owner_changes_who_may_read(db, ana, ben, open_network, visitor):
    before = await acl_version(db, open_network)
    assert await change(db, ana, open_network, "private") == open_network.slug
    await change(db, ana, open_network, "private")
    assert await acl_version(db, open_network) == before + 1
    async with db.snapshot() as tx:
        assert not await networks.may_read(tx, visitor, open_network.id)
    with pytest.raises(Forbidden):
        await change(db, ben, open_network, "open")


async def test_what_becomes_confidential_gets_an_address_that_nobody_knows(db, ana, open_network):
    slug = await change(db, ana, open_network, "confidential")
    assert slug.startswith(f"{open_network.slug}-x")
    seen = await cast.seen_by(db, ana, open_network._replace(slug=slug))
    assert seen.access == "confidential"
    assert await change(db, ana, seen, "open") == slug
    assert await change(db, ana, seen, "confidential") == slug
