"""A network's settings, and what they do."""

import pytest

from chat import discussions, networks
from chat.errors import Forbidden, Invalid, SignInFirst
from tests import cast


async def change(db, owner, network, **form):
    async with db.transaction() as tx:
        return await networks.change_settings(tx, owner, network, form)


async def shape(db, owner, network):
    async with db.snapshot() as tx:
        return await networks.shape_of(tx, owner, network)


async def entries(db, network):
    rows = await cast.rows(
        db,
        "SELECT action, actor_id, details FROM audit_entry WHERE network_id = :id "
        "AND action IN ('settings.changed', 'access.changed') ORDER BY id",
        id=network.id,
    )
    return [tuple(row) for row in rows]


async def test_ana_shapes_her_network(db, ana, open_network):
    form = {
        "name": "Falls & frailty", "summary": "We fall less.", "description": "# Who we are\n\n<b>Nurses</b>",
        "members_may": ["invite"], "questions": "Who are you?\n\n  Why   now? ", "invitations_outlive": True, "anonymity": True,
    }  # fmt: skip
    changed = await change(db, ana, open_network, **form)
    assert set(changed) == {*form, "anonymity_since"} - {"anonymity"}
    now = await shape(db, ana, open_network)
    assert (now.name, now.members_may, now.invitations_outlive) == ("Falls & frailty", ["invite"], True)
    assert now.questions == ["Who are you?", "Why now?"]
    seen = await cast.seen_by(db, None, open_network)
    assert seen.description_html.startswith("<h3>Who we are</h3>")
    assert "<b>" not in seen.description_html
    ((action, actor, details),) = await entries(db, open_network)
    assert (action, actor) == ("settings.changed", ana.id)
    assert details["name"] == {"from": "Falls and frailty", "to": "Falls & frailty"}


async def test_what_is_not_named_stays_and_saving_again_says_nothing(db, ana, open_network):
    await change(db, ana, open_network, anonymity=True)
    since = (await shape(db, ana, open_network)).anonymity_since
    assert await change(db, ana, open_network, anonymity=True, summary="We share what works.") == []
    assert await change(db, ana, open_network) == []
    assert (await shape(db, ana, open_network)).anonymity_since == since
    assert len(await entries(db, open_network)) == 1
    await change(db, ana, open_network, anonymity=False)
    assert (await shape(db, ana, open_network)).anonymity_since is None


