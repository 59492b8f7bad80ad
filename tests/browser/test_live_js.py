"""live.js alone: a page with a socket that the test plays, and a clock that it moves."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "web/site/scripts"
FILES = {"/live.js": SCRIPTS / "live.js", "/fake_socket.js": HERE / "fake_socket.js"}
PAGE = '<!doctype html><script type="module" src="/fake_socket.js"></script>'


async def serve(route: Route) -> None:
    path = "/" + route.request.url.split("/", 3)[3]
    if file := FILES.get(path):
        await route.fulfill(body=file.read_text(), content_type="text/javascript")
    else:
        await route.fulfill(body=PAGE, content_type="text/html")


@pytest.fixture(scope="module")
async def blank(chromium: Browser) -> AsyncIterator[Page]:
    page = await chromium.new_page()
    await page.clock.install(time=0)
    await page.clock.pause_at(1)
    await page.route("http://hub.test/**", serve)
    yield page
    await page.close()


@pytest.fixture
async def page(blank: Page) -> Page:
    """A page whose connection is live, at 10 of the stream t:1."""
    await blank.goto("http://hub.test/")
    await blank.evaluate("live.start(); greets()")
    assert await blank.evaluate("states") == ["connecting", "live"]
    return blank


async def heard(page: Page) -> list[Any]:
    return await page.evaluate("heard")


async def test_it_says_hello_with_its_cursors(page: Page) -> None:
    [hello] = await page.evaluate("now().sent")
    assert hello == {
        "t": "hello",
        "v": 1,
        "as": "html",
        "csrf": "c",
        "subs": [{"s": "t:1", "e": "k", "q": 10}],
    }


async def test_events_are_applied_in_order_and_once(page: Page) -> None:
    await page.evaluate("[11, 12, 12, 11, 9, 13].forEach(event)")
    assert await heard(page) == [11, 12, 13]


async def test_a_gap_is_held_and_filled(page: Page) -> None:
    await page.evaluate("[11, 14, 13].forEach(event)")
    assert await heard(page) == [11]
    await page.evaluate("event(12)")
    assert await heard(page) == [11, 12, 13, 14]
    await page.clock.run_for(1000)
    assert await page.evaluate("asked('sub')") == []


async def test_a_gap_that_stays_is_asked_for(page: Page) -> None:
    await page.evaluate("event(13)")
    await page.clock.run_for(190)
    assert await page.evaluate("asked('sub')") == []
    await page.clock.run_for(20)
    [sub] = await page.evaluate("asked('sub')")
    assert (sub["s"], sub["e"], sub["q"]) == ("t:1", "k", 10)
    await page.evaluate("[11, 12, 13].forEach(event)")
    assert await heard(page) == [11, 12, 13]


async def test_a_heartbeat_that_is_ahead_is_followed_up(page: Page) -> None:
    await page.evaluate("now().says({ t: 'hb', h: { 't:1': 11 } })")
    assert len(await page.evaluate("asked('pong')")) == 1
    await page.clock.run_for(1900)
    assert await page.evaluate("asked('sub')") == []
    await page.clock.run_for(200)
    assert len(await page.evaluate("asked('sub')")) == 1


async def test_ephemeral_words_move_no_cursor(page: Page) -> None:
    await page.evaluate("now().says({ t: 'eph', s: 't:1', k: 'typing', d: {} }); event(11)")
    assert await heard(page) == ["typing", 11]


@pytest.mark.parametrize("end", ["gone", "resync"])
async def test_an_end_is_handed_on_and_nothing_follows_it(page: Page, end: str) -> None:
    await page.evaluate("end => { now().says({ t: end, s: 't:1', why: 'epoch' }); event(11) }", end)
    assert len(await heard(page)) == 1
    await page.evaluate("now().dies()")
    await page.clock.run_for(600)
    await page.evaluate("now().opens()")
    assert await page.evaluate("asked('hello')[0].subs") == []


async def test_it_comes_back_from_where_it_was(page: Page) -> None:
    await page.evaluate("event(11); now().dies()")
    await page.clock.run_for(600)
    assert await page.evaluate("sockets.length") == 2
    await page.evaluate("now().opens()")
    assert await page.evaluate("asked('hello')[0].subs") == [{"s": "t:1", "e": "k", "q": 11}]


async def test_it_backs_off_with_full_jitter(page: Page) -> None:
    waits: list[float] = await page.evaluate("""() => {
        const waits = [], plain = setTimeout;
        Math.random = () => 0.999;
        live.timer = 0;
        window.setTimeout = (f, ms) => (waits.push(ms), plain(f, ms));
        for (let n = 0; n < 9; n++) { now().dies(); clearTimeout(live.timer); live.connect(); }
        Math.random = () => 0;
        now().dies();
        return waits.filter((ms) => ms !== 25000);
    }""")
    assert [round(ms / 0.999) for ms in waits] == [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 0]


async def test_it_hurries_when_the_network_is_back(page: Page) -> None:
    await page.evaluate("Math.random = () => 0.999; now().dies(); now().dies(); live.hurry()")
    assert await page.evaluate("[sockets.length, live.state]") == [2, "connecting"]


async def test_a_silent_line_is_given_up(page: Page) -> None:
    await page.clock.run_for(62000)
    assert await page.evaluate("live.state") == "live"
    await page.clock.run_for(1000)
    assert await page.evaluate("[sockets[0].closed, live.state !== 'live']") == [True, True]


async def test_a_line_that_never_opens_is_given_up(page: Page) -> None:
    await page.evaluate("now().dies(); live.hurry()")
    await page.clock.run_for(25100)
    assert await page.evaluate("sockets[1].closed") is True


async def test_a_phone_that_slept_looks_at_once(page: Page) -> None:
    await page.evaluate("live.hurry()")
    assert await page.evaluate("sockets.length") == 1
    await page.evaluate("live.heardAt -= 3600 * 1000; live.hurry()")
    assert await page.evaluate("[sockets.length, sockets[0].closed]") == [2, True]


async def test_an_old_line_s_last_words_count_no_more(page: Page) -> None:
    await page.evaluate(
        "now().dies(); live.hurry(); greets(); sockets[0].says({ t: 'ev', s: 't:1', q: 11, k: 'x', d: {} })"
    )
    assert await heard(page) == []


async def test_a_write_is_sent_again_under_the_same_name(page: Page) -> None:
    await page.evaluate(
        "window.result = live.op('post.add', 't:1', { body: 'hi' }); now().dies(); live.hurry(); greets()"
    )
    first, again = await page.evaluate("sockets.map((s) => s.sent.find((m) => m.t === 'op'))")
    assert first == again
    assert len(first["op"]) == 24
    await page.evaluate("now().says({ t: 'res', i: asked('op')[0].i, s: 't:1', q: 11, d: { id: 5 } })")
    assert await page.evaluate("result") == {"id": 5}
    await page.evaluate("now().dies(); live.hurry(); greets()")
    assert await page.evaluate("asked('op')") == []


async def test_a_write_that_came_too_fast_waits(page: Page) -> None:
    await page.evaluate(
        "live.op('post.add', 't:1', {}); now().says({ t: 'err', i: asked('op')[0].i, code: 'rate', retry: 3000 })"
    )
    await page.clock.run_for(2900)
    assert len(await page.evaluate("asked('op')")) == 1
    await page.clock.run_for(200)
    one, two = await page.evaluate("asked('op')")
    assert one == two


async def test_a_refused_write_is_handed_back(page: Page) -> None:
    said = await page.evaluate(
        "() => { const op = live.op('post.add', 't:1', {}); now().says({ t: 'err', i: asked('op')[0].i, code: 'invalid', text: 'No.' });"
        " return op.catch((error) => error.text) }"
    )
    assert said == "No."


@pytest.mark.parametrize("code", [4001, 4003])
async def test_the_end_of_a_session_is_the_end(page: Page, code: int) -> None:
    said = await page.evaluate(
        "code => { const op = live.op('post.add', 't:1', {}); now().dies(code); return op.catch((error) => error.code) }",
        code,
    )
    assert said == "ended"
    await page.clock.run_for(60000)
    assert await page.evaluate("[sockets.length, live.state]") == [1, "ended"]
