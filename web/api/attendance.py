"""What the token's member attended, its certificates, and who was at a drop-in."""

from starlette.requests import Request
from starlette.responses import Response

from chat import attendance, dropins
from chat.attendance import Attendee, Certificate, Entry
from web.api.edge import json, object_of, reading, writing
from web.api.shapes import Json
from web.attendance.routes import address_of, valid
from web.edge import limited, number


async def ledger(request: Request) -> Response:
    """The latest first; of one year with `year`."""
    year = number(request.query_params.get("year"), least=0, field="year") or None
    async with reading(request) as (tx, viewer):
        entries = await attendance.ledger_of(tx, viewer, year)
        years = await attendance.years_of(tx, viewer)
        return json({"attended": [_entry(e) for e in entries], "years": [y._asdict() for y in years]})


async def entry(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return json(_entry(await attendance.entry_of(tx, viewer, request.path_params["id"])))


async def save_note(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        return json(_entry(await attendance.write_note(tx, viewer, request.path_params["id"], form)))


async def certify(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "certificate", 30, 600, who=viewer.id)
        return json(_certificate(await attendance.certify(tx, viewer, request.path_params["id"], form)))


async def withdraw(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await attendance.withdraw_certificate(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def certificate(request: Request) -> Response:
    return json(_certificate(await valid(request)))


async def people(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        found = await attendance.attendance_of(tx, viewer, drop_in)
        return json(
            {
                "total": found.total,
                "chatham_house": drop_in.chatham_house,
                "organisations": [
                    {"name": c.called or None, "people": c.people} for c in found.organisations
                ],
                "people": [_person(p) for p in found.people],
            }
        )


def _entry(e: Entry) -> Json:
    return {
        "id": e.id, "drop_in": e.drop_in_id if e.here else None, "held_on": e.held_on.isoformat(), "title": e.title or None,
        "network_name": e.network_name or None, "network": e.slug, "minutes": e.minutes, "note": e.note,
        "certificate": e.certificate,
    }  # fmt: skip


def _certificate(c: Certificate) -> Json:
    return {
        "code": c.code, "url": address_of(c.code), "name": c.name, "title": c.title or None, "network_name": c.network_name or None,
        "held_on": c.held_on.isoformat(), "minutes": c.minutes,
    }  # fmt: skip


def _person(p: Attendee) -> Json:
    return {
        "handle": p.handle, "name": p.name, "organisation": p.organisation, "country": p.country, "minutes": p.minutes,
        "came_at": p.from_at.isoformat(), "went_at": p.until_at.isoformat(),
    }  # fmt: skip
