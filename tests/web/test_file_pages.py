"""Files at the edge: sent by forms and by scripts, given whole and in part, to nobody else."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from chat import discussions, files
from chat.config import Settings
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.cast import PDF, Thread
from tests.chat.files.papers import office, picture
from tests.hubs import RunningHub
from tests.web.conftest import csrf_of

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


async def send(
    browser: httpx2.AsyncClient, network: NetworkSeen, content: bytes, name: str
) -> httpx2.Response:
    """As the page's script does."""
    headers = {"x-csrf": csrf_of(browser), "accept": "application/problem+json"}
    return await browser.post(
        f"/networks/{network.slug}/files", params={"name": name}, content=content, headers=headers
    )


@pytest.fixture
def folder(tmp_path: Path, setting: Callable[..., Settings]) -> Path:
    setting(HUB_DATA_DIR=str(tmp_path))
    return tmp_path


async def test_a_form_brings_files_without_scripts(
    anas_browser: httpx2.AsyncClient, db: Database, thread: Thread
) -> None:
    page = await anas_browser.get(f"/topics/{thread.id}")
    assert 'enctype="multipart/form-data"' in page.text
    sent = [
        ("upload", ("Ward 7.png", picture(), "text/html")),
        ("upload", ("plan.doc", office(), "image/png")),
    ]
    answer = await anas_browser.post(
        f"/topics/{thread.id}",
        data={"csrf": csrf_of(anas_browser), "body": "Two files.", "files": ""},
        files=sent,
    )
    assert answer.status_code == 303
    page = await anas_browser.get(answer.headers["location"])
    [(address, width, height)] = re.findall(
        r'<img src="(/files/[^"]+\?small)".*width="(\d+)" height="(\d+)"', page.text
    )
    assert (width, height) == ("60", "40")
    assert (await anas_browser.get(address)).headers["content-type"] == "image/webp"
    assert "plan.doc.docx</a>" in page.text


async def test_what_is_refused_loses_neither_the_text_nor_the_other_files(
    anas_browser: httpx2.AsyncClient, db: Database, thread: Thread
) -> None:
    sent = [("upload", ("plan.pdf", PDF)), ("upload", ("virus.pdf", b"MZ"))]
    form = {"csrf": csrf_of(anas_browser), "body": "My long text.", "files": ""}
    answer = await anas_browser.post(f"/topics/{thread.id}", data=form, files=sent)
    assert answer.status_code == 422
    assert "“virus.pdf”: This kind of file" in answer.text
    assert "My long text." in answer.text
    [kept] = re.findall(r'name="files" value="(\d+)" checked> plan.pdf', answer.text)
    answer = await anas_browser.post(f"/topics/{thread.id}", data={**form, "files": ["", kept]})
    assert answer.status_code == 303
    assert [f["name"] for f in (await cast.read(db, None, thread))[-1].files] == ["plan.pdf"]


async def test_who_changes_a_post_sees_its_files_and_takes_them_off(
    anas_browser: httpx2.AsyncClient, db: Database, ana: Viewer, thread: Thread
) -> None:
    file = await cast.attach(db, ana, thread)
    post = (await cast.read(db, ana, thread))[-1]
    page = await anas_browser.get(f"/posts/{post.id}/edit")
    assert f'name="files" value="{file.id}" checked' in page.text
    form = {"csrf": csrf_of(anas_browser), "body": "Here it was.", "files": ""}
    await anas_browser.post(f"/posts/{post.id}/edit", data=form)
    assert (await cast.read(db, ana, thread))[-1].files == []


async def test_nobody_s_files_are_read_who_may_not_post(
    browser: httpx2.AsyncClient, devs: httpx2.AsyncClient, secret_thread: Thread, thread: Thread, folder: Path
) -> None:
    for path in (f"/topics/{thread.id}", f"/networks/{thread.network.slug}/topics"):
        answer = await browser.post(path, data={"body": "x"}, files={"upload": ("a.pdf", PDF)})
        assert answer.status_code == 401
    answer = await devs.post(f"/api/v1/networks/{secret_thread.network.slug}/files", content=PDF)
    assert answer.status_code == 404
    assert not [path for path in folder.rglob("*") if path.is_file()]


