"""What each address is asked when somebody looks for a network that they may not know of."""

import json
import re
from typing import Any

import httpx2

from tests.web.addresses import Address, Things, addresses
from tests.web.conftest import csrf_of

CANARIES = ("quokka", "numbat", "bilby", "potoroo", "dunnart")
WORDS = " ".join(CANARIES)

# Requests for each address: query strings and bodies that would find it, or change it, if it were theirs.
# An address without an entry here fails the test: say what it takes, `[{}]` for nothing.
LOOK: list[dict[str, Any]] = [{}]
SEARCH = [{"params": {"q": word}} for word in ("", *CANARIES, WORDS)]
SOME = SEARCH[:2]
TEXT = {"title": "Is it here?", "body": "Is anybody here?"}
SERIES = {"title": "Ours now", "zone": "Europe/London", "weekday": "MO", "local_time": "12:00"}
CRAWL: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/"): LOOK,
    ("GET", "/search"): SEARCH,
    ("GET", "/sign-up"): [{"params": {"next": "/i/some"}}],
    ("POST", "/sign-up"): [{"form": {"name": "Bilby", "email": "potoroo@example.org", "password": "short"}}],
    ("GET", "/check-your-mail"): LOOK,
    ("GET", "/verify/{token}"): LOOK,
    ("POST", "/verify/{token}"): LOOK,
    ("POST", "/verify-again"): LOOK,
    ("GET", "/welcome/{token}"): LOOK,
    ("POST", "/welcome/{token}"): [{"form": {"name": "Bilby", "email": "bilby@example.org", "password": "short"}}],
    ("GET", "/sign-in"): [{"params": {"next": "/i/some"}}],
    ("POST", "/sign-in"): [{"form": {"email": "quokka@example.org", "password": "wrong harbours"}}],
    ("POST", "/sign-out"): [],  # ends the crawl's own session
    ("GET", "/forgot"): LOOK,
    ("POST", "/forgot"): [{"form": {"email": "quokka@example.org"}}],
    ("GET", "/reset/{token}"): LOOK,
    ("POST", "/reset/{token}"): [{"form": {"password": "short"}}],
    ("GET", "/settings"): LOOK,
    ("POST", "/settings/profile"): [{"form": {"name": ""}}],
    ("POST", "/settings/password"): [{"form": {"password": "short"}}],
    ("POST", "/settings/sessions/{id:id}/end"): LOOK,
    ("POST", "/settings/sessions/end-others"): LOOK,
    ("GET", "/members/{handle}"): LOOK,
    ("GET", "/i/{token}"): LOOK,
    ("POST", "/i/{token}"): LOOK,
    ("GET", "/networks"): [{}, {"params": {"after": "numbas"}}],
    ("POST", "/networks"): [{"form": {"name": WORDS, "slug": "{networks/slug}", "access": "open"}}],
    ("GET", "/networks/new"): LOOK,
    ("GET", "/networks/{slug}"): LOOK,
    ("POST", "/networks/{slug}/join"): LOOK,
    ("POST", "/networks/{slug}/leave"): LOOK,
    ("GET", "/networks/{slug}/members"): SOME,
    ("POST", "/networks/{slug}/members/{handle}/remove"): LOOK,
    ("GET", "/networks/{slug}/invitations"): LOOK,
    ("POST", "/networks/{slug}/invitations"): [{"form": {"by": "link"}}, {"form": {"email": "x@example.org"}}],
    ("POST", "/networks/{slug}/invitations/{id:id}/link"): LOOK,
    ("POST", "/networks/{slug}/invitations/{id:id}/resend"): LOOK,
    ("POST", "/networks/{slug}/invitations/{id:id}/revoke"): LOOK,
    ("GET", "/networks/{slug}/invitations/many"): LOOK,
    ("POST", "/networks/{slug}/invitations/many"): [{"form": {"list": "numbat@example.org"}}, {"form": {}}],
    ("GET", "/networks/{slug}/invitations/many/{id:id}"): LOOK,
    ("GET", "/networks/{slug}/invitations/many/{id:id}/report.csv"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/confirm"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/stop"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/go-on"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/discard"): LOOK,
    ("GET", "/networks/{slug}/topics/new"): LOOK,
    ("POST", "/networks/{slug}/topics"): [{"form": TEXT}, {"form": {"title": "", "body": ""}}],
    ("GET", "/networks/{slug}/drop-ins"): LOOK,
    ("GET", "/networks/{slug}/series/new"): LOOK,
    ("POST", "/networks/{slug}/series"): [{"form": SERIES}, {"form": {}}],
    ("POST", "/series/{id:id}/hold"): LOOK,
    ("GET", "/drop-ins/{id:id}"): LOOK,
    ("GET", "/topics/{id:id}"): [{}, {"params": {"post": "2"}}, {"params": {"page": "9"}}, {"params": {"reply": "1"}}],
    ("POST", "/topics/{id:id}"): [{"form": TEXT}, {"form": {}}, {"form": {**TEXT, "parent": "{posts/id}"}}, {"form": {**TEXT, "op": "used"}}],
    ("POST", "/topics/{id:id}/read"): [{"form": {"number": "1"}}, {"form": {"number": "x"}}],
    ("GET", "/posts/{id:id}/edit"): LOOK,
    ("POST", "/posts/{id:id}/edit"): [{"form": TEXT}, {"form": {"body": ""}}],
    ("GET", "/posts/{id:id}/remove"): LOOK,
    ("POST", "/posts/{id:id}/remove"): LOOK,
    ("GET", "/api/v1/me"): LOOK,
    ("GET", "/api/v1/networks"): [{}, {"params": {"after": "numbas"}}],
    ("POST", "/api/v1/networks"): [{"json": {"name": WORDS, "slug": "{networks/slug}", "access": "open"}}],
    ("GET", "/api/v1/networks/{slug}"): LOOK,
    ("PATCH", "/api/v1/networks/{slug}"): [{"json": {"access": "open"}}, {"json": {}}],
    ("POST", "/api/v1/networks/{slug}/join"): LOOK,
    ("GET", "/api/v1/networks/{slug}/members"): [*SOME, {"params": {"limit": "x"}}],
    ("GET", "/api/v1/networks/{slug}/members/{handle}"): LOOK,
    ("DELETE", "/api/v1/networks/{slug}/members/{handle}"): LOOK,
    ("GET", "/api/v1/networks/{slug}/bans"): LOOK,
    ("PUT", "/api/v1/networks/{slug}/bans/{handle}"): LOOK,
    ("DELETE", "/api/v1/networks/{slug}/bans/{handle}"): LOOK,
    ("GET", "/api/v1/networks/{slug}/invitations"): [{}, {"params": {"q": "numbat", "state": "used"}}],
    ("POST", "/api/v1/networks/{slug}/invitations"): [{"json": {}}, {"json": {"email": "x"}}],
    ("DELETE", "/api/v1/networks/{slug}/invitations/{id:id}"): LOOK,
    ("POST", "/api/v1/networks/{slug}/invitations/{id:id}/link"): LOOK,
    ("POST", "/api/v1/networks/{slug}/invitations/{id:id}/resend"): LOOK,
    ("POST", "/api/v1/networks/{slug}/invitations/many"): [{"json": {"list": "numbat@example.org"}}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/invitations/many/{id:id}"): LOOK,
    ("DELETE", "/api/v1/networks/{slug}/invitations/many/{id:id}"): LOOK,
    ("GET", "/api/v1/networks/{slug}/invitations/many/{id:id}/lines"): [{}, {"params": {"verdict": "member"}}],
    ("POST", "/api/v1/networks/{slug}/invitations/many/{id:id}/confirm"): LOOK,
    ("POST", "/api/v1/networks/{slug}/invitations/many/{id:id}/stop"): LOOK,
    ("POST", "/api/v1/networks/{slug}/invitations/many/{id:id}/go-on"): LOOK,
    ("POST", "/api/v1/invitations/{token}/accept"): LOOK,
    ("GET", "/api/v1/networks/{slug}/topics"): [{}, {"params": {"before": "2090-01-01T00:00:00Z"}}],
    ("POST", "/api/v1/networks/{slug}/topics"): [{"json": TEXT}, {"json": {}}, {"json": {**TEXT, "op": "used"}}],
    ("GET", "/api/v1/topics/{id:id}"): LOOK,
    ("GET", "/api/v1/topics/{id:id}/posts"): [{}, {"params": {"after": "1", "limit": "1"}}],
    ("POST", "/api/v1/topics/{id:id}/posts"): [{"json": TEXT}, {"json": {}}, {"json": {**TEXT, "parent": "{posts/id}"}}, {"json": {**TEXT, "op": "used"}}],
    ("POST", "/api/v1/topics/{id:id}/read"): [{"json": {"number": 1}}, {"json": {}}],
    ("GET", "/api/v1/posts/{id:id}"): LOOK,
    ("PATCH", "/api/v1/posts/{id:id}"): [{"json": TEXT}, {"json": {}}],
    ("DELETE", "/api/v1/posts/{id:id}"): LOOK,
    ("GET", "/api/v1/search"): SEARCH,
    ("GET", "/api/v1/networks/{slug}/series"): LOOK,
    ("POST", "/api/v1/networks/{slug}/series"): [{"json": SERIES}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/drop-ins"): LOOK,
    ("GET", "/api/v1/drop-ins/{id:id}"): LOOK,
    ("GET", "/healthz"): LOOK,
    ("GET", "/readyz"): LOOK,
    ("GET", "/robots.txt"): LOOK,
    ("GET", "/dev/mailbox"): LOOK,
    ("GET", "/static/{version}/{name:path}"): LOOK,
}  # fmt: skip

# What differs between any two answers, or tells a member of what is their own history.
MASKS = (
    (re.compile(r"nonce[-=]\"?[\w-]+"), "nonce"),
    (re.compile(r'<time datetime="[^"]+"[^>]*>[^<]*</time>'), "time"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.+Z]+"), "time"),
    (re.compile(r"s&#34;:&#34;m:\d+&#34;,&#34;e&#34;:&#34;\w+&#34;,&#34;q&#34;:\d+"), "own stream"),
)
TOLD = ("date", "content-length", "connection", "keep-alive")  # the wire's own headers

Answers = dict[str, str]


def unlisted() -> set[tuple[str, str]]:
    """Addresses that the crawl forgets, and entries without an address."""
    return {(a.method, a.path) for a in addresses()} ^ CRAWL.keys()


async def crawl(browser: httpx2.AsyncClient, program: httpx2.AsyncClient, things: list[Things]) -> Answers:
    """What every address answers about these things, to somebody's browser and to their program."""
    csrf = csrf_of(browser) if "session" in browser.cookies else ""
    told: Answers = {}
    for (method, path), requests in CRAWL.items():
        address = Address(method, path)
        for these in things:
            for request in requests:
                asked = f"{method} {address.at(these)} {json.dumps(request)}"
                if asked in told:
                    continue
                sent = _filled(request, these)
                if not address.api and not address.safe:
                    sent["data"] = {"csrf": csrf, **sent.pop("form", {})}
                client = program if address.api else browser
                told[asked] = masked(await client.request(method, address.at(these), **sent))
    return told


def masked(answer: httpx2.Response) -> str:
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items() if name not in TOLD)
    text = "\n".join([str(answer.status_code), *headers, "", answer.text])
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


def _filled(request: dict[str, Any], things: Things) -> dict[str, Any]:
    return {
        how: {
            name: str(things[value[1:-1]]) if isinstance(value, str) and value[:1] == "{" else value
            for name, value in sent.items()
        }
        for how, sent in request.items()
    }
