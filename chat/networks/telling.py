"""Who hears of requests: notices in the page at once, and letters."""

from datetime import timedelta

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.languages import _, language, many, speaking
from chat.mail import Letter
from chat.members import notify
from chat.networks.access import role_in
from chat.networks.waiting import WAITS


async def tell_hosts(tx: Transaction, network_id: int, asker_id: int, request_id: int) -> None:
    """Somebody asks for a place: a notice now, and a letter at the end of each hour in which somebody asked."""
    hosts = await _hosts(tx, network_id)
    await notify(tx, hosts, "request.made", network_id=network_id, actor_id=asker_id, ref_id=request_id)
    hour = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    told = f"requests:{network_id}:{hour:%Y-%m-%dT%H}"
    await tx.enqueue("gather_requests", told, run_at=hour, network_id=network_id, told=told)


async def gather_requests(tx: Transaction, network_id: int, told: str) -> None:
    """Leave a letter for each host behind, if requests wait. `told` names the hour, so that it is left once."""
    if not await _waiting(tx, network_id):
        return
    for member_id in await _hosts(tx, network_id):
        await tx.enqueue("send_requests", f"{told}:{member_id}", network_id=network_id, member_id=member_id)


async def requests_letter(tx: Transaction, network_id: int, member_id: int) -> Letter | None:
    """The letter to a host that requests wait; None when none does any more, or when they are no host.

    Who asks stands on the page alone: mailboxes show the beginning of letters to whoever passes.
    """
    waiting = await _waiting(tx, network_id)
    if not waiting or await role_in(tx, member_id, network_id) not in ("owner", "host"):
        return None
    network = await tx.first("SELECT name, slug FROM network WHERE id = :id", id=network_id)
    host = await tx.first("SELECT email, name, language FROM member WHERE id = :id", id=member_id)
    with speaking(host.language):
        people = many(
            waiting,
            "{n} person asks for a place in {network} on {hub}, and waits for an answer by one of its hosts.",
            "{n} people ask for a place in {network} on {hub}, and wait for an answer by one of its hosts.",
            network=network.name, hub=settings().name,
        )  # fmt: skip
        return Letter(
            to=host.email,
            subject=many(
                waiting,
                "{n} person asks for a place in {network}",
                "{n} people ask for a place in {network}",
                network=network.name,
            ),
            opening=f"{_('Hello {name},', name=host.name)}\n\n{people}",
            link=f"{settings().origin}/networks/{network.slug}/requests",
            button=_("See the requests"),
            language=language(),
        )


async def tell_asker(
    tx: Transaction, network_id: int, host_id: int, asker_id: int, request_id: int, decision: str
) -> None:
    """Their request was approved or declined: a notice, and a letter."""
    # A decline is the network's: no host is to be blamed for it in person.
    by = host_id if decision == "approved" else None
    await notify(tx, [asker_id], f"request.{decision}", network_id=network_id, actor_id=by, ref_id=request_id)
    await tx.enqueue("send_decision", f"decision:{request_id}", request_id=request_id)


async def decision_letter(tx: Transaction, request_id: int) -> Letter | None:
    """The letter about a decision; None when its reader has lost the place again, or may not know of the network."""
    row = await tx.first(
        "SELECT r.member_id, r.decision, r.word, asker.email, asker.name AS asker, language, network.id, network.name, slug, access "
        "FROM join_request AS r JOIN network ON network.id = r.network_id JOIN member AS asker ON asker.id = r.member_id "
        "WHERE r.id = :id",
        id=request_id,
    )
    approved = row.decision == "approved"
    inside = await role_in(tx, row.member_id, row.id) is not None
    if not inside and (approved or row.access == "confidential"):
        return None
    with speaking(row.language):
        names = {"network": row.name, "hub": settings().name}
        paragraphs = [
            _("Hello {name},", name=row.asker),
            _("the hosts of {network} on {hub} have approved your request: you are a member now.", **names)
            if approved
            else _("the hosts of {network} on {hub} have declined your request to join.", **names),
            _("They write:") if row.word else "",
        ]
        return Letter(
            to=row.email,
            subject=_("You are a member of {network} now", network=row.name)
            if approved
            else _("Your request to join {network}", network=row.name),
            opening="\n\n".join(filter(None, paragraphs)),
            quoted=row.word or "",
            link=f"{settings().origin}/networks/{row.slug}",
            button=_("Go to the network") if approved else _("See its page"),
            language=language(),
        )


async def _hosts(tx: Transaction, network_id: int) -> list[int]:
    rows = await tx.all(
        "SELECT member_id FROM membership WHERE network_id = :id AND role IN ('owner', 'host') "
        "AND ended_at IS NULL AND banned_at IS NULL",
        id=network_id,
    )
    return [row.member_id for row in rows]


async def _waiting(tx: Transaction, network_id: int) -> int:
    return await tx.value(
        f"SELECT count(*) FROM join_request WHERE network_id = :id AND {WAITS}",  # noqa: S608
        id=network_id,
    )
