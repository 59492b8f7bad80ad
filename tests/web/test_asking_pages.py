"""A closed network's page for outsiders, and the hosts' queue."""

import pytest

from chat import networks
from tests import cast
from tests.web.api.test_people_api import is_problem
from tests.web.conftest import csrf_of


@pytest.fixture
async def private_network(db, ana, ben):
    network = await cast.found(db, ana, "Sepsis circle", "private", ben)
    async with db.transaction() as tx:
        await networks.change_settings(tx, ana, network, {"questions": ["Where do you work?", "Why?"]})
    return network


@pytest.fixture
async def devs_browser(live_server, dev):
    async with live_server.browser(dev) as browser:
        yield browser


async def send(browser, path, **fields):
    return await browser.post(path, data={"csrf": csrf_of(browser), **fields})


ASKED = {"question-0": "Where do you work?", "question-1": "Why?"}
ANSWERED = {**ASKED, "answer-0": "On the <wards>.", "answer-1": "To learn."}


@pytest.mark.parametrize("access", ["restricted", "private"])
async def test_what_outsiders_see(db, ana, browser, devs_browser, access):
    network = await cast.found(db, ana, "Sepsis circle", access)
    async with db.transaction() as tx:
        await networks.change_settings(
            tx, ana, network, {"description": "Who we are", "questions": ["What do you ask?"]}
        )
    for client in (browser, devs_browser):
        page = (await client.get(f"/networks/{network.slug}")).text
        listed = (await client.get("/networks")).text
        for text in ("We share what works.", "1 member<"):
            assert (text in page) is (access == "restricted")
            assert (text in listed) is (access == "restricted")
        assert ("Who we are" in page) is (access == "restricted")
        assert "Ana" not in page
        assert ("What do you ask?" in page) is (client is devs_browser)
    assert "Sign in to ask" in (await browser.get(f"/networks/{network.slug}")).text


async def test_dev_asks_takes_it_back_and_asks_again(devs_browser, anas_browser, private_network):
    page = f"/networks/{private_network.slug}"
    assert (await send(devs_browser, f"{page}/requests", **ANSWERED)).headers["location"] == page
    waits = (await devs_browser.get(page)).text
    assert "You have asked for a place" in waits
    assert "On the &lt;wards&gt;." in waits
    queue = (await anas_browser.get(f"{page}/requests")).text
    assert "Dev Patel" in queue
    assert "On the &lt;wards&gt;." in queue
    assert '<span class="unread">1<span' in (await anas_browser.get(page)).text
    assert (await send(devs_browser, f"{page}/requests/withdraw")).headers["location"] == page
    assert "Ask for a place</button>" in (await devs_browser.get(page)).text
    assert "Nobody waits." in (await anas_browser.get(f"{page}/requests")).text


async def test_an_answer_that_is_missing_keeps_the_others(devs_browser, db, private_network):
    page = await send(
        devs_browser, f"/networks/{private_network.slug}/requests", **{**ANSWERED, "answer-1": " "}
    )
    assert page.status_code == 422
    assert 'id="answer-1-error"' in page.text
    assert "On the &lt;wards&gt;.</textarea>" in page.text
    assert await cast.value(db, "SELECT count(*) FROM join_request") == 0


async def test_questions_that_changed_meanwhile_keep_the_answers(devs_browser, db, ana, private_network):
    async with db.transaction() as tx:
        await networks.change_settings(
            tx, ana, private_network, {"questions": ["Where do you work now?", "Why?"]}
        )
    page = await send(devs_browser, f"/networks/{private_network.slug}/requests", **ANSWERED)
    assert page.status_code == 422
    assert "asks something else now" in page.text
    assert "Where do you work now?" in page.text
    assert "On the &lt;wards&gt;.</textarea>" in page.text


