"""A network's dashboard."""

from starlette.requests import Request
from starlette.responses import Response

from chat import insight, networks
from chat.languages import _, dated
from chat.members import COUNTRIES
from web.edge import reading
from web.insight.charts import bars
from web.pages import page


async def dashboard(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        figures = await insight.dashboard_of(tx, viewer, network)
        context = {
            "network": network,
            "figures": figures,
            "months": _so_far([(dated(day, "yMMMM"), n) for day, n in figures.members]),
            "weeks": _so_far([(dated(day), n) for day, n in figures.posts]),
            "lands": [(COUNTRIES.get(code, code), n) for code, n in figures.countries],
            "growth": bars(
                "members-chart", _("Members at the end of each month"),
                [(dated(day, "MMM"), n) for day, n in figures.members], unfinished=True,
            ),
            "posts": bars(
                "posts-chart", _("Posts in each week"),
                [(dated(day, "MMMd"), n) for day, n in figures.posts], unfinished=True,
            ),
        }  # fmt: skip
        return await page(request, tx, viewer, "insight/dashboard.html", context)


def _so_far(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The last one is not over yet."""
    return [*rows[:-1], *((_("{time}, so far", time=time), n) for time, n in rows[-1:])]
