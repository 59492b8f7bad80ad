"""Calendars to subscribe to, and the pages on which their addresses are made."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chat import calendars, networks
from chat.calendars import ADDRESSES
from chat.errors import NotFound, SignInFirst
from chat.networks.addresses import NewAddress
from web.calendars.answering import calendar_answer, no_calendar
from web.edge import form_of, limited, reading, see, writing
from web.house import house_of
from web.pages import page

FETCHES = (300, 60)  # from one address: those who fetch for many come from few
MADE = (20, 3600)


async def index(request: Request, made: NewAddress | None = None) -> Response:
    """The viewer's own addresses."""
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        own = await ADDRESSES.of(tx, viewer)
        context = {
            "own": own,
            "personal": next((each for each in own if each.network_slug is None), None),
            "made": made,
            "ended": request.query_params.get("ended"),
        }
        return await page(request, tx, viewer, "calendars/index.html", context)


async def make(request: Request) -> Response:
    """The new address is shown in the answer itself: it is told this once, and stands in no log."""
    await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "calendar-made", *MADE, who=viewer.id)
        made = await ADDRESSES.make(tx, viewer)
    return await index(request, made)


async def end(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await ADDRESSES.end(tx, viewer, request.path_params["id"])
    return see("/settings/calendars?ended=1")


async def of_network(request: Request, made: NewAddress | None = None) -> Response:
    """How to have a network's dates in one's own calendar."""
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        own = await ADDRESSES.of(tx, viewer)
        context = {
            "network": network,
            "own": next((each for each in own if each.network_slug == network.slug), None),
            "made": made,
        }
        return await page(request, tx, viewer, "calendars/network.html", context)


async def make_of_network(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "calendar-made", *MADE, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        made = await ADDRESSES.make(tx, viewer, network)
    return await of_network(request, made)


async def feed(request: Request) -> Response:
    """The calendar behind a secret address, which stands for its member: no cookie is looked at."""
    await limited(request, "calendar", *FETCHES)
    house = house_of(request)
    try:
        async with house.db.snapshot() as tx:
            fetched = await calendars.feed_by_token(tx, request.path_params["token"])
    except NotFound:
        return no_calendar()
    if fetched.to_note:
        async with house.db.transaction() as tx:
            await ADDRESSES.note_fetch(tx, fetched.to_note)
    return await calendar_answer(request, fetched)


async def open_feed(request: Request) -> Response:
    """The calendar of an open network, the same bytes for everybody."""
    await limited(request, "calendar", *FETCHES)
    try:
        async with house_of(request).db.snapshot() as tx:
            fetched = await calendars.open_feed(tx, request.path_params["slug"])
    except NotFound:
        return no_calendar()
    return await calendar_answer(request, fetched)


async def room(request: Request) -> Response:
    """A series' own address, for its line in calendars: it leads to the date that is open or next."""
    async with reading(request) as (tx, viewer):
        drop_in = await calendars.room_of(tx, viewer, request.path_params["id"])
    return RedirectResponse(f"/drop-ins/{drop_in.id}", status_code=303)
