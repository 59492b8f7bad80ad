"""A member's record, its certificates, and the hosts' list, as pages, files and by the API."""

import io

import pytest
from pypdf import PdfReader

from chat import attendance
from tests import cast
from tests.chat.attendance.test_ledger import came, held, ledger, rule
from tests.web.conftest import csrf_of
from web.attendance.pdf import certificate_pdf


@pytest.fixture
async def drop_in(db, ana, open_network) -> int:
    return await held(db, ana, open_network)


@pytest.fixture
async def bens_browser(live_server, ben):
    async with live_server.browser(ben) as browser:
        yield browser


@pytest.fixture
async def carols_browser(live_server, carol):
    async with live_server.browser(carol) as browser:
        yield browser


def text_of(pdf: bytes) -> str:
    [page] = PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text()


async def test_a_certificate_from_the_record_to_its_page(live_server, db, drop_in, ben, bens_browser, http):
    await came(db, drop_in, (ben, 42))
    [entry] = await ledger(db, ben)
    page = (await bens_browser.get("/attendance")).text
    assert "Thursday drop-in" in page
    assert "42 minutes" in page
    here, csrf = f"/attendance/{entry.id}", csrf_of(bens_browser)
    made = await bens_browser.post(
        f"{here}/certificate", data={"csrf": csrf, "name": "Łukasz Żak-Ødegård <b>"}
    )
    assert made.status_code == 303
    pdf = await bens_browser.get(f"{here}/certificate.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    [entry] = await ledger(db, ben)
    words = text_of(pdf.content)
    for said in (
        "Łukasz Żak-Ødegård <b>",
        "Thursday drop-in",
        "Falls and frailty",
        "19 November 2026",
        "42 minutes",
        entry.certificate,
    ):
        assert said in words
    shown = await http.get(f"/certificates/{entry.certificate.lower()}")
    assert shown.status_code == 200
    assert "Łukasz Żak-Ødegård &lt;b&gt;" in shown.text
    assert "ben-okafor" not in shown.text
    assert shown.headers["x-robots-tag"] == "noindex"
    by_api = (await http.get(f"/api/v1/certificates/{entry.certificate}")).json()
    assert (by_api["title"], by_api["minutes"]) == ("Thursday drop-in", 42)

    assert (await bens_browser.post(f"{here}/certificate/withdraw", data={"csrf": csrf})).status_code == 303
    gone, unknown = [
        await http.get(f"/certificates/{code}")
        for code in (entry.certificate, "2222-2222-2222-2222-2222-2222")
    ]
    assert gone.status_code == unknown.status_code == 404
    assert gone.text.replace(entry.certificate, "") == unknown.text.replace(
        "2222-2222-2222-2222-2222-2222", ""
    )
    assert (await bens_browser.get(f"{here}/certificate.pdf")).status_code == 404


async def test_nobody_else_has_ones_record(live_server, db, drop_in, ben, carols_browser, http):
    await came(db, drop_in, (ben, 42))
    [entry] = await ledger(db, ben)
    for path in (f"/attendance/{entry.id}", f"/attendance/{entry.id}/certificate.pdf"):
        assert (await carols_browser.get(path)).status_code == 404
        assert (await http.get(path)).status_code in (303, 401, 404)


@pytest.mark.parametrize(
    "name", ["Çağla Şahin", "Ειρήνη Παπαδοπούλου", "Ольга Соколова", "Նարե", "Đặng Thị Ánh", "a" * 100]
)
def test_names_are_written_as_text(name):
    one = attendance.Certificate("CODE", name, "Sepsis", "A network", cast.day("2026-11-19"), 5, None)
    assert name in text_of(certificate_pdf(one, "handle", "https://example.org/certificates/CODE")).replace(
        "\n", ""
    )


@pytest.mark.parametrize("name", ["王芳", "أمينة", "अनिता", "Ben 🙂"])
def test_letters_that_the_font_lacks_are_not_made_into_boxes(name):
    one = attendance.Certificate("CODE", name, "王芳", "王芳", cast.day("2026-11-19"), 5, None)
    words = text_of(certificate_pdf(one, "wang-fang", "https://example.org/certificates/CODE"))
    assert "@wang-fang" in words
    assert "on the page below" in words
    assert "private" not in words
    assert "https://example.org/certificates/CODE" in words


async def test_a_year_as_a_table_is_harmless(live_server, db, ben, bens_browser, ana, open_network):
    drop_in = await held(db, ana, open_network, title="=HYPERLINK(1)")
    await came(db, drop_in, (ben, 42))
    [entry] = await ledger(db, ben)
    csrf = csrf_of(bens_browser)
    saved = await bens_browser.post(
        f"/attendance/{entry.id}/note", data={"csrf": csrf, "note": "@SUM(1)\nAsk sooner."}
    )
    assert saved.status_code == 303
    table = (await bens_browser.get("/attendance/years/2026")).text
    assert "2026-11-19,'=HYPERLINK(1),Falls and frailty,42,\"'@SUM(1)\nAsk sooner.\"" in table
    assert "HYPERLINK" not in (await bens_browser.get("/attendance/years/2025")).text


async def test_a_note_that_is_too_long_comes_back(live_server, db, drop_in, ben, bens_browser):
    await came(db, drop_in, (ben, 42))
    [entry] = await ledger(db, ben)
    note = "Kept. " * 700
    page = await bens_browser.post(
        f"/attendance/{entry.id}/note", data={"csrf": csrf_of(bens_browser), "note": note}
    )
    assert page.status_code == 422
    assert note.strip() in page.text
    assert "4,000 characters" in page.text


async def test_hosts_see_who_was_there_and_take_it_away(
    live_server, db, drop_in, ana, ben, anas_browser, bens_browser
):
    await came(db, drop_in, (ben, 42))
    page = (await anas_browser.get(f"/drop-ins/{drop_in}/attendance")).text
    assert "Ben Okafor" in page
    assert "Leeds Teaching Hospitals" in page
    assert "thirteen months" in page
    table = (await anas_browser.get(f"/drop-ins/{drop_in}/attendance.csv")).text
    assert "Ben Okafor,ben-okafor,Leeds Teaching Hospitals,GB,42," in table
    assert (await bens_browser.get(f"/drop-ins/{drop_in}/attendance")).status_code == 403
    async with live_server.client(ana) as client:
        told = (await client.get(f"/api/v1/drop-ins/{drop_in}/attendance")).json()
    assert [p["handle"] for p in told["people"]] == ["ben-okafor"]


async def test_under_the_chatham_house_rule_the_list_is_numbers(
    live_server, db, drop_in, ana, ben, anas_browser
):
    await rule(db, drop_in)
    await came(db, drop_in, (ben, 42))
    page = (await anas_browser.get(f"/drop-ins/{drop_in}/attendance")).text
    assert "Chatham House rule" in page
    async with live_server.client(ana) as client:
        told = (await client.get(f"/api/v1/drop-ins/{drop_in}/attendance")).text
    for what in (page, told):
        assert "Ben" not in what
        assert "Leeds" not in what
        assert "Others" in what
    assert (await anas_browser.get(f"/drop-ins/{drop_in}/attendance.csv")).status_code == 409


async def test_a_certificate_of_a_confidential_network_names_nothing(
    live_server, db, ana, ben, confidential_network, bens_browser, http
):
    drop_in = await held(db, ana, confidential_network, title="Wombat circle")
    await came(db, drop_in, (ben, 42))
    [entry] = await ledger(db, ben)
    here = f"/attendance/{entry.id}"
    assert "This network is confidential" in (await bens_browser.get(here)).text
    await bens_browser.post(f"{here}/certificate", data={"csrf": csrf_of(bens_browser)})
    [entry] = await ledger(db, ben)
    words = text_of((await bens_browser.get(f"{here}/certificate.pdf")).content)
    page = (await http.get(f"/certificates/{entry.certificate}")).text
    for what in (words, page):
        assert "a private network" in what
        assert "Wombat" not in what
        assert "Speaking" not in what