async def test_a_script_sends_and_throws_away(
    anas_browser: httpx2.AsyncClient, bens: httpx2.AsyncClient, open_network: NetworkSeen
) -> None:
    answer = await send(anas_browser, open_network, PDF, "a plan.pdf")
    assert answer.status_code == 201
    file = answer.json()
    assert (await anas_browser.get(f"/files/{file['id']}/a%20plan.pdf")).content == PDF
    remove = f"/files/{file['id']}/remove"
    assert (await anas_browser.post(remove, data={"csrf": "wrong"})).status_code == 403
    assert (await bens.delete(f"/api/v1/files/{file['id']}")).status_code == 404
    for _ in range(2):
        assert (await anas_browser.post(remove, data={"csrf": csrf_of(anas_browser)})).status_code == 204
    assert (await anas_browser.get(f"/files/{file['id']}/a%20plan.pdf")).status_code == 404
    headers = {"accept": "application/problem+json"}
    forged = await anas_browser.post(f"/networks/{open_network.slug}/files", content=PDF, headers=headers)
    assert forged.status_code == 403


async def test_what_is_too_large_is_refused_as_it_comes(
    db: Database, ana: Viewer, open_network: NetworkSeen, setting: Callable[..., Settings], folder: Path
) -> None:
    from tests.hubs import running

    async with running(setting(HUB_FILE_MB="1"), db) as hub, hub.browser(ana) as browser:
        answer = await send(browser, open_network, PDF + b"\n" * 2**20, "a.pdf")
        assert answer.status_code == 422
        assert answer.json()["detail"] == "This file is too large: it can have 1 MB at most."

        async def unmeasured():  # nobody says beforehand how long it is
            for _ in range(18):
                yield PDF * 1000

        headers = {"x-csrf": csrf_of(browser), "accept": "application/problem+json"}
        answer = await browser.post(
            f"/networks/{open_network.slug}/files", content=unmeasured(), headers=headers
        )
        assert answer.json()["detail"] == "This file is too large: it can have 1 MB at most."
    assert not [path for path in folder.rglob("*") if path.is_file()]


async def test_of_half_a_file_nothing_stays(
    live_server: RunningHub, db: Database, ana: Viewer, open_network: NetworkSeen, folder: Path
) -> None:
    token = await cast.bearer(db, ana)
    host, port = live_server.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /api/v1/networks/{open_network.slug}/files?name=a.pdf HTTP/1.1\r\nHost: {host}:{port}\r\n"
    writer.write(f"{head}Authorization: Bearer {token}\r\nContent-Length: 100000\r\n\r\n".encode() + PDF)
    await writer.drain()
    async with asyncio.timeout(5):
        while not folder.joinpath("files").exists():  # it has begun to read
            await asyncio.sleep(0.01)
    writer.close()
    async with live_server.client(ana) as client:  # the hub goes on
        assert (await client.get("/api/v1/me")).status_code == 200
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert await cast.value(db, "SELECT count(*) FROM file") == 0


