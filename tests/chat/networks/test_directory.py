"""Who is found in a network, by what, and by whom."""

import pytest

from chat import dropins, insight, members, networks
from chat.errors import Forbidden, Invalid, NotFound, SignInFirst
from chat.networks import Wanted
from tests import cast


async def directory(db, viewer, network, **wanted):
    async with db.snapshot() as tx:
        seen = await networks.network_of(tx, viewer, network.slug)
        return await networks.directory_of(tx, viewer, seen, Wanted(**wanted))


async def names(db, viewer, network, **wanted):
    return [p.name for p in (await directory(db, viewer, network, **wanted)).people]


async def hide(db, member, *what):
    async with db.transaction() as tx:
        await members.hide(tx, member.id, {"hides": list(what)})


async def prefer(db, member, network, **choices):
    async with db.transaction() as tx:
        await networks.prefer(tx, member, network, choices)


async def test_hosts_come_first_and_then_all_by_name(db, ana, ben, carol, dev, visitor, open_network):
    for name in ("Óscar Ruiz", "Zoe Young", "Oskar Bauer"):
        await cast.let_in(db, open_network, await cast.join_the_hub(db, name))
    await cast.let_in(db, open_network, await cast.join_the_hub(db, "Walter Host"), "host")
    assert await names(db, dev, open_network) == [
        "Ana Lima", "Walter Host", "Ben Okafor", "Carol Nguyen", "Óscar Ruiz", "Oskar Bauer", "Zoe Young",
    ]  # fmt: skip
    private = await cast.found(db, ana, "Sepsis", "private", ben)
    with pytest.raises(SignInFirst):
        await directory(db, visitor, open_network)
    with pytest.raises(Forbidden):
        await directory(db, dev, private)


@pytest.mark.parametrize("words", ["joao", "JOÃO", "hospital lima", "  ana  safety ", "são patient"])
async def test_accents_and_case_and_order_are_ignored(db, ana, ben, open_network, words):
    assert await names(db, ben, open_network, words=words) == ["Ana Lima"]


@pytest.mark.parametrize("words", ["%", "_", "\\", "ana ben", "' OR 1=1 --", "nobody"])
async def test_what_is_not_there_is_not_found(db, ben, open_network, words):
    found = await directory(db, ben, open_network, words=words)
    assert (found.people, found.total, found.organisations) == ([], 0, [])


async def test_letters_of_their_own_are_found_by_the_plain_ones(db, ana, open_network):
    søren = await cast.join_the_hub(db, "Søren Łoś", organisation="ÅRHUS Universitetshospital")
    await cast.let_in(db, open_network, søren)
    for words in ("soren", "los", "arhus", "Århus"):
        assert await names(db, ana, open_network, words=words) == ["Søren Łoś"]


async def test_choices_are_counted_among_what_the_others_leave(db, ana, ben, carol, open_network):
    erin = await cast.join_the_hub(db, "Erin Walsh", organisation="Mercy Health", country="GB")
    await cast.let_in(db, open_network, erin)
    everybody = await directory(db, ben, open_network)
    assert everybody.total == 4
    assert everybody.organisations[0] == ("Mercy Health", 2)
    assert everybody.countries == [("GB", 2), ("AU", 1), ("PT", 1)]
    assert everybody.roles == [("owner", 1), ("member", 3)]
    mercy = await directory(db, ben, open_network, organisation="Mercy Health")
    assert ([p.name for p in mercy.people], mercy.total) == (["Carol Nguyen", "Erin Walsh"], 2)
    assert mercy.countries == [("AU", 1), ("GB", 1)]
    assert mercy.organisations == everybody.organisations
    assert await names(db, ben, open_network, organisation="Mercy Health", country="GB") == ["Erin Walsh"]
    assert await names(db, ben, open_network, role="owner") == ["Ana Lima"]
    assert await names(db, ben, open_network, role="queen") == []


