"""A list of addresses: checked line by line, confirmed, carried out by jobs, stopped and taken up again."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, networks
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from chat.jobs import work_all
from chat.networks import inviting_many
from tests import cast
from workers.jobs import kinds


async def act(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def draft(db, host, network, text, **form):
    return await act(db, networks.draft_list, host, network, networks.entries(text), form)


async def seen(db, host, network, batch):
    return await act(db, networks.list_of, host, network, batch)


async def verdicts(db, host, network, batch):
    return {
        line.line: line.verdict
        for line in await act(db, networks.lines_of, await seen(db, host, network, batch), limit=1000)
    }


async def confirm(db, host, network, batch):
    await act(db, networks.confirm_list, host, network, batch)


async def chunk(db, batch):
    """What the next job would do, without it."""
    row = (await cast.rows(db, "SELECT rounds, reached FROM invitation_batch WHERE id = :id", id=batch))[0]
    await act(db, networks.invite_next, batch, row.rounds, row.reached)


async def invited(db):
    return [
        email
        for (email,) in await cast.rows(
            db, "SELECT email FROM invitation WHERE batch_id IS NOT NULL ORDER BY id"
        )
    ]


def guests(count):
    return "\n".join(f"guest-{n}@example.org" for n in range(count))


async def test_each_line_says_what_it_would_do(db, ana, ben, dev, open_network):
    await act(db, networks.ban, ana, open_network, "dev-patel")
    await cast.invite(db, ana, open_network, email="finn@example.org")
    old = await cast.invite(db, ana, open_network, email="gita@example.org")
    await act(db, networks.revoke, ana, open_network, old.id)
    lines = ["Erin <erin@example.org>", "BEN-OKAFOR@example.org", "finn@example.org", "erin@example.org", "erin(at)example.org", "dev-patel@example.org", "gita@example.org", "=1+1"]  # fmt: skip
    batch = await draft(db, ana, open_network, "\n".join(lines))
    assert await verdicts(db, ana, open_network, batch) == {
        1: "invite", 2: "member", 3: "waiting", 4: "repeated", 5: "unreadable", 6: "refused", 7: "invite", 8: "unreadable",
    }  # fmt: skip
    listed = await seen(db, ana, open_network, batch)
    assert (listed.lines, listed.counts["invite"], listed.state) == (8, 2, "draft")
    assert await invited(db) == []
    assert not await cast.rows(db, "SELECT 1 FROM job WHERE kind = 'invite_next'")


async def test_a_confirmed_list_invites_each_once(db, redis, ana, open_network):
    batch = await draft(db, ana, open_network, guests(120), word="Welcome.")
    await asyncio.gather(*(confirm(db, ana, open_network, batch) for _ in range(3)))
    await work_all(db, kinds(db, redis))
    assert await invited(db) == guests(120).split("\n")
    listed = await seen(db, ana, open_network, batch)
    assert (listed.state, listed.counts["invited"], listed.letters) == ("done", 120, 120)
    assert await cast.value(
        db, "SELECT bool_and(word = 'Welcome.' AND letters = 1 AND sent_at IS NOT NULL) FROM invitation"
    )
    await confirm(db, ana, open_network, batch)
    await work_all(db, kinds(db, redis))
    assert len(await invited(db)) == 120
    log = await cast.rows(
        db, "SELECT action, details FROM audit_entry WHERE action LIKE 'batch.%' ORDER BY id"
    )
    assert [(a, d) for a, d in log] == [
        ("batch.confirmed", {"batch": batch, "lines": 120, "role": "member"}), ("batch.done", {"batch": batch, "invited": 120}),
    ]  # fmt: skip


async def test_a_chunk_that_breaks_off_leaves_nothing_half_done(db, ana, open_network):
    batch = await draft(db, ana, open_network, guests(120))
    await confirm(db, ana, open_network, batch)
    await chunk(db, batch)
    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            await networks.invite_next(tx, batch, 0, 50)
            raise RuntimeError("the plug is pulled")
    assert len(await invited(db)) == 50
    assert await cast.value(db, "SELECT count(*) FROM job WHERE kind = 'send_invitation'") == 50
    await act(db, networks.invite_next, batch, 0, 50)
    assert await invited(db) == guests(100).split("\n")


async def test_a_chunk_that_is_done_again_does_nothing(db, ana, open_network):
    batch = await draft(db, ana, open_network, guests(120))
    await confirm(db, ana, open_network, batch)
    for _ in range(3):  # a worker that died behind the work and before the mark
        await act(db, networks.invite_next, batch, 0, 0)
    assert len(await invited(db)) == 50
    await asyncio.gather(*(act(db, networks.invite_next, batch, 0, 50) for _ in range(4)))
    assert len(await invited(db)) == 100


async def test_who_came_meanwhile_gets_no_letter(db, ana, ben, carol, dev, open_network):
    lines = ["dev-patel@example.org", "erin-walsh@example.org", "finn@example.org", "gita@example.org"]
    batch = await draft(db, ana, open_network, "\n".join(lines))
    await cast.let_in(db, open_network, dev)
    await cast.join_the_hub(db, "Erin Walsh")
    await act(db, networks.ban, ana, open_network, "erin-walsh")
    await cast.invite(db, ana, open_network, email="finn@example.org")
    await confirm(db, ana, open_network, batch)
    await chunk(db, batch)
    assert await verdicts(db, ana, open_network, batch) == {
        1: "member",
        2: "refused",
        3: "waiting",
        4: "invited",
    }
    assert await invited(db) == ["gita@example.org"]


async def test_two_lists_with_the_same_addresses_invite_each_once(db, ana, open_network):
    batches = [await draft(db, ana, open_network, guests(100)) for _ in range(2)]
    for batch in batches:
        await confirm(db, ana, open_network, batch)
    for _ in range(2):
        await asyncio.gather(*(chunk(db, batch) for batch in batches))
    assert sorted(await invited(db)) == sorted(guests(100).split("\n"))


async def test_a_list_stops_and_goes_on_where_it_was(db, redis, ana, open_network):
    batch = await draft(db, ana, open_network, guests(120))
    await confirm(db, ana, open_network, batch)
    await chunk(db, batch)
    await act(db, networks.stop_list, ana, open_network, batch)
    await act(db, networks.stop_list, ana, open_network, batch)
    await work_all(db, kinds(db, redis))
    assert (len(await invited(db)), (await seen(db, ana, open_network, batch)).state) == (50, "stopped")
    await act(db, networks.go_on_with_list, ana, open_network, batch)
    await act(db, networks.go_on_with_list, ana, open_network, batch)
    await work_all(db, kinds(db, redis))
    assert await invited(db) == guests(120).split("\n")
    assert (await seen(db, ana, open_network, batch)).state == "done"


async def test_a_list_ends_with_the_rights_of_who_confirmed_it(db, redis, ana, ben, open_network):
    await act(db, lambda tx: tx.run("UPDATE membership SET role = 'host' WHERE member_id = :id", id=ben.id))
    batch = await draft(db, ben, open_network, guests(120))
    await confirm(db, ben, open_network, batch)
    await chunk(db, batch)
    await cast.remove(db, ana, open_network, ben)
    await work_all(db, kinds(db, redis))
    assert len(await invited(db)) == 50
    assert (await seen(db, ana, open_network, batch)).state == "stopped"
    assert await cast.value(db, "SELECT actor_id IS NULL FROM audit_entry WHERE action = 'batch.stopped'")


async def test_a_day_s_letters_have_an_end_and_the_rest_goes_out_tomorrow(
    db, redis, ana, open_network, monkeypatch
):
    monkeypatch.setattr(inviting_many, "A_DAY", 70)
    cast.it_is("2026-11-19 09:00")
    batch = await draft(db, ana, open_network, guests(120))
    await confirm(db, ana, open_network, batch)
    await work_all(db, kinds(db, redis))
    assert len(await invited(db)) == 70
    assert (await seen(db, ana, open_network, batch)).state == "running"
    cast.it_is("2026-11-20 00:00:01")
    await work_all(db, kinds(db, redis))
    assert await invited(db) == guests(120).split("\n")


async def test_only_hosts_invite_many(db, ana, ben, dev, visitor, open_network):
    batch = await draft(db, ana, open_network, guests(2))
    await act(db, lambda tx: tx.run("UPDATE network SET members_may = '{invite}'"))
    for actor, error in [(ben, Forbidden), (dev, Forbidden), (visitor, SignInFirst)]:
        with pytest.raises(error):
            await draft(db, actor, open_network, guests(2))
        with pytest.raises(error):
            await seen(db, actor, open_network, batch)
        for verb in (
            networks.confirm_list,
            networks.stop_list,
            networks.go_on_with_list,
            networks.discard_list,
        ):
            with pytest.raises(error):
                await act(db, verb, actor, open_network, batch)
    assert await invited(db) == []


async def test_a_list_of_another_network_is_none_of_theirs(db, ana, dev, open_network):
    batch = await draft(db, ana, open_network, guests(2))
    own = await cast.found(db, dev, "Device alerts")
    for verb in (networks.list_of, networks.confirm_list, networks.stop_list, networks.discard_list):
        with pytest.raises(NotFound):
            await act(db, verb, dev, own, batch)


async def test_nobody_to_invite_is_nothing_to_confirm(db, ana, ben, open_network):
    batch = await draft(db, ana, open_network, "ben-okafor@example.org\nno address")
    with pytest.raises(Conflict, match="nobody to invite"):
        await confirm(db, ana, open_network, batch)


async def test_a_draft_is_discarded_with_its_addresses(db, ana, open_network):
    batch = await draft(db, ana, open_network, guests(3))
    await act(db, networks.discard_list, ana, open_network, batch)
    assert await cast.value(db, "SELECT count(*) FROM batch_line") == 0
    with pytest.raises(NotFound):
        await seen(db, ana, open_network, batch)
    confirmed = await draft(db, ana, open_network, guests(3))
    await confirm(db, ana, open_network, confirmed)
    with pytest.raises(Conflict):
        await act(db, networks.discard_list, ana, open_network, confirmed)


async def test_addresses_are_forgotten_in_time(db, ana, open_network):
    forgotten = await draft(db, ana, open_network, guests(3))
    confirmed = await draft(db, ana, open_network, guests(3))
    await confirm(db, ana, open_network, confirmed)
    await chunk(db, confirmed)
    clock.pretend(clock.now() + timedelta(days=8))
    kept = await draft(db, ana, open_network, guests(3))
    await act(db, networks.forget_lists)
    assert {row.id for row in await cast.rows(db, "SELECT id FROM invitation_batch")} == {confirmed, kept}
    clock.pretend(clock.now() + timedelta(days=84))
    await act(db, networks.forget_lists)
    assert await cast.value(db, "SELECT count(*) FROM batch_line WHERE batch_id <> :kept", kept=kept) == 0
    assert [batch.id for batch in await act(db, networks.lists_of, ana, open_network)] == []
    assert len(await invited(db)) == 3
    assert forgotten not in {row.id for row in await cast.rows(db, "SELECT id FROM invitation_batch")}


async def test_a_list_of_hosts_makes_hosts(db, ana, dev, open_network):
    batch = await draft(db, ana, open_network, "dev-patel@example.org", role="host")
    await confirm(db, ana, open_network, batch)
    await chunk(db, batch)
    assert await cast.value(db, "SELECT role FROM invitation WHERE batch_id = :id", id=batch) == "host"
    with pytest.raises(Invalid):
        await draft(db, ana, open_network, guests(1), role="owner")


async def test_fifty_thousand_lines_are_all_accounted_for(db, ana, open_network):
    lines = (
        [f"guest-{n}@example.org" for n in range(49_000)]
        + ["no address"] * 500
        + ["guest-7@example.org"] * 500
    )
    batch = await draft(db, ana, open_network, "\n".join(lines))
    listed = await seen(db, ana, open_network, batch)
    assert (listed.counts["invite"], listed.counts["unreadable"], listed.counts["repeated"]) == (
        49_000,
        500,
        500,
    )
    last = (await act(db, networks.lines_of, listed, after=49_999))[0]
    assert (last.line, last.same_as) == (50_000, 8)
    await confirm(db, ana, open_network, batch)
    await chunk(db, batch)
    assert await invited(db) == lines[:50]
