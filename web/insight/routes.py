"""A network's dashboard."""

from starlette.requests import Request
from starlette.responses import Response

from chat import insight, networks
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
            "growth": bars(
                "members-chart", "Members at the end of each month",
                [(f"{day:%b %y}", n) for day, n in figures.members], unfinished=True,
            ),
            "posts": bars(
                "posts-chart", "Posts in each week",
                [(f"{day.day} {day:%b}", n) for day, n in figures.posts], unfinished=True,
            ),
        }  # fmt: skip
        return await page(request, tx, viewer, "insight/dashboard.html", context)
