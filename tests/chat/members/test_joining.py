import asyncio
from datetime import timedelta

import pytest

from chat import clock, members
from chat.errors import Forbidden, Invalid, NotFound
from tests import cast

FORM = {
    "email": "Erin@Example.org",
    "name": "Erin Walsh",
    "organisation": "HSE",
    "role": "Midwife",
    "country": "ie",
}


async def sign_up(db, **changes):
    async with db.transaction() as tx:
        return await members.sign_up(tx, {**FORM, **changes}, cast.PASSWORD_HASH)


async def key_for(db, member):
    """The key in the letter that the member gets."""
    async with db.transaction() as tx:
        letter = await members.verification_letter(tx, member)
    return letter.link.rpartition("/")[2]


async def confirm(db, key):
    async with db.transaction() as tx:
        return await members.confirm(tx, key)


async def jobs(db, kind):
    return await cast.rows(db, "SELECT key, args FROM job WHERE kind = :kind ORDER BY id", kind=kind)


async def test_erin_signs_up_and_gets_a_letter(db):
    erin = await sign_up(db)
    row = (await cast.rows(db, "SELECT * FROM member WHERE id = :id", id=erin))[0]
    assert (row.email, row.handle, row.country) == ("erin@example.org", "erin-walsh", "IE")
    assert row.verified_at is None
    assert [job.args for job in await jobs(db, "send_verification")] == [{"member_id": erin}]


async def test_a_known_address_makes_no_second_member_and_tells_only_its_owner(db):
    await sign_up(db)
    assert await sign_up(db, email="erin@example.org", name="Somebody Else") is None
    assert await cast.value(db, "SELECT count(*) FROM member") == 1
    assert [job.args for job in await jobs(db, "send_known_address")] == [{"email": "erin@example.org"}]
    async with db.transaction() as tx:
        assert "already" in (await members.known_address_letter(tx, "erin@example.org")).subject


async def test_two_people_of_one_name_get_two_handles(db):
    await asyncio.gather(*(sign_up(db, email=f"erin{n}@example.org") for n in range(5)))
    handles = {row.handle for row in await cast.rows(db, "SELECT handle FROM member")}
    assert handles == {"erin-walsh", "erin-walsh-2", "erin-walsh-3", "erin-walsh-4", "erin-walsh-5"}


@pytest.mark.parametrize(
    ("name", "handle"),
    [("Jo", "jo-member"), ("李", "member-1"), ("Zoë Ångström", "zoe-angstrom"), ("--- ---", "member-1")],
)
async def test_every_name_makes_a_handle(db, name, handle):
    await sign_up(db, name=name)
    assert await cast.value(db, "SELECT handle FROM member") == handle


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "erin"),
        ("email", ""),
        ("email", "erin@example.org\nBcc: all@example.org"),
        ("email", ["erin@example.org"]),
        ("name", ""),
        ("name", "x" * 81),
        ("name", "\u202e"),
        ("name", 7),
        ("country", "XX"),
        ("organisation", "x" * 121),
    ],
)
async def test_a_wrong_field_is_named(db, field, value):
    with pytest.raises(Invalid) as refused:
        await sign_up(db, **{field: value})
    assert refused.value.field == field
    assert await cast.value(db, "SELECT count(*) FROM member") == 0


async def test_the_key_of_the_letter_confirms_once(db):
    erin = await sign_up(db)
    key = await key_for(db, erin)
    assert await confirm(db, key) == erin
    with pytest.raises(NotFound, match="used"):
        await confirm(db, key)
    async with db.transaction() as tx:
        assert await members.verification_letter(tx, erin) is None


async def test_only_the_key_confirms(db):
    erin = await sign_up(db)
    key = await key_for(db, erin)
    async with db.transaction() as tx:
        reset_key = (await members.reset_letter(tx, erin)).link.rpartition("/")[2]
    for wrong in ("", key[:-1], key.swapcase(), str(erin), reset_key, "\ud800", "\x00"):
        with pytest.raises(NotFound):
            await confirm(db, wrong)
    assert await cast.value(db, "SELECT verified_at FROM member") is None


async def test_looking_at_a_key_spends_nothing(db):
    key = await key_for(db, await sign_up(db))
    async with db.transaction() as tx:
        assert await members.key_is_good(tx, "verify", key)
        assert not await members.key_is_good(tx, "reset", key)
    assert await confirm(db, key)


async def test_a_key_is_good_for_three_days(db):
    key = await key_for(db, await sign_up(db))
    clock.pretend(clock.now() + timedelta(days=3, minutes=1))
    with pytest.raises(NotFound):
        await confirm(db, key)


async def test_a_letter_can_be_asked_for_again_once_a_minute(db):
    erin = await sign_up(db)
    cast.it_is("2026-11-19 12:00:10")
    for _ in range(3):
        async with db.transaction() as tx:
            await members.ask_again(tx, erin)
    assert len(await jobs(db, "send_verification")) == 2
    cast.it_is("2026-11-19 12:01:10")
    async with db.transaction() as tx:
        await members.ask_again(tx, erin)
    assert len(await jobs(db, "send_verification")) == 3


async def test_an_unconfirmed_member_may_not_act(db):
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    with pytest.raises(Forbidden, match="Confirm"):
        members.must_act(erin)


# The first admin


async def first_key(db):
    async with db.transaction() as tx:
        return await members.first_admin_key(tx)


async def welcome(db, key, **changes):
    async with db.transaction() as tx:
        return await members.welcome(tx, key, {**FORM, **changes}, cast.PASSWORD_HASH)


async def test_the_operators_key_makes_the_first_admin_and_no_second(db):
    key = await first_key(db)
    async with db.snapshot() as tx:
        pass
    admin = await welcome(db, key)
    async with db.snapshot() as tx:
        viewer = await members.by_id(tx, admin)
    assert viewer.admin
    assert viewer.verified
    with pytest.raises(NotFound):
        await welcome(db, key, email="second@example.org")
    assert await first_key(db) is None


async def test_a_newer_operators_key_voids_the_older(db):
    old, new = await first_key(db), await first_key(db)
    with pytest.raises(NotFound):
        await welcome(db, old)
    assert await welcome(db, new)


async def test_of_two_who_use_the_operators_key_at_once_one_is_admin(db):
    key = await first_key(db)
    tries = await asyncio.gather(
        *(welcome(db, key, email=f"erin{n}@example.org") for n in range(4)), return_exceptions=True
    )
    assert sum(isinstance(t, int) for t in tries) == 1
    assert await cast.value(db, "SELECT count(*) FROM member") == 1


async def test_a_wrong_field_spends_no_key(db):
    key = await first_key(db)
    with pytest.raises(Invalid):
        await welcome(db, key, name="")
    assert await welcome(db, key)
