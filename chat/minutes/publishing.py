"""Changing minutes, and publishing them as the first post of the talk."""

from collections.abc import Mapping
from typing import Any

from chat import clock
from chat.db import Transaction
from chat.discussions.naming import draw, note_names
from chat.discussions.revising import change_text
from chat.discussions.writing import add_post, clean_body
from chat.dropins import DropInSeen, drop_in_of
from chat.errors import Conflict, Invalid
from chat.events import network_stream, topic_stream
from chat.languages import _, sentence
from chat.members import Viewer, must_act, settle
from chat.minutes.queries import MinutesSeen, minutes_of
from chat.networks import must_have, record, writing_in

CHANGED = sentence(
    "Somebody has changed these minutes since you opened them. Nothing was saved yet: look at both below."
)

# The hub's own first words, if they stand as it wrote them. What anybody has said is never overwritten.
WELCOME = """
SELECT post.id FROM drop_in JOIN series ON series.id = series_id JOIN post ON post.topic_id = drop_in.topic_id
CROSS JOIN LATERAL (SELECT coalesce(nullif(coalesce(drop_in.description, series.description), ''), 'The doors are open. Welcome!') AS words) AS welcome
WHERE drop_in.id = :id AND post.number = 1 AND author_id = series.host_id AND pseudonym_id IS NULL
  AND edited_at IS NULL AND removed_at IS NULL
  AND (body = words OR starts_with(body, words || E'\n\n*The doors opened late, at '))
"""


async def save(tx: Transaction, host: Viewer | None, drop_in_id: int, form: Mapping[str, Any]) -> MinutesSeen:
    """Change the minutes. Form: body, and the rev that was changed. Published ones are corrected where they stand.

    Raises Conflict when somebody else was faster.
    """
    return await _write(tx, must_act(host), drop_in_id, form, publishing=False)


async def publish(
    tx: Transaction, host: Viewer | None, drop_in_id: int, form: Mapping[str, Any]
) -> MinutesSeen:
    """Change and publish. Form as for `save`. Published again with the same text, nothing happens."""
    return await _write(tx, must_act(host), drop_in_id, form, publishing=True)


async def _write(
    tx: Transaction, host: Viewer, drop_in_id: int, form: Mapping[str, Any], *, publishing: bool
) -> MinutesSeen:
    drop_in = await drop_in_of(tx, host, drop_in_id)
    await writing_in(tx, drop_in.network_id)
    await must_have(tx, host, drop_in.network_id, "run_drop_ins")
    body = clean_body(form.get("body"))
    await tx.run("SELECT 1 FROM minutes WHERE drop_in_id = :id FOR UPDATE", id=drop_in_id)
    now = await minutes_of(tx, drop_in)
    if now is None:
        raise Conflict(_("These minutes have no draft yet."))
    if now.body == body and bool(now.published_at) >= publishing:
        return now
    if _rev(form) != now.rev:
        raise Conflict(_(CHANGED))
    if now.post_id:
        await _correct(tx, drop_in, now.post_id, body)
    else:
        await tx.run(
            "UPDATE minutes SET body = :body, rev = rev + 1, edited_at = :now, edited_by = :host WHERE drop_in_id = :id",
            body=body,
            now=clock.now(),
            host=host.id,
            id=drop_in_id,
        )
        if publishing:
            await _publish(tx, host, drop_in, body)
    found = await minutes_of(tx, drop_in)
    assert found is not None
    return found


async def _publish(tx: Transaction, host: Viewer, drop_in: DropInSeen, body: str) -> None:
    post_id = await tx.value(WELCOME, id=drop_in.id)
    if post_id:
        await _correct(tx, drop_in, post_id, body)
    else:
        drawn = await draw(tx, drop_in.network_id, body, drop_in.topic_id)
        # Members are told of the minutes, not of their post.
        post_id = (await add_post(tx, drop_in.topic_id, host.id, body, drawn, told=False))["id"]
        tx.announce(topic_stream(drop_in.topic_id), "post.added", post_id, network=drop_in.network_id)
    await tx.run(
        "UPDATE minutes SET published_at = :now, published_by = :host, post_id = :post WHERE drop_in_id = :id",
        now=clock.now(),
        host=host.id,
        post=post_id,
        id=drop_in.id,
    )
    tx.announce(
        network_stream(drop_in.network_id), "minutes.published", drop_in.id, network=drop_in.network_id
    )
    await record(
        tx, drop_in.network_id, host.id, "minutes.published", drop_in=drop_in.id, title=drop_in.title
    )
    for kind in ("minutes.drafted", "minutes.wait"):
        await settle(tx, host.id, kind, drop_in.id)
    await tx.enqueue("retell", f"retell:{drop_in.id}:0", drop_in_id=drop_in.id, after=0)


async def _correct(tx: Transaction, drop_in: DropInSeen, post_id: int, body: str) -> None:
    drawn = await draw(tx, drop_in.network_id, body, drop_in.topic_id)
    rev = await change_text(tx, post_id, body, drawn.html)
    if rev is not None:
        await note_names(tx, post_id, drawn, before=True)
        tx.announce(topic_stream(drop_in.topic_id), "post.edited", post_id, rev, network=drop_in.network_id)


def _rev(form: Mapping[str, Any]) -> int:
    value = str(form.get("rev", ""))
    if not value.isdecimal() or len(value) > 9:
        raise Invalid("rev", _("Say which version you have changed: the number is with the draft."))
    return int(value)
