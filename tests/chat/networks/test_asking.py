"""Asking for a place, and the answer."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, networks
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from tests import cast

QUESTIONS = ["Where do you work?", "What would you bring?"]
ANSWERS = ["In Leeds, on the wards.", "Ten years of near misses."]


@pytest.fixture
async def private_network(db, ana, ben):
    """Ana's, with Ben; its name is known, and it asks two questions."""
    return await asks(db, ana, await cast.found(db, ana, "Sepsis circle", "private", ben))


async def asks(db, owner, network, questions=QUESTIONS):
    async with db.transaction() as tx:
        await networks.change_settings(tx, owner, network, {"questions": questions})
    return network


async def ask(db, member, network, answers=ANSWERS, shown=None):
    async with db.transaction() as tx:
        seen = await networks.network_of(tx, member, network.slug)
        return await networks.ask(tx, member, seen, answers, shown)


async def withdraw(db, member, network):
    async with db.transaction() as tx:
        await networks.withdraw(tx, member, network)


async def decide(db, host, network, request, decision="approved", word=""):
    async with db.transaction() as tx:
        await networks.decide(tx, host, network, request.id, {"decision": decision, "word": word})


async def standing(db, member, network):
    async with db.snapshot() as tx:
        return await networks.standing_of(tx, member, await networks.network_of(tx, member, network.slug))


async def waiting(db, host, network):
    async with db.snapshot() as tx:
        return await networks.requests_to(tx, host, network)


async def change_access(db, owner, network, access):
    async with db.transaction() as tx:
        return await networks.change_access(tx, owner, network, {"access": access})


async def role(db, member, network):
    async with db.snapshot() as tx:
        return await networks.role_in(tx, member.id, network.id)


async def notices(db, member):
    rows = await cast.rows(
        db, "SELECT kind, actor_id FROM notice WHERE member_id = :id ORDER BY id", id=member.id
    )
    return [tuple(row) for row in rows]


async def logged(db, network):
    rows = await cast.rows(
        db, "SELECT action FROM audit_entry WHERE network_id = :id ORDER BY id", id=network.id
    )
    return [row.action for row in rows]


async def test_dev_asks_and_ana_lets_him_in(db, ana, ben, dev, private_network):
    await cast.let_in(db, private_network, (erin := await cast.join_the_hub(db, "Erin Walsh")), "host")
    request = await ask(db, dev, private_network)
    assert (request.state, [a["answer"] for a in request.answers]) == ("waiting", ANSWERS)
    for host in (ana, erin):
        assert await notices(db, host) == [("request.made", dev.id)]
        assert (await cast.events(db, f"m:{host.id}"))[-1][1] == "notice.added"
    assert await notices(db, ben) == []
    (asked,) = await waiting(db, erin, private_network)
    assert (asked.name, asked.organisation, asked.answers[0]["question"]) == (
        "Dev Patel",
        "Independent",
        QUESTIONS[0],
    )
    await decide(db, ana, private_network, request, word="Welcome!")
    assert await role(db, dev, private_network) == "member"
    assert await notices(db, dev) == [("request.approved", ana.id)]
    assert await waiting(db, ana, private_network) == []
    assert (
        await cast.value(db, "SELECT invited_by FROM membership WHERE member_id = :id", id=dev.id) == ana.id
    )
    assert (await logged(db, private_network))[-3:] == ["request.made", "member.joined", "request.approved"]


async def test_a_decline_has_a_word_and_names_no_host(db, ana, dev, private_network):
    request = await ask(db, dev, private_network)
    await decide(db, ana, private_network, request, "declined", "We are for clinicians.")
    assert await notices(db, dev) == [("request.declined", None)]
    told = await standing(db, dev, private_network)
    assert (told.request.state, told.request.word) == ("declined", "We are for clinicians.")
    assert await role(db, dev, private_network) is None


async def test_while_a_request_waits_asking_again_changes_nothing(db, ana, dev, private_network):
    first = await ask(db, dev, private_network)
    assert await ask(db, dev, private_network, ["Elsewhere.", "Nothing."]) == first
    assert len(await notices(db, ana)) == 1


