"""Finding one's way among hundreds of addresses by their first word, where Starlette would try one after the other."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class Crossing(BaseRoute):
    """Routes of which only those are tried that begin as the address does. Among them the first that fits is taken."""

    path = ""

    def __init__(self, routes: Sequence[Route]) -> None:
        """Raises ValueError for a route whose first word is a parameter: it would have to be tried for every address."""
        self.routes = routes
        self._by_word: dict[str, list[Route]] = {}
        for route in routes:
            if "{" in _first(route.path):
                raise ValueError(f"{route.path} begins with a parameter")
            self._by_word.setdefault(_first(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As a route answers, with the one that was found in the scope."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        best: tuple[Match, Scope] = Match.NONE, {}
        for route in self._by_word.get(_first(path), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, "route": route}
            if match is Match.PARTIAL and best[0] is Match.NONE:
                best = match, {**found, "route": route}
        return best

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route"].handle(scope, receive, send)


def _first(path: str) -> str:
    return path[1:].partition("/")[0]
