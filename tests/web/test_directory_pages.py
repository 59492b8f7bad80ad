"""What members choose to show, in every place where others look."""

from chat import members, networks
from tests import cast
from tests.web.conftest import csrf_of

HIDDEN = ("Mercy Health", "Ward sister", "Australia")


async def test_what_is_hidden_stands_on_no_page_and_in_no_answer(
    live_server, db, ana, ben, carol, open_network
):
    inside = f"/networks/{open_network.slug}"
    pages = [
        f"{inside}/members", f"{inside}/members?q=carol", f"{inside}/members?organisation=Mercy+Health", f"/members/{carol.handle}",
        f"{inside}/dashboard", f"{inside}/announcements",
    ]  # fmt: skip
    answers = [
        f"/api/v1{inside}/members",
        f"/api/v1{inside}/members/{carol.handle}",
        f"/api/v1{inside}/dashboard",
    ]
    async with live_server.browser(ana) as browser, live_server.client(ana) as program:
        before = "".join([(await browser.get(path)).text for path in pages])
        assert all(word in before for word in HIDDEN)
        async with live_server.browser(carol) as carols:
            saved = await carols.post("/settings/visibility", data={"csrf": csrf_of(carols)})
            assert saved.headers["location"] == "/settings/profile?saved=visibility"
            own = (await carols.get("/settings/profile")).text
            assert 'value="Mercy Health"' in own
        for path in pages:
            page = await browser.get(path)
            assert page.status_code == 200, path
            shown = page.text.replace('<option value="Mercy Health" selected>Mercy Health (0)</option>', "")
            shown = shown.split("<select")[0] + "".join(
                part.split("</select>", 1)[1] for part in shown.split("<select")[1:]
            )
            assert not [word for word in HIDDEN if word in shown], path
        for path in answers:
            text = (await program.get(path)).text
            assert not [word for word in ("Mercy", "sister", '"AU"') if word in text], path
        everybody = (await program.get(f"/api/v1{inside}/members")).json()
        assert [o["organisation"] for o in everybody["organisations"]] == [
            "Hospital de São João",
            "Leeds Teaching Hospitals",
        ]
    async with live_server.client(carol) as carols:
        me = (await carols.get("/api/v1/me")).json()
        assert (me["organisation"], me["hides"]) == ("Mercy Health", ["country", "organisation", "role"])
        me = (await carols.patch("/api/v1/me", json={"hides": ["role"]})).json()
        assert me["hides"] == ["role"]
        assert (await carols.patch("/api/v1/me", json={"hides": ["name"]})).status_code == 422


async def test_presence_names_what_is_shown(live_server, db, ana, carol, open_network):
    from tests.web.addresses import furnish

    async with db.transaction() as tx:
        await members.hide(tx, carol.id, {"hides": ["organisation"]})
    thread = await cast.start(db, ana, open_network, "Bed rails")
    room = (await furnish(db, ana, open_network, thread))["drop-ins/id"]
    async with live_server.listening(carol, f"d:{room}") as screen:
        here = await screen.next(t="eph", k="presence")
    assert [(p["name"], p["organisation"]) for p in here["d"]["here"]] == [("Carol Nguyen", "")]


async def test_the_directory_finds_and_filters(anas_browser, db, open_network):
    path = f"/networks/{open_network.slug}/members"
    page = (await anas_browser.get(path, params={"q": "sao joao"})).text
    assert "Ana Lima" in page
    assert "Carol Nguyen" not in page
    assert "1 person" in page
    page = (await anas_browser.get(path, params={"country": "AU"})).text
    assert '<option value="AU" selected>Australia (1)</option>' in page
    assert "Ben Okafor" not in page
    for wrong in (
        {"country": "\0"},
        {"role": "<script>"},
        {"organisation": "x" * 5000},
        {"offset": "999999999"},
    ):
        page = await anas_browser.get(path, params=wrong)
        assert page.status_code == 200, wrong
        assert '<script>"' not in page.text
    assert (await anas_browser.get(path, params={"offset": "x"})).status_code == 422


async def test_pages_of_the_directory_keep_what_was_asked(anas_browser, db, ana, open_network):
    for guest in await cast.crowd(db, 65):
        await cast.let_in(db, open_network, guest)
    path = f"/networks/{open_network.slug}/members"
    first = (await anas_browser.get(path, params={"q": "guest"})).text
    assert first.count('class="person"') == 60
    assert "q=guest&amp;organisation=&amp;country=&amp;role=&amp;offset=60" in first
    assert (await anas_browser.get(path, params={"q": "guest", "offset": "60"})).text.count(
        'class="person"'
    ) == 5


async def test_ones_choices_in_a_network(live_server, db, ana, ben, carol, open_network):
    path = f"/networks/{open_network.slug}/preferences"
    async with live_server.browser(carol) as carols, live_server.browser(ben) as bens:
        assert (await carols.get(path)).text.count(" checked") == 10
        saved = await carols.post(path, data={"csrf": csrf_of(carols), "letters": "1"})
        assert saved.headers["location"] == f"{path}?saved=1"
        assert (await carols.get(path)).text.count(" checked") == 9
        assert "Carol Nguyen" not in (await bens.get(f"/networks/{open_network.slug}/members")).text
        assert "not listed" in (await carols.get(f"/networks/{open_network.slug}/members")).text
    async with live_server.client(carol) as program:
        seen = (await program.get(f"/api/v1{path}")).json()
        assert seen == {
            "listed": False,
            "letters": True,
            "reminders": list(members.REMINDERS),
            "missed": "usual",
            "told": "mine",
        }
        changed = (await program.patch(f"/api/v1{path}", json={"listed": True})).json()
        assert changed == {**seen, "listed": True}
        assert (await program.patch(f"/api/v1{path}", json={"listed": "x"})).status_code == 422
    async with db.snapshot() as tx:
        assert (await networks.preferences_of(tx, carol, open_network)).unlisted_at is None
