"""Whatever is asked or sent gets an answer of ours: never an accident, and what is not there is not told from what is hidden."""

import pytest

from tests.web.api.test_people_api import is_problem

UNKNOWN = [
    "999999",
    "99999999999999999999",
    "9" * 300,
    "0",
    "00",
    "-1",
    "1.5",
    "1e3",
    "%00",
    "x",
    "٣",
    "%20",
    "%ff",
    "'--",
]


@pytest.fixture(autouse=True)
def no_accidents(monkeypatch):
    """Fails when an error reaches the last net."""
    accidents = []
    import web.answers

    monkeypatch.setattr(web.answers.log, "error", lambda *about, **more: accidents.append((about, more)))
    yield
    assert not accidents


@pytest.mark.parametrize("id", UNKNOWN)
async def test_unknown_and_hidden_are_one_answer(
    devs, live_server, dev, secret_thread, confidential_network, id
):
    async with live_server.browser(dev) as page:
        for client, address, hidden in (
            (devs, "/api/v1/topics/{}", secret_thread.id),
            (devs, "/api/v1/topics/{}/posts", secret_thread.id),
            (devs, "/api/v1/posts/{}", secret_thread.post),
            (devs, "/api/v1/networks/{}", confidential_network.slug),
            (devs, "/api/v1/drop-ins/{}", 5),
            (page, "/topics/{}", secret_thread.id),
            (page, "/posts/{}/edit", secret_thread.post),
            (page, "/networks/{}", confidential_network.slug),
            (page, "/networks/{}/topics/new", confidential_network.slug),
            (page, "/drop-ins/{}", 5),
            (page, "/members/{}", "nobody"),
        ):
            unknown, secret = [await client.get(address.format(which)) for which in (id, hidden)]
            assert (unknown.status_code, secret.status_code) == (404, 404)
            assert unknown.headers["content-type"] == secret.headers["content-type"]
            if client is devs:
                assert unknown.content == secret.content


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", "body"), (b"{", "body"), (b"[]", "body"), (b"null", "body"), (b'"text"', "body"), (b"[" * 100_000, "body"),
        (b'{"body": "\xff"}', "body"), (b'{"body": "\\ud800"}', "body"), (b'{"body": 5}', "body"), (b'{"body": {"a": 1}}', "body"),
        (b'{"body": "\\u0000"}', "body"), (b'{"body": "' + b"a" * 70_000 + b'"}', "body"), (b'{"body": "' + b"a" * 900_000 + b'"}', "body"),
        (b'{"body": "' + b"a" * 5_000_000 + b'"}', "body"), (b'{"body": "x", "parent": "' + b"9" * 5000 + b'"}', "parent"),
        (b'{"body": "x", "parent": ' + b"9" * 4000 + b"}", "parent"), (b'{"body": "x", "parent": [1]}', "parent"),
        (b'{"body": "x", "parent": true}', "parent"), (b'{"body": "x", "op": 5}', "op"), (b'{"body": "x", "op": ""}', "op"),
        (b'{"body": "x", "op": "' + b"o" * 65 + b'"}', "op"), (b'{"body": "x", "op": "\\u0000"}', "op"),
    ],
    ids=lambda value: str(value[:30]),
)  # fmt: skip
async def test_a_body_that_makes_no_sense_is_told_where(anas, thread, content, field):
    answer = await anas.post(f"/api/v1/topics/{thread.id}/posts", content=content)
    is_problem(answer, 422, field)


@pytest.mark.parametrize(
    "path",
    [
        "/members/%00", "/members/%ff", "/networks/%00", "/networks/{slug}/members?q=%00", "/search?q=%00%ff", "/verify/%00", "/i/%00",
        "/topics/{topic}?page=2147483648", "/topics/{topic}?page=99999999999", "/topics/{topic}?post=2147483648", "/topics/{topic}?post=x",
        "/topics/{topic}?reply=" + "9" * 5000, "/networks/{slug}/members?offset=999999999", "/networks/{slug}/members?offset=-1",
        "/api/v1/networks/%00", "/api/v1/networks?after=%00", "/api/v1/networks/{slug}/members?q=%00", "/api/v1/networks/{slug}/members/%00",
        "/api/v1/networks/{slug}/members?limit=0", "/api/v1/topics/{topic}/posts?after=2147483648", "/api/v1/topics/{topic}/posts?after=999999999",
        "/api/v1/topics/{topic}/posts?limit=-1", "/api/v1/search?q=" + "%26%7C%21" * 50, "/static/x/%00", "/static/x/../../config.py", "/" + "x" * 3000,
    ],
)  # fmt: skip
async def test_an_odd_address_is_no_accident(anas, anas_browser, open_network, thread, path):
    client = anas if path.startswith("/api") else anas_browser
    answer = await client.get(path.format(slug=open_network.slug, topic=thread.id))
    assert answer.status_code in (200, 404, 422)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"])
async def test_a_method_that_is_not_ours(anas, anas_browser, thread, method):
    page = await anas_browser.request(method, f"/topics/{thread.id}")
    assert page.status_code == 405
    assert "That can’t be done here." in page.text
    is_problem(await anas.request(method, f"/api/v1/topics/{thread.id}"), 405)


async def test_head_is_get_without_a_body(anas_browser, thread):
    answer = await anas_browser.head(f"/topics/{thread.id}")
    assert (answer.status_code, answer.content) == (200, b"")
