"""Series and drop-ins in JSON."""

import pytest

from chat import dropins
from chat.clock import now
from tests import cast
from tests.web.api.test_people_api import is_problem

WEEKLY = {
    "title": "Thursday drop-in",
    "zone": "Europe/London",
    "weekday": "TH",
    "local_time": "12:30",
    "minutes": 45,
}


async def test_a_series_is_scheduled_with_its_dates(anas, open_network):
    made = await anas.post(f"/api/v1/networks/{open_network.slug}/series", json=WEEKLY)
    assert made.status_code == 201
    series = made.json()
    assert (series["rule"], series["local_time"], series["minutes"]) == (
        "FREQ=WEEKLY;BYDAY=TH",
        "12:30:00",
        45,
    )
    assert (await anas.get(f"/api/v1/networks/{open_network.slug}/series")).json() == {"series": [series]}
    dates = (await anas.get(f"/api/v1/networks/{open_network.slug}/drop-ins")).json()["drop_ins"]
    assert len(dates) in (8, 9)
    assert {d["state"] for d in dates} <= {"scheduled", "lobby", "live"}
    assert (await anas.get(f"/api/v1/drop-ins/{dates[0]['id']}")).json() == dates[0]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"), ({"title": []}, "title"), ({"zone": "Mars/Olympus"}, "zone"), ({"zone": {}}, "zone"),
        ({"zone": None}, "zone"), ({"weekday": "XX"}, "weekday"), ({"local_time": "25:00"}, "local_time"),
        ({"minutes": 4}, "minutes"), ({"minutes": "long"}, "minutes"), ({"starts_on": "soon"}, "starts_on"),
        ({"rule": "FREQ=SECONDLY"}, "rule"), ({"place_url": "javascript:alert(1)"}, "place_url"),
        ({"description": "x" * 5000}, "description"), ({"starts_on": "9999-12-31", "rule": "FREQ=DAILY"}, None),
    ],
)  # fmt: skip
async def test_a_wrong_field_of_a_series_is_named(anas, open_network, wrong, field):
    answer = await anas.post(f"/api/v1/networks/{open_network.slug}/series", json={**WEEKLY, **wrong})
    is_problem(answer, 422, field or answer.json()["field"])


async def test_only_hosts_schedule(live_server, ben, open_network):
    async with live_server.client(ben) as bens:
        is_problem(await bens.post(f"/api/v1/networks/{open_network.slug}/series", json=WEEKLY), 403)


async def test_where_to_meet_is_for_members_while_it_is_live(anas, devs, db, ana, open_network):
    series = await cast.schedule(db, ana, open_network, place_url="https://meet.example.org/room")
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, ana, series, now())
    for client, told in ((anas, "https://meet.example.org/room"), (devs, None)):
        assert (await client.get(f"/api/v1/drop-ins/{drop_in}")).json()["place_url"] == told
        listed = (await client.get(f"/api/v1/networks/{open_network.slug}/drop-ins")).json()["drop_ins"]
        assert {d["place_url"] for d in listed if d["id"] == drop_in} == {told}
        assert {d["place_url"] for d in listed if d["id"] != drop_in} == {None}


@pytest.fixture
async def series(db, ana, open_network):
    cast.it_is("2026-11-18 09:00")
    return await cast.schedule(db, ana, open_network, place_url="https://meet.example.org/room")


async def first_date(anas, network):
    return (await anas.get(f"/api/v1/networks/{network.slug}/drop-ins")).json()["drop_ins"][0]


async def test_a_series_is_changed_in_part(anas, bens, series, open_network):
    answer = await anas.patch(
        f"/api/v1/series/{series}", json={"local_time": "14:00", "capacity": 20, "holidays": "GB-ENG", "chatham_house": True}
    )  # fmt: skip
    told = answer.json()
    assert (told["local_time"], told["capacity"], told["holidays"], told["chatham_house"], told["title"]) == (
        "14:00:00", 20, "GB-ENG", True, "Thursday drop-in",
    )  # fmt: skip
    assert told["place_url"] == "https://meet.example.org/room"
    assert "place_url" not in (await bens.get(f"/api/v1/series/{series}")).json()
    assert (await first_date(anas, open_network))["opens_at"].startswith("2026-11-19T14:00")
    is_problem(await bens.patch(f"/api/v1/series/{series}", json={"title": "Mine"}), 403)


