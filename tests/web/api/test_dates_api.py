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
