import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from chat import clock, networks
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from chat.networks import Invited
from tests import cast


async def look(db, viewer, offer):
    async with db.snapshot() as tx:
        return await networks.invited(tx, viewer, offer.token)


async def revoke(db, host, network, offer):
    async with db.transaction() as tx:
        await networks.revoke(tx, host, network, offer.id)


async def uses(db, offer):
    return await cast.value(db, "SELECT uses FROM invitation WHERE id = :id", id=offer.id)


async def role(db, member, network):
    async with db.snapshot() as tx:
        return await networks.role_in(tx, member.id, network.id)


async def test_dev_accepts_anas_link(db, ana, dev, visitor, confidential_network):
    offer = await cast.invite(db, ana, confidential_network)
    for viewer in (visitor, dev, dev):  # looking spends nothing
        seen = await look(db, viewer, offer)
        assert (seen.network_name, seen.invited_by, seen.problem) == ("Speaking up circle", "Ana Lima", None)
    assert await uses(db, offer) == 0
    assert await cast.accept(db, dev, offer) == confidential_network.slug
    assert await role(db, dev, confidential_network) == "member"
    assert await uses(db, offer) == 1


async def test_accepting_again_spends_nothing(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=3)
    for _ in range(3):
        assert await cast.accept(db, dev, offer) == confidential_network.slug
    assert await uses(db, offer) == 1
    tries = await asyncio.gather(*(cast.accept(db, ana, offer) for _ in range(5)))
    assert set(tries) == {confidential_network.slug}
    assert await uses(db, offer) == 1  # she has a place already


async def test_one_member_who_accepts_five_times_at_once_takes_one_place(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=5)
    assert set(await asyncio.gather(*(cast.accept(db, dev, offer) for _ in range(5)))) == {
        confidential_network.slug
    }
    assert await uses(db, offer) == 1


async def test_of_fifty_who_take_the_last_place_exactly_one_gets_in(db, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=1)
    people = await cast.crowd(db, 50)
    tries = await asyncio.gather(*(cast.accept(db, p, offer) for p in people), return_exceptions=True)
    assert Counter(type(t).__name__ for t in tries) == {"str": 1, "Conflict": 49}
    assert all("taken" in str(t) for t in tries if isinstance(t, Conflict))
    assert await uses(db, offer) == 1
    assert (await cast.seen_by(db, ana, confidential_network)).members == 3


async def test_thirty_places_admit_thirty_of_fifty(db, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=30)
    people = await cast.crowd(db, 50)
    tries = await asyncio.gather(*(cast.accept(db, p, offer) for p in people), return_exceptions=True)
    assert Counter(type(t).__name__ for t in tries) == {"str": 30, "Conflict": 20}
    assert (await cast.seen_by(db, ana, confidential_network)).members == 32


async def test_an_invitation_by_mail_is_for_its_address_alone(db, ana, ben, carol, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="Dev-Patel@example.org", places=50)
    assert (offer.places, offer.email) == (1, "dev-patel@example.org")
    for stranger in (carol, ben):
        with pytest.raises(Forbidden, match="another e-mail address"):
            await cast.accept(db, stranger, offer)
    assert await look(db, carol, offer) == Invited(
        "",
        "",
        "",
        "",
        "This invitation is for another e-mail address: d…@example.org.",
        "foreign",
        bound_to="d…@example.org",
    )
    assert await cast.accept(db, dev, offer)