async def test_a_date_is_changed_cancelled_and_brought_back(anas, series, open_network):
    date = await first_date(anas, open_network)
    path = f"/api/v1/drop-ins/{date['id']}"
    moved = (await anas.patch(path, json={"local_time": "17:00", "title": "Late"})).json()
    assert (moved["opens_at"][:16], moved["title"], moved["local_date"]) == (
        "2026-11-19T17:00",
        "Late",
        "2026-11-19",
    )
    assert (await anas.post(f"{path}/cancel", json={"word": "Ill."})).json()["state"] == "cancelled"
    is_problem(await anas.patch(path, json={"title": "Other"}), 409)
    listed = (await anas.get(f"/api/v1/networks/{open_network.slug}/drop-ins?cancelled=1")).json()
    assert [d["word"] for d in listed["drop_ins"] if d["state"] == "cancelled"] == ["Ill."]
    back = (await anas.post(f"{path}/restore")).json()
    assert (back["state"], back["opens_at"][:16]) == ("scheduled", "2026-11-19T17:00")


async def test_dates_are_skipped_and_holidays_told(anas, series, open_network):
    there = f"/api/v1/series/{series}"
    assert (await anas.post(f"{there}/skip", json={"date": "2027-02-04"})).json()["skipped"] == ["2027-02-04"]
    assert (await anas.post(f"{there}/take-place", json={"date": "2027-02-04"})).json()["skipped"] == []
    is_problem(await anas.post(f"{there}/skip", json={"date": "2026-11-20"}), 422, "date")
    friday = {
        "title": "Fridays",
        "zone": "Europe/London",
        "weekday": "FR",
        "local_time": "12:00",
        "holidays": "GB-ENG",
    }
    await anas.post(f"/api/v1/networks/{open_network.slug}/series", json=friday)
    gaps = (await anas.get(f"/api/v1/networks/{open_network.slug}/drop-ins?cancelled=1")).json()["gaps"]
    assert [(g["date"], g["holiday"]) for g in gaps] == [
        ("2026-12-25", "Christmas Day"),
        ("2027-01-01", "New Year's Day"),
    ]


async def test_all_that_follow_get_a_series_of_their_own(anas, series, open_network):
    dates = (await anas.get(f"/api/v1/networks/{open_network.slug}/drop-ins")).json()["drop_ins"]
    made = (await anas.post(f"/api/v1/drop-ins/{dates[3]['id']}/following", json={"minutes": 90})).json()
    assert (made["id"] != series, made["minutes"], made["starts_on"]) == (True, 90, dates[3]["local_date"])


async def test_a_host_commands_by_the_api(anas, series, open_network):
    date = await first_date(anas, open_network)
    path = f"/api/v1/drop-ins/{date['id']}"
    cast.it_is("2026-11-19 11:50")
    opened = (await anas.post(f"{path}/open")).json()
    assert (opened["state"], opened["closes_at"]) == ("live", date["closes_at"])
    body = {"minutes": 30, "was": opened["closes_at"]}
    assert (await anas.post(f"{path}/extend", json=body)).json()["closes_at"].startswith("2026-11-19T13:30")
    is_problem(await anas.post(f"{path}/extend", json=body), 409)
    is_problem(await anas.post(f"{path}/extend", json={"minutes": 3}), 422, "minutes")
    is_problem(await anas.post(f"{path}/extend", json={"minutes": 5, "was": "x"}), 422, "was")
    assert (await anas.post(f"{path}/end")).json()["state"] == "wrap_up"
    assert (await anas.post(f"{path}/end")).json()["state"] == "wrap_up"
    is_problem(await anas.post(f"{path}/open"), 409)


async def test_one_is_held_now_or_at_a_time(anas, series):
    for wrong in ("x", "2026-11-20T10:00", 5, "9999-01-01T00:00:00Z"):
        is_problem(
            await anas.post(f"/api/v1/series/{series}/hold", json={"opens_at": wrong}), 422, "opens_at"
        )
    held = await anas.post(
        f"/api/v1/series/{series}/hold", json={"opens_at": "2026-11-20T10:00:00Z", "minutes": 20}
    )
    assert (held.json()["local_date"], held.json()["closes_at"][:16]) == ("2026-11-20", "2026-11-20T10:20")
    assert (await anas.post(f"/api/v1/series/{series}/hold")).json()["state"] == "live"
