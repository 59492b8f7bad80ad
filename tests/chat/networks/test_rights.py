"""The table of rights, walked: each role really tries each act, and is let or refused as the table says."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from chat import announcements, discussions, dropins, insight, networks
from chat.db import Database, Transaction
from chat.errors import Forbidden, NotFound, SignInFirst
from chat.members import Viewer
from chat.networks import RIGHTS, NetworkSeen, has_right
from tests import cast
from tests.cast import Thread
from tests.web.conftest import contents

ROLES = ("visitor", "outsider", "member", "host", "owner")
REFUSALS = (Forbidden, NotFound, SignInFirst)


class Stage(NamedTuple):
    """A network of Olga's, with a member and a host to whom things can be done; and who acts."""

    network: NetworkSeen  # as the actor sees it
    actor: Viewer | None
    thread: Thread
    post: int  # of the member
    unsaid: int  # the same without the name
    request: int  # for a place; 0 where nobody has to ask


Scene = Callable[[Transaction, Stage], Awaitable[Any]]
LOOKS = {"read", "see_people", "see_dashboard", "read_audit"}  # whoever looks changes nothing
SCENES: dict[str, Scene] = {
    "read": lambda tx, s: networks.network_by_id(tx, s.actor, s.network.id),
    "see_people": lambda tx, s: networks.directory_of(tx, s.actor, s.network, networks.Wanted()),
    "reply": lambda tx, s: discussions.reply(tx, s.actor, s.thread.id, "And we?"),
    "start_topic": lambda tx, s: discussions.start_topic(tx, s.actor, s.network, "And by day?", "Who looks?"),
    "invite": lambda tx, s: networks.invite(tx, s.actor, s.network, {"places": "2"}),
    "leave": lambda tx, s: networks.leave(tx, s.actor, s.network),
    "run_drop_ins": lambda tx, s: dropins.schedule(
        tx, s.actor, s.network, {"title": "Tea", "zone": "Europe/London", "local_time": "12:00"}
    ),
    "flag": lambda tx, s: discussions.flag(
        tx, s.actor, s.thread.post if s.actor and s.actor.handle == "mia-ward" else s.post, "spam"
    ),
    "tend_topics": lambda tx, s: discussions.solve(tx, s.actor, s.post),
    "moderate": lambda tx, s: discussions.lock(tx, s.actor, s.thread.id),
    "remove_post": lambda tx, s: discussions.remove(tx, s.actor, s.post),
    "manage_invitations": lambda tx, s: networks.draft_list(
        tx, s.actor, s.network, networks.entries("eve@example.org"), {}
    ),
    "unmask": lambda tx, s: discussions.ask_to_unmask(tx, s.actor, s.unsaid, "Somebody is in danger."),
    "answer_requests": lambda tx, s: networks.decide(
        tx, s.actor, s.network, s.request, {"decision": "declined"}
    ),
    "announce": lambda tx, s: announcements.announce(
        tx, s.actor, s.network, {"title": "Soon", "body": "We meet."}
    ),
    "see_dashboard": lambda tx, s: insight.dashboard_of(tx, s.actor, s.network),
    "remove_member": lambda tx, s: networks.remove(tx, s.actor, s.network, "mia-ward"),
    "ban_member": lambda tx, s: networks.ban(tx, s.actor, s.network, "mia-ward"),
    "remove_host": lambda tx, s: networks.remove(tx, s.actor, s.network, "hal-moss"),
    "change_role": lambda tx, s: networks.change_role(tx, s.actor, s.network, "mia-ward", {"role": "host"}),
    "change_settings": lambda tx, s: networks.change_settings(
        tx, s.actor, s.network, {"summary": "We are new."}
    ),
    "change_access": lambda tx, s: networks.change_access(tx, s.actor, s.network, {"access": "restricted"}),
    "read_audit": lambda tx, s: networks.entries_of(tx, s.actor, s.network),
}

