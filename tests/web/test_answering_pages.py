"""Saying whether one comes: on the pages, by the API, and from a letter without a session."""

import re
from datetime import timedelta

import pytest

from chat import clock, dropins, mail, networks
from tests import cast
from tests.chat.dropins.test_answering import dates_of, say, say_weekly, with_places
from tests.chat.dropins.test_reminding import DAY_BEFORE, tick
from tests.web.conftest import contents, csrf_of


@pytest.fixture
async def series(db, ana, open_network):
    cast.it_is("2026-11-16 12:00")
    return await cast.schedule(db, ana, open_network)


@pytest.fixture
async def date(db, series):
    return (await dates_of(db, series))[0]


@pytest.fixture
async def letter(db, redis, ben, date):
    """Ben's reminder of the day before."""
    await say(db, ben, date)
    await tick(db, redis, DAY_BEFORE)
    letter, *_ = await mail.mailbox(redis)  # the one before put the date into his calendar
    return letter


def link_to(what, letter):
    return re.search(rf"(/{what}/\S+)", letter.text)[1]


async def answer_of(db, member):
    return await cast.value(db, "SELECT answer FROM rsvp WHERE member_id = :id", id=member.id)


# Pages


async def test_one_answers_on_the_list_and_on_the_dates_page(
    db, anas_browser, ana, open_network, series, date
):
    here = f"/networks/{open_network.slug}/drop-ins"
    form = {"csrf": csrf_of(anas_browser), "next": here}
    page = await anas_browser.get(here)
    assert page.text.count('action="/drop-ins/') == 8
    assert "Nobody has said yes yet" in page.text
    answer = await anas_browser.post(f"/drop-ins/{date}/rsvp", data={**form, "answer": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    page = await anas_browser.get(here)
    assert page.text.count('aria-pressed="true"') == 1
    assert "1 person comes" in page.text
    await anas_browser.post(f"/series/{series}/rsvp", data={**form, "answer": "maybe"})
    page = (await anas_browser.get(f"/drop-ins/{date}")).text
    assert "Hospital de São João" in page
    assert 'value="yes" aria-pressed="true"' in page
    assert 'value="maybe" aria-pressed="true"' in page  # to every date
    await anas_browser.post(f"/drop-ins/{date}/rsvp", data={**form, "answer": "back"})
    assert await cast.value(db, "SELECT count(*) FROM rsvp WHERE answer = 'maybe'") == 8
    refused = await anas_browser.post(f"/drop-ins/{date}/rsvp", data={**form, "answer": "perhaps"})
    assert refused.status_code == 422


async def test_who_waits_is_told_their_place_and_what_is_over_takes_none(db, live_server, ana, ben, date):
    await with_places(db, date, 1)
    await say(db, ana, date)
    await say(db, ben, date)
    async with live_server.browser(ben) as browser:
        page = (await browser.get(f"/drop-ins/{date}")).text
        assert "You are number 1 in the queue." in page
        assert "1 person comes, 1 place in all" in page
        async with db.transaction() as tx:
            await tx.run("UPDATE drop_in SET cancelled_at = now() WHERE id = :id", id=date)
        refused = await browser.post(
            f"/drop-ins/{date}/rsvp", data={"csrf": csrf_of(browser), "answer": "no"}
        )
        assert refused.status_code == 409
        assert "This date is cancelled." in refused.text
        assert "Coming?" not in (await browser.get(f"/drop-ins/{date}")).text


async def test_visitors_see_how_many_come_and_nobody_by_name(browser, db, ana, date):
    await say(db, ana, date)
    page = (await browser.get(f"/drop-ins/{date}")).text
    assert "1 person comes" in page
    assert "São João" not in page
    assert "Sign in to answer" in page


# The API


async def test_the_api_answers_for_dates_and_series(db, live_server, anas, devs, ana, ben, series, date):
    await with_places(db, date, 1)
    await say(db, ben, date)
    put = await anas.put(f"/api/v1/drop-ins/{date}/rsvp", json={"answer": "yes"})
    assert put.json() == {"answer": "yes", "of_series": False, "waiting": 1}
    seen = (await anas.get(f"/api/v1/drop-ins/{date}/rsvps")).json()
    assert {name: seen[name] for name in ("yes", "maybe", "no", "waiting", "capacity", "mine")} == {
        "yes": 1, "maybe": 0, "no": 0, "waiting": 1, "capacity": 1, "mine": put.json(),
    }  # fmt: skip
    assert seen["people"] == [
        {"handle": "ben-okafor", "name": "Ben Okafor", "organisation": "Leeds Teaching Hospitals"}
    ]
    assert (await devs.get(f"/api/v1/drop-ins/{date}/rsvps")).status_code == 403
    assert (await anas.delete(f"/api/v1/drop-ins/{date}/rsvp")).status_code == 204
    assert (await anas.put(f"/api/v1/series/{series}/rsvp", json={"answer": "no"})).json() == {"answer": "no"}
    assert (await anas.get(f"/api/v1/drop-ins/{date}/rsvps")).json()["no"] == 1
    assert (await anas.delete(f"/api/v1/series/{series}/rsvp")).status_code == 204
    assert (await anas.get(f"/api/v1/drop-ins/{date}/rsvps")).json()["mine"] is None
    wrong = await anas.put(f"/api/v1/drop-ins/{date}/rsvp", json={"answer": ["yes"]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "answer")
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET ended_at = now() WHERE id = :id", id=series)
    assert (await anas.put(f"/api/v1/series/{series}/rsvp", json={"answer": "no"})).status_code == 409


async def test_the_api_knows_what_letters_one_wants(anas, open_network):
    me = (await anas.get("/api/v1/me")).json()
    assert (me["zone"], me["language"], len(me["reminders"])) == ("", "en", 6)
    me = (
        await anas.patch(
            "/api/v1/me", json={"zone": "Europe/Lisbon", "language": "pt", "reminders": ["day.mail"]}
        )
    ).json()
    assert (me["zone"], me["language"], me["reminders"]) == ("Europe/Lisbon", "pt", ["day.mail"])
    for wrong in (
        {"zone": "Mars/Olympus"},
        {"zone": 7},
        {"language": "xx"},
        {"language": ["en"]},
        {"reminders": "all"},
        {"reminders": [["day"]]},
        {},
    ):
        answer = await anas.patch("/api/v1/me", json=wrong)
        assert answer.status_code == 422, wrong
    here = f"/api/v1/networks/{open_network.slug}/preferences"
    assert (await anas.patch(here, json={"reminders": ["soon.page"]})).json()["reminders"] == ["soon.page"]


# From a letter


async def test_a_letters_link_answers_without_a_session(live_server, browser, db, ben, letter):
    link = link_to("rsvp", letter)
    before = await contents(db)
    for _ in range(2):  # a scanner, and Ben
        page = await browser.get(link)
        assert page.status_code == 200
    assert await contents(db) == before
    assert "Thursday, 19 November 2026, 12:00 (Greenwich Mean Time), in Falls and frailty" in page.text
    assert "You said yes." in page.text
    assert "Ben" not in page.text
    answer = await browser.post(link, data={"answer": "no"})
    assert (answer.status_code, answer.headers["location"]) == (303, link)
    assert await answer_of(db, ben) == "no"
    assert "You said no." in (await browser.get(link)).text
    assert (await browser.post(link, data={"answer": "perhaps"})).status_code == 422
    assert not browser.cookies


async def test_in_another_zone_the_page_says_their_time(browser, db, ben, letter):
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET zone = 'America/New_York' WHERE id = :id", id=ben.id)
    assert "07:00 (Eastern Standard Time)" in (await browser.get(link_to("rsvp", letter))).text


async def test_a_link_of_somebody_elses_making_or_past_its_time_is_one_clear_page(
    browser, db, ana, ben, open_network, letter
):
    link = link_to("rsvp", letter)
    words, _, signature = link.rpartition(".")
    drop_in, member, until = words.rpartition("/")[2].split(".")
    stop = link_to("unsubscribe", letter).rpartition("/")[2]
    garbled = [
        f"/rsvp/{drop_in}.{ana.id}.{until}.{signature}", f"/rsvp/{drop_in}.{member}.{int(until) + 9}.{signature}",
        f"/rsvp/{stop}", "/rsvp/x", "/rsvp/é.é", f"{link}0", f"{words}.", "/rsvp/" + "1" * 5000,
    ]  # fmt: skip
    pages = {(await browser.get(path)).text for path in garbled}
    assert all("This link is too old, or it is not complete." in page for page in pages)
    before = await contents(db)
    for path in garbled:
        assert (await browser.post(path, data={"answer": "no"})).status_code == 404
    clock.pretend(clock.now() + timedelta(days=1, hours=2))
    for how in (browser.get(link), browser.post(link, data={"answer": "no"})):
        answer = await how
        assert answer.status_code == 404
        assert "too old" in answer.text
        assert "Thursday" not in answer.text
    assert await contents(db) == before


async def test_a_link_ends_when_the_letter_said_though_the_date_is_later_now(browser, db, date, letter):
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE drop_in SET opens_at = opens_at + interval '3 days', closes_at = closes_at + interval '3 days'"
        )
    assert (await browser.get(link_to("rsvp", letter))).status_code == 200
    cast.it_is("2026-11-19 13:00")
    assert (await browser.get(link_to("rsvp", letter))).status_code == 404


@pytest.mark.parametrize("what", ["removed", "left", "cancelled"])
async def test_a_link_says_nothing_to_who_may_not_read_any_more(
    browser, db, ana, ben, open_network, letter, what
):
    if what == "removed":
        await cast.remove(db, ana, open_network, ben)
    async with db.transaction() as tx:
        if what == "left":
            await networks.leave(tx, ben, open_network)
        if what == "cancelled":
            await tx.run("UPDATE drop_in SET cancelled_at = now()")
    before = await contents(db)
    for how in (
        browser.get(link_to("rsvp", letter)),
        browser.post(link_to("rsvp", letter), data={"answer": "no"}),
    ):
        answer = await how
        assert answer.status_code == 404
        assert "Falls" not in answer.text
    assert await contents(db) == before
    if what != "cancelled":
        page = await browser.get(link_to("unsubscribe", letter))
        assert page.status_code == 200
        assert "Falls" not in page.text


async def test_mail_programs_unsubscribe_with_one_post(live_server, db, redis, ben, letter):
    link = link_to("unsubscribe", letter)
    assert letter.unsubscribe.endswith(link)
    async with live_server.client() as program:  # no cookie, no origin
        for _ in range(2):
            answer = await program.post(link, data={"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200
        assert (await program.post(link[:-1], data={"List-Unsubscribe": "One-Click"})).status_code == 404
        refused = await program.post(link, headers={"Origin": "https://evil.example"})
        assert refused.status_code == 403
    unwanted = await cast.value(db, "SELECT unreminded FROM membership WHERE member_id = :id", id=ben.id)
    assert unwanted == ["day.mail", "live.mail", "soon.mail"]
    await tick(db, redis, "2026-11-19 11:45")
    assert [each for each in await mail.mailbox(redis) if each.unsubscribe] == [letter]
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE kind = 'reminder.soon'") == 1


async def test_people_unsubscribe_by_a_button_from_one_network_or_all(live_server, browser, db, ben, letter):
    link = link_to("unsubscribe", letter)
    before = await contents(db)
    assert "Those from Falls and frailty" in (await browser.get(link)).text
    assert await contents(db) == before
    page = await browser.post(link)
    assert "no more reminders from Falls and frailty" in page.text
    assert await cast.value(db, "SELECT unreminded FROM member WHERE id = :id", id=ben.id) == []
    assert "no more reminders of drop-ins" in (await browser.post(link, data={"everywhere": "1"})).text
    async with live_server.browser(ben) as bens:
        settings = (await bens.get("/settings/letters")).text
        assert 'name="day.mail" value="1">' in settings
        assert 'name="day.page" value="1" checked' in settings
        page = await bens.post(link, data={"csrf": csrf_of(bens)})
        assert page.status_code == 200


async def test_links_are_limited(live_server, setting, browser, letter):
    codes = [(await browser.get("/rsvp/x")).status_code for _ in range(125)]
    assert codes.count(404) == 120
    assert codes[-1] == 429


# What members choose


async def test_a_newcomers_browser_tells_their_language_and_zone(browser, db):
    form = {
        "name": "Erin Walsh",
        "email": "erin@example.org",
        "password": cast.PASSWORD,
        "zone": "America/Bogota",
    }
    await browser.post("/sign-up", data=form, headers={"Accept-Language": "es-CO,es;q=0.9,en;q=0.8"})
    await browser.post("/sign-up", data={**form, "email": "finn@example.org", "zone": "Mars/Olympus"})
    rows = await cast.rows(db, "SELECT zone, language FROM member ORDER BY id")
    assert [tuple(row) for row in rows] == [("America/Bogota", "es"), ("", "en")]


async def test_settings_are_kept_and_wrong_ones_are_told(db, anas_browser, ana, open_network):
    form = {
        "csrf": csrf_of(anas_browser),
        "language": "cy",
        "zone": "Europe/London",
        "reminders": "chosen",
        "soon.page": "1",
    }
    assert (await anas_browser.post("/settings/letters", data=form)).status_code == 303
    row = (await cast.rows(db, "SELECT zone, language, unreminded FROM member WHERE id = :id", id=ana.id))[0]
    assert (row.zone, row.language, len(row.unreminded)) == ("Europe/London", "cy", 5)
    page = (await anas_browser.get("/settings/letters")).text
    assert '<option value="Europe/London" selected>Europe/London</option>' in page
    for wrong in ({"zone": "Mars/Olympus"}, {"language": "xx"}):
        answer = await anas_browser.post("/settings/letters", data={**form, **wrong})
        assert answer.status_code == 422
        assert "Choose" in answer.text
    here = f"/networks/{open_network.slug}/preferences"
    await anas_browser.post(here, data={**form, "listed": "1", "letters": "1"})
    row = (
        await cast.rows(db, "SELECT unlisted_at, unreminded FROM membership WHERE member_id = :id", id=ana.id)
    )[0]
    assert (row.unlisted_at, len(row.unreminded)) == (None, 5)
    assert (await anas_browser.get(here)).text.count(' value="1" checked') == 3


# Live


async def test_a_reminder_shows_on_open_pages_at_once_and_goes_when_it_is_read(
    live_server, db, redis, ben, date
):
    await say(db, ben, date)
    async with live_server.listening(ben, f"m:{ben.id}", as_="html") as screen:
        await tick(db, redis, "2026-11-19 11:45")
        shown = (await screen.next("notice.added"))["d"]
        assert shown["unread"] == 1
        assert "Thursday drop-in in Falls and frailty opens at" in shown["html"]
        async with live_server.browser(ben) as browser:
            opened = await browser.post(f"/notices/{shown['id']}/open", data={"csrf": csrf_of(browser)})
            assert opened.headers["location"] == f"/drop-ins/{date}"
        gone = (await screen.next("notice.read"))["d"]
        assert (gone["banner"], gone.get("html")) == (shown["banner"], None)


async def test_how_many_come_is_told_once_in_three_seconds_however_many_answer(
    live_server, db, redis, ana, ben, carol, open_network, date
):
    stream = f"n:{open_network.id}"
    async with (
        live_server.listening(ben, stream, as_="html") as page,
        live_server.listening(ben, stream) as program,
    ):
        for who in (ana, ben, carol):
            await say(db, who, date)
        clock.pretend(clock.now() + timedelta(seconds=3))
        await tick(db, redis)
        assert f'data-coming="{date}"' in (told := (await page.next("dropin.answered"))["d"]["coming"])
        assert "3 people come" in told
        counts = (await program.next("dropin.answered"))["d"]["answers"]
        assert counts == {"yes": 3, "maybe": 0, "no": 0, "waiting": 0}
        await page.silence()
        await say(db, carol, date, "maybe")
        clock.pretend(clock.now() + timedelta(seconds=3))
        await tick(db, redis)
        assert "2 people come" in (await page.next("dropin.answered"))["d"]["coming"]


async def test_everybody_who_answers_weekly_is_in_who_comes(db, anas_browser, ana, ben, carol, series, date):
    for who in (ben, carol):
        await say_weekly(db, who, series)
    page = (await anas_browser.get(f"/drop-ins/{date}")).text
    assert "Leeds Teaching Hospitals" in page
    assert "Mercy Health" in page
    assert "2 people come" in page
    async with db.snapshot() as tx:
        assert (await dropins.counts_of(tx, [date]))[date].yes == 2
