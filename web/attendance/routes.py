"""What a member attended: their record, its notes and certificates; and who was there, for a drop-in's hosts."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import attendance, dropins, networks
from chat.attendance import Certificate
from chat.config import settings
from chat.errors import Invalid, SignInFirst
from chat.languages import _
from web.attendance.pdf import certificate_pdf, file_name
from web.attendance.words import facts, inside, whole
from web.edge import form_of, limited, reading, see, writing
from web.pages import page
from web.sheets import download

Form = Mapping[str, Any]


async def ledger(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        entries = await attendance.ledger_of(tx, viewer)
        years = await attendance.years_of(tx, viewer)
        context = {
            "years": [(year, [e for e in entries if e.held_on.year == year.year]) for year in years],
            "whole": whole,
            "inside": inside,
        }
        return await page(request, tx, viewer, "attendance/ledger.html", context)


async def sheet_of_year(request: Request) -> Response:
    """A year of it as a table, notes included: it is for its owner."""
    year = request.path_params["year"]
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        entries = await attendance.ledger_of(tx, viewer, min(year, 9999))
        await limited(request, "export", 30, 600, who=viewer.id)
    rows = [
        (e.held_on, whole(e.title), e.network_name, e.minutes, e.note, e.certificate) for e in entries[::-1]
    ]
    columns = (_("Day"), _("Drop-in"), _("Network"), _("Minutes there"), _("Note"), _("Certificate"))
    return download(f"attendance-{year}.csv", [columns, *rows])


async def entry(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        found = await attendance.entry_of(tx, viewer, request.path_params["id"])
        context = {
            "entry": found,
            "whole": whole,
            "inside": inside,
            "address": address_of(found.certificate) if found.certificate else "",
            "longest": attendance.LONGEST_NOTE,
        }
        return await page(request, tx, viewer, "attendance/entry.html", context, form=form, error=error)


async def save_note(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            found = await attendance.write_note(tx, viewer, request.path_params["id"], form)
    except Invalid as error:
        return await entry(request, form, error)
    return see(f"/attendance/{found.id}")


async def certify(request: Request) -> Response:
    form = await form_of(request)
    entry_id = request.path_params["id"]
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "certificate", 30, 600, who=viewer.id)
            await attendance.certify(tx, viewer, entry_id, form)
    except Invalid as error:
        return await entry(request, form, error)
    return see(f"/attendance/{entry_id}#certificate")


async def withdraw(request: Request) -> Response:
    await form_of(request)
    entry_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await attendance.withdraw_certificate(tx, viewer, entry_id)
    return see(f"/attendance/{entry_id}")


async def pdf(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        found = await attendance.own_certificate(tx, viewer, request.path_params["id"])
        await limited(request, "certificate", 30, 600, who=viewer.id)
    content = await asyncio.to_thread(certificate_pdf, found, viewer.handle, address_of(found.code))
    name = file_name(found.held_on)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


async def certificate(request: Request) -> Response:
    """What a certificate says, for anybody who has its code."""
    found = await valid(request)
    async with reading(request) as (tx, viewer):
        context = {"certificate": found, "facts": facts(found)}
        headers = {"x-robots-tag": "noindex", "cache-control": "private, no-store"}
        return await page(request, tx, viewer, "attendance/certificate.html", context, headers=headers)


async def valid(request: Request) -> Certificate:
    """The certificate of the address. Guessing is slow as well as hopeless."""
    await limited(request, "certificates", 60, 600)
    async with reading(request) as (tx, _viewer):
        return await attendance.certificate_by(tx, request.path_params["code"])


async def people(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        context = {
            "drop_in": drop_in,
            "network": await networks.network_by_id(tx, viewer, drop_in.network_id),
            "found": await attendance.attendance_of(tx, viewer, drop_in),
        }
        return await page(request, tx, viewer, "attendance/people.html", context)


async def sheet_of_people(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        found = await attendance.names_of(tx, viewer, drop_in)
        await limited(request, "export", 30, 600, who=viewer and viewer.id)
    columns = (
        _("Name"),
        _("Handle"),
        _("Organisation"),
        _("Country"),
        _("Minutes there"),
        _("Came"),
        _("Went"),
    )
    rows = [
        (p.name if p.handle else _("Former member"), p.handle, p.organisation, p.country, p.minutes, p.from_at.isoformat("T", "seconds"), p.until_at.isoformat("T", "seconds"))
        for p in found
    ]  # fmt: skip
    return download(f"attendance-{drop_in.local_date}.csv", [columns, *rows])


def address_of(code: str) -> str:
    return f"{settings().origin}/certificates/{code}"
