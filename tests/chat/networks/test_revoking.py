"""What ends with a place, and the receipts of it."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, jobs, mail, networks
from chat.clock import now
from chat.errors import Conflict
from chat.networks import LetGo
from tests import cast
from workers.jobs import kinds


async def leave(db, host, network, member):
    async with db.transaction() as tx:
        await networks.leave(tx, member, network)


ENDINGS = {"removed": cast.remove, "banned": cast.ban, "left": leave}


@pytest.fixture
async def hosts_network(db, ana, ben, confidential_network):
    """Ana's confidential network, in which Ben is a host."""
    await cast.change_role(db, ana, confidential_network, ben, "host")
    return confidential_network


async def ended_invitations(db):
    return {row.id for row in await cast.rows(db, "SELECT id FROM invitation WHERE revoked_at IS NOT NULL")}


async def receipts(db, action):
    found = await cast.rows(
        db, "SELECT what, count FROM receipt JOIN audit_entry ON audit_entry.id = audit_id WHERE action = :action ORDER BY what",
        action=action,
    )  # fmt: skip
    return [tuple(row) for row in found]


async def waiting_letters(db):
    rows = await cast.rows(db, "SELECT args FROM job WHERE kind = 'send_invitation' AND done_at IS NULL")
    return {row.args["invitation_id"] for row in rows}


@pytest.mark.parametrize("how", ENDINGS)
async def test_what_they_sent_ends_with_their_place(db, ana, ben, hosts_network, how):
    link = await cast.invite(db, ben, hosts_network, places=5)
    letter = await cast.invite(db, ben, hosts_network, email="somebody@example.org")
    anas = await cast.invite(db, ana, hosts_network, email="another@example.org")
    await ENDINGS[how](db, ana, hosts_network, ben)
    assert await ended_invitations(db) == {link.id, letter.id}
    assert await waiting_letters(db) == {anas.id}
    assert await receipts(db, f"member.{how}") == [("invitations", 2), ("letters", 1)]


@pytest.mark.parametrize("how", ENDINGS)
async def test_where_invitations_outlive_their_sender_they_stay(db, ana, ben, hosts_network, how):
    async with db.transaction() as tx:
        await tx.run("UPDATE network SET invitations_outlive = true")
    letter = await cast.invite(db, ben, hosts_network, email="somebody@example.org")
    await ENDINGS[how](db, ana, hosts_network, ben)
    assert await ended_invitations(db) == set()
    assert await waiting_letters(db) == {letter.id}
    assert await receipts(db, f"member.{how}") == []


@pytest.mark.parametrize("how", ["removed", "banned"])
async def test_no_letter_tells_them_of_the_network_any_more(db, redis, ana, dev, confidential_network, how):
    """It waited for a mail server that was away, while they came in by a link."""
    offer = await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    await cast.let_in(db, confidential_network, dev)
    await ENDINGS[how](db, ana, confidential_network, dev)
    assert offer.id in await ended_invitations(db)
    assert await receipts(db, f"member.{how}") == [("invitations", 1), ("letters", 1)]
    await jobs.work_all(db, kinds(db, redis))
    assert await mail.mailbox(redis) == []


async def test_a_letter_that_a_worker_holds_just_now_is_not_sent_either(
    db, redis, ana, dev, confidential_network
):
    await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    job = await jobs.claim(db)
    assert job is not None
    await cast.let_in(db, confidential_network, dev)
    await cast.remove(db, ana, confidential_network, dev)
    assert await receipts(db, "member.removed") == [("invitations", 1)]
    await kinds(db, redis)[job.kind](**job.args)
    assert await mail.mailbox(redis) == []


async def test_what_is_over_already_is_not_ended_again(db, ana, ben, carol, hosts_network):
    used = await cast.invite(db, ben, hosts_network, places=1)
    await cast.accept(db, carol, used)
    await cast.invite(db, ben, hosts_network, places=1, days=1)
    clock.pretend(now() + timedelta(days=2))
    await cast.remove(db, ana, hosts_network, ben)
    assert await ended_invitations(db) == set()
    assert await receipts(db, "member.removed") == []


