"""Static files: under a hash of all of them, cached for ever, compressed."""

import gzip
import re
from pathlib import Path

import web
from web.assets import STYLES, assets

WEB = Path(web.__file__).parent


async def test_a_page_names_its_files_by_their_hash(browser):
    page = (await browser.get("/")).text
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(names) >= 3
    for name in names:
        answer = await browser.get(name)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_files_are_compressed_for_who_can_read_that(live_server, browser):
    url = assets.url("site/site.css")
    wanted = b"".join((WEB / name).read_bytes() for name in STYLES)
    async with browser.stream("GET", url, headers={"accept-encoding": "gzip"}) as small:
        raw = b"".join([part async for part in small.aiter_raw()])
        assert small.headers["content-encoding"] == "gzip"
        assert small.headers["vary"] == "accept-encoding"
        assert small.headers["content-type"] == "text/css; charset=utf-8"
    assert gzip.decompress(raw) == wanted
    assert len(raw) < len(wanted) / 2
    plain = await browser.get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == wanted


async def test_an_old_hash_is_served_and_not_kept(browser):
    answer = await browser.get("/static/0123456789ab/site/site.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


async def test_scripts_are_modules_of_the_right_kind(browser):
    answer = await browser.get(assets.url("site/scripts/main.js"))
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_nothing_else_of_the_tree_is_served(browser):
    for name in (
        "app.py",
        "site/layout.html",
        "../chat/config.py",
        "..%2fchat%2fconfig.py",
        "%2e%2e/chat/config.py",
        "/etc/passwd",
        "",
    ):
        assert (await browser.get(f"/static/{assets.version}/{name}")).status_code == 404


def test_the_hash_follows_the_content(tmp_path):
    (tmp_path / "a.css").write_text("a { color: red }")
    first = type(assets)(tmp_path).version
    (tmp_path / "a.css").write_text("a { color: blue }")
    assert type(assets)(tmp_path).version != first
