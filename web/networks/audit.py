"""The audit log of a network: a page for its owners, and a table to take away."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chat import networks
from chat.errors import HubError
from chat.languages import _, dated
from chat.networks import Entry, Named
from web.edge import limited, number, reading
from web.networks import sentences
from web.pages import page
from web.sheets import BOM, sheet

ENTRIES_A_PAGE = 50
ROWS_AT_ONCE = 500
COLUMNS = ("time", "kind", "who", "who (handle)", "whom", "whom (handle)", "what", "ended", "details")


class Asked(NamedTuple):
    """What of the log somebody wants to see."""

    person: str
    kind: str
    before: int

    @classmethod
    def by(cls, request: Request) -> "Asked":
        query = request.query_params
        before = number(query.get("before"), least=0, field="before")
        return cls(query.get("person", "").strip()[:100], query.get("kind", "")[:100], before)

    def address(self, **changed: Any) -> str:
        """The query of an address with these wishes, and some other ones."""
        return "?" + urlencode({k: v for k, v in {**self._asdict(), **changed}.items() if v})


async def show(request: Request) -> Response:
    asked = Asked.by(request)
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await networks.entries_of(tx, viewer, network, **asked._asdict(), limit=ENTRIES_A_PAGE + 1)
        entries = found[:ENTRIES_A_PAGE]
        context = {
            "network": network,
            "asked": asked,
            "entries": [(entry, _told(entry, asked)) for entry in entries],
            "kinds": [(kind, sentences.title(kind)) for kind in await networks.kinds_of(tx, viewer, network)],
            "older": asked.address(before=entries[-1].id) if len(found) > ENTRIES_A_PAGE else None,
            "exact": exact,
            "receipt": lambda r: Markup(sentences.receipt(r, exact(r.at))),  # noqa: S704 - a number and a time,
        }
        return await page(request, tx, viewer, "networks/audit.html", context)


async def export(request: Request) -> Response:
    """All of it that is asked for, however long: read in parts, so that a slow reader holds no connection."""
    asked = Asked.by(request)
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        # The first part is read before the answer begins, so that a refusal is an answer.
        first = await networks.entries_of(tx, viewer, network, **asked._asdict(), limit=ROWS_AT_ONCE)
        await limited(request, "export", 30, 600, who=viewer and viewer.id)
    name = f"audit-{network.slug}.csv"
    return StreamingResponse(
        _lines(request, asked, first),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _lines(request: Request, asked: Asked, entries: list[Entry]) -> AsyncIterator[str]:
    yield BOM + sheet([COLUMNS])
    while entries:
        yield sheet(map(_row, entries))
        if len(entries) < ROWS_AT_ONCE:
            return
        try:
            async with reading(request) as (tx, viewer):
                network = await networks.network_of(tx, viewer, request.path_params["slug"])
                wanted = {**asked._asdict(), "before": entries[-1].id}
                entries = await networks.entries_of(tx, viewer, network, **wanted, limit=ROWS_AT_ONCE)
        except HubError as refused:
            yield sheet([(_("This table ends here: {why}", why=refused.sentence),)])
            return


def _row(entry: Entry) -> tuple[object, ...]:
    actor, subject = (person or Named("", "") for person in (entry.actor, entry.subject))
    ended = "; ".join(sentences.receipt(r, _iso(r.at)) for r in entry.receipts)
    return (
        _iso(entry.at), entry.action, actor.name, actor.handle, subject.name, subject.handle,
        sentences.told(entry), ended, msgspec.json.encode(entry.details).decode() if entry.details else "",
    )  # fmt: skip


def _told(entry: Entry, asked: Asked) -> Markup:
    def linked(person: Named) -> Markup:
        href = asked.address(person=person.handle, before=0)
        return Markup('<a href="{}">{}</a>').format(href, person.name)

    return Markup(sentences.told(entry, linked, Markup))  # noqa: S704 - escaped where it was filled in


def exact(at: datetime, day: bool = False) -> Markup:
    """A time to the millisecond, in UTC: what happened first is the question here."""
    clock = f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"
    return Markup('<time datetime="{}">{}</time>').format(
        _iso(at), f"{dated(at, 'yMMMd')}, {clock}" if day else clock
    )


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