async def test_of_ten_tries_at_once_one_waits(db, ana, dev, private_network):
    tries = await asyncio.gather(*(ask(db, dev, private_network) for _ in range(10)))
    assert len({request.id for request in tries}) == 1
    assert await cast.value(db, "SELECT count(*) FROM join_request") == 1
    assert len(await notices(db, ana)) == 1


async def test_a_request_is_taken_back(db, ana, dev, private_network):
    request = await ask(db, dev, private_network)
    await withdraw(db, dev, private_network)
    await withdraw(db, dev, private_network)
    assert await waiting(db, ana, private_network) == []
    with pytest.raises(Conflict, match="Dev Patel has taken this request back"):
        await decide(db, ana, private_network, request)
    assert await role(db, dev, private_network) is None
    assert (await logged(db, private_network)).count("request.withdrawn") == 1


async def test_after_a_decline_one_waits_thirty_days(db, ana, dev, private_network):
    cast.it_is("2026-11-01 12:00")
    await decide(db, ana, private_network, await ask(db, dev, private_network), "declined")
    cast.it_is("2026-11-30 12:00")
    with pytest.raises(Forbidden, match="ask again from 1 December 2026"):
        await ask(db, dev, private_network)
    cast.it_is("2026-12-01 12:01")
    assert (await ask(db, dev, private_network)).state == "waiting"


async def use_up(db, ana, dev, network, tries=3):
    for n in range(tries):
        request = await ask(db, dev, network)
        if n % 2:
            await withdraw(db, dev, network)
        else:
            await decide(db, ana, network, request, "declined")
        clock.pretend(clock.now() + timedelta(days=31))


async def test_three_tries_are_all_unless_a_host_invites(db, ana, dev, private_network):
    await use_up(db, ana, dev, private_network)
    with pytest.raises(Forbidden, match="one of its hosts can invite you"):
        await ask(db, dev, private_network)
    await cast.accept(db, dev, await cast.invite(db, ana, private_network))
    async with db.transaction() as tx:
        await networks.leave(tx, dev, private_network)
    assert (await ask(db, dev, private_network)).state == "waiting"


async def test_nobody_learns_of_a_ban_by_asking(db, ana, ben, carol, dev, private_network):
    """Removed, banned, and asked too often: one sentence."""
    await cast.remove(db, ana, private_network, ben)
    async with db.transaction() as tx:
        await networks.ban(tx, ana, private_network, carol.handle)
    await use_up(db, ana, dev, private_network)
    told = set()
    for member in (ben, carol, dev):
        with pytest.raises(Forbidden) as refused:
            await ask(db, member, private_network)
        told.add(refused.value.sentence)
    assert len(told) == 1


async def test_a_ban_ends_the_request_and_there_is_nothing_left_to_approve(db, ana, dev, private_network):
    request = await ask(db, dev, private_network)
    async with db.transaction() as tx:
        await networks.ban(tx, ana, private_network, dev.handle)
    assert await waiting(db, ana, private_network) == []
    with pytest.raises(Conflict, match="Dev Patel is banned"):
        await decide(db, ana, private_network, request)
    assert await role(db, dev, private_network) is None
    assert await notices(db, dev) == []


async def test_who_came_in_by_a_link_meanwhile_is_not_approved_again(db, ana, dev, private_network):
    request = await ask(db, dev, private_network)
    await cast.accept(db, dev, await cast.invite(db, ana, private_network))
    assert await waiting(db, ana, private_network) == []
    with pytest.raises(Conflict, match="Dev Patel has come in by another way"):
        await decide(db, ana, private_network, request)
    assert await role(db, dev, private_network) == "member"


async def test_of_two_hosts_who_decide_at_once_one_does(db, ana, private_network):
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, private_network, erin, "host")
    for n in range(6):
        guest = await cast.join_the_hub(db, f"Guest {n}")
        request = await ask(db, guest, private_network)
        tries = await asyncio.gather(
            decide(db, ana, private_network, request, "approved"),
            decide(db, erin, private_network, request, "declined"),
            return_exceptions=True,
        )
        assert sorted(type(t).__name__ for t in tries) == ["Conflict", "NoneType"]
        came = tries[0] is None
        assert (await role(db, guest, private_network) == "member") is came
        assert await notices(db, guest) == [
            ("request.approved", ana.id) if came else ("request.declined", None)
        ]
        late = tries[1 if came else 0]
        assert str(late).startswith("Ana Lima has approved" if came else "Erin Walsh has declined")


