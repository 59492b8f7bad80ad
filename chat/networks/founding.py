"""Founding a network."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Forbidden, Invalid
from chat.events import network_stream, open_stream
from chat.fields import line, one_of, prose, slug_of
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import ACCESS, access_changes, must_have
from chat.networks.auditing import record
from chat.networks.placing import lock, place
from chat.networks.queries import NetworkSeen
from chat.networks.waiting import end_requests

RESERVED = frozenset({"new", "mine", "all"})
SECRET = re.compile(".*-x[0-9a-f]{6}")


def may_found(viewer: Viewer | None) -> bool:
    return viewer is not None and viewer.verified and (viewer.admin or settings().found_networks == "members")


async def found(tx: Transaction, founder: Viewer | None, form: Mapping[str, Any]) -> str:
    """A new network with its first owner; its slug. Form: name, slug (or made from the name), summary, access."""
    founder = must_act(founder)
    if not may_found(founder):
        raise Forbidden(_("On this hub, its admins found networks. Ask one of them."))
    name = line("name", form.get("name"), 80, called=_("The name"))
    slug = slug_of(str(form.get("slug") or "") or name)
    if len(slug) < 2 or slug in RESERVED:
        raise Invalid(
            "slug" if form.get("slug") else "name", _("Its address needs at least two letters or digits.")
        )
    access = one_of("access", form.get("access"), ACCESS, called=_("Who can see it"))
    if access == "confidential":
        slug = _secret(slug)
    elif SECRET.fullmatch(slug):
        # Whether it is taken or not: somebody who was removed knows the address.
        raise Invalid(
            "slug" if form.get("slug") else "name",
            _("Addresses that end in -x and six digits are for confidential networks. Choose another one."),
        )
    summary = prose("summary", form.get("summary"), 1024, called=_("The summary"), required=False)
    network_id = await tx.value(
        "INSERT INTO network (slug, name, summary, access, founded_by) VALUES (:slug, :name, :summary, :access, :founder) "
        "ON CONFLICT (slug) DO NOTHING RETURNING id",
        slug=slug,
        name=name,
        summary=summary,
        access=access,
        founder=founder.id,
    )
    if network_id is None:
        raise Invalid(
            "slug" if form.get("slug") else "name",
            _("The address “{slug}” is taken. Choose another one.", slug=slug),
        )
    await open_stream(tx, network_stream(network_id), network_id)
    await record(tx, network_id, founder.id, "network.founded", access=access)
    await place(tx, network_id, founder.id, "owner")
    return slug


async def change_access(
    tx: Transaction, owner: Viewer | None, network: NetworkSeen, form: Mapping[str, Any]
) -> str:
    """Another access; the slug, which is a new one where the network becomes confidential. Form: access.

    The live streams of whoever may not read any more end, and what was asked of a network that becomes open or confidential.
    """
    owner = must_act(owner)
    await lock(tx, network.id)
    await must_have(tx, owner, network.id, "change_access")
    access = one_of("access", form.get("access"), ACCESS, called=_("Who can see it"))
    slug = await tx.value("SELECT slug FROM network WHERE id = :id", id=network.id)
    if access == "confidential" and not SECRET.fullmatch(slug):
        slug = _secret(slug)  # the old address is known to all who ever saw it
    was = await tx.value(
        "UPDATE network SET access = :access, slug = :slug, access_was = access, access_changed_at = :now "
        "WHERE id = :id AND access <> :access RETURNING access_was",
        access=access,
        slug=slug,
        now=clock.now(),
        id=network.id,
    )
    if was:
        # Into an open one people go by themselves, if they still wish to where everybody sees who is in it;
        # of a confidential one they may not even hear that it refuses them.
        ended = await end_requests(tx, network.id) if access in ("open", "confidential") else 0
        await record(
            tx, network.id, owner.id, "access.changed", before=was, after=access, requests_ended=ended
        )
        await access_changes(tx, network.id)
        if "open" in (was, access):  # others may name what is read by all
            key = f"redraw_naming:network:{network.id}:{clock.now().isoformat()}"
            await tx.enqueue("redraw_naming", key, network_id=network.id)
            # What is said in open networks stands together in the index of search.
            version = tx.fences[network.id]
            key = f"find_again:{network.id}:{version}:0"
            await tx.enqueue("find_again", key, network_id=network.id, version=version, round=0)
    return slug


def _secret(slug: str) -> str:
    """An address that nobody guesses who tries names for a network of their own."""
    return f"{slug[:43]}-x{secrets.token_hex(3)}"