async def test_what_is_hidden_is_nowhere_and_found_by_nothing(db, ana, ben, carol, open_network):
    await hide(db, carol, "organisation", "role", "country")
    for viewer in (ana, ben, carol):
        everybody = await directory(db, viewer, open_network)
        assert "Mercy Health" not in str(everybody)
        assert "sister" not in str(everybody)
        assert "AU" not in [code for code, _ in everybody.countries]
        for wanted in (
            {"words": "mercy"},
            {"words": "sister"},
            {"organisation": "Mercy Health"},
            {"country": "AU"},
        ):
            assert await names(db, viewer, open_network, **wanted) == [], wanted
    assert await names(db, ben, open_network, words="carol") == ["Carol Nguyen"]
    async with db.snapshot() as tx:
        profile = await members.profile_of(tx, carol.handle)
        assert (profile.organisation, profile.role, profile.country) == ("", "", "")
        assert (await members.own_profile(tx, carol.id)).organisation == "Mercy Health"
        one = await networks.member_of(
            tx, ben, await networks.network_of(tx, ben, open_network.slug), carol.handle
        )
        assert (one.organisation, one.role, one.country) == ("", "", "")
        assert (await dropins.people_here(tx, [carol.id, ben.id], 0))[carol.id]["organisation"] == ""
        assert (await dropins.people_here(tx, [ben.id], 0))[ben.id][
            "organisation"
        ] == "Leeds Teaching Hospitals"
        figures = await insight.dashboard_of(tx, ana, open_network)
        assert "Mercy Health" not in str(figures)
        assert (figures.organisations_unsaid, figures.countries_unsaid) == (1, 1)
    await hide(db, carol)
    assert await names(db, ben, open_network, words="mercy") == ["Carol Nguyen"]


@pytest.mark.parametrize("hides", [None, "organisation", ["name"], [1], [["role"]], ["organisation", "x"]])
async def test_nothing_else_can_be_hidden(db, ana, hides):
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await members.hide(tx, ana.id, {"hides": hides})


async def test_who_is_unlisted_is_seen_by_hosts_and_themselves(db, ana, ben, carol, dev, open_network):
    await cast.let_in(db, open_network, dev, "host")
    await prefer(db, carol, open_network, listed=False)
    for viewer, seen in ((ana, True), (dev, True), (carol, True), (ben, False)):
        found = await directory(db, viewer, open_network)
        assert ("Carol Nguyen" in [p.name for p in found.people]) is seen
        assert found.total == (4 if seen else 3)
        assert ("Mercy Health" in [name for name, _ in found.organisations]) is seen
        assert await names(db, viewer, open_network, words="carol") == (["Carol Nguyen"] if seen else [])
        async with db.snapshot() as tx:
            network = await networks.network_of(tx, viewer, open_network.slug)
            if seen:
                assert (await networks.member_of(tx, viewer, network, carol.handle)).unlisted_at
            else:
                with pytest.raises(NotFound):
                    await networks.member_of(tx, viewer, network, carol.handle)
    elsewhere = await cast.found(db, ana, "Sepsis", "open", carol, ben)
    assert "Carol Nguyen" in await names(db, ben, elsewhere)
    await prefer(db, carol, open_network, listed=True)
    assert "Carol Nguyen" in await names(db, ben, open_network)


async def test_choices_are_ones_own_and_stay_where_they_are_not_named(db, ana, carol, dev, open_network):
    await prefer(db, carol, open_network, listed=False)
    await prefer(db, carol, open_network, letters=False)
    async with db.snapshot() as tx:
        chosen = await networks.preferences_of(tx, carol, open_network)
        assert chosen.unlisted_at is not None
        assert chosen.unmailed_at is not None
        assert await networks.preferences_of(tx, ana, open_network) == (None, None, [], "mine", "usual")
    with pytest.raises(Forbidden):
        await prefer(db, dev, open_network, listed=False)
    with pytest.raises(Invalid):
        await prefer(db, carol, open_network, listed="no")


async def test_who_has_left_is_not_in_it(db, ana, ben, carol, open_network):
    await cast.remove(db, ana, open_network, carol)
    assert await names(db, ben, open_network) == ["Ana Lima", "Ben Okafor"]
    assert (await directory(db, ben, open_network)).total == 2
