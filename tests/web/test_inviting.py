"""The pages of invitations: what is offered, the list of them, the page behind one."""

import re

import pytest

from chat import networks
from tests import cast
from tests.web.conftest import contents, csrf_of
from tests.web.test_signing_up import ERIN, letters_arrive, link_in_mailbox


@pytest.fixture
def send(anas_browser):
    async def send(path, **fields):
        return await anas_browser.post(path, data={"csrf": csrf_of(anas_browser), **fields})

    return send


@pytest.fixture
def at(confidential_network):
    return f"/networks/{confidential_network.slug}/invitations"


async def letter_to(db, offer):
    async with db.transaction() as tx:
        return "/i/" + (await networks.invitation_letter(tx, offer.id)).link.rpartition("/")[2]


async def test_all_options_of_a_link_are_told(send, at, db):
    page = await send(
        at, by="link", places="3", days="7", domain="@nhs.example", role="host", word="Welcome <all>."
    )
    assert page.status_code == 200
    assert "It admits 3 people with addresses that end in @nhs.example." in page.text
    assert "Whoever comes by it is a host." in page.text
    (made,) = await cast.rows(db, "SELECT * FROM invitation")
    assert (made.places, made.domain, made.role, made.word) == (3, "nhs.example", "host", "Welcome <all>.")
    assert "A link for @nhs.example" in page.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"by": "link", "domain": "nhs"}, "That doesn’t look like the end of an e-mail address."),
        ({"by": "link", "places": "101"}, "The number of places must be between 1 and 100."),
        ({"by": "link", "word": "w" * 501}, "Your word can have 500 characters at most; this has 501."),
        ({"by": "email", "email": "erin"}, "That doesn’t look like an e-mail address."),
        ({"by": "email", "email": "ben-okafor@example.org"}, "is a member already"),
    ],
)
async def test_a_wrong_field_is_told_and_the_rest_is_kept(send, at, db, wrong, sentence):
    fields = {
        "places": "4",
        "days": "9",
        "domain": "nhs.example",
        "word": "Kept.",
        "role": "host",
        "email": "",
        **wrong,
    }
    page = await send(at, **fields)
    assert page.status_code == 422
    assert page.text.count(sentence) == 1
    assert ("w" * 501 if "word" in wrong else "Kept.") in page.text
    assert '<option value="host" selected>' in page.text
    assert await cast.value(db, "SELECT count(*) FROM invitation") == 0


async def test_a_link_is_shown_again_sent_again_and_withdrawn(
    send, at, db, ana, confidential_network, browser
):
    offer = await cast.invite(db, ana, confidential_network, email="erin@example.org")
    page = await send(f"{at}/{offer.id}/link")
    shown = re.search(r'value="[^"]*(/i/[\w-]+)"', page.text)[1]
    assert shown != f"/i/{offer.token}"
    assert "Speaking up circle" in (await browser.get(shown)).text
    assert (await send(f"{at}/{offer.id}/resend")).status_code == 429
    withdrawn = await send(f"{at}/{offer.id}/revoke")
    assert withdrawn.headers["location"] == f"{at}?said=withdrawn"
    gone = await browser.get(shown)
    assert gone.status_code == 409
    assert "This invitation was withdrawn. Ask for a new one." in gone.text
    assert "Speaking up circle" not in gone.text


async def test_the_list_is_searched_filtered_and_paged(anas_browser, at, db, ana, confidential_network):
    for n in range(52):
        await cast.invite(db, ana, confidential_network, email=f"guest-{n}@example.org")
    first = (await anas_browser.get(at)).text
    assert first.count('<li class="person">') == 50
    older = re.search(r'href="([^"]*before=\d+)"', first)[1].replace("&amp;", "&")
    assert (await anas_browser.get(older)).text.count('<li class="person">') == 2
    assert (await anas_browser.get(f"{at}?q=guest-7@")).text.count('<li class="person">') == 1
    assert "No invitation is like that." in (await anas_browser.get(f"{at}?state=used")).text


async def test_members_who_may_invite_see_a_plainer_page(live_server, db, ben, confidential_network, at):
    async with live_server.browser(ben) as bens:
        assert (await bens.get(at)).status_code == 403
        async with db.transaction() as tx:
            await tx.run("UPDATE network SET members_may = '{invite}'")
        page = await bens.get(at)
        assert "Your invitations so far" in page.text
        assert "They join as" not in page.text
        assert "many at once" not in page.text
        sent = {"csrf": csrf_of(bens), "by": "link", "role": "host"}
        assert (await bens.post(at, data=sent)).status_code == 403
        assert (await bens.get(f"{at}/many")).status_code == 403
        assert await cast.value(db, "SELECT count(*) FROM invitation") == 0


