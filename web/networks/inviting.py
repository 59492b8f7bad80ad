"""Invitations of a network, and the page behind one."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.errors import Conflict, Forbidden, HubError, Invalid
from chat.languages import _
from chat.networks import Offer
from web.edge import form_of, limited, number, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]
A_PAGE = 50
BEHIND = re.compile(r"/i/([\w-]{1,100})")
STATUS = {"good": 200, "member": 200, "foreign": 403}


async def index(
    request: Request, offer: Offer | None = None, form: Form | None = None, error: Invalid | None = None
) -> Response:
    query = request.query_params
    state, search = query.get("state", ""), query.get("q", "")[:254]
    before = number(query.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await networks.invitations_of(
            tx, viewer, network, state=state, search=search, before=before, limit=A_PAGE + 1
        )
        context = {
            "network": network,
            "invitations": found[:A_PAGE],
            "more": found[A_PAGE - 1].id if len(found) > A_PAGE else None,
            "states": networks.INVITATION_STATES,
            "state": state,
            "query": search,
            "before": before,
            "said": query.get("said", ""),
            "offer": offer,
        }
        return await page(request, tx, viewer, "networks/invitations.html", context, form=form, error=error)


async def invite(request: Request) -> Response:
    """The new invitation is shown in the answer itself: its address is told this once, and stands in no log."""
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "invite", 200, 3600, who=viewer.id)
            network = await networks.network_of(tx, viewer, request.path_params["slug"])
            if form.get("by") == "email" and not form.get("email"):
                raise Invalid("email", _("Say whom to invite."))
            offer = await networks.invite(tx, viewer, network, form)
    except Invalid as error:
        return await index(request, None, form, error)
    return await index(request, offer)


async def link(request: Request) -> Response:
    """A new link of an older invitation, shown in the answer like the first one."""
    await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "invite", 200, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        offer = await networks.another_link(tx, viewer, network, request.path_params["id"])
    return await index(request, offer)


async def resend(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "invite", 200, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.resend(tx, viewer, network, request.path_params["id"])
    return see(f"/networks/{network.slug}/invitations?said=resent")


async def revoke(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.revoke(tx, viewer, network, request.path_params["id"])
    return see(f"/networks/{network.slug}/invitations?said=withdrawn")


async def invited(request: Request, refused: HubError | None = None) -> Response:
    """The page behind an invitation. Only its button spends anything."""
    async with reading(request) as (tx, viewer):
        invitation = await networks.invited(tx, viewer, request.path_params["token"])
        status, problem = STATUS.get(invitation.state, 409), invitation.problem
        if isinstance(refused, Conflict) and invitation.state == "good":
            status, problem = 409, refused.sentence
        context = {"invitation": invitation, "problem": problem}
        return await page(request, tx, viewer, "networks/invited.html", context, status=status)


async def accept(request: Request) -> Response:
    await form_of(request)
    await limited(request, "accept", 60, 60)
    try:
        async with writing(request) as (tx, viewer):
            if viewer is None:
                return see(f"/sign-in?next=/i/{request.path_params['token']}")
            slug = await networks.accept(tx, viewer, request.path_params["token"])
    except (Conflict, Forbidden) as refused:
        return await invited(request, refused)
    return see(f"/networks/{slug}")


def token_in(path: object) -> str:
    """The token of the invitation that a path leads to; empty for any other path."""
    match = BEHIND.fullmatch(str(path or ""))
    return match[1] if match else ""
