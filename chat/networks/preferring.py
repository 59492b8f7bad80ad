"""What a member chooses for themselves in one network."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Forbidden, Invalid, SignInFirst
from chat.fields import one_of
from chat.languages import _
from chat.members import Viewer, must_act
from chat.members.reading_letters import unwanted
from chat.networks.access import access_changes
from chat.networks.queries import NetworkSeen

MISSED = ("usual", "always", "never")
TOLD = ("all", "mine", "nothing")


class Preferences(NamedTuple):
    unlisted_at: datetime | None
    unmailed_at: datetime | None
    unreminded: list[str]
    told: str  # of its discussions: all of it, what concerns one by itself (mine), or nothing
    missed: str  # whether one is told of drop-ins one missed: usual (those that one meant to come to, or often comes to), always or never


async def preferences_of(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> Preferences:
    """One's own choices, for those who have a place."""
    if viewer is None:
        raise SignInFirst
    row = await tx.first(
        "SELECT unlisted_at, unmailed_at, unreminded, told, "
        "CASE WHEN unretold_at IS NOT NULL THEN 'never' WHEN retold_at IS NOT NULL THEN 'always' ELSE 'usual' END FROM membership "
        "WHERE network_id = :network AND member_id = :member AND ended_at IS NULL AND banned_at IS NULL",
        network=network.id,
        member=viewer.id,
    )
    if row is None:
        raise Forbidden(_("These choices are for the network’s members."))
    return Preferences(*row)


async def draw_anew(tx: Transaction, member_id: int) -> None:
    """What live delivery has kept of a member's networks shows them as they were: it is drawn again when asked for."""
    rows = await tx.all(
        "SELECT network_id FROM membership WHERE member_id = :member ORDER BY network_id", member=member_id
    )
    for (network_id,) in rows:
        await access_changes(tx, network_id)


async def prefer(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, form: Mapping[str, Any]
) -> None:
    """Change one's own choices. Form: listed, letters, each true or false; reminders, those of its drop-ins that are
    wanted; missed, one of MISSED; told, one of TOLD. What it leaves out stays as it is."""
    viewer = must_act(viewer)
    await preferences_of(tx, viewer, network)
    for name, column in (("listed", "unlisted_at"), ("letters", "unmailed_at")):
        if name not in form:
            continue
        if not isinstance(form[name], bool):
            raise Invalid(name, _("Say true or false."))
        await tx.run(
            f"UPDATE membership SET {column} = CASE WHEN :on THEN NULL ELSE coalesce({column}, :now) END "  # noqa: S608
            "WHERE network_id = :network AND member_id = :member AND ended_at IS NULL",
            on=form[name],
            now=clock.now(),
            network=network.id,
            member=viewer.id,
        )
    if "reminders" in form:
        await tx.run(
            "UPDATE membership SET unreminded = :unwanted "
            "WHERE network_id = :network AND member_id = :member AND ended_at IS NULL",
            unwanted=unwanted(form["reminders"]),
            network=network.id,
            member=viewer.id,
        )
    if "missed" in form:
        missed = one_of("missed", form["missed"], MISSED, called=_("What you missed"))
        await tx.run(
            "UPDATE membership SET retold_at = CASE WHEN :missed = 'always' THEN coalesce(retold_at, :now) END, "
            "unretold_at = CASE WHEN :missed = 'never' THEN coalesce(unretold_at, :now) END "
            "WHERE network_id = :network AND member_id = :member AND ended_at IS NULL",
            missed=missed,
            now=clock.now(),
            network=network.id,
            member=viewer.id,
        )
    if "told" in form:
        await tx.run(
            "UPDATE membership SET told = :told WHERE network_id = :network AND member_id = :member AND ended_at IS NULL",
            told=one_of("told", form["told"], TOLD, called=_("What you are told")),
            network=network.id,
            member=viewer.id,
        )
