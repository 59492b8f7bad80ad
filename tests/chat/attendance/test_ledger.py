"""What members keep of what they attended, and show to others."""

from datetime import timedelta

import pytest

from chat import attendance, dropins, networks
from chat.attendance import Stretch
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from chat.networks.founding import change_access
from tests import cast


@pytest.fixture
async def drop_in(db, ana, open_network) -> int:
    return await held(db, ana, open_network)


async def held(db, host, network, title="Thursday drop-in"):
    """Last Thursday's, from twelve to one."""
    cast.it_is("2026-11-19 09:00")
    series = await cast.schedule(db, host, network, title=title)
    return await cast.value(db, "SELECT min(id) FROM drop_in WHERE series_id = :id", id=series)


async def came(db, drop_in, *stays: tuple):
    """Members and for how many minutes they were there; it is over and settled then."""
    opens = await cast.value(db, "SELECT opens_at FROM drop_in WHERE id = :id", id=drop_in)
    async with db.transaction() as tx:
        said = [Stretch(who.id, opens, opens + timedelta(minutes=m)) for who, m in stays]
        await attendance.note(tx, drop_in, said)
    cast.it_is("2026-11-19 14:00")
    async with db.transaction() as tx:
        await attendance.close_attendance(tx, drop_in)


async def ledger(db, member):
    async with db.snapshot() as tx:
        return await attendance.ledger_of(tx, member)


async def certified(db, member, **form):
    [entry] = await ledger(db, member)
    async with db.transaction() as tx:
        return await attendance.certify(tx, member, entry.id, form)


async def shown(db, code):
    async with db.snapshot() as tx:
        return await attendance.certificate_by(tx, code)


async def rule(db, drop_in):
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET chatham_house_since = opens_at WHERE id = :id", id=drop_in)


async def seen(db, viewer, drop_in):
    async with db.snapshot() as tx:
        return await attendance.attendance_of(tx, viewer, await dropins.drop_in_of(tx, viewer, drop_in))


async def test_minutes_are_rounded_down_and_less_than_one_is_no_attendance(db, drop_in, ana, ben, carol):
    await came(db, drop_in, (ben, 41.9), (carol, 0.9))
    [entry] = await ledger(db, ben)
    assert (entry.minutes, entry.title, entry.network_name) == (41, "Thursday drop-in", "Falls and frailty")
    assert await ledger(db, carol) == []
    assert [(p.name, p.minutes) for p in (await seen(db, ana, drop_in)).people] == [("Ben Okafor", 41)]


async def test_before_the_wrap_up_is_over_nothing_is_settled_and_the_job_comes_back(db, drop_in, ben):
    cast.it_is("2026-11-19 13:05")
    for _ in range(2):
        async with db.transaction() as tx:
            await attendance.close_attendance(tx, drop_in)
    assert await ledger(db, ben) == []
    [job] = await cast.rows(db, "SELECT run_at FROM job WHERE kind = 'close_attendance'")
    assert f"{job.run_at:%H:%M}" == "13:17"


async def test_what_is_noted_late_is_added_and_what_was_lost_is_found_again(db, drop_in, ben):
    await came(db, drop_in, (ben, 10))
    await came(db, drop_in, (ben, 20))
    [entry] = await ledger(db, ben)
    assert entry.minutes == 20
    async with db.transaction() as tx:
        await tx.run("DELETE FROM attended")
        await attendance.settle_late(tx)
    assert [e.minutes for e in await ledger(db, ben)] == [20]


async def test_only_hosts_see_who_was_there(db, drop_in, ana, ben, dev):
    await came(db, drop_in, (ben, 10))
    for nobody, error in ((ben, Forbidden), (dev, Forbidden), (None, SignInFirst)):
        with pytest.raises(error):
            await seen(db, nobody, drop_in)
    assert (await seen(db, ana, drop_in)).total == 1


async def test_organisations_are_counted_without_what_people_hide(db, drop_in, ana, ben, carol):
    await came(db, drop_in, (ana, 5), (ben, 5), (carol, 5))
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE member SET organisation = 'LEEDS teaching hospitals' WHERE id = :id", id=carol.id
        )
        await tx.run("UPDATE member SET hides = '{organisation}' WHERE id = :id", id=ana.id)
    found = await seen(db, ana, drop_in)
    assert [(c.called.lower(), c.people) for c in found.organisations] == [
        ("leeds teaching hospitals", 2),
        ("", 1),
    ]


async def test_a_former_member_is_not_named(db, drop_in, ana, ben, open_network):
    await came(db, drop_in, (ben, 10))
    await cast.leave_unnamed(db, open_network, ben)
    [person] = (await seen(db, ana, drop_in)).people
    assert (person.handle, person.name, person.organisation) == (None, "Former member", "")


