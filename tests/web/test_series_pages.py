"""The pages of series and dates, as a host uses them."""

import re

import pytest

from tests import cast
from tests.chat.dropins.dates import dates_of, first_of, seen
from tests.web.conftest import csrf_of


@pytest.fixture
async def host(live_server, ana):
    async with live_server.browser(ana) as browser:
        yield browser


@pytest.fixture
async def series(db, ana, open_network):
    cast.it_is("2026-12-16 09:00")
    return await cast.schedule(
        db, ana, open_network, weekday="FR", place_url="https://meet.example.org/secret"
    )


async def send(browser, path, **form):
    return await browser.post(path, data={"csrf": csrf_of(browser), **form})


def fields_of(page):
    """The names and values of a page's first form."""
    form = re.search(r'<form class="narrow".*?</form>', page, re.DOTALL)[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not (re.search(r'type="(radio|checkbox)"', tag) and "checked" not in tag):
            found[name[1]] = value[1] if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found[name] = text
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1]
    return found


@pytest.mark.parametrize("rule", ["", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,FR"])
async def test_to_save_what_stands_there_changes_nothing(host, db, ana, open_network, rule):
    cast.it_is("2026-12-16 09:00")
    series = await cast.schedule(
        db, ana, open_network, weekday="" if rule else "FR", rule=rule, local_time="12:15", capacity=12,
        holidays="GB-ENG", description="Come in.\nSit down.", place_url="https://meet.example.org/x",
    )  # fmt: skip
    everything = "SELECT * FROM series"
    before, dates = await cast.rows(db, everything), await dates_of(db, series)
    fields = fields_of((await host.get(f"/series/{series}/edit")).text)
    assert (await host.post(f"/series/{series}/edit", data=fields)).status_code == 303
    one = dates[1].id
    fields = fields_of((await host.get(f"/drop-ins/{one}/edit")).text)
    assert (await host.post(f"/drop-ins/{one}/edit", data=fields)).status_code == 303
    assert (await cast.rows(db, everything), await dates_of(db, series)) == (before, dates)


async def test_a_series_is_changed_on_its_page(host, db, open_network, series):
    page = (await host.get(f"/series/{series}/edit")).text
    fields = fields_of(page) | {
        "title": "Falls clinic",
        "local_time": "15:00",
        "holidays": "GB-SCT",
        "chatham_house": "yes",
    }
    answer = await host.post(f"/series/{series}/edit", data=fields)
    assert answer.headers["location"] == f"/networks/{open_network.slug}/drop-ins"
    page = (await host.get(answer.headers["location"])).text
    for words in (
        "Falls clinic",
        "every Friday at 15:00",
        "not on bank holidays: Scotland",
        "No drop-in: Christmas Day",
    ):
        assert words in page
    assert 'name="chatham_house" value="yes" checked' in (await host.get(f"/series/{series}/edit")).text


async def test_what_was_typed_stands_there_again_beside_its_fault(host, db, series):
    before = await cast.rows(db, "SELECT * FROM series")
    fields = fields_of((await host.get(f"/series/{series}/edit")).text)
    answer = await host.post(
        f"/series/{series}/edit", data=fields | {"title": "Typed", "place_url": "http://x"}
    )
    assert answer.status_code == 422
    assert "The link must start with https://" in answer.text
    assert 'value="Typed"' in answer.text
    first = await first_of(db, series)
    answer = await send(host, f"/drop-ins/{first.id}/edit", title="Typed", minutes="-5", scope="following")
    assert answer.status_code == 422
    assert 'value="following" checked' in answer.text
    assert "between 5 and 1440" in answer.text
    assert await cast.rows(db, "SELECT * FROM series") == before


async def test_one_date_or_all_that_follow_is_a_plain_choice(host, db, ana, open_network, series):
    first, second, third, *_ = await dates_of(db, series)
    fields = fields_of((await host.get(f"/drop-ins/{second.id}/edit")).text)
    assert fields["scope"] == "this"
    await host.post(f"/drop-ins/{second.id}/edit", data=fields | {"local_time": "16:00"})
    assert [(await seen(db, ana, d.id)).opens_at.hour for d in (first, second, third)] == [12, 16, 12]
    fields = fields_of((await host.get(f"/drop-ins/{third.id}/edit")).text)
    changed = {"scope": "following", "title": "Later", "date": "2026-12-31"}  # Thursdays, from that week on
    assert (await host.post(f"/drop-ins/{third.id}/edit", data=fields | changed)).status_code == 303
    new = await cast.value(db, "SELECT id FROM series WHERE follows_id = :id", id=series)
    days = [d.day for d in await dates_of(db, new) if not d.cancelled_at]
    assert days[:3] == ["2026-12-31", "2027-01-07", "2027-01-14"]
    assert (await seen(db, ana, first.id)).title == "Thursday drop-in"
    page = (await host.get(f"/networks/{open_network.slug}/drop-ins")).text
    assert "every Friday at 12:00" in page
    assert "every Thursday at 12:00" in page


async def test_a_date_is_cancelled_or_skipped_and_held_after_all(
    host, live_server, db, ana, ben, open_network, series
):
    first, second, *_ = await dates_of(db, series)
    there = f"/networks/{open_network.slug}/drop-ins"
    await send(host, f"/drop-ins/{first.id}/cancel", word="Ana is ill.")
    await send(host, f"/series/{series}/skip", date=second.day)
    page = (await host.get(there)).text
    assert "No drop-in: Ana is ill." in page
    assert page.count("Hold it after all") == 2
    async with live_server.browser(ben) as bens:
        page = (await bens.get(there)).text
        assert "No drop-in: Ana is ill." in page
        assert "Hold it after all" not in page
        assert "Change" not in page
        assert "meet.example.org" not in page
    assert (await host.get(f"/drop-ins/{first.id}/edit")).status_code == 409
    await send(host, f"/drop-ins/{first.id}/restore")
    await send(host, f"/drop-ins/{second.id}/restore")
    assert "No drop-in" not in (await host.get(there)).text


async def test_a_holiday_is_held_from_the_list(host, db, ana, open_network):
    cast.it_is("2026-12-16 09:00")
    series = await cast.schedule(db, ana, open_network, weekday="FR", holidays="GB-ENG")
    there = f"/networks/{open_network.slug}/drop-ins"
    page = (await host.get(there)).text
    assert page.count("No drop-in: ") == 2
    await send(host, f"/series/{series}/take-place", date="2026-12-25")
    page = (await host.get(there)).text
    assert "No drop-in: Christmas Day" not in page
    assert "No drop-in: New Year" in page


async def test_a_series_is_ended_after_it_was_asked_for(host, db, open_network, series):
    page = (await host.get(f"/series/{series}/end")).text
    assert "can’t be undone" in page
    answer = await send(host, f"/series/{series}/end", word="Thank you.")
    page = (await host.get(answer.headers["location"])).text
    assert "No drop-in: Thank you." in page
    assert "Hold it after all" not in page
    assert f"/series/{series}/edit" not in page
    assert (await send(host, f"/series/{series}/edit", title="Again")).status_code == 409


async def test_the_room_is_opened_extended_and_ended(host, db, ana, series):
    first = await first_of(db, series)
    cast.it_is("2026-12-18 11:50")
    for verb, form, state in (
        ("open", {}, "live"),
        ("extend", {"minutes": "15"}, "live"),
        ("end", {}, "wrap_up"),
        ("end", {}, "wrap_up"),
    ):
        answer = await send(host, f"/drop-ins/{first.id}/{verb}", **form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/drop-ins/{first.id}")
        assert (await seen(db, ana, first.id)).state == state
    refused = await send(host, f"/drop-ins/{first.id}/open")
    assert refused.status_code == 409
    assert "It has ended." in refused.text
