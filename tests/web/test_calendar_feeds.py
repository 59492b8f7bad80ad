"""Feeds over HTTP: their addresses, what they answer again and again, and when they end."""

from datetime import timedelta

import icalendar
import pytest

from chat import calendars, clock
from tests import cast
from tests.web.conftest import csrf_of


async def make(db, member, network=None):
    async with db.transaction() as tx:
        return await calendars.ADDRESSES.make(tx, member, network)


async def answer_to(db, member, drop_in_id, answer):
    async with db.transaction() as tx:
        await tx.run(
            "INSERT INTO rsvp (drop_in_id, member_id, answer) VALUES (:drop_in, :member, :answer)",
            drop_in=drop_in_id,
            member=member.id,
            answer=answer,
        )


def path(made):
    return f"/calendars/{made.token}.ics"


def titles(answer):
    calendar = icalendar.Calendar.from_ical(answer.content)
    return sorted({str(event["SUMMARY"]) for event in calendar.walk("VEVENT")})


@pytest.fixture
async def circle(db, ana, confidential_network):
    await cast.schedule(
        db, ana, confidential_network, title="Circle", place_url="https://meet.example.org/zebra"
    )
    return confidential_network


@pytest.fixture
async def falls(db, ana, open_network):
    await cast.schedule(db, ana, open_network, title="Falls")
    return open_network


async def test_a_feed_of_ones_own_has_all_ones_networks_and_a_networks_feed_has_its_own(
    db, http, ben, carol, circle, falls
):
    assert titles(await http.get(path(await make(db, ben)))) == ["Circle", "Falls"]
    assert titles(await http.get(path(await make(db, carol)))) == ["Falls"]
    assert titles(await http.get(path(await make(db, ben, circle)))) == ["Circle"]


async def test_whoever_is_removed_finds_nothing_of_the_network(db, http, ana, ben, circle, falls):
    personal, of_circle = await make(db, ben), await make(db, ben, circle)
    assert titles(await http.get(path(personal))) == ["Circle", "Falls"]
    assert (await http.get(path(of_circle))).status_code == 200
    await cast.remove(db, ana, circle, ben)
    answer = await http.get(path(personal))
    assert titles(answer) == ["Falls"]
    assert b"ircle" not in answer.content
    gone, never = await http.get(path(of_circle)), await http.get("/calendars/there-never-was-one.ics")
    assert gone.status_code == 404
    assert gone.content == never.content
    own = {"date": "", "content-security-policy": ""}  # a nonce in each
    assert {**gone.headers, **own} == {**never.headers, **own}
    receipt = await cast.rows(
        db, "SELECT what, count FROM receipt JOIN audit_entry ON audit_entry.id = audit_id"
    )
    assert [tuple(row) for row in receipt] == [("calendar feed", 1)]
    await cast.let_in(db, circle, ben)  # and it does not come back with the place
    assert (await http.get(path(of_circle))).status_code == 404


async def test_the_predicate_is_asked_even_where_nothing_has_ended_the_feed(db, http, ben, circle):
    made = await make(db, ben, circle)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET ended_at = now() WHERE member_id = :ben", ben=ben.id)
    assert (await http.get(path(made))).status_code == 404


async def test_owners_read_in_the_log_that_the_feed_ended(db, live_server, ana, ben, circle):
    await make(db, ben, circle)
    await cast.ban(db, ana, circle, ben)
    async with live_server.browser(ana) as browser:
        page = (await browser.get(f"/networks/{circle.slug}/audit")).text
    assert "1 calendar’s address ended" in page


async def test_a_new_address_ends_the_old_one_and_all_can_be_turned_off(db, live_server, ben, circle):
    first = await make(db, ben)
    async with live_server.browser(ben) as browser:
        assert (await browser.get(path(first))).status_code == 200
        form = {"csrf": csrf_of(browser)}
        page = await browser.post("/settings/calendars", data=form)
        address = page.text.partition('<input readonly value="')[2].partition('"')[0]
        assert address.endswith(".ics")
        second = address.partition("/calendars/")[2]
        assert (await browser.get(path(first))).status_code == 404
        assert (await browser.get(f"/calendars/{second}")).status_code == 200
        assert second not in (await browser.get("/settings/calendars")).text
        feed_id = await cast.value(db, "SELECT id FROM calendar_feed WHERE ended_at IS NULL")
        await browser.post(f"/settings/calendars/{feed_id}/end", data=form)
        assert (await browser.get(f"/calendars/{second}")).status_code == 404
    assert second.encode() not in await cast.value(db, "SELECT string_agg(token_hash, '') FROM calendar_feed")


