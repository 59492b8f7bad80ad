import time
from tests import cast
import json


async def test_probe(live_server, db, ana, ben, open_network, thread, confidential_network, secret_thread):
    t = time.time()
    slug = open_network.slug
    async with live_server.client(ana) as c, live_server.browser(ana) as b, live_server.browser() as v:

        async def p(label, coro):
            t0 = time.time()
            try:
                r = await coro
                print(
                    f"{r.status_code} {label} {(time.time() - t0) * 1000:.0f}ms {r.text[:110]!r}"
                    if r.status_code >= 400 and "json" in r.headers.get("content-type", "")
                    else f"{r.status_code} {label} {(time.time() - t0) * 1000:.0f}ms loc={r.headers.get('location')}"
                )
            except Exception as e:
                print("EXC", label, repr(e)[:100])

        A = "/api/v1"
        for path in [
            "/members/%00",
            "/networks/%00",
            A + "/networks/%00",
            A + f"/networks/{slug}/members?q=%00",
            f"/networks/{slug}/members?q=%00",
            "/search?q=%00",
            A + "/search?q=%00",
            A + "/networks?after=%00",
            "/verify/%00",
            "/i/%00",
            "/members/%ff",
            "/topics/99999999999999999999",
            "/topics/999999999999999999",
            "/topics/0",
            "/topics/-1",
            "/topics/1e3",
            "/topics/%D9%A3",
            A + f"/networks/{slug}/topics?before=0001-01-01T00:00:00%2B23:59",
            A + f"/networks/{slug}/topics?before=9999-12-31T23:59:59-23:59",
            A + f"/networks/{slug}/topics?limit=0",
            A + f"/networks/{slug}/topics?limit=-1",
            A + f"/networks/{slug}/topics?limit=x",
            A + f"/topics/{thread.id}/posts?after=999999999999",
            A + f"/topics/{thread.id}/posts?after=2147483648",
            f"/topics/{thread.id}?post=2147483648",
            f"/topics/{thread.id}?page=2147483648",
            f"/topics/{thread.id}?reply=2147483648",
            A + f"/networks/{slug}/members?offset=999999999999",
            A + f"/networks/{slug}/members/%00",
            "/static/x/%00",
            "/networks//",
            "//evil.example/",
            "/networks/" + "x" * 5000,
        ]:
            await p("GET " + path[:80], (c if path.startswith(A) else b).get(path))

        async def post(label, path, **kw):
            await p(label, c.post(A + path, **kw))

        T = f"/topics/{thread.id}/posts"
        for label, content in [
            ("empty", b""),
            ("notjson", b"{"),
            ("list", b"[]"),
            ("null", b"null"),
            ("str", b'"x"'),
            ("deep", b"[" * 100000),
            ("parent5000", b'{"body":"x","parent":"' + b"9" * 5000 + b'"}'),
            ("parentlist", b'{"body":"x","parent":[1]}'),
            ("parentbig", b'{"body":"x","parent":9999999999999999999999}'),
            ("bodyint", b'{"body":5}'),
            ("bodynul", b'{"body":"\\u0000"}'),
            ("opint", b'{"body":"x","op":5}'),
            ("oplong", b'{"body":"x","op":"' + b"o" * 65 + b'"}'),
            ("body65", json.dumps({"body": "a" * 70000}).encode()),
            ("body1M", json.dumps({"body": "a" * 1000000}).encode()),
            ("body2M", json.dumps({"body": "a" * 2000000}).encode()),
            ("latin", b'{"body":"\xff"}'),
            ("brackets", json.dumps({"body": "[" * 60000}).encode()),
            ("quotes", json.dumps({"body": ">" * 60000}).encode()),
            ("stars", json.dumps({"body": "*a " * 20000}).encode()),
            ("back", json.dumps({"body": "`" * 30000 + " " + "`" * 29999}).encode()),
            ("urls", json.dumps({"body": "http://a.b " * 5900}).encode()),
            (
                "table",
                json.dumps(
                    {"body": "|" * 1000 + "\n" + "|-" * 1000 + "\n" + ("|" * 1000 + "\n") * 60}
                ).encode(),
            ),
        ]:
            await post("POST reply " + label, T, content=content)
        await post("op reuse1", T, json={"body": "x", "op": "same"})
        await post("op reuse2", f"/networks/{slug}/topics", json={"title": "x", "body": "y", "op": "same"})
        await post("op reuse3", f"/networks/{slug}/topics", json={"title": "x", "body": "y", "op": "sam2"})
        await post("op reuse4", T, json={"body": "y", "op": "sam2"})
        S = f"/networks/{slug}/series"
        base = {"title": "t", "zone": "Europe/London", "weekday": "TH", "local_time": "12:00"}
        for extra in [
            {"zone": []},
            {"zone": {}},
            {"starts_on": "9999-12-31"},
            {"starts_on": "9999-12-31", "rule": "FREQ=DAILY"},
            {"starts_on": "0001-01-01", "rule": "FREQ=DAILY"},
            {"starts_on": "0001-01-01"},
            {"rule": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31"},
            {"rule": []},
            {"rule": "FREQ=DAILY;COUNT=99999999999999999999"},
            {"rule": "FREQ=DAILY;INTERVAL=0"},
            {"rule": "FREQ=DAILY;UNTIL=20200101"},
            {"minutes": []},
            {"minutes": "9" * 5000},
            {"local_time": {}},
            {"local_time": "24:00"},
            {"place_url": 5},
            {"rule": "FREQ=DAILY;INTERVAL=99999999999"},
            {"starts_on": "2026-01-01", "rule": "FREQ=DAILY;BYSETPOS=400;BYMONTH=1"},
        ]:
            await post(f"series {str(extra)[:60]}", S, json={**base, **extra})
        for j in [
            {"places": {}},
            {"email": {}},
            {"email": "x@y"},
            {"role": []},
            {"days": 1e300},
            {"places": True},
            {"email": "a" * 300 + "@example.org"},
        ]:
            await post(f"invite {j}", f"/networks/{slug}/invitations", json=j)
        for j in [
            {},
            {"name": []},
            {"name": "x", "access": []},
            {"name": "x", "access": "open", "slug": {}},
            {"name": "日本", "access": "open"},
            {"name": "\ud83d" if False else "é", "access": "open", "summary": "x" * 2000},
        ]:
            await post(f"found {str(j)[:60]}", "/networks", json=j)
        await post("read", f"/topics/{thread.id}/read", json={"number": 10**30})
        await post("read", f"/topics/{thread.id}/read", json={"number": True})
        await post("read", f"/topics/{thread.id}/read", json={"number": -(10**30)})

        async def form(label, path, client=b, **kw):
            await p("FORM " + label, client.post(path, **kw))

        from chat.secrets import derived

        csrf = derived(b.cookies["session"], "csrf")
        F = f"/topics/{thread.id}"
        await form("empty", F, data={"csrf": csrf})
        await form("600K", F, data={"csrf": csrf, "body": "a" * 600000})
        await form("70K", F, data={"csrf": csrf, "body": "a" * 70000})
        await form("2M", F, data={"csrf": csrf, "body": "a" * 2000000})
        await form("parent", F, data={"csrf": csrf, "body": "x", "parent": "9" * 5000})
        await form("badmulti", F, content=b"xx", headers={"content-type": "multipart/form-data"})
        await form(
            "badmulti2", F, content=b"xx", headers={"content-type": "multipart/form-data; boundary=abc"}
        )
        await form("file", F, data={"csrf": csrf, "body": "x"}, files={"f": ("a.txt", b"x")})
        await form("many", F, data={"csrf": csrf, **{f"x{i}": "1" for i in range(100)}})
        await form("json", F, json={"csrf": csrf})
        await form(
            "utf7",
            F,
            content=b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n'
            + csrf.encode()
            + b'\r\n--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n+2AA-\r\n--b--\r\n',
            headers={"content-type": "multipart/form-data; boundary=b; charset=utf-7"},
        )
        await form("csrf latin", F, data={"csrf": "é"})
        await form(
            "next uni",
            "/sign-up",
            client=v,
            data={
                "name": "x",
                "email": "new@example.org",
                "password": "three quiet harbours",
                "next": "/networks/日本",
            },
        )
        await form(
            "next crlf",
            "/sign-up",
            client=v,
            data={
                "name": "x",
                "email": "new2@example.org",
                "password": "three quiet harbours",
                "next": "/a\r\nSet-Cookie: x=y",
            },
        )
        await form(
            "next semi",
            "/sign-up",
            client=v,
            data={
                "name": "x",
                "email": "new3@example.org",
                "password": "three quiet harbours",
                "next": '/a;b="c",\\d',
            },
        )
        await form(
            "stale",
            "/sign-in",
            client=v,
            data={"email": "ana-lima@example.org", "password": cast.PASSWORD, "next": "/\t/evil.example"},
        )
        async with live_server.browser() as s:
            s.cookies.set("session", "stale")
            await form(
                "stale",
                "/sign-in",
                client=s,
                data={"email": "ana-lima@example.org", "password": cast.PASSWORD},
            )
        for m in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"):
            await p(m, b.request(m, F))
            await p(m + " api", c.request(m, A + T))
    print("took", time.time() - t)