# The page behind an invitation


async def test_another_address_hears_which_one_and_nothing_else(
    live_server, db, ana, dev, carol, confidential_network
):
    offer = await cast.invite(
        db, ana, confidential_network, email="dev-patel@example.org", word="About the zebra rota."
    )
    async with live_server.browser(carol) as carols, live_server.browser(dev) as devs:
        for answer in (
            await carols.get(f"/i/{offer.token}"),
            await carols.post(f"/i/{offer.token}", data={"csrf": csrf_of(carols)}),
        ):
            assert answer.status_code == 403
            assert "d…@example.org" in answer.text
            for secret in ("Speaking up", "Ana Lima", "zebra", "dev-patel", confidential_network.slug):
                assert secret not in answer.text
        out = await carols.post("/sign-out", data={"csrf": csrf_of(carols), "next": f"/i/{offer.token}"})
        assert out.headers["location"] == f"/i/{offer.token}"
        mine = (await devs.get(f"/i/{offer.token}")).text
        assert "Join as Dev Patel" in mine
        assert "About the zebra rota." in mine


async def test_what_is_over_is_nothing_to_whom_it_was_not_for(
    live_server, db, ana, carol, confidential_network
):
    offer = await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    async with db.transaction() as tx:
        await networks.revoke(tx, ana, confidential_network, offer.id)
    async with live_server.browser(carol) as carols:
        dead, garbled = await carols.get(f"/i/{offer.token}"), await carols.get(f"/i/{offer.token}x")
        assert (dead.status_code, garbled.status_code) == (404, 404)
        plain = [re.sub(r"nonce[-=]\"?[\w-]+|/i/[\w-]+", "", answer.text) for answer in (dead, garbled)]
        assert plain[0] == plain[1]


async def test_who_is_in_already_is_led_there(live_server, db, ana, ben, confidential_network):
    offer = await cast.invite(db, ana, confidential_network)
    async with live_server.browser(ben) as bens:
        page = await bens.get(f"/i/{offer.token}")
        assert "You are a member already." in page.text
        assert f'href="/networks/{confidential_network.slug}"' in page.text


async def test_who_has_not_confirmed_is_told_so(live_server, db, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network)
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with live_server.browser(erin) as erins:
        for answer in (
            await erins.get(f"/i/{offer.token}"),
            await erins.post(f"/i/{offer.token}", data={"csrf": csrf_of(erins)}),
        ):
            assert "Confirm your e-mail address first" in answer.text
            assert "Join as" not in answer.text


async def test_looking_a_hundred_times_changes_nothing(browser, db, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="erin@example.org")
    link = await letter_to(db, offer)
    before = await contents(db)
    for path in (link, f"/sign-up?next={link}", f"/sign-in?next={link}"):
        await browser.get(path)
        await browser.head(path)
    assert await contents(db) == before


async def test_the_letter_s_address_is_there_for_who_came_by_the_letter(
    browser, db, ana, confidential_network
):
    offer = await cast.invite(db, ana, confidential_network, email="erin@example.org")
    link = await letter_to(db, offer)
    assert 'value="erin@example.org"' in (await browser.get(f"/sign-up?next={link}")).text
    handed_over = (await browser.get(f"/sign-up?next=/i/{offer.token}")).text
    assert "erin@example.org" not in handed_over
    assert "erin@example.org" not in (await browser.get(link)).text


async def test_a_newcomer_who_confirms_on_another_device_is_led_to_the_invitation(
    live_server, browser, db, ana, confidential_network
):
    offer = await cast.invite(db, ana, confidential_network)
    await browser.post("/sign-up", data={**ERIN, "next": f"/i/{offer.token}"})
    await letters_arrive(live_server)
    link = await link_in_mailbox(browser, "verify")
    async with live_server.browser() as phone:
        answer = await phone.post(link)
        way = answer.headers["location"]
        assert way.startswith("/i/")
        assert offer.token not in way
        assert "Join as Erin Walsh" in (await phone.get(way)).text
        joined = await phone.post(way, data={"csrf": csrf_of(phone)})
        assert joined.headers["location"] == f"/networks/{confidential_network.slug}"


async def test_signing_up_by_a_letter_proves_no_address(live_server, browser, db, ana, confidential_network):
    """Letters of invitation are passed on: whoever holds one could take its reader's name."""
    offer = await cast.invite(db, ana, confidential_network, email="erin@example.org")
    await browser.post("/sign-up", data={**ERIN, "next": await letter_to(db, offer)})
    assert await cast.value(db, "SELECT verified_at FROM member WHERE email = 'erin@example.org'") is None
