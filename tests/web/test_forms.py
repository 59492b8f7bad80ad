"""A form that is refused gives back what was typed, and says what is wrong beside the field."""

import pytest

from tests import cast
from tests.web.conftest import csrf_of

LONG = "An answer that took an hour. " * 2500  # 72 KB


@pytest.fixture
def send(anas_browser):
    """Send one of Ana's forms, with her session's token."""

    async def send(path, **fields):
        return await anas_browser.post(path, data={"csrf": csrf_of(anas_browser), **fields})

    return send


async def test_a_reply_that_is_too_long_is_not_lost(send, thread, db):
    page = await send(f"/topics/{thread.id}", body=LONG, parent=str(thread.post), op="")
    assert page.status_code == 422
    assert "The text can be 64 KB at most; this has 71 KB." in page.text or "64 KB at most" in page.text
    assert LONG.strip() in page.text
    assert f'name="parent" value="{thread.post}"' in page.text
    assert await cast.value(db, "SELECT count(*) FROM post") == 1


async def test_a_reply_far_too_long_is_not_lost_either(send, thread):
    words = "x" * 900_000
    page = await send(f"/topics/{thread.id}", body=words)
    assert page.status_code == 422
    assert words in page.text


async def test_what_no_form_holds_is_refused_before_it_is_read(send, thread):
    page = await send(f"/topics/{thread.id}", body="x" * 3_000_000)
    assert page.status_code == 422
    assert "A text can be 64 KB at most." in page.text


async def test_an_empty_reply_says_so(send, thread):
    page = await send(f"/topics/{thread.id}", body="  ")
    assert page.status_code == 422
    assert "The text can’t be empty." in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize("parent", ["9" * 5000, "1", "x", "-1", "²", "٣"])
async def test_an_answer_to_nothing_here_is_refused(send, thread, parent):
    page = await send(f"/topics/{thread.id}", body="Kept.", parent=parent)
    assert page.status_code == 422
    assert "The post that this answers is not in this topic." in page.text
    assert "Kept." in page.text


async def test_what_was_typed_comes_back_harmless(send, thread):
    page = await send(f"/topics/{thread.id}", body="</textarea><script>alert(1)</script>" + LONG)
    assert "<script>alert(1)" not in page.text
    assert "&lt;/textarea&gt;&lt;script&gt;" in page.text


async def test_a_new_topic_keeps_its_text_when_the_title_is_missing(send, open_network):
    page = await send(f"/networks/{open_network.slug}/topics", title="", body="Which labels?")
    assert page.status_code == 422
    assert "The title can’t be empty." in page.text
    assert "Which labels?" in page.text
    page = await send(f"/networks/{open_network.slug}/topics", title="Labels " * 30, body="Which?")
    assert ("Labels " * 30).strip() in page.text


async def test_an_edit_keeps_what_was_typed(send, thread):
    page = await send(f"/posts/{thread.post}/edit", body=LONG)
    assert page.status_code == 422
    assert LONG.strip() in page.text


async def test_a_network_and_a_series_keep_what_was_typed(send, open_network):
    page = await send("/networks", name="", summary="For surgeons.", access="confidential")
    assert page.status_code == 422
    assert "For surgeons." in page.text
    assert 'value="confidential" checked' in page.text
    wrong = {
        "title": "Friday tea",
        "zone": "Asia/Tokyo",
        "weekday": "FR",
        "local_time": "soon",
        "minutes": "30",
    }
    page = await send(f"/networks/{open_network.slug}/series", **wrong)
    assert page.status_code == 422
    for kept in ('value="Friday tea"', '<option value="Asia/Tokyo" selected>', 'value="30"', 'value="soon"'):
        assert kept in page.text


async def test_an_invitation_keeps_what_was_typed(send, open_network):
    page = await send(f"/networks/{open_network.slug}/invitations", by="email", email="ben(at)example.org")
    assert page.status_code == 422
    assert 'value="ben(at)example.org"' in page.text
    page = await send(f"/networks/{open_network.slug}/invitations", by="email", email="")
    assert "Say whom to invite." in page.text


async def test_the_profile_keeps_what_was_typed(send, db):
    page = await send("/settings/profile", name="", organisation="Mater", role="Midwife", country="IE")
    assert page.status_code == 422
    assert "Your name can’t be empty." in page.text
    assert 'value="Mater"' in page.text
    saved = await send("/settings/profile", name="Ana L.", organisation="Mater", role="Midwife", country="IE")
    assert saved.headers["location"] == "/settings/profile?saved=profile"
    assert await cast.value(db, "SELECT organisation FROM member") == "Mater"


async def test_forms_do_their_work(send, anas_browser, open_network, thread, db):
    """The other half: what is right is done, and the browser led on."""
    made = await send(f"/networks/{open_network.slug}/topics", title="Labels", body="Which?")
    assert made.status_code == 303
    assert "Labels" in (await anas_browser.get(made.headers["location"])).text
    edited = await send(f"/posts/{thread.post}/edit", body="We looked again.")
    assert edited.headers["location"] == f"/topics/{thread.id}?post=1#p1"
    assert "We looked again." in (await anas_browser.get(f"/topics/{thread.id}")).text
    assert (await send(f"/topics/{thread.id}/read", number="1")).status_code == 204
    await send(f"/posts/{thread.post}/remove")
    assert "This post was removed by its author." in (await anas_browser.get(f"/topics/{thread.id}")).text
    offer = await send(f"/networks/{open_network.slug}/invitations", by="link", places="3", days="7")
    assert "/i/" in offer.text
    founded = await send("/networks", name="Safer surgery", access="private")
    assert founded.headers["location"] == "/networks/safer-surgery"
    removed = await send(f"/networks/{open_network.slug}/members/ben-okafor/remove")
    assert removed.headers["location"] == f"/networks/{open_network.slug}/members"
    assert (await send(f"/networks/{open_network.slug}/leave")).status_code == 409


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"xx"),
        ("multipart/form-data; boundary=b", b"xx"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b--\r\n'),
        ("application/x-www-form-urlencoded", b"a=1&" * 100),
    ],
    ids=["no boundary", "garbage", "a file", "a hundred fields"],
)  # fmt: skip
async def test_a_malformed_form_is_refused_with_a_sentence(anas_browser, thread, kind, content):
    path = f"/topics/{thread.id}{'/read' if b'filename' in content else ''}"  # the form of a post takes files
    page = await anas_browser.post(path, content=content, headers={"content-type": kind})
    assert page.status_code == 422
    assert "This form can’t be read." in page.text


async def test_half_a_character_is_no_accident(anas_browser, thread):
    fields = {"csrf": csrf_of(anas_browser).encode(), "title": b"x", "body": b"+2AA-"}
    content = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in fields.items()
    )
    headers = {"content-type": "multipart/form-data; boundary=b; charset=utf-7"}
    page = await anas_browser.post(f"/topics/{thread.id}", content=content + b"--b--\r\n", headers=headers)
    assert page.status_code in (303, 422)
