"""What a first visit to a topic of twenty posts brings, compressed, and what all processes of a hub hold after use."""

import asyncio
import gzip
import http.client
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from posixpath import normpath
from urllib.parse import urljoin, urlsplit

from bench import machine
from bench.dropins.opening import working
from bench.figures import Figure, figure
from bench.live.servers import HUB, House, Server
from bench.pages.asking import Crowd, page, post
from bench.pages.place import BODY, Place, settle

# What a browser fetches by itself: of a page, and of a script that it runs. What loads later, when it is wanted, is not in it.
IN_PAGE = re.compile(
    r'<(?:link rel="(?:stylesheet|icon|modulepreload)" href|script (?:type="module"|defer) src|use href)="([^"#]+)'
)
IN_SCRIPT = re.compile(r'''(?:^|;)\s*import\s*(?:[^"';]*from\s*)?"(\.[^"]+)"''', re.MULTILINE)
IN_USE = 20.0  # seconds of pages and posts
AT_REST = 80.0  # seconds after that, in which idle connections end


def weight(built: House, runs: int) -> Iterator[Figure | None]:
    place = asyncio.run(settle(built.urls["DATABASE_URL"]))
    with built.serving(HUB) as server:
        sizes = _first_visit(server.port, f"/topics/{place.topic}")
    scripts = sum(size for path, size in sizes.items() if path.endswith(".js"))
    yield figure("visit.bytes", [sum(sizes.values()) / 1000], "KB", goal="≤ 60", n=len(sizes), posts=20)
    yield figure("visit.scripts", [scripts / 1000], "KB", posts=20)
    held: list[float] = []
    for _ in range(runs):
        with built.serving(HUB) as server, working(built, 1) as workers:
            asyncio.run(_use(server, place))
            time.sleep(AT_REST)
            trees = [*server.pids, *workers, *(each.pid for each in built.embedded.processes.values())]
            held.append(machine.pss(_with_children(trees)) / 2**20)
    yield figure("memory.all", held, "MiB", goal="≤ 350")


def _first_visit(port: int, path: str) -> dict[str, int]:
    """The bytes of each answer as they are sent to a browser that takes gzip, without the heads."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    sizes: dict[str, int] = {}
    waiting = [path]
    while waiting:
        path = normpath(waiting.pop())
        if path in sizes:
            continue
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        sizes[path] = len(body)
        with suppress(gzip.BadGzipFile):
            body = gzip.decompress(body)
        if path.endswith(".js"):
            waiting += [urljoin(path, found) for found in IN_SCRIPT.findall(body.decode())]
        elif "/static/" not in path:
            waiting += [urlsplit(found).path for found in IN_PAGE.findall(body.decode())]
    return sizes


async def _use(server: Server, place: Place) -> None:
    """Members and visitors read, and write what the worker turns into notices."""
    reads = [page(f"/topics/{place.topic}", cookie=cookie) for cookie in (place.cookie, "")]
    reads += [
        page(path, cookie=place.cookie)
        for path in ("/", "/networks", "/notices", "/unread", "/search?q=rails")
    ]
    body = json.dumps({"body": BODY}).encode()
    writes = [post(f"/api/v1/topics/{place.topic}/posts", token, body) for token in place.tokens[:4]]
    async with Crowd(server.port, reads) as readers, Crowd(server.port, writes, status=201) as writers:
        await asyncio.gather(readers.ask(IN_USE), writers.ask(IN_USE))


def _with_children(pids: list[int]) -> list[int]:
    found = list(pids)
    for pid in found:
        found += machine.children(pid)
    return found
