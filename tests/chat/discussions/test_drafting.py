"""What somebody has begun is kept for them alone, until it is posted."""

from datetime import timedelta

import pytest

from chat import clock, discussions
from chat.db import Database
from chat.discussions import Draft, Spot, drafting
from chat.errors import Conflict, Invalid, NotFound, SignInFirst
from chat.members import Viewer
from tests import cast


async def keep(db: Database, member: Viewer | None, place: Spot, body: str, **more) -> Draft | None:
    async with db.transaction() as tx:
        return await discussions.keep_draft(tx, member, place, more.pop("title", ""), body, **more)


async def mine(db: Database, member: Viewer) -> list[str]:
    async with db.snapshot() as tx:
        return [draft.body for draft in await discussions.drafts_of(tx, member)]


async def test_a_text_is_kept_for_its_place_and_nobody_else(db, ana, ben, thread):
    here = Spot(None, thread.id)
    await keep(db, ana, here, "One.")
    await keep(db, ana, here, "One, two.")
    await keep(db, ana, Spot(None, thread.id, thread.post), "An answer.")
    await keep(db, ana, Spot(thread.network.id), "All of it.", title="A topic")
    assert await mine(db, ana) == ["All of it.", "An answer.", "One, two."]
    assert await mine(db, ben) == []
    async with db.transaction() as tx:
        draft = await discussions.draft_at(tx, ana, here)
        await discussions.discard_draft(tx, ben, draft.id)
    assert len(await mine(db, ana)) == 3
    async with db.transaction() as tx:
        await discussions.discard_draft(tx, ana, draft.id)
        await discussions.discard_draft(tx, ana, draft.id)
    assert await mine(db, ana) == ["All of it.", "An answer."]


async def test_what_is_posted_is_no_draft_any_more(db, ana, thread):
    await keep(db, ana, Spot(None, thread.id), "One.")
    await keep(db, ana, Spot(None, thread.id, thread.post), "Two.")
    await keep(db, ana, Spot(thread.network.id), "Three.", title="Three")
    await cast.write(db, ana, thread, "One.")
    assert await mine(db, ana) == ["Three.", "Two."]
    await cast.write(db, ana, thread, "Two.", parent=str(thread.post))
    assert await mine(db, ana) == ["Three."]
    await cast.start(db, ana, thread.network, "Three")
    assert await mine(db, ana) == []
    kinds = [kind for _, kind, _ in await cast.events(db, f"m:{ana.id}")]
    assert kinds.count("draft.saved") == kinds.count("draft.gone") == 3


async def test_another_device_was_quicker(db, ana, thread):
    here = Spot(None, thread.id)
    first = await keep(db, ana, here, "One.")
    await keep(db, ana, here, "One, on the phone.", rev=first.rev)
    with pytest.raises(Conflict, match="in another place"):
        await keep(db, ana, here, "One, on the desk.", rev=first.rev)
    assert await mine(db, ana) == ["One, on the phone."]
    await keep(db, ana, here, "One, on the desk.")  # chosen by its writer
    assert await mine(db, ana) == ["One, on the desk."]


async def test_a_draft_moves_with_whom_it_answers(db, ana, thread):
    first = await keep(db, ana, Spot(None, thread.id), "One.")
    await keep(db, ana, Spot(None, thread.id, thread.post), "One.", instead_of=first.id)
    assert len(await mine(db, ana)) == 1
    async with db.snapshot() as tx:
        nearby = await discussions.draft_at(tx, ana, Spot(None, thread.id), nearby=True)
    assert nearby.parent_id == thread.post


async def test_nothing_is_left_of_an_empty_text(db, ana, thread):
    await keep(db, ana, Spot(None, thread.id), "One.")
    assert await keep(db, ana, Spot(None, thread.id), " \n") is None
    assert await mine(db, ana) == []


async def test_a_draft_without_a_name_stays_so(db, ana, thread):
    await cast.allow_anonymity(db, thread.network)
    assert (await keep(db, ana, Spot(None, thread.id), "One.", anonymous="yes")).anonymous


async def test_it_cannot_be_kept_where_one_may_not_read(
    db, ana, dev, secret_thread, confidential_network, thread
):
    for place in (
        Spot(None, secret_thread.id),
        Spot(confidential_network.id),
        Spot(None, 999_999),
        Spot(999_999),
    ):
        with pytest.raises(NotFound):
            await keep(db, dev, place, "Is it here?")
    with pytest.raises(Invalid):
        await keep(db, dev, Spot(None, thread.id, secret_thread.post), "Is it here?")
    with pytest.raises(SignInFirst):
        await keep(db, None, Spot(None, thread.id), "Who am I?")


async def test_who_may_no_longer_read_finds_no_draft_of_it(db, ana, ben, confidential_network, secret_thread):
    draft = await keep(db, ben, Spot(None, secret_thread.id), "The rota.")
    await cast.remove(db, ana, confidential_network, ben)
    assert await mine(db, ben) == []
    async with db.snapshot() as tx:
        assert await discussions.draft_at(tx, ben, Spot(None, secret_thread.id)) is None
        with pytest.raises(NotFound):
            await discussions.draft_of(tx, ben, draft.id)


async def test_there_is_an_end_to_them(db, ana, thread, monkeypatch):
    monkeypatch.setattr(drafting, "MOST", 1)
    await keep(db, ana, Spot(None, thread.id), "One.")
    with pytest.raises(Invalid, match="drafts already"):
        await keep(db, ana, Spot(thread.network.id), "Two.")
    await keep(db, ana, Spot(None, thread.id), "One more word.")
    with pytest.raises(Invalid, match="64 KB"):
        await keep(db, ana, Spot(None, thread.id), "x" * 70_000)
    clock.pretend(clock.now() + timedelta(days=200))
    await discussions.forget_drafts(db)
    assert await mine(db, ana) == []