async def test_the_letter_has_a_key_of_its_own(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    async with db.transaction() as tx:
        letter = await networks.invitation_letter(tx, offer.id)
    assert letter.to == "dev-patel@example.org"
    key = letter.link.rpartition("/")[2]
    assert key != offer.token
    async with db.transaction() as tx:
        await networks.accept(tx, dev, key)
        assert await networks.invitation_letter(tx, offer.id) is None
    assert await role(db, dev, confidential_network) == "member"


async def test_each_dead_invitation_says_why(db, ana, dev, carol, confidential_network):
    offers = [await cast.invite(db, ana, confidential_network, days=1) for _ in range(3)]
    withdrawn, old, used = offers
    await revoke(db, ana, confidential_network, withdrawn)
    await revoke(db, ana, confidential_network, withdrawn)
    await cast.accept(db, carol, used)
    for offer, sentence in [(withdrawn, "withdrawn"), (used, "places of this invitation are taken")]:
        assert sentence in (await look(db, dev, offer)).problem
        with pytest.raises(Conflict, match=sentence):
            await cast.accept(db, dev, offer)
    clock.pretend(clock.now() + timedelta(days=1, minutes=1))
    assert "too old" in (await look(db, dev, old)).problem
    with pytest.raises(Conflict, match="too old"):
        await cast.accept(db, dev, old)
    assert await role(db, dev, confidential_network) is None


async def test_who_is_in_already_hears_of_no_problem(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network)
    await cast.accept(db, dev, offer)
    assert (await look(db, dev, offer)).problem is None


@pytest.mark.parametrize("token", ["", "no-such-key", "\x00", "\ud800", "a" * 5000])
async def test_a_wrong_link_is_not_valid(db, dev, token):
    async with db.transaction() as tx:
        with pytest.raises(NotFound, match="not valid"):
            await networks.accept(tx, dev, token)


async def test_a_visitor_signs_in_first(db, ana, visitor, confidential_network):
    offer = await cast.invite(db, ana, confidential_network)
    with pytest.raises(SignInFirst):
        await cast.accept(db, visitor, offer)
    with pytest.raises(Forbidden, match="Confirm"):
        await cast.accept(db, await cast.join_the_hub(db, "Erin Walsh", verified=False), offer)


async def test_a_removed_member_does_not_come_back_by_an_old_link(db, ana, ben, confidential_network):
    old = await cast.invite(db, ana, confidential_network, places=10)
    await cast.remove(db, ana, confidential_network, ben)
    with pytest.raises(NotFound) as refused:
        await cast.accept(db, ben, old)
    async with db.transaction() as tx:
        with pytest.raises(NotFound) as unknown:
            await networks.accept(tx, ben, "no-such-key")
    assert refused.value.sentence == unknown.value.sentence
    new = await cast.invite(db, ana, confidential_network)
    assert await cast.accept(db, ben, new)


async def test_a_removed_member_does_not_come_back_by_the_link_they_used(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=10)
    await cast.accept(db, dev, offer)
    await cast.remove(db, ana, confidential_network, dev)
    with pytest.raises(NotFound):
        await cast.accept(db, dev, offer)


async def test_who_left_comes_back_by_an_old_link_and_takes_a_place(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=2)
    await cast.accept(db, dev, offer)
    async with db.transaction() as tx:
        await networks.leave(tx, dev, confidential_network)
    assert await cast.accept(db, dev, offer)
    assert await uses(db, offer) == 2


async def test_a_removal_and_an_acceptance_at_once_leave_the_removed_out(db, ana, ben, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=10)
    await asyncio.gather(
        cast.remove(db, ana, confidential_network, ben),
        *(cast.accept(db, ben, offer) for _ in range(5)),
        return_exceptions=True,
    )
    assert await role(db, ben, confidential_network) is None


async def test_only_hosts_invite(db, ana, ben, dev, visitor, confidential_network):
    for actor in (ben, dev):
        with pytest.raises(Forbidden):
            await cast.invite(db, actor, confidential_network)
        async with db.transaction() as tx:
            with pytest.raises(Forbidden):
                await networks.invitations_of(tx, actor, confidential_network)
    with pytest.raises(SignInFirst):
        await cast.invite(db, visitor, confidential_network)


async def test_an_invitation_of_another_network_is_not_ones_own_to_withdraw(
    db, ana, dev, confidential_network
):
    offer = await cast.invite(db, ana, confidential_network)
    own = await cast.found(db, dev, "Device alerts")
    with pytest.raises(NotFound):
        await revoke(db, dev, own, offer)
    async with db.snapshot() as tx:
        listed = await networks.invitations_of(tx, ana, confidential_network)
    assert [(i.id, i.revoked_at) for i in listed] == [(offer.id, None)]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"places": 0}, "places"),
        ({"places": 101}, "places"),
        ({"places": "many"}, "places"),
        ({"days": 91}, "days"),
        ({"days": -1}, "days"),
        ({"email": "dev"}, "email"),
        ({"role": "owner"}, "role"),
    ],
)
async def test_a_wrong_field_is_named(db, ana, confidential_network, form, field):
    with pytest.raises(Invalid) as refused:
        await cast.invite(db, ana, confidential_network, **form)
    assert refused.value.field == field


async def test_fields_left_empty_offer_one_place_for_two_weeks(db, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places="", days="", email="", role="")
    assert (offer.places, offer.email, offer.role) == (1, None, "member")
    assert timedelta(days=13) < offer.expires_at - clock.now() <= timedelta(days=14)
