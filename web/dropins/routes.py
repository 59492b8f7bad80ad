"""Series and rooms."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, networks
from chat.clock import now
from chat.db import Transaction
from chat.dropins import DropInSeen, Gap
from chat.errors import Forbidden, Invalid, SignInFirst
from chat.languages import _
from web.dropins import answering
from web.edge import form_of, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]
ZONES = sorted(
    zone
    for zone in available_timezones()
    if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/"))
)
NAMED_ZONES = {zone: zone for zone in ZONES}
MOST_DATES = 100


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        series = await dropins.series_in(tx, network)
        entries = await _entries(tx, network.id)
        context = {
            "network": network,
            "series": series,
            "entries": entries,
            "regions": dropins.regions(),
            "rsvp": await answering.listed(
                tx, viewer, network, [e for e in entries if isinstance(e, DropInSeen)]
            ),
            "everyweek": await dropins.series_answers_of(tx, viewer, [s.id for s in series]),
        }
        return await page(request, tx, viewer, "dropins/index.html", context)


async def _entries(tx: Transaction, network_id: int) -> list[DropInSeen | Gap]:
    """What the list of dates shows: those to come, the cancelled ones, and the gaps between them."""
    found = await dropins.upcoming_in(tx, network_id, MOST_DATES, cancelled=True)
    gaps = await dropins.gaps_in(tx, network_id)
    return sorted([*found, *gaps], key=lambda entry: entry.opens_at)


async def new(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        if viewer is None:
            raise SignInFirst
        if not network.may("run_drop_ins"):
            raise Forbidden(_("That is for the network’s hosts."))
        context = {"network": network, "zones": NAMED_ZONES, "regions": dropins.regions()}
        return await page(request, tx, viewer, "dropins/new.html", context, form=form, error=error)


async def schedule(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
            await dropins.schedule(tx, viewer, network, form)
    except Invalid as error:
        return await new(request, form, error)
    return see(f"/networks/{network.slug}/drop-ins")


async def hold(request: Request) -> Response:
    """Open the doors now: an extra one, or today's early."""
    await form_of(request)
    async with writing(request) as (tx, viewer):
        drop_in_id = await dropins.hold(tx, viewer, request.path_params["id"], now())
    return see(f"/drop-ins/{drop_in_id}")