async def test_the_same_decision_again_changes_nothing(db, ana, dev, private_network):
    request = await ask(db, dev, private_network)
    for _ in range(2):
        await decide(db, ana, private_network, request)
    assert len(await notices(db, dev)) == 1
    with pytest.raises(Conflict, match="Ana Lima has approved"):
        await decide(db, ana, private_network, request, "declined")


async def test_withdrawing_and_approving_at_once_is_one_of_the_two(db, ana, private_network):
    for n in range(6):
        guest = await cast.join_the_hub(db, f"Guest {n}")
        request = await ask(db, guest, private_network)
        approved, withdrawn = await asyncio.gather(
            decide(db, ana, private_network, request),
            withdraw(db, guest, private_network),
            return_exceptions=True,
        )
        assert withdrawn is None
        assert approved is None or isinstance(approved, Conflict)
        assert (await role(db, guest, private_network) == "member") is (approved is None)


@pytest.mark.parametrize("access", ["open", "confidential"])
async def test_what_becomes_open_or_confidential_ends_its_requests(db, ana, dev, private_network, access):
    request = await ask(db, dev, private_network)
    slug = await change_access(db, ana, private_network, access)
    seen = await cast.seen_by(db, ana, private_network._replace(slug=slug))
    assert await waiting(db, ana, seen) == []
    with pytest.raises(Conflict, match="has ended"):
        await decide(db, ana, seen, request)
    assert await role(db, dev, private_network) is None
    assert await notices(db, dev) == []
    if access == "confidential":
        for gone in (private_network.slug, slug):
            with pytest.raises(NotFound):
                await ask(db, dev, private_network._replace(slug=gone))
    else:
        assert "join it yourself" in (await standing(db, dev, private_network)).refusal


async def test_a_request_and_a_change_to_confidential_at_once_leave_none_waiting(db, ana, dev):
    for n in range(6):
        network = await cast.found(db, ana, f"Circle {n}", "private")
        await asyncio.gather(
            ask(db, dev, network, []), change_access(db, ana, network, "confidential"), return_exceptions=True
        )
    assert await cast.value(db, "SELECT count(*) FROM join_request WHERE ended_at IS NULL") == 0


async def test_from_restricted_to_private_requests_go_on_waiting(db, ana, dev, private_network):
    request = await ask(db, dev, private_network)
    await change_access(db, ana, private_network, "restricted")
    await decide(db, ana, private_network, request)
    assert await role(db, dev, private_network) == "member"


async def test_who_may_ask(db, ana, ben, dev, visitor, open_network, confidential_network, private_network):
    with pytest.raises(SignInFirst):
        await ask(db, visitor, private_network)
    with pytest.raises(Forbidden, match="Confirm"):
        await ask(db, await cast.join_the_hub(db, "Erin Walsh", verified=False), private_network)
    with pytest.raises(Forbidden, match="You are a member"):
        await ask(db, ben, private_network)
    with pytest.raises(Forbidden, match="join it yourself"):
        await ask(db, dev, open_network, [])
    with pytest.raises(NotFound):
        await ask(db, dev, confidential_network, [])


async def test_who_may_answer(db, ana, ben, dev, visitor, private_network):
    request = await ask(db, dev, private_network)
    for nobody in (ben, dev):
        with pytest.raises(Forbidden, match="hosts"):
            await decide(db, nobody, private_network, request)
        with pytest.raises(Forbidden):
            await waiting(db, nobody, private_network)
    with pytest.raises(SignInFirst):
        await decide(db, visitor, private_network, request)
    other = await cast.found(db, dev, "Device alerts", "private")
    with pytest.raises(NotFound):
        await decide(db, dev, other, request)
    assert await role(db, dev, private_network) is None


