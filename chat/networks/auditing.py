"""The audit log of a network: who did what to whom, and when."""

from typing import Any

import msgspec

from chat import clock
from chat.db import Transaction


async def record(
    tx: Transaction,
    network_id: int,
    actor_id: int | None,
    action: str,
    subject_id: int | None = None,
    **details: Any,
) -> int:
    """Write an entry with the change that it is about; its id. Nobody acts (None) when the hub itself does."""
    return await tx.value(
        "INSERT INTO audit_entry (network_id, at, actor_id, action, subject_id, details) "
        "VALUES (:network, :at, :actor, :action, :subject, CAST(:details AS jsonb)) RETURNING id",
        network=network_id,
        at=clock.now(),
        actor=actor_id,
        action=action,
        subject=subject_id,
        details=msgspec.json.encode(details).decode(),
    )
