"""The search page: what was found, and links that narrow it down; and what the palette shows."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chat import discussions
from chat.discussions import BEST, NEWEST, Found, Wanted, read_wanted
from chat.errors import Invalid
from chat.languages import LOCALES, _, language
from chat.limits import JUMPS, SEARCHES
from web.edge import limited, reading, see
from web.pages import page
from web.templates import fragment

# What the form below the results asks for by fields of its own.
FIELDS = ("from", "in", "tag", "after", "before", "has", "is")


class Way(NamedTuple):
    """A link to a wider or narrower search."""

    name: str
    href: str
    posts: int = 0


async def search(request: Request) -> Response:
    query = request.query_params
    text, order = query.get("q", ""), NEWEST if query.get("order") == NEWEST else BEST
    if any(query.get(field) for field in FIELDS):
        fields = " ".join(f'{field}:"{value}"' for field in FIELDS if (value := query.get(field)))
        return see(_address(read_wanted(f"{text} {fields}")[0], order))
    async with reading(request) as (tx, viewer):
        if text:
            await limited(request, "search", *SEARCHES, who=viewer and viewer.id)
        try:
            found = await discussions.search(tx, viewer, text, order=order, after=query.get("after_hit"))
        except Invalid:  # a link that was cut off: the first page is as good
            found = await discussions.search(tx, viewer, text, order=order)
        wanted = found.wanted
        context = {
            "words": str(wanted) or text,
            "found": found,
            "wanted": wanted,
            "order": order,
            "orders": [
                Way(_("Best first"), _address(wanted, BEST)),
                Way(_("Newest first"), _address(wanted, NEWEST)),
            ],
            "filters": _filters(wanted, order),
            "ways": _ways(found, order),
            "more": _address(wanted, order, after_hit=found.more) if found.more else None,
            "older": _older(found, order),
            "only_words": " ".join([wanted.words, *(f"{word}*" for word in wanted.beginnings)]).strip(),
        }
        return await page(request, tx, viewer, "discussions/search.html", context)


async def jump(request: Request) -> Response:
    """What the palette lists while somebody types. No browser keeps it."""
    typed = request.query_params.get("q", "")
    async with reading(request) as (tx, viewer):
        await limited(request, "jump", *JUMPS, who=viewer and viewer.id)
        places = await discussions.places_to_go(tx, viewer, typed)
    listed = fragment("discussions/_jump.html", places=places, typed=typed.strip())
    return HTMLResponse(listed, headers={"cache-control": "no-store"})


def _address(wanted: Wanted, order: str, **more: Any) -> str:
    kept = {"q": str(wanted), "order": order if order != BEST else None, **more}
    return "/search?" + urlencode({name: value for name, value in kept.items() if value})


def _filters(wanted: Wanted, order: str) -> list[Way]:
    """What narrows this search, each with the search without it."""
    without: list[tuple[str, dict[str, Any]]] = [
        *((_("by {name}", name=name), {"authors": _less(wanted.authors, name)}) for name in wanted.authors),
        *(
            (_("in {name}", name=name), {"networks": _less(wanted.networks, name)})
            for name in wanted.networks
        ),
        *((_("tagged {name}", name=name), {"tags": _less(wanted.tags, name)}) for name in wanted.tags),
    ]
    if wanted.after:
        without.append((_("since {day}", day=_day(wanted.after)), {"after": None}))
    if wanted.before:
        without.append((_("before {day}", day=_day(wanted.before)), {"before": None}))
    if wanted.files:
        without.append((_("with files"), {"files": False}))
    if wanted.solved:
        without.append((_("solved"), {"solved": False}))
    if wanted.mine:
        without.append((_("written by you"), {"mine": False}))
    if wanted.topic:
        without.append((_("in one discussion"), {"topic": None}))
    return [Way(name, _address(wanted._replace(**change), order)) for name, change in without]


def _less(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(each for each in names if each != name)


def _ways(found: Found, order: str) -> list[tuple[str, list[Way]]]:
    """By network, author and month, wherever there is more than one."""
    wanted = found.wanted
    networks = [
        Way(f.name, _address(wanted._replace(networks=(f.key,)), order), f.posts) for f in found.networks
    ]
    authors = [
        Way(f.name, _address(wanted._replace(authors=(f.key,)), order), f.posts) for f in found.authors
    ]
    months = []
    for facet in found.months:
        first = date.fromisoformat(f"{facet.key}-01")
        following = (first + timedelta(days=31)).replace(day=1)
        narrower = wanted._replace(
            after=max(first, wanted.after or first), before=min(following, wanted.before or following)
        )
        months.append(Way(_month(first), _address(narrower, order), facet.posts))
    named = ((_("Network"), networks), (_("Written by"), authors), (_("Month"), months))
    return [(name, ways) for name, ways in named if len(ways) > 1]


def _older(found: Found, order: str) -> str | None:
    """The same search of what is older than all that was looked at."""
    if found.all_counted or not found.oldest:
        return None
    before = found.oldest.date() + timedelta(days=1)
    if found.wanted.before and before >= found.wanted.before:
        return None
    return _address(found.wanted._replace(before=before), order)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}" if language() == "en" else _in_words(day, "yMMMMd")


def _month(first: date) -> str:
    return f"{first:%B %Y}" if language() == "en" else _in_words(first, "yMMMM")


def _in_words(day: date, skeleton: str) -> str:
    from babel.dates import format_skeleton  # only who speaks another language loads it

    return format_skeleton(skeleton, day, locale=LOCALES.get(language(), LOCALES["en"]))
