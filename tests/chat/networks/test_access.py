"""Who may know of a network, who may read it, for each access."""

import pytest

from chat import discussions, dropins, networks
from chat.errors import Forbidden, NotFound
from chat.networks import ACCESS
from tests import cast

#                 known to others, read by others
SEEN = {
    "open": (True, True),
    "restricted": (True, False),
    "private": (True, False),
    "confidential": (False, False),
}


@pytest.mark.parametrize("access", ACCESS)
async def test_who_knows_and_who_reads(db, ana, ben, dev, visitor, access):
    network = await cast.found(db, ana, "Sepsis", access, ben)
    known, read = SEEN[access]
    async with db.snapshot() as tx:
        for viewer, place in ((ana, "owner"), (ben, "member")):
            seen = await networks.network_of(tx, viewer, network.slug)
            assert (seen.role, seen.readable, seen.members) == (place, True, 2)
        for outsider in (dev, visitor):
            listed = [n.slug for n in await networks.networks_for(tx, outsider)]
            assert (network.slug in listed) is known
            assert await networks.may_read(tx, outsider, network.id) is read
            if not known:
                with pytest.raises(NotFound):
                    await networks.network_of(tx, outsider, network.slug)
            else:
                assert (await networks.network_of(tx, outsider, network.slug)).readable is read
            if known and not read:
                with pytest.raises(Forbidden):
                    await networks.open_network_of(tx, outsider, network.slug)
            if not read:
                with pytest.raises(NotFound):
                    await networks.network_by_id(tx, outsider, network.id)


@pytest.mark.parametrize("access", ["restricted", "private", "confidential"])
async def test_what_is_inside_is_for_members(db, ana, ben, dev, visitor, access):
    network = await cast.found(db, ana, "Sepsis", access, ben)
    thread = await cast.start(db, ana, network, "Zebra rota", "the zebra sheet")
    series = await cast.schedule(db, ana, network)
    drop_in = await cast.value(db, "SELECT min(id) FROM drop_in WHERE series_id = :id", id=series)
    async with db.snapshot() as tx:
        assert await discussions.topic_of(tx, ben, thread.id)
        assert await discussions.post_of(tx, ben, thread.post)
        assert (await discussions.search(tx, ben, "zebra")).hits
        assert await dropins.drop_in_of(tx, ben, drop_in)
        for outsider in (dev, visitor):
            for hidden in (
                discussions.topic_of(tx, outsider, thread.id),
                discussions.post_of(tx, outsider, thread.post),
                dropins.drop_in_of(tx, outsider, drop_in),
            ):
                with pytest.raises(NotFound):
                    await hidden
            assert await discussions.recent_topics(tx, outsider) == []
            assert await discussions.topics_in(tx, outsider, network.id) == []
            assert (await discussions.search(tx, outsider, "zebra")).hits == []
            assert await dropins.upcoming_for(tx, outsider) == []
            assert await dropins.live_now(tx, outsider) == []


async def test_a_confidential_network_and_none_at_all_are_one_answer(db, dev, confidential_network):
    answers = []
    for slug in (confidential_network.slug, "never-was"):
        async with db.snapshot() as tx:
            with pytest.raises(NotFound) as none:
                await networks.network_of(tx, dev, slug)
        answers.append(none.value.sentence)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("change", ["ended_at = now()", "banned_at = now()"])
async def test_a_place_that_ended_or_was_banned_reads_nothing(db, ben, confidential_network, change):
    async with db.transaction() as tx:
        await tx.run(f"UPDATE membership SET {change} WHERE member_id = :id", id=ben.id)
        with pytest.raises(NotFound):
            await networks.network_of(tx, ben, confidential_network.slug)
        assert await networks.readers_among(tx, [(confidential_network.id, ben.id)]) == set()
        assert await networks.role_in(tx, ben.id, confidential_network.id) is None
        assert not await networks.is_member(tx, ben, confidential_network.id)


async def test_who_of_many_may_still_read(db, ana, ben, carol, dev, open_network, confidential_network):
    async with db.snapshot() as tx:
        everybody = [0, ana.id, ben.id, carol.id, dev.id]
        secret = [(confidential_network.id, id) for id in everybody]
        public = [(open_network.id, id) for id in everybody]
        members = {(open_network.id, m.id) for m in (ana, ben, carol)}
        allowed = {(confidential_network.id, ana.id), (confidential_network.id, ben.id), *public}
        assert await networks.readers_among(tx, [*secret, *public, (0, ana.id)]) == allowed
        assert await networks.readers_among(tx, public, members_only=True) == members


async def test_ones_own_networks(db, ana, ben, carol, visitor, open_network, confidential_network):
    async with db.snapshot() as tx:
        assert [n.id for n in await networks.networks_of(tx, ben)] == [
            open_network.id,
            confidential_network.id,
        ]
        assert [n.id for n in await networks.networks_of(tx, carol)] == [open_network.id]
        assert await networks.networks_of(tx, visitor) == []
