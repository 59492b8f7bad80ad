"""What helps to write, in JSON."""

from tests.web.api.test_people_api import is_problem


async def test_a_preview_writes_nothing(anas, db, ben, open_network):
    url = f"/api/v1/networks/{open_network.slug}/preview"
    html = (await anas.post(url, json={"body": "**Ask** @ben-okafor"})).json()["html"]
    assert html.startswith("<p><strong>Ask</strong> <a")
    is_problem(await anas.post(url, json={"body": "![" * 5000}), 422, "body")


async def test_suggestions(anas, open_network, thread):
    found = (await anas.get(f"/api/v1/networks/{open_network.slug}/suggestions?q=check")).json()
    assert [t["id"] for t in found["topics"]] == [thread.id]
    assert found["members"] == []


async def test_a_draft_is_kept_found_and_discarded(anas, thread):
    kept = await anas.put("/api/v1/drafts", json={"topic": thread.id, "body": "We found"})
    draft = kept.json()
    assert (kept.status_code, draft["body"], draft["rev"]) == (200, "We found", 1)
    newer = {"topic": thread.id, "body": "We found that", "rev": 1}
    assert (await anas.put("/api/v1/drafts", json=newer)).json()["rev"] == 2
    is_problem(await anas.put("/api/v1/drafts", json={**newer, "body": "No"}), 409)
    assert [d["body"] for d in (await anas.get("/api/v1/drafts")).json()["drafts"]] == ["We found that"]
    for _ in range(2):
        assert (await anas.delete(f"/api/v1/drafts/{draft['id']}")).status_code == 204
    assert (await anas.get("/api/v1/drafts")).json() == {"drafts": []}