async def test_an_outsider_gets_no_address_and_nobody_ends_anothers(db, live_server, ben, dev, falls, circle):
    made = await make(db, ben, circle)
    async with live_server.client(dev) as program:
        for network, status in ((circle, 404), (falls, 403)):
            answer = await program.post("/api/v1/calendars", json={"network": network.slug})
            assert answer.status_code == status
        assert (await program.delete(f"/api/v1/calendars/{made.id}")).status_code == 404
        assert (await program.get(path(made))).status_code == 200
    async with live_server.client(ben) as program:
        listed = (await program.get("/api/v1/calendars")).json()["calendars"]
        assert [feed["network"] for feed in listed] == [circle.slug]
        assert (await program.delete(f"/api/v1/calendars/{made.id}")).status_code == 204
        assert (await program.get(path(made))).status_code == 404


async def test_what_has_not_changed_is_not_sent_again(db, http, ana, ben, falls):
    made = await make(db, ben)
    first = await http.get(path(made))
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["etag"].startswith('"')
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = await http.get(path(made), headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    head = await http.head(path(made))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == first.headers["content-length"]
    await cast.schedule(db, ana, falls, title="Another")
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
        {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]},
        {"If-Modified-Since": "yesterday"},
    ):
        assert "Another" in titles(await http.get(path(made), headers=headers))


async def test_a_fetch_is_noted_at_most_once_an_hour(db, http, ben):
    made = await make(db, ben)
    noted = "SELECT fetched_at FROM calendar_feed"
    await http.get(path(made))
    first = await cast.value(db, noted)
    clock.pretend(clock.now() + timedelta(minutes=59))
    await http.get(path(made))
    assert await cast.value(db, noted) == first
    clock.pretend(clock.now() + timedelta(minutes=2))
    await http.get(path(made))
    assert await cast.value(db, noted) > first


async def test_an_address_stays_out_of_searches_and_referers(db, http, ben):
    answer = await http.get(path(await make(db, ben)))
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    # Google asks robots.txt before it fetches a calendar for somebody.
    assert "calendar" not in (await http.get("/robots.txt")).text


async def test_an_open_networks_calendar_is_the_same_for_everybody(db, live_server, ana, ben, falls, circle):
    bodies = set()
    for who in (None, ana, ben):
        async with live_server.browser(who) as browser:
            answer = await browser.get(f"/networks/{falls.slug}/calendar.ics")
            bodies.add(answer.content)
            refused = await browser.get(f"/networks/{circle.slug}/calendar.ics")
            never = await browser.get("/networks/no-such-network/calendar.ics")
            assert (refused.status_code, refused.content) == (404, never.content)
    assert len(bodies) == 1


async def test_no_calendar_says_where_the_video_is(db, http, ben, circle):
    for made in (await make(db, ben), await make(db, ben, circle)):
        assert b"zebra" not in (await http.get(path(made))).content


async def test_ones_own_calendar_says_what_one_answered_and_leaves_out_what_one_declined(
    db, http, ben, falls
):
    dates = [row.id for row in await cast.rows(db, "SELECT id FROM drop_in ORDER BY opens_at")]
    for drop_in_id, answer in zip(dates, ("yes", "no", "maybe"), strict=False):
        await answer_to(db, ben, drop_in_id, answer)
    personal = (await http.get(path(await make(db, ben)))).text
    assert "You said yes." in personal
    assert "STATUS:TENTATIVE" in personal
    assert personal.count("EXDATE") == 1
    network = (await http.get(path(await make(db, ben, falls)))).text
    assert "You said" not in network
    assert "EXDATE" not in network


async def test_the_series_address_leads_to_the_next_date(db, live_server, ben, dev, falls, circle):
    series, other = [row.id for row in await cast.rows(db, "SELECT id FROM series ORDER BY title DESC")]
    first = await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at LIMIT 1", id=series
    )
    async with live_server.browser(dev) as browser:
        assert (await browser.get(f"/series/{series}/room")).headers["location"] == f"/drop-ins/{first}"
        hidden, never = await browser.get(f"/series/{other}/room"), await browser.get("/series/999999/room")
        assert hidden.status_code == never.status_code == 404


async def test_the_fetches_from_one_address_are_counted(db, http, ben, monkeypatch):
    from web.calendars import routes

    monkeypatch.setattr(routes, "FETCHES", (3, 60))
    made = await make(db, ben)
    told = [(await http.get(path(made))).status_code for _ in range(4)]
    assert told == [200, 200, 200, 429]
