"""Letters speak their reader's language. Of nobody's language (languages.PSEUDO) each sentence is in brackets."""

from chat import announcements, jobs, mail, networks
from chat.config import settings
from chat.languages import PSEUDO
from tests import cast
from workers.jobs import kinds


async def test_every_letter_of_the_hub_is_in_its_readers_language(db, redis, ana, ben, carol, dev):
    network = await cast.found(db, ana, "Sepsis circle", "private")
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET language = :language", language=PSEUDO)
        await tx.run("UPDATE member SET imported_at = now(), verified_at = NULL WHERE id = :id", id=dev.id)
        await tx.enqueue("send_verification", "k1", member_id=erin.id)
        await tx.enqueue("send_known_address", "k2", email="ana-lima@example.org")
        await tx.enqueue("send_known_address", "k3", email="dev-patel@example.org")  # theirs by an import
        await tx.enqueue("send_reset", "k4", member_id=ana.id)
        await announcements.announce(tx, ana, network, {"title": "Rota", "body": "From *Monday* on."})
    await cast.invite(db, ana, network, email="nobody@example.org", word="Do come.")
    asked = [await cast.ask(db, member, network) for member in (ben, carol)]
    await jobs.work_all(db, kinds(db, redis))
    for request, decision in zip(asked, ("approved", "declined"), strict=True):
        async with db.transaction() as tx:
            await networks.decide(tx, ana, network, request.id, {"decision": decision, "word": "So."})
    await cast.ask(db, await cast.join_the_hub(db, "Fay Moss"), network)
    async with db.transaction() as tx:
        await tx.enqueue("send_requests", "k5", network_id=network.id, member_id=ana.id)
    await jobs.work_all(db, kinds(db, redis))

    letters = await mail.mailbox(redis)
    assert len({letter.button for letter in letters}) == 9, "a kind of letter is missing"
    for letter in letters:
        assert letter.language == PSEUDO
        paragraphs = [*letter.opening.split("\n\n"), letter.button, *letter.aside.split("\n\n")]
        for paragraph in (letter.subject, *filter(None, paragraphs)):
            assert paragraph.startswith("⟦") or paragraph == "Rota (Sepsis circle)", paragraph
        assert 'dir="rtl"' in mail.drawn(letter, settings())
