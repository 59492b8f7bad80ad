"""The network's picture: put up, taken down, shown to those who may know more of it than its name."""

from chat import clock
from chat.db import Transaction
from chat.errors import NotFound
from chat.members import Viewer, must_act
from chat.networks.access import must_have
from chat.networks.auditing import record
from chat.networks.placing import lock
from chat.networks.queries import NetworkSeen


async def put_picture(tx: Transaction, owner: Viewer | None, network: NetworkSeen, webp: bytes) -> None:
    """Give the network a picture, in place of the one it has. It comes from `chat.pictures.square`."""
    owner = must_act(owner)
    await lock(tx, network.id)
    await must_have(tx, owner, network.id, "change_settings")
    await tx.run(
        "INSERT INTO picture (network_id, webp) VALUES (:network, :webp) "
        "ON CONFLICT (network_id) DO UPDATE SET webp = excluded.webp",
        network=network.id,
        webp=webp,
    )
    await tx.run("UPDATE network SET pictured_at = :now WHERE id = :id", now=clock.now(), id=network.id)
    await record(tx, network.id, owner.id, "picture.changed")


async def remove_picture(tx: Transaction, owner: Viewer | None, network: NetworkSeen) -> None:
    owner = must_act(owner)
    await lock(tx, network.id)
    await must_have(tx, owner, network.id, "change_settings")
    if await tx.run("DELETE FROM picture WHERE network_id = :id", id=network.id):
        await tx.run("UPDATE network SET pictured_at = NULL WHERE id = :id", id=network.id)
        await record(tx, network.id, owner.id, "picture.removed")


async def picture_of(tx: Transaction, network: NetworkSeen) -> bytes:
    """The picture, as WebP, of a network whose picture this viewer may see."""
    if network.pictured_at is None:
        raise NotFound
    return await tx.value("SELECT webp FROM picture WHERE network_id = :id", id=network.id)
