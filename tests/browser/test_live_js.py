"""The live scripts alone: a page with a socket that the test plays, and a clock that it moves."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "web/site/scripts"
FILES = {"/" + file.name: file for file in [*SCRIPTS.glob("*.js"), HERE / "fake_socket.js"]}
PAGE = '<!doctype html><html lang="en"><p id="live-state"></p><script type="module" src="/fake_socket.js"></script>'


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
    await blank.evaluate("line.start(); greets()")
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
        "lang": "en",
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


async def test_it_is_live_when_it_has_caught_up(page: Page) -> None:
    await page.evaluate("now().dies(); line.hurry(); greets(12)")
    assert await page.evaluate("states.slice(-2)") == ["connecting", "catchup"]
    await page.evaluate("event(11)")
    assert await page.evaluate("live.state") == "catchup"
    await page.evaluate("event(12)")
    assert await page.evaluate("live.state") == "live"


@pytest.mark.parametrize("end", ["gone", "resync"])
async def test_an_end_is_handed_on_and_nothing_follows_it(page: Page, end: str) -> None:
    await page.evaluate("end => { now().says({ t: end, s: 't:1', why: 'epoch' }); event(11) }", end)
    assert len(await heard(page)) == 1
    await page.evaluate("now().dies()")
    await page.clock.run_for(600)
    await page.evaluate("now().opens()")
    assert await page.evaluate("asked('hello')[0].subs") == []


async def test_each_listener_goes_on_from_its_own_cursor(page: Page) -> None:
    await page.evaluate("""() => {
        [11, 12].forEach(event);
        live.follow({ s: "t:1", e: "k", q: 9 }, noting(window.late = []));
        event(13);
        [10, 11, 12, 13].forEach(event);
    }""")
    [sub] = await page.evaluate("asked('sub')")
    assert sub["q"] == 9
    assert await heard(page) == [11, 12, 13]
    assert await page.evaluate("late") == [10, 11, 12, 13]


async def test_who_is_too_far_behind_takes_nothing_from_the_others(page: Page) -> None:
    await page.evaluate("""() => {
        event(11);
        live.follow({ s: "t:1", e: "k", q: 2 }, noting(window.late = []));
        now().says({ t: "resync", s: "t:1", e: "k", head: 12, why: "floor" });
        event(12);
    }""")
    assert [sub["q"] for sub in await page.evaluate("asked('sub')")] == [2, 11]
    assert await page.evaluate("late") == ["resync floor"]
    assert await heard(page) == [11, 12]


async def test_what_nobody_listens_to_is_followed_no_more(page: Page) -> None:
    await page.evaluate("""() => {
        const one = {}, two = {};
        for (const l of [one, two]) live.follow({ s: "n:4", e: "k", q: 0 }, l);
        live.unfollow("n:4", one);
        window.before = asked("unsub").length;
        live.unfollow("n:4", two);
    }""")
    assert await page.evaluate("[before, asked('unsub')[0].s]") == [0, "n:4"]


async def test_it_comes_back_from_where_it_was(page: Page) -> None:
    await page.evaluate("event(11); now().dies()")
    await page.clock.run_for(600)
    assert await page.evaluate("sockets.length") == 2
    await page.evaluate("now().opens()")
    assert await page.evaluate("asked('hello')[0].subs") == [{"s": "t:1", "e": "k", "q": 11}]


# How long it waits. `waits` are its pauses, with the luck of the draw at its highest.
WAITS = """() => {
    const plain = setTimeout;
    window.waits = [];
    Math.random = () => 0.999;
    window.setTimeout = (f, ms) => (waits.push(Math.round(ms / 0.999)), plain(f, ms));
    window.falls = (code) => { waits.length = 0; now().dies(code); clearTimeout(line.timer); return waits.at(-1); };
}"""


async def test_it_backs_off_with_full_jitter(page: Page) -> None:
    await page.evaluate(WAITS)
    waits = await page.evaluate(
        "Array.from({ length: 9 }, () => { const ms = falls(); line.connect(); return ms })"
    )
    assert waits == [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]
    assert await page.evaluate("Math.random = () => 0, falls()") == 0


async def test_only_a_connection_that_lasted_ends_the_back_off(page: Page) -> None:
    await page.evaluate(WAITS)
    again = "() => { const ms = falls(); line.connect(); greets(); return ms }"
    assert [await page.evaluate(again) for _ in range(3)] == [500, 1000, 2000]
    await page.clock.run_for(11000)
    assert await page.evaluate(again) == 500
    await page.clock.run_for(11000)
    assert await page.evaluate("[falls(), (line.connect(), falls()), (line.connect(), falls())]") == [
        500,
        1000,
        2000,
    ]


@pytest.mark.parametrize(
    ("code", "wait"), [(1001, 2000), (1012, 2000), (1013, 5000), (4008, 0), (4010, 60000)]
)
async def test_it_does_as_the_closing_code_says(page: Page, code: int, wait: int) -> None:
    await page.clock.run_for(11000)
    await page.evaluate(WAITS)
    assert abs(await page.evaluate("falls", code) - wait) < 50
    assert await page.evaluate("states.at(-1)") == f"waiting {code}"


async def test_who_is_cut_off_as_slow_again_and_again_waits(page: Page) -> None:
    await page.clock.run_for(11000)
    await page.evaluate(WAITS)
    again = "() => { const ms = falls(4008); line.connect(); greets(); return ms }"
    assert [await page.evaluate(again) for _ in range(3)] == [0, 1000, 2000]


@pytest.mark.parametrize("code", [1008, 1009, 4001, 4003])
async def test_an_end_for_good(page: Page, code: int) -> None:
    said = await page.evaluate(
        "code => { const op = live.op('post.add', 't:1', {}); now().dies(code); return op.catch((error) => error.code) }",
        code,
    )
    assert said == "ended"
    await page.evaluate("line.hurry(); line.net(false); line.net(true)")
    await page.clock.run_for(60000)
    assert await page.evaluate("[sockets.length, states.at(-1)]") == [1, f"ended {code}"]
    assert await page.evaluate("live.op('post.add', 't:1', {}).catch((error) => error.code)") == "ended"


async def test_who_looks_at_the_page_need_not_wait(page: Page) -> None:
    await page.evaluate(WAITS)
    await page.evaluate("falls(); line.hurry(); falls(); line.hurry(); line.hurry()")
    assert await page.evaluate("[sockets.length, live.state]") == [3, "connecting"]
    assert await page.evaluate("falls()") == 2000  # the back-off goes on


async def test_without_a_network_nothing_is_tried(page: Page) -> None:
    await page.evaluate("line.net(false); now().dies()")
    assert await page.evaluate("live.state") == "offline"
    await page.evaluate("line.hurry()")
    await page.clock.run_for(120000)
    assert await page.evaluate("sockets.length") == 1
    await page.evaluate("line.net(true)")
    assert await page.evaluate("[sockets.length, live.state]") == [2, "connecting"]


async def test_a_network_that_goes_while_it_waits_ends_the_wait(page: Page) -> None:
    await page.evaluate("now().dies(); line.net(false)")
    await page.clock.run_for(60000)
    assert await page.evaluate("[sockets.length, live.state]") == [1, "offline"]


@pytest.mark.parametrize("words", ["line.net(false)", "line.hurry()"])
async def test_a_line_in_doubt_is_asked(page: Page, words: str) -> None:
    await page.evaluate(words)
    await page.evaluate("now().says({ t: 'ok', i: 0, subs: [] })")
    await page.clock.run_for(10000)
    assert await page.evaluate("[sockets.length, live.state]") == [1, "live"]
    await page.evaluate(words)
    await page.clock.run_for(4100)
    assert await page.evaluate("sockets[0].closed") is True


async def test_another_network_leaves_the_old_line_in_doubt(page: Page) -> None:
    await page.evaluate("line.net(true)")
    assert await page.evaluate("asked('unsub')") == []
    await page.evaluate("line.net(false); line.net(true)")
    assert len(await page.evaluate("asked('unsub')")) == 2


async def test_a_silent_line_is_given_up(page: Page) -> None:
    await page.clock.run_for(62000)
    assert await page.evaluate("live.state") == "live"
    await page.clock.run_for(1000)
    assert await page.evaluate("[sockets[0].closed, live.state !== 'live']") == [True, True]


async def test_a_line_that_never_opens_is_given_up(page: Page) -> None:
    await page.evaluate("now().dies(); line.hurry()")
    await page.clock.run_for(25100)
    assert await page.evaluate("sockets[1].closed") is True


async def test_a_phone_that_slept_looks_at_once(page: Page) -> None:
    await page.evaluate("line.heardAt -= 40 * 1000; line.hurry()")
    assert await page.evaluate("[sockets.length, sockets[0].closed]") == [2, True]


async def test_an_old_line_s_last_words_count_no_more(page: Page) -> None:
    await page.evaluate(
        "now().dies(); line.hurry(); greets(); sockets[0].says({ t: 'ev', s: 't:1', q: 11, k: 'x', d: {} })"
    )
    assert await heard(page) == []


async def test_a_page_that_is_left_holds_no_line_and_goes_on_where_it_was(page: Page) -> None:
    await page.evaluate("event(11); line.stop()")
    await page.clock.run_for(60000)
    assert await page.evaluate("[sockets.length, sockets[0].closed, live.state]") == [1, True, "idle"]
    await page.evaluate("line.start(); now().opens()")
    assert await page.evaluate("asked('hello')[0].subs[0].q") == 11


async def test_a_write_is_sent_again_under_the_same_name(page: Page) -> None:
    await page.evaluate(
        "window.result = live.op('post.add', 't:1', { body: 'hi' }); now().dies(); line.hurry(); greets()"
    )
    first, again = await page.evaluate("sockets.map((s) => s.sent.find((m) => m.t === 'op'))")
    assert first == again
    assert len(first["op"]) == 24
    await page.evaluate("now().says({ t: 'res', i: asked('op')[0].i, s: 't:1', q: 11, d: { id: 5 } })")
    assert await page.evaluate("result") == {"id": 5}
    await page.evaluate("now().dies(); line.hurry(); greets()")
    assert await page.evaluate("asked('op')") == []


@pytest.mark.parametrize("retry", [3000, None])
async def test_a_write_that_came_too_fast_waits(page: Page, retry: int | None) -> None:
    await page.evaluate(
        "retry => { live.op('post.add', 't:1', {}); now().says({ t: 'err', i: asked('op')[0].i, code: 'rate', retry: retry ?? undefined }) }",
        retry,
    )
    await page.clock.run_for((retry or 2000) - 100)
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


async def test_a_write_that_the_socket_can_t_take_is_not_sent(page: Page) -> None:
    said = await page.evaluate(
        "live.op('post.add', 't:1', { body: 'ä'.repeat(33000) }).catch((error) => error.code)"
    )
    assert said == "big"
    assert await page.evaluate("asked('op')") == []


# What the page says of it


async def said_after(page: Page, ms: int = 0) -> str:
    await page.clock.run_for(ms)
    return await page.evaluate("document.getElementById('live-state').textContent")


async def test_a_page_that_loads_says_nothing(page: Page) -> None:
    await page.evaluate("show('connecting'); show('waiting')")
    assert await said_after(page, 9000) == ""
    await page.evaluate("show('connecting'); show('catchup'); show('live')")
    assert await said_after(page, 20000) == ""


async def test_a_page_that_never_gets_through_says_so_in_the_end(page: Page) -> None:
    await page.evaluate("show('connecting'); show('waiting'); show('connecting'); show('waiting')")
    assert await said_after(page, 10100) == "Reconnecting…"


async def test_a_short_interruption_is_not_worth_a_word(page: Page) -> None:
    await page.evaluate("show('live'); show('waiting')")
    assert await said_after(page, 1900) == ""
    await page.evaluate("show('connecting'); show('waiting'); show('connecting'); show('live')")
    assert await said_after(page, 20000) == ""


async def test_a_long_one_is_said_until_the_page_has_caught_up(page: Page) -> None:
    await page.evaluate("show('live'); show('waiting')")
    await page.clock.run_for(1000)
    await page.evaluate("show('connecting'); show('waiting')")
    assert await said_after(page, 1100) == "Reconnecting…"
    await page.evaluate("show('connecting'); show('catchup')")
    assert await said_after(page) == "Reconnecting…"
    await page.evaluate("show('live')")
    assert await said_after(page, 3900) == "Up to date again."
    assert await said_after(page, 200) == ""


async def test_offline_is_called_offline(page: Page) -> None:
    await page.evaluate("show('live'); show('waiting'); show('offline')")
    assert await said_after(page, 1900) == ""
    assert (await said_after(page, 200)).startswith("You are offline.")
    await page.evaluate("show('connecting'); show('waiting')")
    assert await said_after(page) == "Reconnecting…"


async def test_a_page_that_is_left_takes_its_words_along(page: Page) -> None:
    await page.evaluate("show('live'); show('waiting'); show('idle')")
    assert await said_after(page, 20000) == ""
    await page.evaluate("show('waiting', 4010)")
    assert "too many places" in await said_after(page)
    await page.evaluate("show('idle')")
    assert await said_after(page) == ""


@pytest.mark.parametrize("code", [1008, 1009, 4001, 4003])
async def test_an_end_says_why(page: Page, code: int) -> None:
    await page.evaluate("code => show('ended', code)", code)
    assert (await said_after(page)).endswith(("Load it again.", "Load the page again."))
