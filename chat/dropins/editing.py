"""Changing a series, one of its dates, or a date and all that follow it."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from chat import clock
from chat.db import Transaction
from chat.discussions.writing import rename_topic
from chat.dropins import forms
from chat.dropins.changing import changed
from chat.dropins.hosting import is_now, run_by
from chat.dropins.models import Series
from chat.dropins.places import fill_places
from chat.dropins.queries import drop_in_of
from chat.dropins.rules import WEEKDAYS, after, dates, opens_on, until
from chat.dropins.scheduling import add_series, call_off, materialise, move, titled
from chat.errors import Conflict, Invalid, NotFound
from chat.events import network_stream
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import must_have, readable, record
from chat.networks.models import Network

# What calendars show of a series besides its times.
SHOWN = ("title", "description", "place_url")
OWN = ("title", "description", "place_url", "capacity")  # what a date may have of its own
UNOPENED = "opened_at IS NULL AND missed_at IS NULL AND opens_at > :now"


async def edit_series(tx: Transaction, host: Viewer | None, series_id: int, form: Mapping[str, Any]) -> None:
    """Change a series, and its dates to come that nobody changed by hand. What the form doesn't name stays.

    Form: as `schedule` has it (but for starts_on), and host (a handle of the network's hosts), chatham_house, word."""
    series = await series_for(tx, host, series_id)
    columns = await _columns(tx, series, form)
    await _save(tx, series_id, columns)
    told = await materialise(tx, series_id, forms.word_of(form))
    await _tell_of(tx, series, columns, series_id, told)
    await fill_places(tx, [row.id for row in await _to_come_of(tx, series_id)])
    await record(tx, series.network_id, must_act(host).id, "series.changed", series=series_id, title=columns["title"])  # fmt: skip
    tx.announce(network_stream(series.network_id), "series.changed", series_id, network=series.network_id)


async def edit_following(
    tx: Transaction, host: Viewer | None, drop_in_id: int, form: Mapping[str, Any]
) -> int:
    """Change a date and all that follow it: its series ends the day before, and another one takes over; that one's id.
    Form: as edit_series has it, and date: another day of the same week, for all of them."""
    drop_in = await drop_in_of(tx, must_act(host), drop_in_id)
    series = await series_for(tx, host, drop_in.series_id)  # before its dates, like whoever changes both
    await to_come(tx, host, drop_in_id)
    day = drop_in.local_date
    starts_on, form = _another_day(drop_in, series, form)
    if not await _has_before(tx, series, min(day, starts_on)):
        await edit_series(tx, host, series.id, form)
        return series.id
    going_on = after(series.rule, series.starts_on, day)
    columns = await _columns(tx, series, form, rule=going_on, starts_on=starts_on)
    host_id = columns.pop("host_id")
    columns |= {"follows_id": series.id, "skipped": [d for d in series.skipped if d >= day]}
    new_id = await add_series(tx, series.network_id, host_id, columns)
    await tx.run(
        "UPDATE series SET rule = :rule, skipped = :skipped WHERE id = :id",
        id=series.id,
        rule=until(series.rule, day - timedelta(days=1)),
        skipped=[d for d in series.skipped if d < day],
    )
    await tx.run(
        f"UPDATE drop_in SET series_id = :new WHERE series_id = :old AND local_date >= :day AND {UNOPENED}",  # noqa: S608
        new=new_id,
        old=series.id,
        day=day,
        now=clock.now(),
    )
    await tx.run(
        "INSERT INTO series_rsvp (series_id, member_id, answer, answered_at) "
        "SELECT :new, member_id, answer, answered_at FROM series_rsvp WHERE series_id = :old",
        new=new_id,
        old=series.id,
    )
    told = await materialise(tx, new_id, forms.word_of(form))
    # In calendars each of them belongs to another series now.
    await _tell_of(tx, series, columns | {"host_id": host_id}, new_id, told, all_of_them=True)
    await fill_places(tx, [row.id for row in await _to_come_of(tx, new_id)])
    await record(tx, series.network_id, must_act(host).id, "series.changed", series=new_id, title=columns["title"])  # fmt: skip
    tx.announce(network_stream(series.network_id), "series.changed", series.id, network=series.network_id)
    return new_id


async def edit_date(tx: Transaction, host: Viewer | None, drop_in_id: int, form: Mapping[str, Any]) -> None:
    """Change one date alone: its title, description, link, places, and when it is. What the form doesn't name stays;
    what is empty is as in the series. Form: title, description, place_url, capacity, date, local_time, minutes, word."""
    drop_in = await to_come(tx, host, drop_in_id)
    row = await tx.first(
        "SELECT drop_in.*, series.title AS s_title, series.description AS s_description, series.place_url AS s_place_url, "
        "series.capacity AS s_capacity FROM drop_in JOIN series ON series.id = series_id WHERE drop_in.id = :id",
        id=drop_in_id,
    )
    said = {name: value for name, value in _own(form).items() if value != getattr(row, f"s_{name}")}
    own = {name: said.get(name) if name in form else getattr(row, name) for name in OWN}
    await tx.run(
        "UPDATE drop_in SET title = :title, description = :description, place_url = :place_url, capacity = :capacity WHERE id = :id",
        id=drop_in_id,
        **own,
    )
    opens_at, closes_at = _times(form, row, drop_in.zone)
    word = forms.word_of(form)
    if (opens_at, closes_at) != (row.opens_at, row.closes_at):
        await tx.run("UPDATE drop_in SET moved_at = :now WHERE id = :id", id=drop_in_id, now=clock.now())
        await move(tx, row, opens_at, closes_at, word)
    elif any(own[name] != getattr(row, name) for name in SHOWN):
        await changed(tx, drop_in_id, "edited", word)
        tx.announce(network_stream(row.network_id), "dropin.edited", drop_in_id, network=row.network_id)
    title = titled(own["title"] or row.s_title, drop_in.zone, opens_at)
    await rename_topic(tx, row.topic_id, title)
    await fill_places(tx, [drop_in_id])


async def end_series(tx: Transaction, host: Viewer | None, series_id: int, form: Mapping[str, Any]) -> None:
    """Let there be no more dates; those to come are cancelled. What is open, or over, stays. Form: word."""
    series = await series_for(tx, host, series_id, ended=True)
    if series.ended_at:
        return
    host = must_act(host)
    word = forms.word_of(form)
    await tx.run("UPDATE series SET ended_at = :now WHERE id = :id", id=series_id, now=clock.now())
    for row in await _to_come_of(tx, series_id):
        await call_off(tx, row, host.id, word)
    await record(tx, series.network_id, host.id, "series.ended", series=series_id, title=series.title)
    tx.announce(network_stream(series.network_id), "series.ended", series_id, network=series.network_id)


async def series_for(tx: Transaction, host: Viewer | None, series_id: int, *, ended: bool = False) -> Any:
    """The row of a series for a host who may run it, and nobody else until the end of the transaction."""
    host = must_act(host)
    series = await tx.first(
        select(*Series.__table__.c)  # type: ignore[attr-defined]
        .join(Network, col(Network.id) == col(Series.network_id))
        .where(col(Series.id) == series_id, readable(host.id))
        .with_for_update(of=Series, key_share=True)
    )
    if series is None:
        raise NotFound
    await must_have(tx, host, series.network_id, "run_drop_ins")
    if series.ended_at and not ended:
        raise Conflict(_("This series has ended."))
    return series


async def to_come(tx: Transaction, host: Viewer | None, drop_in_id: int) -> Any:
    """A date that has not begun and is not cancelled, for a host who may run it."""
    drop_in = await run_by(tx, host, drop_in_id)
    if not drop_in.to_come:
        raise Conflict(_("{state} It can’t be changed.", state=is_now(drop_in)))
    return drop_in


def as_form(series: Any) -> dict[str, Any]:
    """What a series is, as its form would say it."""
    return {
        "title": series.title, "description": series.description, "zone": series.zone, "rule": series.rule,
        "starts_on": series.starts_on.isoformat(), "local_time": f"{series.local_time:%H:%M:%S}", "minutes": series.minutes,
        "place_url": series.place_url, "capacity": series.capacity, "holidays": series.holidays,
    }  # fmt: skip


async def _columns(
    tx: Transaction, series: Any, form: Mapping[str, Any], rule: str = "", **instead: Any
) -> dict[str, Any]:
    """The columns of a series as they are with what a form says."""
    was = as_form(series) | {name: value for name, value in instead.items() if value}
    was["rule"] = "" if form.get("weekday") and not form.get("rule") else rule or series.rule
    said = {name: value for name, value in form.items() if name in was and name != "starts_on"}
    if said.get("rule") == series.rule or not said.get("rule"):
        said.pop("rule", None)
    known = {**was, **said, "weekday": form.get("weekday"), "starts_on": None}
    starts_on = instead.get("starts_on", series.starts_on)
    columns = forms.of_series(known | {"rule": "FREQ=DAILY"})
    columns |= {"starts_on": starts_on, "rule": forms.rule_of(known, starts_on)}
    today = clock.now().astimezone(ZoneInfo(columns["zone"])).date()
    if not any(dates(columns["rule"], starts_on, today, today + timedelta(days=400))):
        raise Invalid("rule", _("This rule has no dates to come. To stop, end the series."))
    columns["host_id"] = (
        await _leader(tx, series.network_id, form["host"]) if form.get("host") else series.host_id
    )
    columns["chatham_house_since"] = series.chatham_house_since
    if "chatham_house" in form:
        since = series.chatham_house_since or clock.now()
        columns["chatham_house_since"] = since if form["chatham_house"] not in ("", None, False) else None
    return columns


async def _leader(tx: Transaction, network_id: int, handle: object) -> int:
    member_id = await tx.value(
        "SELECT member_id FROM membership JOIN member ON member.id = member_id "
        "WHERE network_id = :network AND handle = :handle AND membership.role IN ('owner', 'host') "
        "AND ended_at IS NULL AND banned_at IS NULL",
        network=network_id,
        handle=str(handle).removeprefix("@"),
    )
    if member_id is None:
        raise Invalid("host", _("Who leads a drop-in must be one of the network’s hosts."))
    return member_id


async def _save(tx: Transaction, series_id: int, columns: Mapping[str, Any]) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    await tx.run(f"UPDATE series SET {sets} WHERE id = :id", id=series_id, **columns)  # noqa: S608


async def _tell_of(
    tx: Transaction, was: Any, columns: Mapping[str, Any], series_id: int, told: set[int], *, all_of_them: bool = False
) -> None:  # fmt: skip
    """Have calendars hear of the dates that say something new, and the talks be called and begun as they are now."""
    for row in await _to_come_of(tx, series_id):
        of_its_own = {name for name in SHOWN if getattr(row, name) is not None}
        new = {name for name in SHOWN if columns[name] != getattr(was, name)} - of_its_own
        if (new or all_of_them) and row.id not in told:
            await changed(tx, row.id, "edited")
            tx.announce(network_stream(row.network_id), "dropin.edited", row.id, network=row.network_id)
        title = titled(row.title or columns["title"], columns["zone"], row.opens_at)
        await rename_topic(tx, row.topic_id, title, columns["host_id"])


async def _to_come_of(tx: Transaction, series_id: int) -> list[Any]:
    return await tx.all(
        f"SELECT * FROM drop_in WHERE series_id = :id AND {UNOPENED} AND cancelled_at IS NULL ORDER BY opens_at",  # noqa: S608
        id=series_id,
        now=clock.now(),
    )


def _another_day(drop_in: Any, series: Any, form: Mapping[str, Any]) -> tuple[date, Mapping[str, Any]]:
    """The first date of those that follow, and the form with the rule that a new day makes."""
    day = drop_in.local_date
    shown = drop_in.opens_at.astimezone(ZoneInfo(drop_in.zone)).date()
    moved = forms.day_of("date", form.get("date") or day.isoformat(), drop_in.zone)
    if moved in (day, shown) or form.get("rule") or form.get("weekday"):
        return day, form
    going_on = after(series.rule, series.starts_on, day)
    rule, changes = re.subn(r"(?<=BYDAY=)[A-Z]{2}(?=;|$)", WEEKDAYS[moved.weekday()], going_on)
    if "FREQ=WEEKLY" not in rule or not changes or abs(moved - day) >= timedelta(days=7):
        raise Invalid(
            "date",
            _("For this and all following, choose another day of the same week, or change the whole series."),
        )
    return moved, {**form, "rule": rule}


async def _has_before(tx: Transaction, series: Any, day: Any) -> bool:
    """Whether anything of a series is left before a day."""
    if any(dates(series.rule, series.starts_on, series.starts_on, day - timedelta(days=1))):
        return True
    return bool(
        await tx.value(
            "SELECT 1 FROM drop_in WHERE series_id = :id AND local_date < :day LIMIT 1", id=series.id, day=day
        )
    )


def _own(form: Mapping[str, Any]) -> dict[str, Any]:
    """What a form gives one date of its own; None is as in the series."""
    read = {
        "title": lambda: forms.title_of(form) if form.get("title") else None,
        "description": lambda: forms.welcome_of(form) or None,
        "place_url": lambda: forms.url_of(form.get("place_url")) or None,
        "capacity": lambda: forms.capacity_of(form.get("capacity")),
    }
    return {name: value() for name, value in read.items() if name in form}


def _times(form: Mapping[str, Any], row: Any, zone: str) -> tuple[datetime, datetime]:
    """When a date is by a form: raises Invalid for what is over by now."""
    local = row.opens_at.astimezone(ZoneInfo(zone))
    minutes = round((row.closes_at - row.opens_at) / timedelta(minutes=1))
    if form.get("minutes"):
        minutes = forms.minutes_of(form)
    opens_at = row.opens_at
    if form.get("date") or form.get("local_time"):
        day = forms.day_of("date", form.get("date") or local.date().isoformat(), zone)
        at = forms.time_of(form["local_time"]) if form.get("local_time") else local.time()
        # The form shows minutes: who leaves them alone changes nothing, in the hour that the clocks show twice too.
        if (day, at.replace(second=0)) != (local.date(), local.time().replace(second=0, microsecond=0)):
            opens_at = opens_on(day, at, zone)
    if opens_at <= clock.now():
        raise Invalid("local_time" if form.get("local_time") else "date", _("That time is over."))
    if form.get("minutes") or opens_at != row.opens_at:
        return opens_at, opens_at + timedelta(minutes=minutes)
    return opens_at, row.closes_at