async def test_under_the_rule_hosts_see_no_names_and_no_small_organisations(db, drop_in, ana, open_network):
    people = await cast.crowd(db, 5)
    for person in people:
        await cast.let_in(db, open_network, person)
    async with db.transaction() as tx:
        for place, person in enumerate(people):
            where = "Leeds" if place < 3 else "Bradford"
            await tx.run("UPDATE member SET organisation = :o WHERE id = :id", o=where, id=person.id)
    await rule(db, drop_in)
    await came(db, drop_in, *((person, 10) for person in people))
    found = await seen(db, ana, drop_in)
    assert (found.total, found.people) == (5, [])
    assert found.organisations == [("Leeds", 3), ("Others", 2)]
    with pytest.raises(Conflict):
        async with db.snapshot() as tx:
            await attendance.names_of(tx, ana, await dropins.drop_in_of(tx, ana, drop_in))
    assert len(await ledger(db, people[0])) == 1  # one's own is one's own


async def test_the_ledger_stays_when_its_member_leaves_and_learns_nothing_more(
    db, drop_in, ana, ben, open_network
):
    await came(db, drop_in, (ben, 10))
    async with db.transaction() as tx:
        await networks.leave(tx, ben, open_network)
        await tx.run("UPDATE series SET title = 'What it is called now'")
    [entry] = await ledger(db, ben)
    assert (entry.title, entry.slug, entry.here) == ("Thursday drop-in", None, False)
    async with db.transaction() as tx:
        await change_access(tx, ana, open_network, {"access": "confidential"})
    [entry] = await ledger(db, ben)
    assert (entry.title, entry.network_name, entry.minutes) == ("", "", 10)


async def test_a_note_is_its_writers_own_and_has_an_end(db, drop_in, ben, carol):
    await came(db, drop_in, (ben, 10), (carol, 10))
    [entry] = await ledger(db, ben)
    async with db.transaction() as tx:
        assert (await attendance.write_note(tx, ben, entry.id, {"note": "I shall ask earlier."})).note
        with pytest.raises(NotFound):
            await attendance.write_note(tx, carol, entry.id, {"note": "Mine."})
        with pytest.raises(Invalid, match="4,000"):
            await attendance.write_note(tx, ben, entry.id, {"note": "é" * 4001})
        await attendance.write_note(tx, ben, entry.id, {"note": "é" * 4000})


async def test_a_certificate_says_what_was_attended(db, drop_in, ben):
    await came(db, drop_in, (ben, 42))
    made = await certified(db, ben, name="Dr Ben Okafor")
    found = await shown(db, made.code.lower().replace("-", " "))
    assert found == made
    assert found[1:6] == (
        "Dr Ben Okafor",
        "Thursday drop-in",
        "Falls and frailty",
        cast.day("2026-11-19"),
        42,
    )


async def test_asked_for_again_it_is_the_same_and_with_another_name_another(db, drop_in, ben):
    await came(db, drop_in, (ben, 42))
    first = await certified(db, ben)
    assert await certified(db, ben) == first
    second = await certified(db, ben, name="B. Okafor")
    assert second.code != first.code
    with pytest.raises(NotFound):
        await shown(db, first.code)


async def test_withdrawn_and_unknown_are_one_answer(db, drop_in, ben):
    await came(db, drop_in, (ben, 42))
    made = await certified(db, ben)
    [entry] = await ledger(db, ben)
    for _ in range(2):
        async with db.transaction() as tx:
            await attendance.withdraw_certificate(tx, ben, entry.id)
    said = []
    for code in (made.code, "2222-2222-2222-2222-2222-2222", "", "\x00'"):
        with pytest.raises(NotFound) as answer:
            await shown(db, code)
        said.append(answer.value.sentence)
    assert len(set(said)) == 1


async def test_a_confidential_network_is_on_no_certificate(db, ana, ben, confidential_network):
    drop_in = await held(db, ana, confidential_network, title="Wombat circle")
    await came(db, drop_in, (ben, 10))
    [entry] = await ledger(db, ben)
    assert (entry.title, entry.network_name, entry.namable) == ("Wombat circle", "Speaking up circle", False)
    made = await certified(db, ben)
    assert (made.title, made.network_name) == ("", "")
    async with db.snapshot() as tx:
        kept = await tx.first("SELECT title, network_name FROM attended")
    assert tuple(kept) == ("", "")


async def test_what_became_confidential_is_not_named_any_more(db, drop_in, ana, ben, open_network):
    await came(db, drop_in, (ben, 10))
    made = await certified(db, ben)
    async with db.transaction() as tx:
        await change_access(tx, ana, open_network, {"access": "confidential"})
    found = await shown(db, made.code)
    assert (found.title, found.network_name, found.minutes) == ("", "", 10)


async def test_years_add_up(db, ana, ben, open_network, drop_in):
    await came(db, drop_in, (ben, 42))
    async with db.snapshot() as tx:
        assert await attendance.years_of(tx, ben) == [(2026, 42, 1)]
        assert len(await attendance.ledger_of(tx, ben, 2026)) == 1
        assert await attendance.ledger_of(tx, ben, 2025) == []
