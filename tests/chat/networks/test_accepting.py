"""Invitations that are bound to somebody, and what they say to whom."""

from datetime import timedelta

import pytest

from chat import clock, networks
from chat.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from tests import cast

NOTHING = "This invitation is not valid. Check that its address is complete, or ask for a new one."


async def look(db, viewer, token):
    async with db.snapshot() as tx:
        return await networks.invited(tx, viewer, token)


async def act(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def role(db, member, network):
    async with db.snapshot() as tx:
        return await networks.role_in(tx, member.id, network.id)


async def in_the_log(db, network):
    return [
        tuple(row)
        for row in await cast.rows(
            db,
            "SELECT action, actor_id, subject_id FROM audit_entry WHERE network_id = :id ORDER BY id",
            id=network.id,
        )
    ]


async def of_nhs(db, name="Erin Walsh", domain="nhs.example"):
    """A member with an address at this domain."""
    member = await cast.join_the_hub(db, name)
    await act(
        db,
        lambda tx: tx.run(
            "UPDATE member SET email = :email WHERE id = :id", email=f"{member.handle}@{domain}", id=member.id
        ),
    )
    return member


async def test_a_link_for_a_domain_is_for_its_addresses_alone(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, places=5, domain=" @NHS.example ")
    assert offer.domain == "nhs.example"
    erin = await of_nhs(db)
    assert (await look(db, erin, offer.token)).state == "good"
    assert (await look(db, None, offer.token)).bound_to == "@nhs.example"
    for stranger in (
        dev,
        await of_nhs(db, "Finn Moss", "evil-nhs.example"),
        await of_nhs(db, "Gita Rao", "trust.nhs.example"),
    ):
        seen = await look(db, stranger, offer.token)
        assert (seen.state, seen.network_name, seen.network_slug) == ("foreign", "", "")
        assert "end in @nhs.example" in seen.problem
        with pytest.raises(Forbidden, match=r"addresses that end in @nhs.example"):
            await cast.accept(db, stranger, offer)
    assert await cast.accept(db, erin, offer) == confidential_network.slug


@pytest.mark.parametrize(
    "domain", ["example", "nhs example.org", "a@b.org", "-x.org", "x" * 300 + ".org", "\x00", "localhost"]
)
async def test_a_domain_that_is_none(db, ana, open_network, domain):
    with pytest.raises(Invalid) as refused:
        await cast.invite(db, ana, open_network, domain=domain)
    assert refused.value.field == "domain"


async def test_an_invitation_that_is_over_never_was_for_others(
    db, ana, ben, carol, dev, confidential_network
):
    letter = await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    await act(db, networks.revoke, ana, confidential_network, letter.id)
    seen = await look(db, dev, letter.token)
    assert (seen.state, seen.network_name, seen.invited_by) == ("withdrawn", "", "")
    for verb in (look(db, carol, letter.token), cast.accept(db, carol, letter)):
        with pytest.raises(NotFound) as told:
            await verb
        assert told.value.sentence == NOTHING


async def test_one_that_is_over_names_no_network(db, ana, carol, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, word="Come!")
    await cast.accept(db, carol, offer)
    for viewer in (None, dev):
        seen = await look(db, viewer, offer.token)
        assert seen[:4] == ("", "", "", "")
        assert (seen.state, seen.word, seen.bound_to) == ("used", "", "")
    assert (await look(db, carol, offer.token)).state == "member"


async def test_the_word_and_the_role_are_told(db, ana, dev, open_network):
    word = "Dear Dev,\n\nyou wrote about <b>this</b>."
    offer = await cast.invite(db, ana, open_network, word=word, role="host")
    seen = await look(db, dev, offer.token)
    assert (seen.word, seen.role, seen.state) == (word, "host", "good")
    await cast.accept(db, dev, offer)
    assert await role(db, dev, open_network) == "host"
    with pytest.raises(Invalid, match="500 characters at most; this has 501"):
        await cast.invite(db, ana, open_network, word="é" * 501)
    assert (await cast.invite(db, ana, open_network, word="é" * 500)).word


async def test_the_letter_holds_the_word(db, ana, open_network):
    offer = await cast.invite(db, ana, open_network, email="erin@example.org", word="See you on Thursday.")
    letter = await act(db, networks.invitation_letter, offer.id)
    assert "Ana Lima writes:\n\nSee you on Thursday.\n" in letter.text


async def test_who_is_no_host_any_more_makes_no_hosts(db, ana, ben, dev, open_network):
    """Or they would leave, and come back as a host by their own link."""
    await act(db, lambda tx: tx.run("UPDATE membership SET role = 'host' WHERE member_id = :id", id=ben.id))
    await act(db, lambda tx: tx.run("UPDATE network SET invitations_outlive = true"))
    offer = await cast.invite(db, ben, open_network, role="host", places=5)
    assert (await look(db, dev, offer.token)).state == "good"
    await act(db, lambda tx: tx.run("UPDATE membership SET role = 'member' WHERE member_id = :id", id=ben.id))
    await act(db, networks.leave, ben, open_network)
    for member in (ben, dev):
        assert (await look(db, member, offer.token)).state == "powerless"
        with pytest.raises(Conflict, match="can’t invite hosts any more"):
            await cast.accept(db, member, offer)


async def test_accepting_is_recorded_and_told_to_who_invited(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network)
    await cast.accept(db, dev, offer)
    await cast.accept(db, dev, offer)
    assert (await in_the_log(db, confidential_network))[-3:] == [
        ("invitation.sent", ana.id, None), ("member.joined", dev.id, dev.id), ("invitation.accepted", dev.id, dev.id),
    ]  # fmt: skip
    notices = await cast.rows(db, "SELECT member_id, kind, actor_id, ref_id FROM notice")
    assert [tuple(n) for n in notices] == [(ana.id, "invitation.accepted", dev.id, offer.id)]
    details = await cast.value(db, "SELECT string_agg(details::text, '') FROM audit_entry")
    assert offer.token not in details


async def test_a_newcomer_is_led_on_once_by_a_new_key(db, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network)
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    await act(db, networks.came_by, erin.id, "no-such-token")
    await act(db, networks.came_by, erin.id, offer.token)
    key = await act(db, networks.way_on, erin.id)
    assert key != offer.token
    assert (await look(db, None, key)).network_name == "Speaking up circle"
    assert await act(db, networks.way_on, erin.id) is None


async def test_only_the_letter_s_key_tells_the_address(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    key = (await act(db, networks.invitation_letter, offer.id)).link.rpartition("/")[2]
    assert await act(db, networks.address_of, key) == "dev-patel@example.org"
    for other in (offer.token, "no-such-token", ""):
        assert await act(db, networks.address_of, other) == ""
    await act(db, networks.revoke, ana, confidential_network, offer.id)
    assert await act(db, networks.address_of, key) == ""


async def test_a_letter_is_sent_again_with_another_key_after_an_hour(db, ana, dev, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    assert await act(db, networks.invitation_letter, offer.id)
    await act(db, networks.letter_sent, offer.id)
    assert await act(db, networks.invitation_letter, offer.id) is None  # the job runs twice
    with pytest.raises(TooMany, match="60 more minutes"):
        await act(db, networks.resend, ana, confidential_network, offer.id)
    clock.pretend(clock.now() + timedelta(days=30))
    assert (await look(db, dev, offer.token)).state == "expired"
    await act(db, networks.resend, ana, confidential_network, offer.id)
    assert (await look(db, dev, offer.token)).state == "good"
    letter = await act(db, networks.invitation_letter, offer.id)
    await act(db, networks.accept, dev, letter.link.rpartition("/")[2])
    with pytest.raises(Conflict, match="taken"):
        await act(db, networks.resend, ana, confidential_network, offer.id)
    jobs = await cast.rows(db, "SELECT key FROM job WHERE kind = 'send_invitation' ORDER BY id")
    assert [key for (key,) in jobs] == [f"invitation:{offer.id}:1", f"invitation:{offer.id}:2"]


async def test_ten_letters_are_enough(db, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="erin@example.org")
    for _ in range(9):
        clock.pretend(clock.now() + timedelta(hours=2))
        await act(db, networks.resend, ana, confidential_network, offer.id)
    clock.pretend(clock.now() + timedelta(hours=2))
    with pytest.raises(Conflict, match="10 letters"):
        await act(db, networks.resend, ana, confidential_network, offer.id)


async def test_a_link_is_not_sent_and_a_withdrawn_letter_neither(db, ana, confidential_network):
    link = await cast.invite(db, ana, confidential_network)
    with pytest.raises(Conflict, match="is a link"):
        await act(db, networks.resend, ana, confidential_network, link.id)
    await act(db, networks.revoke, ana, confidential_network, link.id)
    for verb in (networks.resend, networks.another_link):
        with pytest.raises(Conflict):
            await act(db, verb, ana, confidential_network, link.id)


async def test_another_link_works_beside_the_first_until_both_are_withdrawn(
    db, ana, dev, confidential_network
):
    first = await cast.invite(db, ana, confidential_network, places=2)
    second = await act(db, networks.another_link, ana, confidential_network, first.id)
    assert second.token != first.token
    assert (second.id, second.places, second.expires_at) == (first.id, 2, first.expires_at)
    assert {(await look(db, dev, o.token)).state for o in (first, second)} == {"good"}
    await act(db, networks.revoke, ana, confidential_network, first.id)
    assert {(await look(db, dev, o.token)).state for o in (first, second)} == {"withdrawn"}
    assert [action for action, *_ in (await in_the_log(db, confidential_network))[-3:]] == [
        "invitation.sent", "invitation.copied", "invitation.revoked",
    ]  # fmt: skip


async def test_a_new_invitation_after_a_removal_lets_back_in(db, ana, ben, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="erin-walsh@example.org")
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, confidential_network, erin)
    await cast.remove(db, ana, confidential_network, erin)
    with pytest.raises(NotFound):
        await cast.accept(db, erin, offer)
    clock.pretend(clock.now() + timedelta(hours=2))
    with pytest.raises(Conflict, match="withdrawn"):
        await act(db, networks.resend, ana, confidential_network, offer.id)
    again = await cast.invite(db, ana, confidential_network, email="erin-walsh@example.org")
    assert await cast.accept(db, erin, again)


async def test_no_letter_goes_to_who_is_in_by_now(db, ana, dev, open_network):
    in_by_now = await cast.invite(db, ana, open_network, email="dev-patel@example.org")
    await cast.let_in(db, open_network, dev)
    assert await act(db, networks.invitation_letter, in_by_now.id) is None


async def test_hosts_hear_that_an_invitation_would_be_for_nothing(db, ana, ben, dev, open_network):
    await act(db, networks.ban, ana, open_network, "dev-patel")
    await cast.invite(db, ana, open_network, email="erin@example.org")
    for email, sentence in [
        ("Ben-Okafor@example.org", "is a member already"), ("dev-patel@example.org", "can’t be invited"), ("erin@example.org", "was invited before"),
    ]:  # fmt: skip
        with pytest.raises(Invalid, match=sentence) as refused:
            await cast.invite(db, ana, open_network, email=email)
        assert refused.value.field == "email"


# Members who may invite


@pytest.fixture
async def opened(db, ana, open_network):
    """The network lets its members invite."""
    await act(db, lambda tx: tx.run("UPDATE network SET members_may = '{start_topic,invite}'"))
    return open_network


async def test_members_invite_members_and_no_hosts(db, ben, dev, opened):
    offer = await cast.invite(db, ben, opened, places=3)
    await cast.accept(db, dev, offer)
    assert await role(db, dev, opened) == "member"
    with pytest.raises(Forbidden, match="hosts"):
        await cast.invite(db, ben, opened, role="host")


async def test_members_do_not_learn_whom_an_address_belongs_to(db, ana, ben, carol, opened):
    offer = await cast.invite(db, ben, opened, email="carol-nguyen@example.org")
    assert offer.email == "carol-nguyen@example.org"
    assert await act(db, networks.invitation_letter, offer.id) is None  # and she is not written to


async def test_members_see_and_change_their_own_invitations_alone(db, ana, ben, carol, opened):
    bens, carols, anas = [
        await cast.invite(db, who, opened, email=f"{who.handle}s-guest@example.org")
        for who in (ben, carol, ana)
    ]
    assert [i.id for i in await act(db, networks.invitations_of, ben, opened)] == [bens.id]
    assert {i.id for i in await act(db, networks.invitations_of, ana, opened)} == {
        bens.id,
        carols.id,
        anas.id,
    }
    clock.pretend(clock.now() + timedelta(hours=2))
    for verb in (networks.resend, networks.another_link, networks.revoke):
        for other in (carols, anas):
            with pytest.raises(NotFound):
                await act(db, verb, ben, opened, other.id)
        await act(db, verb, ben, opened, bens.id)
    await act(db, networks.revoke, ana, opened, carols.id)
    with pytest.raises(Forbidden):
        await act(db, networks.lists_of, ben, opened)


async def test_members_write_to_twenty_strangers_a_day(db, ana, ben, opened):
    for n in range(20):
        await cast.invite(db, ben, opened, email=f"guest-{n}@example.org")
    with pytest.raises(TooMany, match="Go on tomorrow"):
        await cast.invite(db, ben, opened, email="one-more@example.org")
    await cast.invite(db, ben, opened, places=3)
    clock.pretend(clock.now() + timedelta(days=1, minutes=1))
    await cast.invite(db, ben, opened, email="one-more@example.org")


# The list


async def test_the_list_tells_states_and_who_came(db, ana, dev, carol, open_network):
    waiting = await cast.invite(db, ana, open_network, email="erin@example.org")
    used = await cast.invite(db, ana, open_network, domain="example.org")
    withdrawn = await cast.invite(db, ana, open_network)
    old = await cast.invite(db, ana, open_network, days=1)
    await cast.accept(db, dev, used)
    await act(db, networks.revoke, ana, open_network, withdrawn.id)
    clock.pretend(clock.now() + timedelta(days=2))

    async def listed(**which):
        return [i.id for i in await act(db, networks.invitations_of, ana, open_network, **which)]

    seen = await act(db, networks.invitations_of, ana, open_network)
    assert [(i.id, i.state) for i in seen] == [
        (old.id, "expired"), (withdrawn.id, "withdrawn"), (used.id, "used"), (waiting.id, "waiting"),
    ]  # fmt: skip
    assert (seen[2].came, seen[2].uses, seen[2].host) == (["Dev Patel"], 1, "Ana Lima")
    assert await listed(state="used") == [used.id]
    assert await listed(state="no such state") == [i.id for i in seen]
    assert await listed(search="ERIN@") == [waiting.id]
    assert await listed(search="example.org") == [used.id, waiting.id]
    assert await listed(search="%") == []
    assert await listed(limit=2) == [old.id, withdrawn.id]
    assert await listed(limit=2, before=withdrawn.id) == [used.id, waiting.id]
    await cast.remove(db, ana, open_network, dev)
    assert (await act(db, networks.invitations_of, ana, open_network, state="used"))[0].came == []
