"""From the form to the letter to the first page as a member."""

import re

import pytest

from chat import mail, members
from chat.jobs import work_all
from tests import cast
from tests.hubs import running
from tests.web.conftest import contents, csrf_of
from workers.jobs import kinds

ERIN = {
    "name": "Erin Walsh", "email": "Erin@Example.org", "organisation": "Mater", "role": "Midwife", "country": "IE",
    "password": "three quiet harbours", "website": "",
}  # fmt: skip


async def letters_arrive(hub) -> None:
    await work_all(hub.db, kinds(hub.db, hub.house.redis))


async def link_in_mailbox(browser, purpose: str) -> str:
    """Where the newest letter's button leads, as a path."""
    page = await browser.get("/dev/mailbox")
    return re.search(rf'href="[^"]*?(/{purpose}/[\w-]+)"', page.text)[1]


async def test_erin_signs_up_confirms_and_is_in(live_server, browser, db):
    answer = await browser.post("/sign-up", data=ERIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-mail")
    assert "letter" in (await browser.get("/check-your-mail")).text
    await letters_arrive(live_server)
    link = await link_in_mailbox(browser, "verify")

    before = await contents(db)
    for _ in range(2):  # a scanner, and Erin
        page = await browser.get(link)
        assert page.status_code == 200
        assert "Confirm and sign in" in page.text
    assert await contents(db) == before

    answer = await browser.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Erin Walsh, your menu" in (await browser.get("/")).text
    member = (await cast.rows(db, "SELECT email, handle, country, verified_at FROM member"))[0]
    assert (member.email, member.handle, member.country) == ("erin@example.org", "erin-walsh", "IE")
    assert member.verified_at


async def test_who_chose_a_language_for_pages_is_written_to_in_it(live_server, browser):
    await browser.post("/language", data={"language": "de"})
    await browser.post("/sign-up", data=ERIN)
    await letters_arrive(live_server)
    (letter,) = await mail.mailbox(live_server.house.redis)
    assert (letter.language, letter.button) == ("de", "Adresse bestätigen")


async def test_a_link_confirms_once(live_server, browser, db):
    await browser.post("/sign-up", data=ERIN)
    await letters_arrive(live_server)
    link = await link_in_mailbox(browser, "verify")
    await browser.post(link)
    async with live_server.browser() as second:
        assert (await second.post(link)).status_code == 404
        assert (await second.get(link)).status_code == 404
        assert not second.cookies


async def test_an_address_that_is_taken_is_told_to_its_owner_alone(live_server, browser, ana, db):
    answer = await browser.post("/sign-up", data={**ERIN, "email": "ana-lima@example.org"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-mail")
    await letters_arrive(live_server)
    assert "You already have an account" in (await browser.get("/dev/mailbox")).text
    assert await cast.value(db, "SELECT count(*) FROM member") == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Your name can’t be empty."),
        ({"email": "erin"}, "That doesn’t look like an e-mail address."),
        ({"password": "short"}, "Choose a password of at least 10 characters."),
        ({"country": "XX"}, "Choose a country from the list."),
        ({"website": "https://robots.example"}, "Leave the last field empty."),
    ],
)
async def test_a_wrong_field_is_told_and_the_rest_is_kept(browser, db, wrong, sentence):
    page = await browser.post("/sign-up", data={**ERIN, **wrong, "next": "/i/abc"})
    assert page.status_code == 422
    assert sentence in page.text
    for name in {"name", "email", "organisation", "role"} - wrong.keys():
        assert f'value="{ERIN[name]}"' in page.text
    assert 'value="/i/abc"' in page.text
    assert ERIN["password"] not in page.text
    assert await cast.value(db, "SELECT count(*) FROM member") == 0


async def test_whoever_came_by_an_invitation_is_led_back_to_it(
    live_server, browser, db, ana, confidential_network
):
    offer = await cast.invite(db, ana, confidential_network)
    page = await browser.get(f"/i/{offer.token}")
    assert f'href="/sign-up?next=/i/{offer.token}"' in page.text
    await browser.post("/sign-up", data={**ERIN, "next": f"/i/{offer.token}"})
    await letters_arrive(live_server)
    answer = await browser.post(await link_in_mailbox(browser, "verify"))
    assert answer.headers["location"] == f"/i/{offer.token}"
    assert "Join as Erin Walsh" in (await browser.get(answer.headers["location"])).text


async def test_a_way_back_of_any_letters_is_kept(browser):
    answer = await browser.post("/sign-up", data={**ERIN, "next": "/networks/café-日本?q=ü"})
    assert answer.status_code == 303


async def test_who_has_not_confirmed_may_look_and_ask_for_another_letter(live_server, db, thread):
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with live_server.browser(erin) as erins, live_server.client(erin) as program:
        assert "Confirm your e-mail address" in (await erins.get("/")).text
        answer = await program.post(f"/api/v1/topics/{thread.id}/posts", json={"body": "Hello."})
        assert answer.status_code == 403
        assert (await erins.post("/verify-again", data={"csrf": csrf_of(erins)})).status_code == 303
        await letters_arrive(live_server)
        assert "/verify/" in await link_in_mailbox(erins, "verify")


async def test_the_first_admin_signs_up_at_the_one_time_address(browser, db):
    async with db.transaction() as tx:
        key = await members.first_admin_key(tx)
    assert (await browser.get(f"/welcome/{key}")).status_code == 200
    assert (await browser.post(f"/welcome/{key}", data={**ERIN, "password": "short"})).status_code == 422
    answer = await browser.post(f"/welcome/{key}", data=ERIN)
    assert answer.headers["location"] == "/"
    assert (
        await cast.value(
            db, "SELECT count(*) FROM member WHERE admin_since IS NOT NULL AND verified_at IS NOT NULL"
        )
        == 1
    )
    assert (await browser.get(f"/welcome/{key}")).status_code == 404
    again = {**ERIN, "csrf": csrf_of(browser)}
    assert (await browser.post(f"/welcome/{key}", data=again)).status_code == 404


async def test_signing_up_too_often_is_refused(browser):
    wrong = {**ERIN, "password": "short"}
    told = {(await browser.post("/sign-up", data=wrong)).status_code for _ in range(10)}
    assert told == {422}
    last = await browser.post("/sign-up", data=wrong)
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) > 60


async def test_without_development_there_is_no_mailbox(live_server, browser, setting, db):
    async with running(setting(HUB_DEV="0"), db) as hub, hub.browser() as other:
        page = await other.get("/dev/mailbox")
        assert page.status_code == 404
        assert "Mailbox" not in page.text