async def test_settings_are_for_owners(db, ana, ben, dev, visitor, open_network):
    await cast.let_in(db, open_network, dev, "host")
    for nobody in (ben, dev):
        with pytest.raises(Forbidden, match="owners"):
            await change(db, nobody, open_network, name="Mine")
        with pytest.raises(Forbidden, match="owners"):
            await shape(db, nobody, open_network)
    with pytest.raises(SignInFirst):
        await change(db, visitor, open_network, name="Mine")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"summary": "x" * 1025}, "summary"),
        ({"description": "x" * (16 * 1024 + 1)}, "description"),
        ({"members_may": ["ban_member"]}, "members_may"),
        ({"members_may": "invite"}, "members_may"),
        ({"members_may": [["invite"]]}, "members_may"),
        ({"questions": ["x" * 201]}, "questions"),
        ({"questions": list("abcdef")}, "questions"),
        ({"questions": 5}, "questions"),
        ({"questions": [5]}, "questions"),
        ({"anonymity": "yes"}, "anonymity"),
        ({"invitations_outlive": 1}, "invitations_outlive"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_changes(db, ana, open_network, form, field):
    before = await shape(db, ana, open_network)
    with pytest.raises(Invalid) as refused:
        await change(db, ana, open_network, **{"summary": "Another.", **form})
    assert refused.value.field == field
    assert await shape(db, ana, open_network) == before


async def test_where_hosts_start_discussions_members_answer(db, ana, ben, dev, carol, open_network, thread):
    await cast.let_in(db, open_network, dev, "host")
    await change(db, ana, open_network, members_may=[])
    with pytest.raises(Forbidden, match="hosts start the discussions"):
        await cast.start(db, ben, open_network, "Mine")
    assert await cast.write(db, ben, thread, "But I answer.")
    assert await cast.start(db, dev, open_network, "A host’s")
    seen = [(await cast.seen_by(db, m, open_network)).takes_topics for m in (ana, dev, ben, carol, None)]
    assert seen == [True, True, False, False, False]
    async with db.snapshot() as tx:
        assert len(await discussions.topics_in(tx, ana, open_network.id)) == 2


async def test_who_may_not_start_does_not_join_by_trying(db, ana, dev, open_network):
    await change(db, ana, open_network, members_may=[])
    with pytest.raises(Forbidden):
        await cast.start(db, dev, open_network, "Mine")
    assert (await cast.seen_by(db, dev, open_network)).role is None
    await change(db, ana, open_network, members_may=["start_topic"])
    assert (await cast.seen_by(db, dev, open_network)).takes_topics
    await cast.start(db, dev, open_network, "Mine")
    assert (await cast.seen_by(db, dev, open_network)).role == "member"


async def test_a_private_network_shows_its_name_and_nothing_else(db, ana, ben, dev):
    network = await cast.found(db, ana, "Sepsis circle", "private", ben)
    await change(db, ana, network, description="Who we are", summary="What we do")
    async with db.transaction() as tx:
        await networks.put_picture(tx, ana, network, b"webp")
    for outsider in (dev, None):
        seen = await cast.seen_by(db, outsider, network)
        assert (seen.name, seen.summary, seen.description_html, seen.members, seen.picture) == (
            "Sepsis circle", "", "", None, None,
        )  # fmt: skip
    inside = await cast.seen_by(db, ben, network)
    assert (inside.summary, inside.members) == ("What we do", 2)
    assert inside.picture
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, network, {"access": "restricted"})
    outside = await cast.seen_by(db, None, network)
    assert (outside.summary, outside.members, outside.readable) == ("What we do", 2, False)
    assert outside.picture == inside.picture


async def test_members_are_told_for_two_weeks_that_the_access_has_changed(db, ana, ben, dev, open_network):
    cast.it_is("2026-11-01 12:00")
    async with db.transaction() as tx:
        await networks.change_access(tx, ana, open_network, {"access": "restricted"})

    async def news(viewer):
        async with db.snapshot() as tx:
            return await networks.access_news(tx, await networks.network_of(tx, viewer, open_network.slug))

    assert (await news(ben)).was == "open"
    assert await news(dev) is None
    cast.it_is("2026-11-16 12:00")
    assert await news(ben) is None
    ((action, actor, details),) = await entries(db, open_network)
    assert (action, actor, details["before"], details["after"]) == (
        "access.changed",
        ana.id,
        "open",
        "restricted",
    )


@pytest.mark.parametrize(
    ("was", "to"),
    [(was, to) for was in networks.ACCESS for to in networks.ACCESS if was != to],
)
async def test_each_change_of_access_shows_and_hides(db, ana, ben, dev, visitor, was, to):
    network = await cast.found(db, ana, "Sepsis circle", was, ben)
    thread = await cast.start(db, ana, network, "Zebra rota")
    async with db.transaction() as tx:
        slug = await networks.change_access(tx, ana, network, {"access": to})
    assert (slug == network.slug) is (to != "confidential")
    now = network._replace(slug=slug)
    assert (await cast.seen_by(db, ben, now)).readable
    async with db.transaction() as tx:
        await discussions.find_again(tx, network.id, 1, 0)
    for outsider in (dev, visitor):
        async with db.snapshot() as tx:
            known = [n.slug for n in await networks.networks_for(tx, outsider)]
            assert known == ([] if to == "confidential" else [slug])
            assert await networks.may_read(tx, outsider, network.id) is (to == "open")
            found = (await discussions.search(tx, outsider, "zebra")).hits
            assert len(found) == (1 if to == "open" else 0)
    assert (await cast.read(db, ben, thread))[0].number == 1
