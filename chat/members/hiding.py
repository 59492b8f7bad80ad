"""What members let others see of their profile."""

from collections.abc import Mapping
from typing import Any

from chat.db import Transaction
from chat.errors import Invalid
from chat.events import LOOKS
from chat.languages import _

HIDEABLE = ("organisation", "role", "country")


def shown(column: str, member: str = "member") -> str:
    """SQL: a column of a profile as others see it, empty where its member hides it."""
    assert column in HIDEABLE
    return f"CASE WHEN '{column}' = ANY ({member}.hides) THEN '' ELSE {member}.{column} END AS {column}"


async def hide(tx: Transaction, member_id: int, form: Mapping[str, Any]) -> bool:
    """Choose what others don't see; whether that is a change. Form: hides, some of organisation, role and country."""
    hides = form.get("hides")
    if not isinstance(hides, list) or not all(isinstance(each, str) and each in HIDEABLE for each in hides):
        raise Invalid("hides", _("You can hide any of: {choices}.", choices=", ".join(HIDEABLE)))
    changed = await tx.run(
        "UPDATE member SET hides = :hides WHERE id = :id AND hides <> :hides",
        hides=sorted(set(hides)),
        id=member_id,
    )
    if changed:
        tx.announce(LOOKS, "member.hid", member_id)
    return bool(changed)
