import pytest

from chat import networks
from chat.errors import Forbidden, Invalid, SignInFirst
from tests import cast


async def found(db, founder, **form):
    async with db.transaction() as tx:
        return await networks.found(tx, founder, {"name": "Safer surgery", "access": "open", **form})


async def test_ana_founds_a_network_and_owns_it(db, ana):
    network = await cast.found(db, ana, "Sépsis & co.")
    assert (network.slug, network.role, network.members, network.readable) == ("sepsis-co", "owner", 1, True)
    assert network.may("invite")
    assert (
        await cast.value(db, "SELECT network_id FROM stream WHERE id = :id", id=f"n:{network.id}")
        == network.id
    )


async def test_a_visitor_and_an_unconfirmed_member_found_none(db, visitor):
    with pytest.raises(SignInFirst):
        await found(db, visitor)
    with pytest.raises(Forbidden):
        await found(db, await cast.join_the_hub(db, "Erin Walsh", verified=False))


async def test_where_admins_found_networks_ana_may_not(db, ana, setting):
    setting(HUB_FOUND_NETWORKS="admins")
    assert not networks.may_found(ana)
    with pytest.raises(Forbidden, match="admins"):
        await found(db, ana)
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET admin_since = now()")
    assert await found(db, await cast.again(db, ana)) == "safer-surgery"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "?"}, "name"),
        ({"name": "New"}, "name"),
        ({"slug": "all"}, "slug"),
        ({"access": "public"}, "access"),
        ({"access": None}, "access"),
        ({"summary": "x" * 1025}, "summary"),
    ],
)
async def test_a_wrong_field_is_named(db, ana, form, field):
    with pytest.raises(Invalid) as refused:
        await found(db, ana, **form)
    assert refused.value.field == field


async def test_a_taken_address_is_refused(db, ana, ben):
    await found(db, ana)
    with pytest.raises(Invalid, match="taken") as refused:
        await found(db, ben, slug="Safer Surgery")
    assert refused.value.field == "slug"


async def test_the_name_of_a_confidential_network_is_not_found_out_by_founding_one(db, ana, dev):
    secret = await found(db, ana, name="Speaking up", access="confidential")
    assert secret.startswith("speaking-up-")
    assert await found(db, dev, name="Speaking up", access="open") == "speaking-up"
    assert await found(db, dev, name="Speaking up", access="confidential") != secret
