"""When a wall time is, in zones that change their clocks in every way there is, by an oracle that counts minutes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.dropins.rules import WEEKDAYS, dates, opens_on

ZONES = (
    "Europe/London",
    "America/New_York",
    "Africa/Casablanca",  # back for Ramadan, by the moon
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Tehran",  # no more since 2022
    "Pacific/Apia",  # a day left out in 2011
    "Asia/Kathmandu",
    "America/St_Johns",
)


def passes(day: date, wall: time, zone: str) -> list[datetime]:
    """Each moment, in UTC, at which the clocks of a zone show this: none, one or two."""
    shown = datetime.combine(day, wall)
    moments = (
        datetime.combine(day, wall, UTC) + timedelta(minutes=m) for m in range(-15 * 60, 15 * 60 + 1, 15)
    )
    return [m for m in moments if m.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == shown]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2021, 1, 1), date(2028, 12, 31)),
    minutes=st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15),
)
@example(zone="Pacific/Apia", day=date(2011, 12, 30), minutes=12 * 60)
@example(zone="Africa/Casablanca", day=date(2026, 2, 15), minutes=2 * 60 + 30)
@example(zone="Africa/Casablanca", day=date(2026, 3, 22), minutes=2 * 60 + 30)
@example(zone="Asia/Tehran", day=date(2022, 3, 22), minutes=30)
@example(zone="Asia/Tehran", day=date(2023, 3, 22), minutes=30)
@example(zone="Australia/Lord_Howe", day=date(2026, 4, 5), minutes=105)
@example(zone="Europe/London", day=date(2026, 3, 29), minutes=90)
@example(zone="Europe/London", day=date(2026, 10, 25), minutes=90)
def test_the_first_pass_is_meant_and_a_gap_moves_forward(zone, day, minutes):
    wall = time(minutes // 60, minutes % 60)
    at, found = opens_on(day, wall, zone), passes(day, wall, zone)
    if found:
        assert at == found[0]
        return
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    gap = shown - datetime.combine(day, wall)
    before, after = at - gap, at
    assert timedelta() < gap <= timedelta(days=1)
    assert at.astimezone(ZoneInfo(zone)).utcoffset() - before.astimezone(ZoneInfo(zone)).utcoffset() == gap
    assert after > before


RULES = st.one_of(
    st.sampled_from(["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYMONTHDAY=1,15"]),
    st.builds(
        "FREQ=WEEKLY;INTERVAL={};BYDAY={}".format,
        st.integers(1, 4),
        st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True).map(",".join),
    ),
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    rule=RULES,
    start=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    cuts=st.lists(st.integers(0, 730), max_size=6),
)
def test_windows_side_by_side_have_each_date_once(rule, start, cuts):
    end = start + timedelta(days=730)
    bounds = [start, *sorted({start + timedelta(days=cut) for cut in cuts}), end + timedelta(days=1)]
    found = [
        day
        for first, after in pairwise(bounds)
        for day in dates(rule, start, first, after - timedelta(days=1))
    ]
    assert found == list(dates(rule, start, start, end))
    assert len(found) == len(set(found))