@pytest.mark.parametrize(
    ("answers", "shown", "field"),
    [
        (["", "Much."], None, "answer-0"),
        (["Leeds.", "   "], None, "answer-1"),
        (["Leeds.", "x" * 1001], None, "answer-1"),
        (["Leeds.", 5], None, "answer-1"),
        (["Leeds."], None, "answers"),
        (["Leeds.", "Much."], ["Who are you?", "Why?"], "questions"),
    ],
)
async def test_a_wrong_answer_is_named(db, dev, private_network, answers, shown, field):
    with pytest.raises(Invalid) as refused:
        await ask(db, dev, private_network, answers, shown)
    assert refused.value.field == field
    assert await cast.value(db, "SELECT count(*) FROM join_request") == 0


async def test_a_thousand_characters_are_no_bytes(db, dev, private_network):
    assert await ask(db, dev, private_network, ["ü" * 1000, "€" * 1000])


async def test_a_word_too_long_decides_nothing(db, ana, dev, private_network):
    request = await ask(db, dev, private_network)
    with pytest.raises(Invalid, match="500") as refused:
        await decide(db, ana, private_network, request, word="x" * 501)
    assert refused.value.field == "word"
    with pytest.raises(Invalid):
        await decide(db, ana, private_network, request, "perhaps")
    assert len(await waiting(db, ana, private_network)) == 1


async def test_hosts_see_what_an_asker_shows(db, ana, dev, private_network):
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET hides = '{organisation,country}' WHERE id = :id", id=dev.id)
    await ask(db, dev, private_network)
    (asked,) = await waiting(db, ana, private_network)
    assert (asked.organisation, asked.role, asked.country) == ("", "Journalist", "")


async def test_a_full_queue_takes_no_more(db, ana, dev, private_network, monkeypatch):
    monkeypatch.setattr("chat.networks.asking.MOST_WAITING", 1)
    await ask(db, dev, private_network)
    with pytest.raises(Conflict, match="More people"):
        await ask(db, await cast.join_the_hub(db, "Erin Walsh"), private_network)


async def test_the_count_is_for_hosts(db, ana, ben, dev, private_network):
    await ask(db, dev, private_network)
    for viewer, count in ((ana, 1), (ben, 0), (dev, 0), (None, 0)):
        assert (await cast.seen_by(db, viewer, private_network)).requests == count


async def test_the_letter_about_a_decision_knows_who_may_still_read_it(db, ana, ben, dev, private_network):
    request = await ask(db, dev, private_network)
    await decide(db, ana, private_network, request, "declined", "We are for clinicians.")

    async def letter(of):
        async with db.snapshot() as tx:
            return await networks.decision_letter(tx, of.id)

    told = await letter(request)
    assert told.to == "dev-patel@example.org"
    assert "declined" in told.text
    assert "We are for clinicians." in told.text
    assert "Ana" not in told.text
    erin = await cast.join_the_hub(db, "Erin Walsh")
    approved = await ask(db, erin, private_network)
    await decide(db, ana, private_network, approved)
    assert (await letter(approved)).subject == "You are a member of Sepsis circle now"
    await cast.remove(db, ana, private_network, erin)
    assert await letter(approved) is None
    await change_access(db, ana, private_network, "confidential")
    assert await letter(request) is None


async def test_hosts_get_one_letter_an_hour(db, ana, ben, dev, carol, private_network):
    cast.it_is("2026-11-19 10:05")
    await ask(db, dev, private_network)
    cast.it_is("2026-11-19 10:50")
    await ask(db, carol, private_network)
    jobs = await cast.rows(db, "SELECT args, run_at FROM job WHERE kind = 'gather_requests'")
    assert [f"{job.run_at:%H:%M}" for job in jobs] == ["11:00"]
    for _ in range(2):  # a job may run twice
        async with db.transaction() as tx:
            await networks.gather_requests(tx, **jobs[0].args)
    letters = await cast.rows(db, "SELECT args FROM job WHERE kind = 'send_requests'")
    assert [job.args["member_id"] for job in letters] == [ana.id]
    async with db.snapshot() as tx:
        letter = await networks.requests_letter(tx, **letters[0].args)
        assert letter.subject == "2 people ask for a place in Sepsis circle"
        assert "Dev" not in letter.text
        assert await networks.requests_letter(tx, private_network.id, ben.id) is None
    for member in (dev, carol):
        await withdraw(db, member, private_network)
    async with db.snapshot() as tx:
        assert await networks.requests_letter(tx, **letters[0].args) is None
