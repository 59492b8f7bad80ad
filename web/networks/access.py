"""Who can see a network: what a change would show and hide, and the change."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.errors import Conflict, Invalid
from chat.languages import _
from chat.members import must_act
from chat.networks import ACCESS, NetworkSeen
from web.edge import form_of, reading, see, writing
from web.networks.consequences import consequences, seen_by
from web.pages import page

Form = Mapping[str, Any]


async def access(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    """The choice; with `to`, what that change means, and the button that makes it."""
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.must_have(tx, must_act(viewer), network.id, "change_access")
        to = (form or {}).get("access") or request.query_params.get("to")
        context: dict[str, Any] = {"network": network, "to": None}
        if to in ACCESS and to != network.access:
            extent = await discussions.extent_of(tx, network)
            context |= {
                "to": to,
                "sees": list(zip(seen_by(network.access), seen_by(to), strict=True)),
                "happens": consequences(network, to, extent),
                "opens_up": opens_up(network.access, to),
            }
        return await page(request, tx, viewer, "networks/access.html", context, form=form, error=error)


async def change(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            network = await networks.network_of(tx, viewer, request.path_params["slug"])
            await networks.must_have(tx, must_act(viewer), network.id, "change_access")
            _must_be_meant(network, form)
            slug = await networks.change_access(tx, viewer, network, form)
    except Invalid as error:
        return await access(request, form, error)
    return see(f"/networks/{slug}")


def opens_up(was: str, to: str) -> bool:
    """Whether more people see more of it."""
    return ACCESS.index(to) < ACCESS.index(was)


def _must_be_meant(network: NetworkSeen, form: Form) -> None:
    """Whoever opens a network up has read what that means, of the network as it is."""
    to = form.get("access")
    if to not in ACCESS:
        return  # the verb says what is wrong
    if form.get("was") != network.access:
        raise Conflict(_("Who can see this network was changed meanwhile. Go back, and look again."))
    if opens_up(network.access, to) and " ".join(form.get("name", "").split()) != network.name:
        raise Invalid("name", _("Type the network’s name exactly as it stands above."))
