"""Who can see a network: what is said before it changes, and how one confirms."""

import pytest

from chat.networks import ACCESS
from tests import cast
from tests.web.conftest import csrf_of
from web.networks.access import opens_up

CHANGES = [(was, to) for was in ACCESS for to in ACCESS if was != to]

# What the page must say before each change, and must not.
READABLE = "2 discussions and 3 posts become readable by everybody, search engines included."
ALONE = "2 discussions and 3 posts are for those alone who are in it (2 members)."
NAMED = "Everybody can learn that a network named “Sepsis circle” exists."
SHOWN = "and that it has 2 members, become visible to everybody."
HIDDEN = "Outsiders no longer see its summary"
GONE = "It gets a new address."
ASKED = "Members of the hub can ask for a place."
ALL = {READABLE, ALONE, NAMED, SHOWN, HIDDEN, GONE, ASKED}
SAID = {
    ("open", "restricted"): {ALONE, ASKED},
    ("open", "private"): {ALONE, ASKED, HIDDEN},
    ("open", "confidential"): {ALONE, GONE},
    ("restricted", "open"): {READABLE},
    ("restricted", "private"): {HIDDEN},
    ("restricted", "confidential"): {GONE},
    ("private", "open"): {READABLE, SHOWN},
    ("private", "restricted"): {SHOWN},
    ("private", "confidential"): {GONE},
    ("confidential", "open"): {READABLE, NAMED, SHOWN},
    ("confidential", "restricted"): {NAMED, SHOWN, ASKED},
    ("confidential", "private"): {NAMED, ASKED},
}


@pytest.fixture
def send(anas_browser):
    async def send(path, **fields):
        return await anas_browser.post(path, data={"csrf": csrf_of(anas_browser), **fields})

    return send


async def furnished(db, ana, ben, access):
    """Two discussions with three posts and one that was removed."""
    network = await cast.found(db, ana, "Sepsis circle", access, ben)
    thread = await cast.start(db, ana, network, "Zebra rota")
    await cast.start(db, ana, network, "Giraffe rota")
    await cast.write(db, ben, thread, "Ours too.")
    gone = await cast.write(db, ben, thread, "Never mind.")
    async with db.transaction() as tx:
        await tx.run("UPDATE post SET removed_at = now() WHERE id = :id", id=gone["id"])
    return network


@pytest.mark.parametrize(("was", "to"), CHANGES)
async def test_each_change_says_first_what_it_means(send, anas_browser, browser, db, ana, ben, was, to):
    network = await furnished(db, ana, ben, was)
    address = f"/networks/{network.slug}/access"
    page = (await anas_browser.get(f"{address}?to={to}")).text.replace("\n", " ")
    assert {sentence for sentence in ALL if sentence in page} == SAID[was, to]
    assert "What others have read or copied" in page or was != "open"
    wider = ACCESS.index(to) < ACCESS.index(was)
    assert ('id="name"' in page) is wider
    assert await cast.value(db, "SELECT access FROM network") == was  # looking changes nothing

    sent = {"access": to, "was": was}
    if wider:
        for typed in ("", "sepsis circle", "Sepsis"):
            refused = await send(address, name=typed, **sent)
            assert refused.status_code == 422
            assert "exactly as it stands" in refused.text
            assert {sentence for sentence in ALL if sentence in refused.text} == SAID[was, to]
        sent["name"] = " Sepsis  circle "
    changed = await send(address, **sent)
    assert changed.status_code == 303
    assert await cast.value(db, "SELECT access FROM network") == to

    outside = await browser.get(f"/networks/{network.slug}")
    there = changed.headers["location"]
    if to == "confidential":
        nowhere = await browser.get("/networks/never-was")
        assert (outside.status_code, nowhere.status_code) == (404, 404)
        here, there_too = (page.text.replace(page.url.path, "") for page in (outside, nowhere))
        assert len(here) == len(there_too)
        assert "Sepsis" not in (await browser.get(there)).text
    else:
        assert outside.status_code == 200
        assert ("Zebra rota" in outside.text) is (to == "open")
        assert ("We share what works." in outside.text) is (to != "private")
    inside = (await anas_browser.get(there)).text
    assert "Zebra rota" in inside
    assert f"It was {was} before." in inside


def test_what_opens_up():
    assert opens_up("confidential", "private")
    assert opens_up("restricted", "open")
    assert not opens_up("open", "confidential")


async def test_requests_that_would_end_are_counted(anas_browser, db, ana, ben, dev):
    network = await cast.found(db, ana, "Sepsis circle", "private", ben)
    await cast.ask(db, dev, network)
    for to, said in (
        ("open", "1 request to join ends without an answer: who asked"),
        ("confidential", "nobody is told"),
    ):
        assert said in (await anas_browser.get(f"/networks/{network.slug}/access?to={to}")).text
    assert (
        "without an answer"
        not in (await anas_browser.get(f"/networks/{network.slug}/access?to=restricted")).text
    )


async def test_whoever_confirms_what_is_no_longer_so_looks_again(send, db, ana, ben):
    network = await cast.found(db, ana, "Sepsis circle", "private", ben)
    late = await send(
        f"/networks/{network.slug}/access", access="restricted", was="confidential", name="Sepsis circle"
    )
    assert late.status_code == 409
    assert await cast.value(db, "SELECT access FROM network") == "private"


@pytest.mark.parametrize("to", ["", "public", "private", "%00"])
async def test_an_odd_wish_shows_the_choice(anas_browser, send, db, ana, to):
    network = await cast.found(db, ana, "Sepsis circle", "private")
    page = await anas_browser.get(f"/networks/{network.slug}/access?to={to}")
    assert page.status_code == 200
    assert "What should it become?" in page.text
    if to == "public":
        assert (await send(f"/networks/{network.slug}/access", access=to, was="private")).status_code == 422
