"""The audit log as owners see it, and the table that they take away."""

import csv
import io

from chat import networks
from chat.clock import now
from tests import cast
from web.networks.audit import ROWS_AT_ONCE
from web.sheets import cell


async def record(db, network, actor, action, subject=None, **details):
    async with db.transaction() as tx:
        return await networks.record(tx, network.id, actor.id, action, subject and subject.id, **details)


async def test_an_owner_reads_who_did_what_to_whom(live_server, db, ana, ben, carol, open_network):
    await cast.change_role(db, ana, open_network, ben, "host")
    async with db.transaction() as tx:
        await networks.remove(tx, ben, open_network, carol.handle, former=True)
    path = f"/networks/{open_network.slug}/audit"
    async with live_server.browser(ana) as anas, live_server.browser(ben) as bens:
        page = (await anas.get(path)).text
        assert (
            '<a href="?person=ben-okafor">Ben Okafor</a> removed <a href="?person=carol-nguyen">Carol Nguyen</a>. What they wrote'
            in page
        )
        assert "changed the role of" in page
        assert "from member to host." in page
        assert page.index(" removed ") < page.index("changed the role of")
        sifted = (await anas.get(path, params={"person": "carol", "kind": "member.removed"})).text
        assert "What they wrote" in sifted
        assert "changed the role of" not in sifted
        assert 'value="carol"' in sifted
        assert "Nothing of that kind" in (await anas.get(path, params={"person": "nobody"})).text
        for address in (path, path + ".csv"):
            assert (await bens.get(address)).status_code == 403
        assert "Audit log" not in (await bens.get(f"/networks/{open_network.slug}")).text


async def test_names_and_details_are_no_markup(live_server, db, ana, open_network):
    eve = await cast.join_the_hub(db, "Eve")
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET name = '<b>{actor}</b>' WHERE id = :id", id=eve.id)
    await cast.let_in(db, open_network, eve)
    await record(db, open_network, eve, "invitation.sent", email="<i>x@example.org</i>", role="member")
    await record(db, open_network, eve, "kettle.boiled", eve, **{"<u>how": "{subject} <s>"})
    async with live_server.browser(ana) as anas:
        page = (await anas.get(f"/networks/{open_network.slug}/audit")).text
    assert "&lt;b&gt;{actor}&lt;/b&gt;</a> invited &lt;i&gt;x@example.org&lt;/i&gt; as member." in page
    assert "kettle boiled, " in page
    assert "(&lt;u&gt;how: {subject} &lt;s&gt;)." in page
    for tag in ("<b>", "<i>", "<u>", "<s>"):
        assert tag not in page


async def test_it_is_read_page_by_page(live_server, db, ana, open_network):
    for n in range(60):
        await record(db, open_network, ana, "kettle.boiled", nth=n)
    async with live_server.browser(ana) as anas:
        first = (await anas.get(f"/networks/{open_network.slug}/audit?kind=kettle.boiled")).text
        assert "(nth: 59)" in first
        assert "(nth: 9)" not in first
        older = first.split('rel="next"')[0].rpartition('href="')[2].split('"')[0].replace("&amp;", "&")
        second = (await anas.get(f"/networks/{open_network.slug}/audit{older}")).text
        assert "(nth: 9)" in second
        assert "(nth: 10)" not in second
        assert "Older" not in second
        assert "network.founded" in second  # among the kinds
        assert "founded this network" not in second


async def test_the_receipts_say_when_each_ended(
    live_server, db, ana, dev, confidential_network, secret_thread
):
    await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    await cast.let_in(db, confidential_network, dev)
    await cast.remove(db, ana, confidential_network, dev)
    at = now().replace(hour=3, minute=12, second=7, microsecond=412_000)
    async with db.transaction() as tx:
        gone = [networks.LetGo(secret_thread.stream, dev.id, n, at) for n in (1, 2)]
        await networks.streams_ended(tx, gone)
    async with live_server.browser(ana) as anas, live_server.client(ana) as api:
        path = f"/networks/{confidential_network.slug}/audit"
        page = (await anas.get(path)).text
        assert '2 connections ended <time datetime="' in page
        assert 'T03:12:07.412+00:00">03:12:07.412</time>' in page
        assert "1 letter stopped" in page
        assert "1 invitation ended" in page
        entry = (await api.get(f"/api/v1{path}", params={"kind": "member.removed"})).json()["entries"][0]
        assert {e["what"]: e["count"] for e in entry["ended"]} == {
            "streams": 2,
            "letters": 1,
            "invitations": 1,
        }
        table = (await anas.get(path + ".csv")).text
        assert "2 connections ended " in table
        assert "T03:12:07.412+00:00" in table


async def test_the_table_holds_everything_and_no_formula(live_server, db, ana, open_network):
    eve = await cast.join_the_hub(db, "Eve")
    async with db.transaction() as tx:
        await tx.run(
            """UPDATE member SET name = '=HYPERLINK("http://evil.example";"x")' WHERE id = :id""", id=eve.id
        )
    await cast.let_in(db, open_network, eve)
    many = 2 * ROWS_AT_ONCE + 7
    async with db.transaction() as tx:
        await tx.run(
            "INSERT INTO audit_entry (network_id, actor_id, action, details) "
            "SELECT :network, :ana, 'kettle.boiled', jsonb_build_object('nth', n) FROM generate_series(1, :many) AS n",
            network=open_network.id,
            ana=ana.id,
            many=many,
        )
    async with live_server.browser(ana) as anas:
        answer = await anas.get(f"/networks/{open_network.slug}/audit.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert (
            answer.headers["content-disposition"] == f'attachment; filename="audit-{open_network.slug}.csv"'
        )
        assert answer.content.startswith(b"\xef\xbb\xbftime,kind,")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        boiled = [row["details"] for row in rows if row["kind"] == "kettle.boiled"]
        assert boiled == [f'{{"nth":{n}}}' for n in range(many, 0, -1)]
        assert not [value for row in rows for value in row.values() if value[:1] in "=+-@\t\r" and value]
        joined = next(row for row in rows if row["who (handle)"] == "eve")
        assert joined["who"].startswith("'=HYPERLINK(")
        sifted = (await anas.get(f"/networks/{open_network.slug}/audit.csv", params={"person": "eve"})).text
        assert len(sifted.splitlines()) == 2


def test_what_begins_like_a_formula_is_text():
    for harmful in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"):
        assert cell(harmful) == "'" + harmful
    for harmless in ("", "Ana", " =1", "a=1", 7, None):
        assert cell(harmless) == ("" if harmless is None else str(harmless))


async def test_a_table_ends_where_the_right_to_it_does(live_server, db, ana, ben, open_network, monkeypatch):
    """Between two parts of a long one."""
    monkeypatch.setattr("web.networks.audit.ROWS_AT_ONCE", 2)
    await cast.change_role(db, ana, open_network, ben, "owner")
    entries_of, times = networks.entries_of, 0

    async def demoted_meanwhile(tx, viewer, network, **wanted):
        nonlocal times
        times += 1
        if times == 2:
            await cast.change_role(db, ana, open_network, ben, "member")
        return await entries_of(tx, viewer, network, **wanted)

    monkeypatch.setattr(networks, "entries_of", demoted_meanwhile)
    async with live_server.browser(ben) as bens:
        lines = (await bens.get(f"/networks/{open_network.slug}/audit.csv")).text.splitlines()
    # What a part sees is from one moment, so the demotion shows in the third.
    assert len(lines) == 1 + 4 + 1
    assert "This table ends here" in lines[-1]
