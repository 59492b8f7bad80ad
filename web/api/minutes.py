"""Minutes, by the API: published ones for readers, drafts for hosts."""

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, minutes, networks
from chat.errors import Invalid
from chat.languages import _
from chat.minutes import MinutesSeen
from web.api.edge import json, object_of, reading, writing
from web.api.shapes import Json, time
from web.edge import number

SAID = (
    "drop_in",
    "body",
    "html",
    "rev",
    "drafted_at",
    "edited_at",
    "published_at",
    "post",
)  # null until published


async def list_minutes(request: Request) -> Response:
    """The latest first; `before` takes the drop-in's id of the last one to go on."""
    query = request.query_params
    limit = min(100, number(query.get("limit") or 20, field="limit"))
    before = number(query.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        found = await minutes.minutes_in(tx, network, limit=limit, before=before)
    return json(
        {
            "minutes": [
                {
                    "drop_in": m.drop_in_id, "title": m.title, "local_date": m.local_date.isoformat(),
                    "published_at": time(m.published_at), "drafted_at": time(m.drafted_at),
                }
                for m in found
            ]
        }
    )  # fmt: skip


async def show_minutes(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        network = await networks.network_by_id(tx, viewer, drop_in.network_id)
        hosts = network.may("run_drop_ins")
        found = await (minutes.minutes_of if hosts else minutes.published_minutes)(tx, drop_in)
    return json(_shape(found) if found else dict.fromkeys(SAID) | {"drop_in": drop_in.id})


async def change_minutes(request: Request) -> Response:
    """`body`, the `rev` that was changed, and `publish`. 409 when somebody else was faster."""
    form = await object_of(request)
    publish = form.get("publish", False)
    if not isinstance(publish, bool):
        raise Invalid("publish", _("Say true or false."))
    async with writing(request) as (tx, viewer):
        act = minutes.publish if publish else minutes.save
        return json(_shape(await act(tx, viewer, request.path_params["id"], form)))


async def draft_minutes(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        return json(_shape(await minutes.draft_now(tx, viewer, request.path_params["id"])))


def _shape(m: MinutesSeen) -> Json:
    return {
        "drop_in": m.drop_in_id, "body": m.body, "html": m.html, "rev": m.rev, "drafted_at": time(m.drafted_at),
        "edited_at": time(m.edited_at), "published_at": time(m.published_at), "post": m.post_id,
    }  # fmt: skip
