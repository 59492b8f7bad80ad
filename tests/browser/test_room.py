"""One room, two members and a host: agenda, people, silence, lobby, a lost connection, a phone."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from chat import agenda, dropins
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_drop_in_opens import close_in_a_second, hold, open_in_a_second
from tests.browser.test_lost_connection import cut
from tests.browser.windows import Opened, post, stays
from tests.chat.agenda.test_agenda import do, propose
from tests.hubs import RunningHub

SAY = "Say something"


@pytest.fixture
async def room(db: Database, ana: Viewer, open_network: NetworkSeen) -> int:
    return await hold(db, ana, await cast.schedule(db, ana, open_network, title="Tea"), timedelta())


async def tab(page: Page, name: str) -> None:
    await page.get_by_role("navigation", name="In this room").get_by_role("link", name=name).click()


def item(page: Page, title: str):
    return page.locator("#agenda li.item", has_text=title)


async def test_an_agenda_is_made_and_gone_through_together(
    opened: Opened, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    anas, bens, carols = [await opened(who, f"/drop-ins/{room}") for who in (ana, ben, carol)]
    still = [await stays(page) for page in (anas, bens, carols)]
    for page in (anas, bens, carols):
        await tab(page, "Agenda")
    await bens.get_by_text("Propose a topic").click()
    await bens.get_by_label("What should we talk about?").fill("Night handover")
    await bens.get_by_role("button", name="Propose it").click()
    for page in (anas, bens, carols):
        await expect(page.locator("#agenda-proposals > li")).to_contain_text("Night handover")
    await expect(bens.get_by_label("What should we talk about?")).to_have_value("")
    await expect(item(bens, "Night").get_by_role("button", name="Take it back")).to_be_visible()
    await expect(item(carols, "Night").get_by_role("button", name="Take it back")).to_be_hidden()

    vote = item(carols, "Night").locator(".vote")
    await vote.click()
    await expect(vote).to_have_attribute("aria-pressed", "true")
    for page in (anas, bens, carols):
        await expect(item(page, "Night").locator(".vote span:last-child")).to_have_text("1")
    await expect(item(bens, "Night").locator(".vote")).to_have_attribute("aria-pressed", "false")

    await item(anas, "Night").get_by_text("Arrange").click()
    await item(anas, "Night").get_by_label("Minutes").fill("10")
    await item(anas, "Night").get_by_role("button", name="Set").click()
    await expect(item(carols, "Night")).to_contain_text("10 minutes")
    await item(anas, "Night").get_by_role("button", name="Take it on").click()
    for page in (anas, bens, carols):
        await expect(page.locator("#agenda-items > li")).to_contain_text("Night handover")
        await expect(page.locator("#agenda-proposals > li")).to_have_count(0)
    await expect(vote).to_have_attribute("aria-pressed", "true")
    await expect(item(carols, "Night").get_by_text("Arrange")).to_be_hidden()

    await anas.get_by_role("button", name="Begin the agenda").click()
    for page in (anas, bens, carols):
        await expect(page.locator(".now-title")).to_have_text("Night handover")
        await expect(page.locator(".timer")).to_contain_text("left")
    await expect(carols.locator("#room-status")).to_have_text("Now on the agenda: Night handover")
    await anas.get_by_role("button", name="Finish").click()
    await expect(bens.get_by_text("The agenda is done.")).to_be_visible()
    await anas.get_by_role("button", name="Go back").click()
    await expect(bens.locator(".now-title")).to_have_text("Night handover")
    for same in still:
        await same()


async def test_half_a_sentence_stays_whatever_arrives(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, room: int
) -> None:
    shown = await propose(db, ana, room, "Falls at night")
    page = await opened(ana, f"/drop-ins/{room}")
    await tab(page, "Agenda")
    await item(page, "Falls").get_by_text("Arrange").click()
    field = item(page, "Falls").get_by_label("Minutes")
    await field.press_sequentially("1")
    await do(db, agenda.vote, ben, shown)
    await propose(db, ben, room, "Another")
    await do(db, agenda.give_minutes, ana, shown, 25)
    await expect(item(page, "Falls")).to_contain_text("25 minutes")
    await field.press_sequentially("2")
    await expect(field).to_have_value("12")
    await expect(field).to_be_focused()


async def test_a_refusal_is_said_beside_its_field(opened: Opened, ben: Viewer, room: int) -> None:
    page = await opened(ben, f"/drop-ins/{room}")
    await tab(page, "Agenda")
    await page.get_by_text("Propose a topic").click()
    field = page.get_by_label("What should we talk about?")
    await page.locator("#propose form").evaluate("form => { form.noValidate = true }")
    await page.get_by_label("A word more").fill("Who is told, and when?")
    await page.get_by_role("button", name="Propose it").click()
    await expect(page.get_by_role("alert")).to_have_text("The topic can’t be empty.")
    await expect(field).to_be_focused()
    await expect(page.get_by_label("A word more")).to_have_value("Who is told, and when?")


async def test_a_lost_connection_misses_nothing(
    opened: Opened, live_server: RunningHub, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    first = await propose(db, ana, room, "First")
    page = await opened(carol, f"/drop-ins/{room}")
    await tab(page, "Agenda")
    await expect(page.locator("#agenda-items > li")).to_have_count(1)
    await cut(page, live_server)
    await propose(db, ana, room, "Second")
    await do(db, agenda.vote, ben, first)
    await do(db, agenda.vote, carol, first)
    await do(db, agenda.start_next, ana, room)
    await page.context.set_offline(False)
    await expect(page.locator("#agenda-items > li")).to_have_count(2)
    await expect(page.locator(".now-title")).to_have_text("First")
    await expect(item(page, "First")).to_contain_text("2 votes")


async def test_who_was_away_too_long_gets_the_room_anew_and_keeps_their_words(
    opened: Opened, live_server: RunningHub, db: Database, ana: Viewer, ben: Viewer, room: int
) -> None:
    talk = await cast.value(db, "SELECT topic_id FROM drop_in WHERE id = :id", id=room)
    page = await opened(ben, f"/drop-ins/{room}")
    still = await stays(page)
    await tab(page, "Agenda")
    await page.get_by_text("Propose a topic").click()
    await page.get_by_label("What should we talk about?").fill("Half a top")
    await page.get_by_label(SAY).fill("Half a sen")
    await cut(page, live_server)
    await propose(db, ana, room, "Falls")
    await cast.write(db, ana, cast.Thread(talk, 0, None), "You were away.")
    async with db.transaction() as tx:
        streams = [f"d:{room}", f"t:{talk}"]
        await tx.run("DELETE FROM event WHERE stream_id = ANY(:s)", s=streams)
        await tx.run("UPDATE stream SET floor = head + 1 WHERE id = ANY(:s)", s=streams)
    await page.context.set_offline(False)
    await expect(item(page, "Falls")).to_be_visible()
    await expect(post(page, "You were away.")).to_have_count(1)
    await cast.write(db, ana, cast.Thread(talk, 0, None), "And now you are here.")
    await propose(db, ana, room, "Staffing")
    await expect(post(page, "And now you are here.")).to_have_count(1)
    await expect(item(page, "Staffing")).to_be_visible()
    await expect(page.get_by_label("What should we talk about?")).to_have_value("Half a top")
    await expect(page.get_by_label(SAY)).to_have_value("Half a sen")
    await still()


async def test_who_is_muted_sees_why_and_only_they(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    anas, bens, carols = [await opened(who, f"/drop-ins/{room}") for who in (ana, ben, carol)]
    await anas.get_by_text("Somebody disturbs").click()
    await anas.get_by_label("Who?").fill(ben.handle)
    await anas.get_by_role("button", name="Mute").click()
    await expect(bens.get_by_text("A host has muted you in this talk.")).to_be_visible()
    await expect(bens.get_by_label(SAY)).to_have_count(0)
    await expect(carols.get_by_label(SAY)).to_be_visible()
    await expect(carols.get_by_text("muted")).to_have_count(0)
    await anas.get_by_text("Somebody disturbs").click()
    await anas.get_by_role("button", name="Let speak").click()
    await expect(bens.get_by_label(SAY)).to_be_visible()


async def test_the_lobby_and_back(opened: Opened, db: Database, ana: Viewer, ben: Viewer, room: int) -> None:
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET place_url = 'https://call.example.org/tea'")
    anas, bens = await opened(ana, f"/drop-ins/{room}"), await opened(ben, f"/drop-ins/{room}")
    await expect(bens.get_by_role("link", name="Join the video call")).to_be_visible()
    await expect(anas.locator("[data-count]")).to_have_text("2")
    await bens.get_by_label(SAY).fill("Half a sen")
    await do(db, dropins.send_to_lobby, ana, room, ben.handle)
    await expect(bens.get_by_role("heading", name="You are in the lobby")).to_be_visible()
    await expect(bens.get_by_role("link", name="Join the video call")).to_have_count(0)
    await propose(db, ana, room, "Not for Ben’s eyes now")
    await do(db, dropins.let_in, ana, room, ben.handle)
    await expect(bens.get_by_role("heading", name="You are in the lobby")).to_have_count(0)
    await expect(bens.get_by_label(SAY)).to_have_value("Half a sen")
    await tab(bens, "Agenda")
    await expect(item(bens, "Not for Ben")).to_be_visible()
    await propose(db, ana, room, "And what comes after")
    await expect(item(bens, "And what comes after")).to_be_visible()


async def test_a_phone_shows_one_thing_at_a_time(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, room: int
) -> None:
    page = await opened(ben, f"/drop-ins/{room}", on="phone")
    await expect(page.get_by_label(SAY)).to_be_visible()
    await expect(page.locator("#agenda")).to_be_hidden()
    await propose(db, ana, room, "Falls")
    await expect(page.locator("#room-tabs [data-tab=agenda] .fresh")).to_have_text("1")
    await tab(page, "Agenda")
    await expect(item(page, "Falls")).to_be_visible()
    await expect(page.get_by_label(SAY)).to_be_hidden()
    await expect(page.locator("#room-tabs [data-tab=agenda] .fresh")).to_be_empty()
    await tab(page, "People")
    await expect(page.locator("[data-people] .name")).to_have_text(["Ben Okafor"])
    await tab(page, "Talk")
    await page.get_by_label(SAY).fill("From the bus.")
    await page.get_by_label(SAY).press("Enter")
    await expect(post(page, "From the bus.")).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_without_scripts_it_is_all_there(opened: Opened, db: Database, ana: Viewer, room: int) -> None:
    page = await opened(ana, f"/drop-ins/{room}", on="without scripts")
    await page.get_by_text("Add to the agenda").click()
    await page.get_by_label("What should we talk about?").fill("Falls")
    await page.get_by_role("button", name="Add it").click()
    await page.locator(".vote").click()
    await expect(page.locator(".vote")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Begin the agenda").click()
    await expect(page.locator(".now-title")).to_have_text("Falls")
    await expect(page.get_by_role("heading", name="Questions")).to_be_visible()


async def test_people_stand_by_their_organisations_with_the_hosts_first(
    opened: Opened,
    db: Database,
    ana: Viewer,
    ben: Viewer,
    carol: Viewer,
    open_network: NetworkSeen,
    room: int,
) -> None:
    dan = await cast.join_the_hub(db, "Dan Hale", organisation=ben.organisation)
    await cast.let_in(db, open_network, dan)
    pages = [await opened(who, f"/drop-ins/{room}") for who in (ben, carol, dan, ana)]
    await tab(pages[0], "People")
    people = pages[0].locator("[data-people]")
    await expect(people.locator(".group-name")).to_have_text(
        ["Host", f"{ben.organisation} 2", carol.organisation]
    )
    await expect(people.locator(".name")).to_have_text(["Ana Lima", "Ben Okafor", "Dan Hale", "Carol Nguyen"])


async def test_from_the_lobby_to_the_last_words_without_losing_a_word(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen, worker: None
) -> None:
    later = await hold(
        db, ana, await cast.schedule(db, ana, open_network, title="Tea"), timedelta(minutes=10)
    )
    page = await opened(ben, f"/drop-ins/{later}")
    still = await stays(page)
    await tab(page, "Agenda")
    await page.get_by_text("Propose a topic").click()
    await page.get_by_label("What should we talk about?").fill("Half a top")
    await open_in_a_second(db, later)
    await expect(page.locator(".live-mark")).to_have_text("open now")
    await expect(page.get_by_label(SAY)).to_be_visible()
    await expect(page.get_by_label("What should we talk about?")).to_have_value("Half a top")
    await close_in_a_second(db, later)
    await expect(page.locator(".standing")).to_contain_text("time for last words")
    await expect(page.get_by_label("What should we talk about?")).to_have_value("Half a top")
    await still()


async def test_a_host_extends_and_ends(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, room: int
) -> None:
    anas, bens = await opened(ana, f"/drop-ins/{room}"), await opened(ben, f"/drop-ins/{room}")
    still = await stays(bens)
    closes = "SELECT closes_at FROM drop_in WHERE id = :id"
    before = await cast.value(db, closes, id=room)
    await bens.get_by_label(SAY).fill("One more th")
    shown = await bens.locator("live-room").get_attribute("data-closes")
    await anas.get_by_role("button", name="10 minutes").press("Enter")
    await expect(bens.locator("live-room")).not_to_have_attribute("data-closes", str(shown))
    assert await cast.value(db, closes, id=room) - before == timedelta(minutes=10)
    await anas.get_by_text("End it", exact=True).press("Enter")
    await anas.get_by_role("button", name="End it now").press("Enter")
    for page in (anas, bens):
        await expect(page.locator(".standing")).to_contain_text("time for last words")
    await expect(bens.get_by_label(SAY)).to_have_value("One more th")
    await expect(bens.get_by_text("End it")).to_have_count(0)
    await still()


async def test_listeners_hear_when_time_runs_short(
    opened: Opened, db: Database, ben: Viewer, room: int
) -> None:
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET closes_at = now() + interval '640 seconds' WHERE id = :id", id=room)
    page = await opened(ben, f"/drop-ins/{room}", on="phone with a clock")
    await expect(page.locator("#room-status")).to_be_empty()
    await page.clock.fast_forward(60000)
    await expect(page.locator("#room-status")).to_have_text("10 minutes left")


async def test_a_link_to_a_panel_opens_its_tab(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, room: int
) -> None:
    await propose(db, ana, room, "Falls")
    page = await opened(ben, f"/drop-ins/{room}#agenda", on="phone")
    await expect(item(page, "Falls")).to_be_visible()
    await expect(page.get_by_label(SAY)).to_be_hidden()
    await tab(page, "Talk")
    await expect(page.get_by_label(SAY)).to_be_visible()


async def test_a_room_speaks_the_language_of_each_of_its_readers(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET language = 'de' WHERE id = :id", id=ben.id)
    bens, carols = [await opened(who, f"/drop-ins/{room}") for who in (ben, carol)]
    for page, agenda_tab in ((bens, "Tagesordnung"), (carols, "Agenda")):
        await page.locator("#room-tabs").get_by_role("link", name=agenda_tab).click()
    shown = await propose(db, ana, room, "Falls")
    await do(db, agenda.give_minutes, ana, shown, 10)
    await do(db, agenda.start_next, ana, room)
    await expect(bens.locator("#room-status")).to_have_text("Jetzt auf der Tagesordnung: Falls")
    await expect(carols.locator("#room-status")).to_have_text("Now on the agenda: Falls")
    await expect(bens.locator(".timer")).to_contain_text("noch ")
    await expect(carols.locator(".timer")).to_contain_text(" left")
