"""Every change in a network stands in its log, with who, what and whom."""

import pytest

from chat import networks
from chat.errors import Forbidden, SignInFirst
from tests import cast


async def entries(db, viewer, network, **wanted):
    async with db.snapshot() as tx:
        return await networks.entries_of(tx, viewer, network, **wanted)


def told(found):
    return [(e.actor and e.actor.handle, e.action, e.subject and e.subject.handle) for e in found]


async def test_every_verb_leaves_its_entry(db, ana, ben, dev):
    network = await cast.found(db, ana, "Sepsis", "open")
    async with db.transaction() as tx:
        await networks.join(tx, ben, await networks.network_of(tx, ben, network.slug))
    offer = await cast.invite(db, ana, network, email="dev-patel@example.org")
    await cast.accept(db, dev, offer)
    link = await cast.invite(db, ana, network, places=2)
    async with db.transaction() as tx:
        await networks.revoke(tx, ana, network, link.id)
    await cast.change_role(db, ana, network, ben, "host")
    await cast.remove(db, ana, network, dev)
    await cast.ban(db, ana, network, dev)
    async with db.transaction() as tx:
        await networks.unban(tx, ana, network, dev.handle)
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, network, {"access": "private"})
    async with db.transaction() as tx:
        await networks.hand_over(tx, ana, network, ben.handle)
    async with db.transaction() as tx:
        await networks.leave(tx, ana, network)
    assert told(await entries(db, ben, network)) == [
        ("ana-lima", "member.left", "ana-lima"),
        ("ana-lima", "ownership.transferred", "ben-okafor"),
        ("ana-lima", "access.changed", None),
        ("ana-lima", "ban.lifted", "dev-patel"),
        ("ana-lima", "member.banned", "dev-patel"),
        ("ana-lima", "member.removed", "dev-patel"),
        ("ana-lima", "role.changed", "ben-okafor"),
        ("ana-lima", "invitation.revoked", None),
        ("ana-lima", "invitation.sent", None),
        ("dev-patel", "invitation.accepted", "dev-patel"),
        ("dev-patel", "member.joined", "dev-patel"),
        ("ana-lima", "invitation.sent", None),
        ("ben-okafor", "member.joined", "ben-okafor"),
        ("ana-lima", "member.joined", "ana-lima"),
        ("ana-lima", "network.founded", None),
    ]


async def test_what_changes_nothing_leaves_none(db, ana, ben, dev, open_network):
    await cast.ban(db, ana, open_network, dev)
    offer = await cast.invite(db, ana, open_network, places=2)
    async with db.transaction() as tx:
        await networks.revoke(tx, ana, open_network, offer.id)
    before = len(await entries(db, ana, open_network))
    async with db.transaction() as tx:
        await networks.join(tx, ben, await cast.seen_by(db, ben, open_network))
        await networks.leave(tx, dev, open_network)
        await networks.ban(tx, ana, open_network, dev.handle)
        await networks.unban(tx, ana, open_network, ben.handle)
        await networks.revoke(tx, ana, open_network, offer.id)
        await networks.change_access(tx, ana, open_network, {"access": "open"})
        await networks.change_role(tx, ana, open_network, ben.handle, {"role": "member"})
    assert len(await entries(db, ana, open_network)) == before


async def test_no_entry_holds_a_secret(db, ana, ben, open_network):
    offers = [
        await cast.invite(db, ana, open_network, **how) for how in ({"places": 3}, {"email": "x@example.org"})
    ]
    log = str(await cast.rows(db, "SELECT details::text FROM audit_entry"))
    assert "x@example.org" in log
    assert not [offer for offer in offers if offer.token in log]


async def test_whoever_joins_by_writing_is_in_the_log(db, dev, ana, thread):
    await cast.write(db, dev, thread, "May I?")
    assert told(await entries(db, ana, thread.network))[0] == ("dev-patel", "member.joined", "dev-patel")


async def test_the_log_is_sifted_by_person_and_kind_and_read_on(db, ana, ben, carol, open_network):
    await cast.change_role(db, ana, open_network, ben, "host")
    await cast.remove(db, ben, open_network, carol)
    for person in ("carol-nguyen", "@Carol-Nguyen", "nguy", "CAROL"):
        assert told(await entries(db, ana, open_network, person=person)) == [
            ("ben-okafor", "member.removed", "carol-nguyen"),
            ("carol-nguyen", "member.joined", "carol-nguyen"),
        ]
    assert await entries(db, ana, open_network, person="%") == []
    assert await entries(db, ana, open_network, person="c_rol") == []
    assert told(await entries(db, ana, open_network, person="ben", kind="role.changed")) == [
        ("ana-lima", "role.changed", "ben-okafor")
    ]
    everything = await entries(db, ana, open_network)
    first = await entries(db, ana, open_network, limit=2)
    rest = await entries(db, ana, open_network, before=first[-1].id)
    assert first + rest == everything
    async with db.snapshot() as tx:
        assert await networks.kinds_of(tx, ana, open_network) == [
            "member.joined", "member.removed", "network.founded", "role.changed",
        ]  # fmt: skip


async def test_each_network_has_a_log_of_its_own_for_its_owners(db, ana, ben, dev, visitor, open_network):
    other = await cast.found(db, dev, "Sepsis", "private", ben)
    await cast.change_role(db, dev, other, ben, "host")
    assert told(await entries(db, dev, other))[0] == ("dev-patel", "role.changed", "ben-okafor")
    assert "dev-patel" not in str(await entries(db, ana, open_network))
    for viewer, error in ((ana, Forbidden), (ben, Forbidden), (visitor, SignInFirst)):
        with pytest.raises(error):
            await entries(db, viewer, other)
        with pytest.raises(error):
            async with db.snapshot() as tx:
                await networks.kinds_of(tx, viewer, other)
