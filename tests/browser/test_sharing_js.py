"""The worker's script and its tabs, in one page: a socket that the test plays, and a clock that it moves."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.test_live_js import blank  # noqa: F401 - a fixture


@pytest.fixture
async def page(blank: Page) -> Page:  # noqa: F811
    """Nothing is open yet; `tab(q)` opens one whose page was read at q."""
    await blank.goto("http://hub.test/")
    await blank.evaluate("share()")
    return blank


async def heard(page: Page) -> Any:
    """What each tab was told, by its name."""
    await page.evaluate("passed()")
    return await page.evaluate("Object.fromEntries(Object.entries(tabs).map(([name, t]) => [name, t.heard]))")


async def opens(page: Page, **cursors: int) -> None:
    """Tabs of these names, one after the other."""
    for name, q in cursors.items():
        await page.evaluate("async ([name, q]) => { (window.tabs ??= {})[name] = await tab(q) }", [name, q])


async def test_tabs_share_a_line_that_their_session_names(page: Page) -> None:
    await opens(page, one=10, two=10)
    await page.evaluate("greets(); event(11)")
    assert await heard(page) == {"one": [11], "two": [11]}
    assert await page.evaluate("sockets.length") == 1
    assert await page.evaluate("[asked('hello')[0].csrf, opened.name, opened.type]") == [
        "c",
        "c en",
        "module",
    ]
    assert await page.evaluate("Object.values(tabs).map((t) => t.live.state)") == ["live", "live"]


async def test_a_tab_that_comes_later_hears_what_its_page_lacks(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); [11, 12, 13].forEach(event)")
    await opens(page, newer=14, same=13, older=11)
    assert [sub["q"] for sub in await page.evaluate("asked('sub')")] == [11]
    await page.evaluate("[12, 13, 14, 15].forEach(event)")
    assert await heard(page) == {
        "one": [11, 12, 13, 14, 15], "newer": [15], "same": [14, 15], "older": [12, 13, 14, 15]
    }  # fmt: skip


async def test_a_replay_loses_nothing_that_comes_meanwhile(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); [11, 12].forEach(event)")
    await opens(page, older=10)
    await page.evaluate("[13, 11, 12, 13, 14].forEach(event)")  # 13 was on its way when the hub was asked
    assert await heard(page) == {"one": [11, 12, 13, 14], "older": [11, 12, 13, 14]}


async def test_a_page_too_old_to_go_on_is_the_only_one_that_is_read_again(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); event(11)")
    await opens(page, ancient=1)
    await page.evaluate("now().says({ t: 'resync', s: 't:1', e: 'k', head: 11, why: 'floor' }); event(12)")
    assert await heard(page) == {"one": [11, 12], "ancient": ["resync floor"]}


async def test_a_lost_line_comes_back_for_all_from_where_they_were(page: Page) -> None:
    await opens(page, one=10, two=12)
    await page.evaluate("greets(12); event(11); now().dies()")
    await page.evaluate("passed()")
    assert await page.evaluate("Object.values(tabs).map((t) => t.live.state)") == ["waiting", "waiting"]
    await page.clock.run_for(600)
    await page.evaluate("greets(12)")
    assert await page.evaluate("asked('hello')[0].subs") == [{"s": "t:1", "e": "k", "q": 11}]
    await page.evaluate("[12, 13].forEach(event)")
    assert await heard(page) == {"one": [11, 12, 13], "two": [13]}
    assert await page.evaluate("Object.values(tabs).map((t) => t.live.state)") == ["live", "live"]


async def test_an_end_of_access_ends_it_for_all(page: Page) -> None:
    await opens(page, one=10, two=10)
    await page.evaluate("greets(); now().says({ t: 'gone', s: 't:1' }); event(11)")
    assert await heard(page) == {"one": ["gone"], "two": ["gone"]}


async def test_an_answer_goes_to_the_tab_that_asked(page: Page) -> None:
    await opens(page, one=10, two=10)
    await page.evaluate("greets()")
    await page.evaluate("""async () => {
        window.answers = {};
        for (const [name, { live }] of Object.entries(tabs)) live.op("post.add", "t:1", { body: name }).then((d) => (answers[name] = d), (e) => (answers[name] = e.text));
        await passed();
        const [one, two] = asked("op");
        now().says({ t: "res", i: two.i, s: "t:1", q: 11, d: { for: two.d.body } });
        now().says({ t: "err", i: one.i, code: "invalid", text: "No." });
        await passed();
    }""")
    assert await page.evaluate("answers") == {"one": "No.", "two": {"for": "two"}}


async def test_a_write_outlives_the_line_and_the_worker_s_memory(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets()")
    await page.evaluate("tabs.one.live.op('post.add', 't:1', {}, 'a-name'); passed()")
    await page.evaluate("now().dies()")
    await page.clock.run_for(600)
    await page.evaluate("greets()")
    assert [op["op"] for op in await page.evaluate("asked('op')")] == ["a-name"]
    await page.evaluate("tabs.one.live.line.rejoin(); passed()")
    assert [op["op"] for op in await page.evaluate("asked('op')")] == ["a-name", "a-name"]


async def test_what_is_of_the_moment_is_told_to_whoever_comes(page: Page) -> None:
    await page.evaluate("tab(5, 'd:7')")
    await page.evaluate("greets()")
    await page.evaluate("tab(5, 'd:7')")
    assert [sub["s"] for sub in await page.evaluate("asked('sub')")] == ["d:7"]


async def test_a_tab_that_is_left_takes_nothing_with_it(page: Page) -> None:
    await opens(page, one=10, two=10)
    await page.evaluate("tab(0, 'n:4').then((t) => (tabs.three = t))")
    await page.evaluate("greets(); tabs.one.live.line.stop(); tabs.three.live.line.stop(); passed()")
    await page.clock.run_for(3100)
    await page.evaluate("event(11)")
    assert await heard(page) == {"one": [], "two": [11], "three": []}
    assert [m["s"] for m in await page.evaluate("asked('unsub')")] == ["n:4"]
    await page.evaluate("tabs.two.live.line.stop(); passed()")
    await page.clock.run_for(3100)
    assert await page.evaluate("now().closed") is True


async def test_a_part_of_a_page_that_comes_later_begins_where_the_page_did(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); [11, 12].forEach(event); passed()")
    await page.evaluate(
        "tabs.one.live.follow({ s: 't:1', e: 'k', q: 10 }, noting((tabs.part = {}).heard = [])); passed()"
    )
    await page.evaluate("[11, 12, 13].forEach(event)")
    assert await heard(page) == {"one": [11, 12, 13], "part": [11, 12, 13]}
    await page.evaluate("tab(13, 'n:4')")  # another keeps the line
    await page.evaluate("tabs.one.live.line.stop(); passed()")
    await page.clock.run_for(3100)
    assert [m["s"] for m in await page.evaluate("asked('unsub')")] == ["t:1"]


async def test_a_page_that_is_gone_on_to_finds_its_streams_followed(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); tabs.one.live.line.stop(); passed()")
    await page.clock.run_for(1000)
    await opens(page, next=10)
    await page.clock.run_for(5000)
    await page.evaluate("event(11)")
    assert await heard(page) == {"one": [], "next": [11]}
    assert await page.evaluate("[sockets.length, asked('sub'), asked('unsub')]") == [1, [], []]


async def test_a_tab_that_is_frozen_is_let_go_and_comes_back(page: Page) -> None:
    await opens(page, one=10, two=10)
    await page.evaluate("""() => {
        greets();
        const { line } = tabs.two.live;
        clearInterval(line.asking); // frozen: no timer runs
        window.wakes = () => line.ask();
    }""")
    for _ in range(19):
        await page.clock.run_for(10000)
        await page.evaluate("now().says({ t: 'hb', h: {} }); passed()")
    await page.evaluate("[11, 12].forEach(event)")
    assert await heard(page) == {"one": [11, 12], "two": []}
    await page.evaluate("wakes(); passed()")
    assert [sub["q"] for sub in await page.evaluate("asked('sub')")] == [10]
    await page.evaluate("[11, 12, 13].forEach(event)")
    assert await heard(page) == {"one": [11, 12, 13], "two": [11, 12, 13]}
    assert await page.evaluate("sockets.length") == 1


async def test_a_worker_that_died_is_replaced(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); event(11); passed()")
    await page.evaluate("tabs.one.live.line.port.onmessage = null; deaf = true")
    await page.clock.run_for(20100)  # asks
    await page.clock.run_for(20000)  # had no answer, and joins again
    await page.clock.run_for(5000)  # nobody there: it goes alone
    assert await page.evaluate("[sockets.length, sockets.at(-1) !== sockets[0]]") == [2, True]
    await page.evaluate("greets(12)")
    assert await page.evaluate("asked('hello')[0].subs[0].q") == 11
    await page.evaluate("event(12)")
    assert await heard(page) == {"one": [11, 12]}


@pytest.mark.parametrize(
    "fault", ["deaf = true", "() => { SharedWorker = class { constructor() { throw Error() } } }"]
)
async def test_where_nothing_can_be_shared_a_tab_goes_alone(page: Page, fault: str) -> None:
    await page.evaluate(fault)
    await opens(page, one=10)
    await page.clock.run_for(5100)
    await page.evaluate("greets(); event(11)")
    assert await heard(page) == {"one": [11]}


async def test_another_epoch_and_a_full_line_are_not_shared(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); tab(3, 't:1', 'another').then((t) => (tabs.other = t))")
    assert await page.evaluate("sockets.length") == 2
    await page.evaluate("async () => { for (let n = 2; n < 101; n++) await tab(0, `n:${n}`) }")
    assert await page.evaluate("[sockets.length, sockets[0].sent.filter((m) => m.t === 'sub').length]") == [
        2,
        99,
    ]
    await page.evaluate("tab(0, 'n:101')")
    assert await page.evaluate("sockets.length") == 3


async def test_a_hub_that_allows_less_sends_the_newcomer_away(page: Page) -> None:
    await opens(page, one=10)
    await page.evaluate("greets(); tab(3, 'n:4')")
    await page.evaluate("now().says({ t: 'err', i: asked('sub')[0].i, code: 'subs' }); passed()")
    assert await page.evaluate("[sockets.length, sockets[0].closed]") == [2, None]
    await page.evaluate("now().opens()")
    assert await page.evaluate("asked('hello')[0].subs.map((c) => c.s)") == ["n:4"]


async def test_a_session_s_end_is_the_end_for_all_its_tabs(page: Page) -> None:
    await opens(page, one=10, two=10)
    await page.evaluate("greets()")
    said = await page.evaluate("""async () => {
        const op = tabs.two.live.op("post.add", "t:1", {}).catch((e) => e.code);
        await passed();
        now().dies(4001);
        await passed();
        return [await op, tabs.one.live.state, tabs.two.live.state, tabs.two.live.why];
    }""")
    assert said == ["ended", "ended", "ended", 4001]


async def test_what_one_tab_hears_of_the_network_is_the_line_s(page: Page) -> None:
    await opens(page, one=10, two=10)
    await page.evaluate("greets(); tabs.one.live.line.net(false); now().dies(); passed()")
    await page.clock.run_for(60000)
    assert await page.evaluate("sockets.length") == 1
    assert await page.evaluate("Object.values(tabs).map((t) => t.live.state)") == ["offline", "offline"]
    await page.evaluate("tabs.two.live.line.net(true); passed()")
    assert await page.evaluate("sockets.length") == 2
