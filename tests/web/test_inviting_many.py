"""A list of addresses by the pages: pasted or uploaded, checked, confirmed, followed, saved."""

import csv
import io

import pytest

from chat import networks
from chat.jobs import work_all
from tests import cast
from tests.web.conftest import csrf_of
from workers.jobs import kinds


@pytest.fixture
def many(open_network):
    return f"/networks/{open_network.slug}/invitations/many"


@pytest.fixture
def send(anas_browser):
    """A form with a file, as browsers send it."""

    async def send(path, file=None, **fields):
        sent = {"csrf": csrf_of(anas_browser), **fields}
        files = {"file": ("" if file is None else "list.csv", file or b"", "text/csv")}
        return await anas_browser.post(path, data=sent, files=files)

    return send


async def test_a_pasted_list_is_checked_confirmed_and_followed(send, anas_browser, live_server, many, db):
    drawn = await send(
        many,
        list="Erin <erin@example.org>\nben-okafor@example.org\nno address\nERIN@example.org",
        word="Hello <all>.",
    )
    assert drawn.status_code == 303
    here = drawn.headers["location"]
    page = (await anas_browser.get(here)).text
    assert "1 person would be invited" in page
    for said in ("The same as line 1", "Is a member already", "Is no e-mail address", "Hello &lt;all&gt;."):
        assert said in page
    assert 'http-equiv="refresh"' not in page
    only = (await anas_browser.get(f"{here}?verdict=unreadable")).text
    assert only.count('<li class="person">') == 1
    assert await cast.value(db, "SELECT count(*) FROM invitation") == 0

    sent = {"csrf": csrf_of(anas_browser)}
    assert (await anas_browser.post(f"{here}/confirm", data=sent)).headers["location"] == here
    running = (await anas_browser.get(here)).text
    assert "0 of 1 person invited" in running
    assert 'http-equiv="refresh" content="5"' in running
    assert 'http-equiv="refresh"' not in (await anas_browser.get(f"{here}?still=1")).text
    await work_all(db, kinds(db, live_server.house.redis))
    done = (await anas_browser.get(here)).text
    assert "1 of 1 person invited" in done
    assert "The list is done." in done
    assert "1 letter handed over" in done
    assert "done" in (await anas_browser.get(many)).text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
async def test_a_file_is_read_as_it_was_saved(send, anas_browser, many, encoding):
    file = 'Name;E-Mail\r\n"Wälsh; Erin";erin@example.org\r\n'.encode(encoding)
    page = await anas_browser.get((await send(many, file)).headers["location"])
    assert "Wälsh; Erin" in page.text
    assert "line 2" in page.text


@pytest.mark.parametrize(
    ("file", "fields", "sentence"),
    [
        (None, {}, "Paste a list, or choose a file."),
        (None, {"list": " \n "}, "Paste a list, or choose a file."),
        (b"erin@example.org", {"list": "finn@example.org"}, "Send one of the two"),
        (b"\xff\xfe", {}, "There is no address in this list."),
        (b"a@example.org\n" * 50_001, {}, "This list has more than 50,000 lines."),
        (None, {"list": "erin@example.org", "word": "w" * 501}, "500 characters at most"),
    ],
)
async def test_a_list_that_is_refused_says_why_and_keeps_what_was_typed(
    send, many, db, file, fields, sentence
):
    page = await send(many, file, **{"word": "Kept.", **fields})
    assert page.status_code == 422
    assert sentence in page.text
    for typed in fields.values():
        assert typed.strip() in page.text
    assert await cast.value(db, "SELECT count(*) FROM invitation_batch") == 0


async def test_four_megabytes_and_no_more(send, many, db, thread):
    most = b"x" * 250 + b"@example.org\n"
    assert (await send(many, most * 15_000)).status_code == 303  # 3.9 MB
    page = await send(many, most * 16_500)
    assert page.status_code == 422
    assert "it can be 4 MB at most." in page.text
    assert (await send(f"/topics/{thread.id}", body="x" * 1_100_000)).status_code == 422  # nowhere else


async def test_a_file_is_taken_nowhere_else(send, thread):
    page = await send(f"/topics/{thread.id}/tags", b"a file", tags="falls")
    assert page.status_code == 422


async def test_the_report_computes_nothing(send, anas_browser, many):
    typed = "=cmd|'/C calc'!A0\n+erin@example.org\n@SUM(1)\n-1+1\nFinn, the =1 <finn@example.org>"
    here = (await send(many, list=typed)).headers["location"]
    answer = await anas_browser.get(f"{here}/report.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Line", "1", "2", "3", "4", "5"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert rows[2][1] == "'+erin@example.org"


async def test_others_get_nothing_before_anything_is_read(
    live_server, many, ben, dev, send, db, confidential_network, monkeypatch
):
    here = (await send(many, list="erin@example.org")).headers["location"]
    monkeypatch.setattr(networks, "read_list", None)
    for member in (ben, dev):
        async with live_server.browser(member) as theirs:
            for path in (many, here, f"{here}/report.csv"):
                assert (await theirs.get(path)).status_code == 403
            sent = {"csrf": csrf_of(theirs), "list": "x@example.org"}
            for path in (many, f"{here}/confirm", f"{here}/stop", f"{here}/go-on", f"{here}/discard"):
                assert (await theirs.post(path, data=sent)).status_code == 403
    async with live_server.browser(dev) as devs:
        secret = f"/networks/{confidential_network.slug}/invitations/many"
        assert (
            await devs.post(secret, data={"csrf": csrf_of(devs), "list": "x@example.org"})
        ).status_code == 404
    assert await cast.value(db, "SELECT count(*) FROM invitation_batch") == 1
    assert await cast.value(db, "SELECT count(*) FROM invitation") == 0


async def test_a_list_is_stopped_taken_up_again_and_discarded(
    send, anas_browser, many, db, ana, open_network
):
    here = (await send(many, list="\n".join(f"guest-{n}@example.org" for n in range(60)))).headers["location"]
    batch = int(here.rpartition("/")[2])
    token = {"csrf": csrf_of(anas_browser)}
    await anas_browser.post(f"{here}/confirm", data=token)
    async with db.transaction() as tx:
        await networks.invite_next(tx, batch, 0, 0)
    await anas_browser.post(f"{here}/stop", data=token)
    stopped = (await anas_browser.get(here)).text
    assert "50 of 60 people invited" in stopped
    assert "The list is stopped" in stopped
    assert "Not invited" in (await anas_browser.get(f"{here}?verdict=invite")).text
    await anas_browser.post(f"{here}/go-on", data=token)
    assert "It goes on by itself" in (await anas_browser.get(here)).text
    assert (await anas_browser.post(f"{here}/discard", data=token)).status_code == 409
    draft = (await send(many, list="erin@example.org")).headers["location"]
    assert (await anas_browser.post(f"{draft}/discard", data=token)).headers["location"] == many
    assert (await anas_browser.get(draft)).status_code == 404
