"""How often is too often: the generic cell rate algorithm, kept in Redis for all processes."""

from ipaddress import IPv6Address, ip_address

import structlog
from redis.asyncio import Redis

from chat.config import settings
from chat.errors import TooMany
from chat.redis import ABSENT

log = structlog.get_logger()

POSTS = (60, 60)  # by one member, in so many seconds
ROOM = (120, 60)  # questions, votes, hands, polls and links together
PREVIEWS = (60, 60)
SUGGESTIONS = (240, 60)  # a question for a letter or two
DRAFTS = (120, 60)
UNMASKINGS = (10, 3600)
FILES = (120, 3600)
FLAGS = (20, 3600)
SEARCHES = (60, 60)
JUMPS = (240, 60)  # what the palette asks while somebody types

# Answers 0, or the milliseconds until there is room again.
GCRA = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local burst, per = tonumber(ARGV[1]), tonumber(ARGV[2])
local new = tat + per / burst
if new - now > per then return math.ceil(new - now - per) end
redis.call('SET', KEYS[1], tostring(new), 'PX', math.ceil(new - now))
return 0
"""


async def allow(redis: Redis, what: str, who: str | int, burst: int, seconds: int) -> None:
    """Count one act; raises TooMany past `burst` acts in `seconds`. Without Redis everything is allowed."""
    if not settings().rate_limits:
        return
    try:
        wait = await redis.eval(GCRA, 1, f"limit:{what}:{who}", burst, seconds * 1000)  # type: ignore[misc,arg-type]
    except ABSENT as error:
        log.warning("limits are off while Redis is away", error=repr(error))
        return
    if wait:
        raise TooMany(-(-int(wait) // 1000))


def neighbourhood(address: str) -> str:
    """The address to count by: an IPv6 household has a whole /64."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address or "unknown"
    return str(IPv6Address(int(ip) >> 64 << 64)) + "/64" if isinstance(ip, IPv6Address) else str(ip)
