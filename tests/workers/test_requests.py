"""Letters about requests to join."""

from chat import mail, networks
from tests import cast
from tests.workers.test_working import eventually, working


async def test_hosts_hear_of_requests_at_the_hour_s_end_and_askers_of_the_answer(db, ana, dev, carol, redis):
    cast.it_is("2026-11-19 10:59:59")
    network = await cast.found(db, ana, "Sepsis circle", "private")
    request = await cast.ask(db, dev, network)
    await cast.ask(db, carol, network)
    async with working():
        await eventually(lambda: mail.mailbox(redis))
        (letter,) = await mail.mailbox(redis)
        assert (letter.to, letter.subject) == (
            "ana-lima@example.org",
            "2 people ask for a place in Sepsis circle",
        )
        assert letter.link.endswith(f"/networks/{network.slug}/requests")
        async with db.transaction() as tx:
            await networks.decide(tx, ana, network, request.id, {"decision": "approved", "word": "Welcome!"})

        async def answered():
            return [letter for letter in await mail.mailbox(redis) if letter.to == "dev-patel@example.org"]

        (answer,) = await eventually(answered)
    assert answer.subject == "You are a member of Sepsis circle now"
    assert "Welcome!" in answer.text


async def test_letters_written_before_a_network_became_confidential_are_not_sent(db, ana, dev, redis):
    network = await cast.found(db, ana, "Sepsis circle", "private")
    request = await cast.ask(db, dev, network)
    async with db.transaction() as tx:
        await networks.decide(tx, ana, network, request.id, {"decision": "declined"})
        await networks.change_access(tx, ana, network, {"access": "confidential"})
    async with working():
        await eventually(lambda: cast.value(db, "SELECT done_at FROM job WHERE kind = 'send_decision'"))
    assert await mail.mailbox(redis) == []