async def test_what_is_given_runs_nothing_and_is_kept_by_nobody(
    browser: httpx2.AsyncClient, db: Database, ana: Viewer, thread: Thread
) -> None:
    photo = await cast.send_file(db, ana, thread.network, picture(), "Câmara “1”.png")
    paper = await cast.send_file(db, ana, thread.network)
    await cast.write(db, ana, thread, "Two.", attached=[photo.id, paper.id])
    shown = await browser.get(f"/files/{photo.id}/x")
    assert shown.headers["content-disposition"].startswith(
        "inline; filename=\"C_mara _1_.webp\"; filename*=UTF-8''C%C3"
    )
    saved = await browser.get(f"/files/{paper.id}/plan.pdf")
    assert saved.headers["content-disposition"].startswith("attachment")
    for answer in (shown, saved):
        assert answer.headers["content-security-policy"] == SANDBOX
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "private, no-cache"
        again = await browser.get(answer.url, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert int((await browser.head(answer.url)).headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("wanted", "status", "first", "end"),
    [
        ("bytes=0-3", 206, 0, 4), ("bytes=10-", 206, 10, None), ("bytes=-6", 206, -6, None), ("bytes=5-9999", 206, 5, None),
        ("bytes=9999-", 416, 0, 0), ("bytes=-0", 416, 0, 0), ("bytes=7-3", 416, 0, 0), ("bytes=0-1,4-5", 200, 0, None), ("lines=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None), ("bytes=-9999", 206, 0, None),
    ],
)  # fmt: skip
async def test_a_stretch_of_a_file(
    browser: httpx2.AsyncClient,
    db: Database,
    ana: Viewer,
    thread: Thread,
    wanted: str,
    status: int,
    first: int,
    end: int | None,
) -> None:
    file = await cast.attach(db, ana, thread)
    answer = await browser.get(f"/files/{file.id}/plan.pdf", headers={"range": wanted})
    assert (answer.status_code, answer.content) == (status, PDF[first:end])
    if status == 206:
        start = len(PDF) + first if first < 0 else first
        assert (
            answer.headers["content-range"] == f"bytes {start}-{start + len(answer.content) - 1}/{len(PDF)}"
        )
    changed = await browser.get(
        f"/files/{file.id}/plan.pdf", headers={"range": wanted, "if-range": '"other"'}
    )
    assert (changed.status_code, changed.content) == (200, PDF)


async def test_programs_attach_and_read_files(
    live_server: RunningHub, anas: httpx2.AsyncClient, bens: httpx2.AsyncClient, ana: Viewer, thread: Thread
) -> None:
    made = await anas.post(
        f"/api/v1/networks/{thread.network.slug}/files", params={"name": "p.pdf"}, content=PDF
    )
    assert made.status_code == 201
    file, place = made.json(), made.headers["location"]
    assert file == {
        "id": file["id"],
        "name": "p.pdf",
        "kind": "pdf",
        "size": len(PDF),
        "width": None,
        "height": None,
    }
    assert (await bens.get(place)).status_code == 404
    async with live_server.listening(ana, thread.stream, as_="json") as screen:
        op = {"body": "By the socket.", "files": [file["id"]]}
        await screen.say(t="op", i=1, op="one", k="post.add", s=thread.stream, d=op)
        told = await screen.next("post.added")
        assert told["d"]["files"] == [file]
    assert (await bens.get(place)).json() == file
    assert (await bens.get(f"{place}/content")).content == PDF
    assert (await anas.delete(place)).status_code == 409
    answer = await anas.patch(f"/api/v1/posts/{told['d']['id']}", json={"body": "None.", "files": []})
    assert answer.json()["files"] == []
    assert (await anas.get(place)).status_code == 404
    wrong = await anas.post(f"/api/v1/topics/{thread.id}/posts", json={"body": "x", "files": "all"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "files")


async def test_nothing_tells_whose_an_anonymous_picture_is(
    browser: httpx2.AsyncClient,
    db: Database,
    ana: Viewer,
    ben: Viewer,
    open_network: NetworkSeen,
    thread: Thread,
) -> None:
    await cast.allow_anonymity(db, open_network)
    photo = await cast.send_file(db, ben, open_network, picture(), "Ben Okafor, ward 7.png")
    made = await cast.write(db, ben, thread, "Not I.", anonymous=True, attached=[photo.id])
    told = [
        await browser.get(path)
        for path in (
            f"/topics/{thread.id}", f"/files/{photo.id}/x", f"/api/v1/files/{photo.id}", f"/api/v1/posts/{made['id']}",
        )
    ]  # fmt: skip
    for answer in told:
        assert answer.status_code == 200
        whole = f"{json.dumps(dict(answer.headers))} {answer.content!r}"
        assert "Okafor" not in whole
        assert "ben-" not in whole
    async with db.snapshot() as tx:
        assert not (await files.own_files(tx, ana, [photo.id]))
        assert [p.files[0]["name"] for p in (await discussions.posts_by_id(tx, [made["id"]])).values()] == [
            "Picture 1.webp"
        ]


async def test_a_network_lists_its_files_and_where_they_are(
    browser: httpx2.AsyncClient,
    bens: httpx2.AsyncClient,
    db: Database,
    ana: Viewer,
    ben: Viewer,
    thread: Thread,
) -> None:
    empty = await browser.get(f"/networks/{thread.network.slug}/files")
    assert "Nobody has attached" in empty.text
    first, second = [await cast.attach(db, ana, thread, f"{n}.pdf") for n in ("first", "second")]
    await cast.send_file(db, ana, thread.network, name="waits.pdf")
    made = await cast.write(
        db, ben, thread, "x", attached=[(await cast.send_file(db, ben, thread.network, name="gone.pdf")).id]
    )
    async with db.transaction() as tx:
        await discussions.remove(tx, ana, made["id"])
    page = await browser.get(f"/networks/{thread.network.slug}/files")
    assert re.findall(r'class="name" href="/files/\d+/([^"]+)"', page.text) == ["second.pdf", "first.pdf"]
    assert f"/topics/{thread.id}?post=3#p3" in page.text
    listed = (await bens.get(f"/api/v1/networks/{thread.network.slug}/files")).json()["files"]
    assert [(f["id"], f["topic"], f["number"]) for f in listed] == [
        (second.id, thread.id, 3),
        (first.id, thread.id, 2),
    ]
    rest = await bens.get(f"/api/v1/networks/{thread.network.slug}/files", params={"before": second.id})
    assert [f["id"] for f in rest.json()["files"]] == [first.id]
