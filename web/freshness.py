"""Bytes as an answer, or the word that they are still the same (RFC 9110, 13)."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import Response

from chat import clock
from chat.redis import ABSENT
from web.house import house_of

REMEMBERED = 90 * 24 * 3600  # seconds after its last fetch
# Whoever has such an address has what it opens, so it is to end up nowhere.
SECRET = {"x-robots-tag": "noindex, nofollow, noarchive", "referrer-policy": "no-referrer"}


async def fresh(
    request: Request, key: str, body: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    """The body, or 304 to who has it. `key` names it among all that is answered like this."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**headers, "etag": tag}
    changed_at = await _changed_at(house_of(request).redis, key, tag)
    if changed_at:
        headers["last-modified"] = format_datetime(changed_at, usegmt=True)
    if _is_known(request, tag, changed_at):
        headers.pop("content-disposition", None)
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _is_known(request: Request, tag: str, changed_at: datetime | None) -> bool:
    if (asked := request.headers.get("if-none-match")) is not None:
        return asked.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in asked.split(",")]
    try:
        seen_at = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return changed_at is not None and seen_at.replace(tzinfo=seen_at.tzinfo or UTC) >= changed_at


async def _changed_at(redis: Redis, key: str, tag: str) -> datetime | None:
    """Since when it has had these bytes, as far as its fetches show. None while Redis is away.

    Two versions never have the same second, so that no date stands for both.
    """
    now, key = int(clock.now().timestamp()), f"fresh:{key}"
    try:
        known, second = await redis.hmget(key, ["tag", "at"])  # type: ignore[misc]
        if known is None or second is None:
            at = now
        elif known.decode() == tag:
            at = int(second)
        else:
            at = max(now, int(second) + 1)
        async with redis.pipeline() as pipe:
            pipe.hset(key, mapping={"tag": tag, "at": at})
            pipe.expire(key, REMEMBERED)
            await pipe.execute()
    except ABSENT:
        return None
    return datetime.fromtimestamp(at, UTC)
