"""Roles, leaving, removal and bans by the pages' forms, without scripts."""

import pytest

from chat import networks
from tests import cast
from tests.web.conftest import csrf_of


async def send(browser, path, **form):
    return await browser.post(path, data={"csrf": csrf_of(browser), **form})


async def role(db, member, network):
    async with db.snapshot() as tx:
        return await networks.role_in(tx, member.id, network.id)


async def test_an_owner_changes_a_role(anas_browser, db, ben, open_network):
    path = f"/networks/{open_network.slug}/members/{ben.handle}"
    assert path in (await anas_browser.get(f"/networks/{open_network.slug}/members")).text
    page = (await anas_browser.get(path)).text
    assert 'value="member" checked' in page
    assert "Hand over to Ben Okafor" in page
    assert (await send(anas_browser, path + "/role", role="host")).status_code == 303
    assert await role(db, ben, open_network) == "host"
    refused = await send(anas_browser, path + "/role", role="king")
    assert refused.status_code == 422
    assert 'id="role-error">The role must be one of' in refused.text


async def test_the_only_owner_is_told_beside_the_choice(anas_browser, db, ana, open_network):
    path = f"/networks/{open_network.slug}/members/{ana.handle}"
    refused = await send(anas_browser, path + "/role", role="member")
    assert refused.status_code == 422
    assert "You are the only owner of this network." in refused.text
    assert 'value="member" checked' in refused.text  # what was chosen is kept
    assert await role(db, ana, open_network) == "owner"
    page = (await anas_browser.get(f"/networks/{open_network.slug}/leave")).text
    assert "You are its only owner" in page
    assert "danger" not in page
    assert (await send(anas_browser, f"/networks/{open_network.slug}/leave")).status_code == 409


async def test_an_owner_hands_the_network_over(anas_browser, db, ana, ben, open_network):
    path = f"/networks/{open_network.slug}/members/{ben.handle}"
    assert (await send(anas_browser, path + "/transfer")).status_code == 303
    assert (await role(db, ana, open_network), await role(db, ben, open_network)) == ("host", "owner")
    page = (await anas_browser.get(path)).text
    assert "Owners can’t be removed" in page
    assert "Change the role" not in page
    assert (await send(anas_browser, path + "/transfer")).status_code == 403


async def test_what_a_host_may_do(live_server, db, ana, ben, carol, open_network):
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, open_network, erin, "host")
    await cast.change_role(db, ana, open_network, ben, "host")
    members = f"/networks/{open_network.slug}/members"
    async with live_server.browser(ben) as bens:
        page = (await bens.get(f"{members}/{carol.handle}")).text
        assert "Remove Carol Nguyen" in page
        assert "Change the role" not in page
        assert "Only an owner can remove or ban a host." in (await bens.get(f"{members}/{erin.handle}")).text
        assert (await send(bens, f"{members}/{erin.handle}/remove")).status_code == 403
        assert (await send(bens, f"{members}/{carol.handle}/role", role="host")).status_code == 403
        assert (await bens.get(f"{members}/dev-patel")).status_code == 404
        assert (await send(bens, f"{members}/{carol.handle}/remove", former="1")).status_code == 303
    assert await role(db, carol, open_network) is None
    assert await cast.value(db, "SELECT former_at FROM membership WHERE member_id = :id", id=carol.id)


async def test_a_member_has_no_such_page(live_server, ben, dev, carol, open_network):
    path = f"/networks/{open_network.slug}/members/{carol.handle}"
    for somebody in (ben, dev):
        async with live_server.browser(somebody) as browser:
            assert (await browser.get(path)).status_code == 403
            assert path not in (await browser.get(f"/networks/{open_network.slug}/members")).text
    async with live_server.browser() as nobody:
        assert (await nobody.get(path)).status_code == 303


async def test_one_leaves_after_having_read_what_that_means(live_server, db, ben, dev, confidential_network):
    path = f"/networks/{confidential_network.slug}/leave"
    async with live_server.browser(ben) as bens:
        page = (await bens.get(path)).text
        assert "You lose access at once, and come back by an invitation alone." in page
        assert (await send(bens, path, former="1")).headers["location"] == "/networks"
        assert (await bens.get(path)).status_code == 404
    assert await cast.value(db, "SELECT former_at FROM membership WHERE member_id = :id", id=ben.id)


async def test_who_is_no_member_has_nothing_to_leave(live_server, dev, open_network):
    async with live_server.browser(dev) as devs:
        assert (await devs.get(f"/networks/{open_network.slug}/leave")).status_code == 403


async def test_somebody_is_banned_and_the_ban_is_taken_back(anas_browser, db, ben, dev, open_network):
    path = f"/networks/{open_network.slug}/bans"
    assert "Nobody is banned." in (await anas_browser.get(path)).text
    for handle in (ben.handle, f" @{dev.handle} "):
        assert (await send(anas_browser, path, handle=handle)).headers["location"] == path
    page = (await anas_browser.get(path)).text
    assert "@ben-okafor" in page
    assert "@dev-patel" in page
    assert "by Ana Lima" in page
    assert await role(db, ben, open_network) is None
    assert (await send(anas_browser, f"{path}/{ben.handle}/lift")).status_code == 303
    assert "@ben-okafor" not in (await anas_browser.get(path)).text


@pytest.mark.parametrize(
    ("handle", "sentence"),
    [
        ("", "Say whom to ban."),
        ("nobody-at-all", "Nobody of that name is a member here."),
        ("ana-lima", "You can’t ban yourself."),
        ("\x00", "Nobody of that name"),
    ],
)
async def test_a_ban_that_makes_no_sense_is_refused_beside_the_field(
    anas_browser, open_network, handle, sentence
):
    refused = await send(anas_browser, f"/networks/{open_network.slug}/bans", handle=handle)
    assert refused.status_code in (404, 422)
    if refused.status_code == 422:
        assert f'id="handle-error">{sentence}' in refused.text


async def test_a_member_neither_sees_nor_makes_bans(live_server, db, ben, carol, open_network):
    path = f"/networks/{open_network.slug}/bans"
    async with live_server.browser(ben) as bens:
        assert (await bens.get(path)).status_code == 403
        assert (await send(bens, path, handle=carol.handle)).status_code == 403
    assert await role(db, carol, open_network) == "member"
