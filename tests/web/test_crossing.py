"""The first word of an address leads to its route, and each answer is the one that Starlette alone would give."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from web.crossing import Crossing


async def tell(request: Request) -> Response:
    return PlainTextResponse(f"{request.scope['route'].path} {request.path_params}")


HERE = [
    Route("/", tell),
    Route("/wards", tell, methods=["GET"]),
    Route("/wards", tell, methods=["POST"]),
    Route("/wards/new", tell),
    Route("/wards/{name}", tell),
    Route("/wards/{name}/beds/{bed:int}", tell, methods=["DELETE"]),
    Route("/sheets.xml", tell),
]
ASKED = [
    "GET /", "HEAD /wards", "POST /wards", "PUT /wards", "GET /wards/new", "GET /wards/seven", "GET /wards/seven/",
    "DELETE /wards/seven/beds/3", "DELETE /wards/seven/beds/x", "POST /wards/seven/beds/3", "GET /sheets.xml",
    "GET /sheets", "GET /nowhere", "GET //wards", "GET /api/wards/seven", "POST /api/wards/seven", "GET /api/nowhere",
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_it_answers_as_without_it(asked: str) -> None:
    method, path = asked.split(" ")
    answers = []
    for lead in (list, lambda routes: [Crossing(routes)]):
        app = Starlette(routes=[Mount("/api", routes=lead(HERE)), *lead(HERE)])
        answer = TestClient(app, base_url="http://hub").request(
            method, f"http://hub{path}", follow_redirects=False
        )
        answers.append(
            (answer.status_code, answer.text, answer.headers.get("location"), answer.headers.get("allow"))
        )
    assert answers[0] == answers[1]


def test_a_route_that_begins_with_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with a parameter"):
        Crossing([Route("/{anything}", tell)])
