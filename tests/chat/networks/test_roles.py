import asyncio

import pytest

from chat import networks
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from tests import cast


async def leave(db, member, network):
    async with db.transaction() as tx:
        await networks.leave(tx, member, network)


async def hand_over(db, owner, network, member):
    async with db.transaction() as tx:
        await networks.hand_over(tx, owner, network, member.handle)


async def roles(db, network):
    found = await cast.rows(
        db, "SELECT handle, membership.role FROM membership JOIN member ON member.id = member_id WHERE network_id = :id AND ended_at IS NULL",
        id=network.id,
    )  # fmt: skip
    return dict(map(tuple, found))


async def notices(db, member):
    found = await cast.rows(
        db, "SELECT kind, network_id, actor_id FROM notice WHERE member_id = :id ORDER BY id", id=member.id
    )
    return [tuple(row) for row in found]


async def test_a_member_is_made_host_then_owner_then_member_again(db, ana, ben, open_network):
    for role in ("host", "owner", "member"):
        await cast.change_role(db, ana, open_network, ben, role)
        assert (await roles(db, open_network))["ben-okafor"] == role
    assert await notices(db, ben) == [("role.changed", open_network.id, ana.id)] * 3
    assert [kind for _, kind, _ in await cast.events(db, f"m:{ben.id}")].count("notice.added") == 3


async def test_the_same_role_again_changes_nothing(db, ana, ben, open_network):
    before = await cast.value(db, "SELECT count(*) FROM audit_entry")
    await cast.change_role(db, ana, open_network, ben, "member")
    assert await notices(db, ben) == []
    assert await cast.value(db, "SELECT count(*) FROM audit_entry") == before


async def test_who_may_change_roles(db, ana, ben, carol, dev, visitor, open_network):
    await cast.change_role(db, ana, open_network, ben, "host")
    for actor, error in [(ben, Forbidden), (carol, Forbidden), (dev, Forbidden), (visitor, SignInFirst)]:
        with pytest.raises(error):
            await cast.change_role(db, actor, open_network, carol, "owner")
        with pytest.raises(error):
            await hand_over(db, actor, open_network, carol)
    with pytest.raises(NotFound):
        await cast.change_role(db, ana, open_network, dev, "host")
    with pytest.raises(NotFound):
        await hand_over(db, ana, open_network, dev)
    with pytest.raises(Invalid) as refused:
        await cast.change_role(db, ana, open_network, carol, "king")
    assert refused.value.field == "role"
    assert await roles(db, open_network) == {
        "ana-lima": "owner", "ben-okafor": "host", "carol-nguyen": "member",
    }  # fmt: skip


async def test_the_network_is_handed_over_in_one_act(db, ana, ben, open_network):
    await hand_over(db, ana, open_network, ben)
    assert await roles(db, open_network) == {
        "ana-lima": "host", "ben-okafor": "owner", "carol-nguyen": "member",
    }  # fmt: skip
    assert await notices(db, ben) == [("role.changed", open_network.id, ana.id)]
    with pytest.raises(Forbidden):
        await hand_over(db, ana, open_network, ben)
    with pytest.raises(Forbidden, match="already"):
        await hand_over(db, ben, open_network, ben)


async def test_the_only_owner_keeps_the_role(db, ana, ben, open_network):
    with pytest.raises(Conflict, match="only owner"):
        await cast.change_role(db, ana, open_network, ana, "member")
    await cast.change_role(db, ana, open_network, ben, "owner")
    await cast.change_role(db, ana, open_network, ana, "member")
    assert (await roles(db, open_network))["ana-lima"] == "member"
    with pytest.raises(Conflict, match="only owner"):
        await leave(db, ben, open_network)


async def step_down(db, owner, network):
    await cast.change_role(db, owner, network, owner, "member")


@pytest.mark.parametrize("first", [leave, step_down])
@pytest.mark.parametrize("second", [leave, step_down])
async def test_of_two_owners_who_go_at_once_one_stays(db, ana, dev, open_network, first, second):
    await cast.let_in(db, open_network, dev, "owner")
    async with db.transaction() as tx:  # hold both at the moment before they go
        await tx.all("SELECT 1 FROM membership FOR UPDATE")
        going = [
            asyncio.create_task(first(db, ana, open_network)),
            asyncio.create_task(second(db, dev, open_network)),
        ]
        await asyncio.sleep(0.2)
    tries = await asyncio.gather(*going, return_exceptions=True)
    assert sorted(type(t).__name__ for t in tries) == ["Conflict", "NoneType"]
    assert list((await roles(db, open_network)).values()).count("owner") == 1


async def test_of_two_owners_who_demote_each_other_at_once_one_stays(db, ana, dev, open_network):
    await cast.let_in(db, open_network, dev, "owner")
    tries = await asyncio.gather(
        cast.change_role(db, ana, open_network, dev, "member"),
        cast.change_role(db, dev, open_network, ana, "member"),
        return_exceptions=True,
    )
    assert sorted(type(t).__name__ for t in tries) == ["Forbidden", "NoneType"]
    assert list((await roles(db, open_network)).values()).count("owner") == 1


async def test_invitations_end_that_the_new_role_could_not_have_sent(db, ana, ben, open_network):
    await cast.change_role(db, ana, open_network, ben, "host")
    as_host = await cast.invite(db, ben, open_network, places=3, role="host")
    as_member = await cast.invite(db, ben, open_network, places=3)
    anas = await cast.invite(db, ana, open_network, places=3, role="host")
    async with db.transaction() as tx:
        await tx.run("UPDATE network SET members_may = '{invite}'")
    await cast.change_role(db, ana, await cast.seen_by(db, ana, open_network), ben, "member")
    assert await ended_invitations(db) == {as_host.id}
    async with db.transaction() as tx:
        await tx.run("UPDATE network SET members_may = '{}'")
    await cast.change_role(db, ana, open_network, ben, "host")
    await cast.change_role(db, ana, await cast.seen_by(db, ana, open_network), ben, "member")
    assert await ended_invitations(db) == {as_host.id, as_member.id}
    assert anas.id not in await ended_invitations(db)


async def ended_invitations(db):
    return {row.id for row in await cast.rows(db, "SELECT id FROM invitation WHERE revoked_at IS NOT NULL")}
