from datetime import timedelta

import pytest

from chat import clock, members
from chat.errors import Invalid, NotFound
from chat.members import passwords
from tests import cast


async def viewer_behind(db, token):
    async with db.snapshot() as tx:
        return await members.by_session(tx, token)


async def reset_key(db, member):
    async with db.transaction() as tx:
        return (await members.reset_letter(tx, member.id)).link.rpartition("/")[2]


async def reset(db, key):
    async with db.transaction() as tx:
        return await members.reset(tx, key, "a new hash")


async def test_ana_signs_in_with_her_password(db, ana):
    async with db.snapshot() as tx:
        known = await members.credentials(tx, "Ana-Lima@EXAMPLE.org")
    assert known.id == ana.id
    assert await members.matches(known.password_hash, cast.PASSWORD)
    assert not await members.matches(known.password_hash, cast.PASSWORD.upper())
    viewer = await viewer_behind(db, await cast.session(db, ana))
    assert (viewer.id, viewer.name) == (ana.id, "Ana Lima")


async def test_an_unknown_address_is_as_wrong_as_a_wrong_password(db, monkeypatch):
    asked = []
    monkeypatch.setattr(passwords, "_verify", lambda known, typed: asked.append(known) or False)
    async with db.snapshot() as tx:
        nobody = await members.credentials(tx, "nobody@example.org")
    assert nobody == (0, None)
    assert not await members.matches(nobody.password_hash, "anything at all")
    assert asked == [None]  # it is as slow: argon2 runs against a hash that stands for nobody
    with pytest.raises(Invalid, match="address or the password"):
        members.must_match(False)


async def test_nobodys_hash_lets_nobody_in(monkeypatch):
    monkeypatch.setattr(passwords, "_NOBODY", cast.PASSWORD_HASH)
    assert not await members.matches(None, cast.PASSWORD)


async def test_a_session_is_kept_only_as_a_hash(db, ana):
    token = await cast.session(db, ana)
    stored = await cast.value(db, "SELECT token_hash FROM session")
    assert token.encode() not in stored
    assert len(stored) == 32


@pytest.mark.parametrize("wrong", ["", "0" * 43, "\ud800", "é"])
async def test_a_wrong_cookie_is_nobodys(db, ana, wrong):
    await cast.session(db, ana)
    assert await viewer_behind(db, wrong) is None


async def test_a_session_ends_after_sixty_days(db, ana):
    token = await cast.session(db, ana)
    clock.pretend(clock.now() + timedelta(days=60, minutes=1))
    assert await viewer_behind(db, token) is None


async def test_signing_out_ends_this_session_and_its_live_connections(db, ana):
    here, there = await cast.session(db, ana, "Firefox"), await cast.session(db, ana, "Safari")
    viewer = await viewer_behind(db, here)
    async with db.transaction() as tx:
        await members.sign_out(tx, viewer.session_id)
    assert await viewer_behind(db, here) is None
    assert await viewer_behind(db, there)
    assert [(kind, ref) for _, kind, ref in await cast.events(db, "sys")] == [
        ("session.ended", viewer.session_id)
    ]
    async with db.snapshot() as tx:
        assert await members.ended_among(tx, {viewer.session_id, viewer.session_id + 1}) == {
            viewer.session_id
        }
        assert [s.browser for s in await members.sessions_of(tx, ana.id)] == ["Safari"]


async def test_a_reset_ends_every_session_and_proves_the_address(db):
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    tokens = [await cast.session(db, erin) for _ in range(2)]
    assert await reset(db, await reset_key(db, erin)) == erin.id
    assert [await viewer_behind(db, token) for token in tokens] == [None, None]
    assert (await cast.again(db, erin)).verified
    assert await cast.value(db, "SELECT password_hash FROM member") == "a new hash"
    assert len(await cast.events(db, "sys")) == 2


async def test_a_reset_leaves_others_signed_in(db, ana, ben):
    token = await cast.session(db, ben)
    await reset(db, await reset_key(db, ana))
    assert await viewer_behind(db, token)


async def test_a_reset_key_works_once_and_for_two_hours(db, ana):
    key, late = await reset_key(db, ana), await reset_key(db, ana)
    clock.pretend(clock.now() + timedelta(hours=2, minutes=1))
    with pytest.raises(NotFound):
        await reset(db, late)
    clock.pretend(None)
    await reset(db, key)
    with pytest.raises(NotFound):
        await reset(db, key)


async def test_a_reset_voids_the_keys_of_earlier_letters(db, ana):
    earlier, later = await reset_key(db, ana), await reset_key(db, ana)
    await reset(db, later)
    with pytest.raises(NotFound):
        await reset(db, earlier)


async def test_asking_for_a_reset_tells_nothing_about_who_is_a_member(db, ana):
    cast.it_is("2026-11-19 12:00:10")
    for email in ("nobody@example.org", "ana-lima@example.org", "Ana-Lima@example.org"):
        async with db.transaction() as tx:
            assert await members.forgot(tx, email) is None
    assert await cast.value(db, "SELECT count(*) FROM job WHERE kind = 'send_reset'") == 1


async def test_a_new_password_from_the_settings_keeps_this_session_alone(db, ana):
    here, there = await cast.session(db, ana), await cast.session(db, ana)
    viewer = await viewer_behind(db, here)
    async with db.transaction() as tx:
        await members.change_password(tx, ana.id, "a new hash", viewer.session_id)
    assert await viewer_behind(db, here)
    assert await viewer_behind(db, there) is None


async def test_nobody_ends_anothers_session(db, ana, ben):
    token = await cast.session(db, ana)
    viewer = await viewer_behind(db, token)
    async with db.transaction() as tx:
        await members.end_session(tx, ben.id, viewer.session_id)
    assert await viewer_behind(db, token)
    async with db.transaction() as tx:
        await members.end_session(tx, ana.id, viewer.session_id)
    assert await viewer_behind(db, token) is None


async def test_an_operators_token_makes_a_verified_member_where_there_is_none(db):
    async with db.transaction() as tx:
        token = await members.issue_token(tx, "Erin.Walsh@example.org")
    async with db.snapshot() as tx:
        viewer = await members.by_api_token(tx, token)
        assert (viewer.name, viewer.verified, viewer.session_id) == ("Erin Walsh", True, None)
        assert await members.by_api_token(tx, token[:-1]) is None
    async with db.transaction() as tx:
        await members.issue_token(tx, "erin.walsh@example.org")
    assert await cast.value(db, "SELECT count(*) FROM member") == 1


async def test_a_revoked_token_is_nobodys(db, ana):
    token = await cast.bearer(db, ana)
    async with db.transaction() as tx:
        await tx.run("UPDATE api_token SET revoked_at = now()")
        assert await members.by_api_token(tx, token) is None


@pytest.mark.parametrize(
    "weak", ["", "short", "password123", "PASSWORD1234", "abababababab", "x" * 201, None, 1234567890]
)
async def test_a_weak_password_is_refused_before_it_is_hashed(weak, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", None)
    with pytest.raises(Invalid) as refused:
        await members.hash_password(weak)
    assert refused.value.field == "password"


async def test_a_good_password_becomes_an_argon2id_hash():
    made = await members.hash_password(cast.PASSWORD)
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await members.matches(made, cast.PASSWORD)