CASES = [
    (right, role, opened)
    for right in SCENES
    for role in ROLES
    for opened in ((False, True) if RIGHTS[right].if_opened else (False,))
]


def test_every_right_has_its_scene():
    assert SCENES.keys() == RIGHTS.keys()


@pytest.mark.parametrize(("right", "role", "opened"), CASES)
async def test_the_table_is_what_happens(db, right: str, role: str, opened: bool):
    allowed = has_right(
        role if role in ("member", "host", "owner") else None, right, [right] if opened else []
    )
    stage = await set_up(db, role, [right] if opened else [])
    before = await contents(db)
    try:
        async with db.transaction() as tx:
            await SCENES[right](tx, stage)
        refused = False
    except REFUSALS:
        refused = True
    changed = await contents(db) != before
    if right in LOOKS:
        assert (not refused, changed) == (allowed, False)
    else:
        # Who has no place may leave as often as they like: nothing comes of it.
        assert changed == allowed
        assert refused != allowed or (right, role) == ("leave", "outsider")


#                     who has no place, in an open network
IN_THE_OPEN = {
    "read": {"visitor", "outsider"},
    "see_people": {"outsider"},
    "reply": {"outsider"},
    "flag": {"outsider"},
}


@pytest.mark.parametrize("role", ["visitor", "outsider"])
@pytest.mark.parametrize("right", sorted(SCENES))
async def test_in_an_open_network_one_may_what_the_table_says(db, right: str, role: str):
    stage = await set_up(db, role, [], "open")
    before = await contents(db)
    try:
        async with db.transaction() as tx:
            await SCENES[right](tx, stage)
        refused = False
    except REFUSALS:
        refused = True
    allowed = role in IN_THE_OPEN.get(right, ())
    assert refused != allowed or (right, role) == ("leave", "outsider")
    assert (await contents(db) != before) == (allowed and right not in LOOKS)


@pytest.mark.parametrize("role", ["outsider", "member", "host", "owner"])
async def test_what_pages_offer_is_the_table_s_too(db, role: str):
    """`network.may` is what templates ask."""
    network = (await set_up(db, role, ["invite"])).network
    for right in RIGHTS:
        assert network.may(right) == (role != "outsider" and has_right(role, right, ["invite"]))
    removable = {"member": {"owner", "host"}, "host": {"owner"}, "owner": set()}
    assert {theirs for theirs in removable if network.may_remove(theirs)} == {
        theirs for theirs, by in removable.items() if role in by
    }


async def set_up(db: Database, role: str, opened: list[str], access: str = "private") -> Stage:
    olga, mia, hal = [await cast.join_the_hub(db, name) for name in ("Olga Reyes", "Mia Ward", "Hal Moss")]
    network = await cast.found(db, olga, "Sepsis", access, mia)
    await cast.let_in(db, network, hal, "host")
    thread = await cast.start(db, olga, network, "Who looks at night?")
    post = (await cast.write(db, mia, thread, "The night nurse."))["id"]
    async with db.transaction() as tx:
        await tx.run("UPDATE network SET members_may = :opened WHERE id = :id", opened=opened, id=network.id)
        await tx.run("UPDATE network SET anonymity_since = now() WHERE id = :id", id=network.id)
    unsaid = (await cast.write(db, mia, thread, "Nobody.", anonymous=True))["id"]
    request = 0
    if access == "private":
        async with db.transaction() as tx:
            gil = await cast.join_the_hub(db, "Gil Noor")
            await networks.ask(tx, gil, await networks.network_of(tx, gil, network.slug), [])
            request = await tx.value("SELECT max(id) FROM join_request")
    actor = None if role == "visitor" else await cast.join_the_hub(db, "Zoe Birk")
    if actor and role != "outsider":
        await cast.let_in(db, network, actor, role)
    return Stage(await cast.seen_by(db, actor, network), actor, thread, post, unsaid, request)