async def test_whoever_is_removed_while_they_invite_leaves_nothing_open(db, ana, ben, hosts_network):
    for _ in range(10):
        await asyncio.gather(
            cast.remove(db, ana, hosts_network, ben),
            cast.invite(db, ben, hosts_network, places=5),
            return_exceptions=True,
        )
        assert await cast.value(db, "SELECT count(*) FROM invitation WHERE revoked_at IS NULL") == 0
        async with db.transaction() as tx:
            await networks.place(tx, hosts_network.id, ben.id, "host", ana.id)


async def test_a_removal_and_a_withdrawal_at_once_do_not_wait_for_each_other(db, ana, ben, hosts_network):
    """Each comes to a row that the other has changed, and to the network's."""
    for _ in range(10):
        offer = await cast.invite(db, ben, hosts_network, places=5)

        async def withdraw(id=offer.id):
            async with db.transaction() as tx:
                await networks.revoke(tx, ana, hosts_network, id)

        await asyncio.gather(cast.remove(db, ana, hosts_network, ben), withdraw())
        async with db.transaction() as tx:
            await networks.place(tx, hosts_network.id, ben.id, "host", ana.id)


@pytest.mark.parametrize("former", [False, True])
@pytest.mark.parametrize("how", ["leave", "remove", "ban"])
async def test_one_may_be_a_former_member_from_then_on(db, ana, ben, open_network, how, former):
    async with db.transaction() as tx:
        if how == "leave":
            await networks.leave(tx, ben, open_network, former=former)
        else:
            await getattr(networks, how)(tx, ana, open_network, ben.handle, former=former)
    row = (
        await cast.rows(db, "SELECT ended_at, former_at FROM membership WHERE member_id = :id", id=ben.id)
    )[0]
    assert row.ended_at is not None
    assert row.former_at == (row.ended_at if former else None)


# Streams


async def let_go(db, *gone):
    async with db.transaction() as tx:
        await networks.streams_ended(
            tx, [LetGo(stream, member, connection, now()) for stream, member, connection in gone]
        )


async def test_connections_count_once_for_the_newest_entry_that_ended_them(
    db, ana, ben, dev, open_network, thread
):
    n, t = f"n:{open_network.id}", thread.stream
    await cast.remove(db, ana, open_network, ben)  # who reads on, as everybody does
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, open_network, {"access": "private"})
    await let_go(db, (n, 0, 1), (t, 0, 1), (t, 0, 2), (n, ben.id, 3), (t, dev.id, 4))
    assert await receipts(db, "access.changed") == [("streams", 4)]
    assert await receipts(db, "member.removed") == []


async def test_every_process_has_its_say(db, ana, ben, confidential_network, secret_thread):
    await cast.remove(db, ana, confidential_network, ben)
    for connection in (1, 2):
        await let_go(db, (secret_thread.stream, ben.id, connection))
    async with db.snapshot() as tx:
        entry = (await networks.entries_of(tx, ana, confidential_network))[0]
    assert [(r.what, r.number) for r in entry.receipts] == [("streams", 2)]
    assert entry.receipts[0].at >= entry.at


async def test_who_still_has_a_place_was_only_in_a_room_that_closed(
    db, ana, ben, carol, open_network, thread
):
    await cast.remove(db, ana, open_network, carol)
    async with db.transaction() as tx:
        await networks.place(tx, open_network.id, carol.id, invited_by=ana.id)
    await let_go(db, (thread.stream, carol.id, 1), ("t:424242", carol.id, 2))
    assert await cast.value(db, "SELECT count(*) FROM receipt") == 0


async def test_a_removed_host_s_link_admits_nobody(db, ana, ben, dev, hosts_network):
    link = await cast.invite(db, ben, hosts_network, places=5)
    await cast.remove(db, ana, hosts_network, ben)
    with pytest.raises(Conflict, match="withdrawn"):
        await cast.accept(db, dev, link)
