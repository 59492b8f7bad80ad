"""Secret addresses, by which a program reads for a member who is not there to sign in: made, renewed and turned off by
that member, and shown this once. Each kind has a table of its own, and what it opens asks each time what they may read."""

from datetime import datetime, timedelta
from typing import NamedTuple

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Forbidden, NotFound
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import role_in, writing_in
from chat.networks.queries import NetworkSeen
from chat.secrets import hashed, new_token

NOTED_EVERY = timedelta(hours=1)


class Address(NamedTuple):
    """One of the viewer's own. Without a network it opens what they have in all of theirs."""

    id: int
    network_slug: str | None
    network_name: str | None
    created_at: datetime
    fetched_at: datetime | None


class NewAddress(NamedTuple):
    """An address in full, which is told this once."""

    id: int
    url: str

    @property
    def token(self) -> str:
        return self.url.rpartition("/")[2].partition(".")[0]

    @property
    def webcal(self) -> str:
        """The same, by which calendar programs offer themselves."""
        return "webcal://" + self.url.partition("://")[2]


class Reader(NamedTuple):
    """Whom an address stands for, in which network. `to_note` is its id where this fetch is to be noted."""

    address_id: int
    member_id: int
    network_id: int | None
    language: str
    to_note: int | None


class Fetched(NamedTuple):
    """What an address answers. `key` names it, whoever asks; `to_note` is set where the fetch is to be noted."""

    key: str
    body: bytes
    to_note: int | None = None


class Addresses(NamedTuple):
    """All addresses of a kind: their table, and the path of each with a place for its token."""

    table: str
    path: str

    async def make(
        self, tx: Transaction, viewer: Viewer | None, network: NetworkSeen | None = None
    ) -> NewAddress:
        """A new address, of a network or of all one's networks. The old one ends at once."""
        viewer = must_act(viewer)
        if network:
            await writing_in(tx, network.id)  # whoever is removed leaves no address behind
            if await role_in(tx, viewer.id, network.id) is None:
                raise Forbidden(_("An address of your own is for the network’s members."))
        # Two that are made at once: one ends the other.
        await tx.run("SELECT 1 FROM member WHERE id = :id FOR NO KEY UPDATE", id=viewer.id)
        network_id = network.id if network else None
        await tx.run(
            f"UPDATE {self.table} SET ended_at = :now WHERE member_id = :member AND ended_at IS NULL "  # noqa: S608
            "AND network_id IS NOT DISTINCT FROM CAST(:network AS bigint)",
            now=clock.now(),
            member=viewer.id,
            network=network_id,
        )
        token = new_token()
        address_id = await tx.value(
            f"INSERT INTO {self.table} (member_id, network_id, token_hash, created_at) "  # noqa: S608
            "VALUES (:member, :network, :hash, :now) RETURNING id",
            member=viewer.id,
            network=network_id,
            hash=hashed(token),
            now=clock.now(),
        )
        return NewAddress(address_id, settings().origin + self.path.format(token))

    async def end(self, tx: Transaction, viewer: Viewer | None, address_id: int) -> None:
        """Turn one of the viewer's own off. Safe to repeat."""
        viewer = must_act(viewer)
        found = await tx.run(
            f"UPDATE {self.table} SET ended_at = coalesce(ended_at, :now) WHERE id = :id AND member_id = :member",  # noqa: S608
            now=clock.now(),
            id=address_id,
            member=viewer.id,
        )
        if not found:
            raise NotFound

    async def of(self, tx: Transaction, viewer: Viewer | None) -> list[Address]:
        """The viewer's own: first the one of all their networks, then by name."""
        if viewer is None:
            return []
        rows = await tx.all(
            f"SELECT own.id, slug, name, own.created_at, fetched_at FROM {self.table} AS own "  # noqa: S608
            "LEFT JOIN network ON network.id = network_id WHERE member_id = :member AND ended_at IS NULL "
            "ORDER BY network_id IS NOT NULL, name, own.id",
            member=viewer.id,
        )
        return [Address(*row) for row in rows]

    async def reader(self, tx: Transaction, token: str) -> Reader:
        """Whom it stands for. NotFound where it has ended or never was."""
        row = await tx.first(
            f"SELECT own.id, member_id, network_id, language, CASE WHEN fetched_at > :lately THEN NULL ELSE own.id END "  # noqa: S608
            f"FROM {self.table} AS own JOIN member ON member.id = member_id WHERE token_hash = :hash AND ended_at IS NULL",
            hash=hashed(token),
            lately=clock.now() - NOTED_EVERY,
        )
        if row is None:
            raise NotFound
        return Reader(*row)

    async def note_fetch(self, tx: Transaction, address_id: int) -> None:
        """Note that an address is in use, to the nearest hour."""
        await tx.run(
            f"UPDATE {self.table} SET fetched_at = :now WHERE id = :id",  # noqa: S608
            now=clock.now(),
            id=address_id,
        )