async def test_ana_declines_with_a_word(anas_browser, devs_browser, db, dev, private_network):
    page = f"/networks/{private_network.slug}"
    request = await cast.ask(db, dev, private_network, "Leeds.", "To learn.")
    long = await send(anas_browser, f"{page}/requests/{request.id}", decision="declined", word="No. " * 200)
    assert long.status_code == 422
    assert ("No. " * 200).strip() in long.text
    assert f'id="word-{request.id}-error"' in long.text
    done = await send(anas_browser, f"{page}/requests/{request.id}", decision="declined", word="Not <now>.")
    assert done.headers["location"] == f"{page}/requests"
    assert "declined by Ana Lima" in (await anas_browser.get(f"{page}/requests")).text
    told = (await devs_browser.get(page)).text
    assert "Your request was declined" in told
    assert "Not &lt;now&gt;." in told
    assert "You can ask again from" in told
    assert "Ana" not in told
    refused = await send(devs_browser, f"{page}/requests", **ANSWERED)
    assert refused.status_code == 403


async def test_a_host_who_comes_too_late_is_told_so(anas_browser, live_server, db, dev, private_network):
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, private_network, erin, "host")
    request = await cast.ask(db, dev, private_network, "Leeds.", "To learn.")
    address = f"/networks/{private_network.slug}/requests/{request.id}"
    async with live_server.browser(erin) as erins:
        assert (await send(erins, address, decision="approved")).status_code == 303
    late = await send(anas_browser, address, decision="declined")
    assert late.status_code == 409
    assert "Erin Walsh has approved this request already." in late.text


async def test_the_queue_is_for_hosts(live_server, ben, browser, devs_browser, private_network):
    address = f"/networks/{private_network.slug}/requests"
    async with live_server.browser(ben) as bens:
        assert (await bens.get(address)).status_code == 403
        assert address not in (await bens.get(f"/networks/{private_network.slug}")).text
    assert (await devs_browser.get(address)).status_code == 403
    assert (await browser.get(address)).status_code == 303


async def test_a_long_queue_has_pages(anas_browser, db, private_network):
    for n in range(32):
        await cast.ask(db, await cast.join_the_hub(db, f"Guest {n}"), private_network, "Leeds.", "To learn.")
    address = f"/networks/{private_network.slug}/requests"
    first = (await anas_browser.get(address)).text
    assert first.count('class="panel request"') == 30
    after = first.partition('href="?after=')[2].partition('"')[0]
    assert (await anas_browser.get(f"{address}?after={after}")).text.count('class="panel request"') == 2


async def test_programs_ask_and_decide(anas, devs, private_network):
    path = f"/api/v1/networks/{private_network.slug}"
    asked = (await devs.get(f"{path}/request")).json()
    assert asked == {"request": None, "questions": ["Where do you work?", "Why?"], "refusal": None}
    is_problem(await devs.post(f"{path}/requests", json={"answers": ["Leeds."]}), 422, "answers")
    is_problem(await devs.post(f"{path}/requests", json={"answers": "Leeds."}), 422, "answers")
    is_problem(await devs.post(f"{path}/requests", json={"answers": ["Leeds.", ""]}), 422, "answer-1")
    made = await devs.post(f"{path}/requests", json={"answers": ["Leeds.", "To learn."]})
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    assert (await devs.get(made.headers["location"])).json()["request"] == made.json()
    assert (await devs.delete(f"{path}/request")).status_code == 204
    again = (await devs.post(f"{path}/requests", json={"answers": ["Leeds.", "To learn."]})).json()
    queue = (await anas.get(f"{path}/requests")).json()
    assert (queue["total"], [r["id"] for r in queue["requests"]]) == (1, [again["id"]])
    assert queue["requests"][0]["member"]["handle"] == "dev-patel"
    is_problem(await devs.get(f"{path}/requests"), 403)
    is_problem(await devs.post(f"{path}/requests/{again['id']}", json={"decision": "approved"}), 403)
    decided = await anas.post(
        f"{path}/requests/{again['id']}", json={"decision": "approved", "word": "Welcome!"}
    )
    assert (decided.json()["state"], decided.json()["decided_by"]) == ("approved", "Ana Lima")
    is_problem(await anas.post(f"{path}/requests/{again['id']}", json={"decision": "declined"}), 409)
    is_problem(await anas.post(f"{path}/requests/999", json={"decision": "declined"}), 404)
    assert (await devs.get(path)).json()["role"] == "member"
