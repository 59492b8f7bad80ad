"""What each address is asked when somebody looks for a network that they may not know of."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx2

import chat.db
from chat.members import REMINDERS
from tests.cast import PDF
from tests.web.addresses import Address, Things, addresses
from tests.web.conftest import csrf_of

CANARIES = ("quokka", "numbat", "bilby", "potoroo", "dunnart")
WORDS = " ".join(CANARIES)

# Requests for each address: query strings and bodies that would find it, or change it, if it were theirs.
# An address without an entry here fails the test: say what it takes, `[{}]` for nothing.
LOOK: list[dict[str, Any]] = [{}]
SEARCH = [{"params": {"q": word}} for word in ("", *CANARIES, WORDS)]
SOME = SEARCH[:2]
OPERATORS = [
    {"params": {"q": q}}
    for q in (
        f"{CANARIES[0][:4]}* or {CANARIES[1]}",
        f"in:{CANARIES[0]}",
        f"tag:{CANARIES[1]}",
        f"from:{CANARIES[2]}",
        f'"{CANARIES[0]}" -x',
        "-x",
        "has:file",
        "is:mine",
        "after:2000",
    )
]
BEGINNINGS = [{"params": {"q": word[:n]}} for word, n in zip(CANARIES, (1, 2, 3, 4, 4), strict=True)]
TEXT = {"title": "Is it here?", "body": "Is anybody here?"}
NAMING = "@quokka-bilby @ana-lima " + " ".join(f"#{n}" for n in range(1, 40))
SUGGEST = [
    {"params": {"about": about, "q": word}}
    for about in ("members", "topics")
    for word in ("", "bilby", "numbat")
]
SERIES = {"title": "Ours now", "zone": "Europe/London", "weekday": "MO", "local_time": "12:00"}
POLL = {"question": "Is it?", "options": "Yes\nNo"}
CRAWL: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("GET", "/"): LOOK,
    ("GET", "/side"): LOOK,
    ("GET", "/dev/styles"): LOOK,
    ("POST", "/language"): [{"form": {"language": "en", "back": "/"}}, {"form": {"language": CANARIES[0]}}],
    ("GET", "/search"): [*SEARCH, *OPERATORS],
    ("GET", "/jump"): [*SEARCH, *BEGINNINGS],
    ("GET", "/unread"): [{}, {"params": {"after": "2026-01-01T00:00:00Z_1"}}, {"params": {"after": "x"}}],
    ("GET", "/new"): [{}, {"params": {"marked": "3", "at": "2026-01-01T00:00:00Z"}}],
    ("POST", "/unread/read"): [{"form": {"list": "other"}}, {"form": {"list": "new", "until": "2020-01-01T00:00:00Z"}}],
    ("POST", "/unread/undo"): [{"form": {"at": "2026-01-01T00:00:00Z", "back": "/unread"}}, {"form": {"at": "x"}}],
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
    ("GET", "/settings/profile"): [{}, {"params": {"saved": "profile"}}],
    ("POST", "/settings/profile"): [{"form": {"name": ""}}],
    ("POST", "/settings/visibility"): [{"form": {"organisation": "1", "role": "1", "country": "1"}}],
    ("GET", "/settings/letters"): LOOK,
    ("POST", "/settings/letters"): [{"form": {"zone": "", "language": "en", "reminders": "chosen", **dict.fromkeys(REMINDERS, "1")}}, {"form": {"zone": "Mars/Olympus"}}],
    ("GET", "/settings/notices"): LOOK,
    ("POST", "/settings/notices"): [{"form": {"on_writing": "tracking"}}, {"form": {}}],
    ("GET", "/settings/password"): [{}, {"params": {"saved": "session"}}],
    ("POST", "/settings/password"): [{"form": {"password": "short"}}],
    ("POST", "/settings/sessions/{id:id}/end"): LOOK,
    ("POST", "/settings/sessions/end-others"): LOOK,
    ("GET", "/settings/calendars"): [{}, {"params": {"ended": "1"}}],
    ("POST", "/settings/calendars"): [],  # ends the address that is fetched in both worlds
    ("POST", "/settings/calendars/{id:id}/end"): LOOK,
    ("GET", "/calendars/{token}.ics"): LOOK,
    ("GET", "/settings/feeds"): [{}, {"params": {"ended": "1"}}],
    ("POST", "/settings/feeds/{id:id}/end"): LOOK,
    ("GET", "/networks/{slug}/feed"): LOOK,
    ("POST", "/networks/{slug}/feed"): LOOK,
    ("GET", "/networks/{slug}/feed.atom"): LOOK,
    ("GET", "/topics/{id:id}/feed.atom"): LOOK,
    ("GET", "/feeds/{token}.atom"): LOOK,
    ("GET", "/feeds/{token}/topics/{id:id}.atom"): LOOK,
    ("GET", "/sitemap.xml"): LOOK,
    ("GET", "/sitemaps/networks.xml"): LOOK,
    ("GET", "/sitemaps/{number:id}.xml"): LOOK,
    ("GET", "/members/{handle}"): LOOK,
    ("GET", "/notices"): [{}, {"params": {"before": "999999999"}}],
    ("POST", "/notices/{id:id}/open"): [{}, {"form": {"stay": "1"}}],
    ("POST", "/notices/read"): [{"form": {"newest": "1"}}],
    ("POST", "/notices/undo"): [{"form": {"at": "2026-11-19T12:00:00+00:00"}}, {"form": {"at": "noon"}}],
    ("GET", "/bookmarks"): [{}, {"params": {"before": "2026-11-19T12:00:00+00:00"}}],
    ("GET", "/posts/{id:id}/bookmark"): LOOK,
    ("POST", "/posts/{id:id}/bookmark"): [{"form": {"note": WORDS}}, {"form": {"remind": "noon"}}],
    ("POST", "/posts/{id:id}/bookmark/remove"): LOOK,
    ("POST", "/topics/{id:id}/following"): [{"form": {"level": "muted", "for": "hour"}}, {"form": {"level": "loud"}}],
    ("POST", "/topics/{id:id}/notices/read"): LOOK,
    ("GET", "/i/{token}"): LOOK,
    ("POST", "/i/{token}"): LOOK,
    ("GET", "/networks"): [{}, {"params": {"after": "numbas"}}],
    ("POST", "/networks"): [{"form": {"name": WORDS, "slug": "{networks/slug}", "access": "open"}}],
    ("GET", "/networks/new"): LOOK,
    ("GET", "/networks/{slug}"): [{}, {"params": {"before": "2030-01-01T00:00:00Z"}}, {"params": {"before": "noon"}}],
    ("POST", "/networks/{slug}/join"): LOOK,
    ("GET", "/networks/{slug}/leave"): LOOK,
    ("POST", "/networks/{slug}/leave"): [{}, {"form": {"former": "1"}}],
    ("GET", "/networks/{slug}/members/{handle}"): LOOK,
    ("POST", "/networks/{slug}/members/{handle}/role"): [{"form": {"role": "owner"}}, {}],
    ("POST", "/networks/{slug}/members/{handle}/transfer"): LOOK,
    ("GET", "/networks/{slug}/members"): [*SOME, {"params": {"organisation": "Marsupial trust", "role": "host"}}],
    ("GET", "/networks/{slug}/preferences"): LOOK,
    ("POST", "/networks/{slug}/preferences"): LOOK,
    ("GET", "/networks/{slug}/announcements"): [{}, {"params": {"before": "999999999"}}],
    ("POST", "/networks/{slug}/announcements"): [{"form": {**TEXT, "do": do}} for do in ("preview", "send", "change")],
    ("GET", "/networks/{slug}/announcements/new"): LOOK,
    ("GET", "/networks/{slug}/announcements/{id:id}"): LOOK,
    ("POST", "/networks/{slug}/announcements/{id:id}/dismiss"): LOOK,
    ("POST", "/networks/{slug}/announcements/{id:id}/remove"): LOOK,
    ("GET", "/networks/{slug}/dashboard"): LOOK,
    ("POST", "/networks/{slug}/members/{handle}/remove"): LOOK,
    ("GET", "/networks/{slug}/bans"): LOOK,
    ("POST", "/networks/{slug}/bans"): [{"form": {"handle": "{members/handle}"}}, {"form": {"handle": "nobody"}}, {}],
    ("POST", "/networks/{slug}/bans/{handle}/lift"): LOOK,
    ("GET", "/networks/{slug}/audit"): [{}, {"params": {"person": "quokka", "kind": "member.removed"}}, {"params": {"before": "x"}}],
    ("GET", "/networks/{slug}/audit.csv"): [{}, {"params": {"person": "quokka"}}],
    ("GET", "/networks/{slug}/invitations"): LOOK,
    ("POST", "/networks/{slug}/invitations"): [{"form": {"by": "link"}}, {"form": {"email": "x@example.org"}}],
    ("POST", "/networks/{slug}/invitations/{id:id}/link"): LOOK,
    ("POST", "/networks/{slug}/invitations/{id:id}/resend"): LOOK,
    ("POST", "/networks/{slug}/invitations/{id:id}/revoke"): LOOK,
    ("GET", "/networks/{slug}/settings"): [{}, {"params": {"saved": "yes"}}],
    ("POST", "/networks/{slug}/settings"): [{"form": {"name": WORDS}}, {"form": {"name": ""}}],
    ("GET", "/networks/{slug}/settings/picture"): LOOK,
    ("POST", "/networks/{slug}/settings/picture"): [{}, {"files": {"picture": "no picture"}}],
    ("POST", "/networks/{slug}/settings/picture/remove"): LOOK,
    ("GET", "/networks/{slug}/picture"): [{}, {"params": {"v": "1"}}],
    ("GET", "/networks/{slug}/access"): [{}, {"params": {"to": "open"}}],
    ("POST", "/networks/{slug}/access"): [{"form": {"access": "open", "was": "confidential", "name": WORDS}}, {}],
    ("GET", "/networks/{slug}/requests"): [{}, {"params": {"after": "1"}}],
    ("POST", "/networks/{slug}/requests"): [{}, {"form": {"question-0": "Who are you?", "answer-0": ""}}],
    ("POST", "/networks/{slug}/requests/withdraw"): LOOK,
    ("POST", "/networks/{slug}/requests/{id:id}"): [{"form": {"decision": "approved"}}, {}],
    ("GET", "/networks/{slug}/invitations/many"): LOOK,
    ("POST", "/networks/{slug}/invitations/many"): [{"form": {"list": "numbat@example.org"}}, {"form": {}}],
    ("GET", "/networks/{slug}/invitations/many/{id:id}"): LOOK,
    ("GET", "/networks/{slug}/invitations/many/{id:id}/report.csv"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/confirm"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/stop"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/go-on"): LOOK,
    ("POST", "/networks/{slug}/invitations/many/{id:id}/discard"): LOOK,
    ("GET", "/networks/{slug}/unread"): [{}, {"params": {"after": "x"}}],
    ("GET", "/networks/{slug}/new"): LOOK,
    ("POST", "/networks/{slug}/unread/read"): [{"form": {"list": "new"}}, {"form": {"list": "other"}}],
    ("GET", "/networks/{slug}/files"): [{}, {"params": {"before": "999999999"}}],
    ("POST", "/networks/{slug}/files"): [{"params": {"name": "a.pdf"}, "content": PDF.decode()}, {"content": "no file"}],
    ("GET", "/files/{id:id}/{name}"): [{}, {"params": {"small": ""}}, {"headers": {"range": "bytes=0-3"}}],
    ("POST", "/files/{id:id}/remove"): LOOK,
    ("GET", "/networks/{slug}/topics/new"): LOOK,
    ("POST", "/networks/{slug}/topics"): [{"form": TEXT}, {"form": {"title": "", "body": ""}}, {"form": {**TEXT, "preview": "yes"}}, {"form": {**TEXT, "keep": "yes"}}],
    ("POST", "/networks/{slug}/preview"): [{"form": {"body": NAMING}}, {}],
    ("GET", "/networks/{slug}/suggestions"): SUGGEST,
    ("GET", "/networks/{slug}/drop-ins"): LOOK,
    ("GET", "/networks/{slug}/calendar"): LOOK,
    ("POST", "/networks/{slug}/calendar"): LOOK,
    ("GET", "/networks/{slug}/calendar.ics"): LOOK,
    ("GET", "/networks/{slug}/series/new"): LOOK,
    ("POST", "/networks/{slug}/series"): [{"form": SERIES}, {"form": {}}],
    ("POST", "/series/{id:id}/hold"): LOOK,
    ("POST", "/drop-ins/{id:id}/questions"): [{"form": {"question": "Is anybody here?", "anonymous": word}} for word in ("", "yes")],
    ("POST", "/questions/{id:id}/vote"): [{"form": {"on": word}} for word in ("1", "")],
    ("POST", "/questions/{id:id}/withdraw"): LOOK,
    ("POST", "/questions/{id:id}/settle"): [{"form": {"do": do, "word": ""}} for do in ("pin", "answer", "decline", "none")],
    ("POST", "/drop-ins/{id:id}/hand"): [{"form": {"on": word}} for word in ("1", "")],
    ("POST", "/drop-ins/{id:id}/hands/next"): LOOK,
    ("POST", "/hands/{id:id}/call"): LOOK,
    ("POST", "/hands/{id:id}/lower"): LOOK,
    ("POST", "/drop-ins/{id:id}/polls"): [{"form": POLL}, {}],
    ("POST", "/polls/{id:id}/ballot"): [{"form": {"option-1": "1"}}, {}],
    ("POST", "/polls/{id:id}/settle"): [{"form": {"do": "close"}}, {}],
    ("POST", "/drop-ins/{id:id}/links"): [{"form": {"url": "https://example.org/"}}, {"form": {"url": "x"}}],
    ("POST", "/links/{id:id}/remove"): LOOK,
    ("GET", "/drop-ins/{id:id}"): [{}, {"params": {"call": "here"}}],
    ("POST", "/drop-ins/{id:id}/mute"): [{"form": {"handle": "{members/handle}"}}, {}],
    ("POST", "/drop-ins/{id:id}/unmute"): [{"form": {"handle": "{members/handle}"}}],
    ("POST", "/drop-ins/{id:id}/lobby"): [{"form": {"handle": "{members/handle}"}}],
    ("POST", "/drop-ins/{id:id}/let-in"): [{"form": {"handle": "{members/handle}"}}],
    ("POST", "/drop-ins/{id:id}/agenda"): [{"form": TEXT}, {"form": {"title": ""}}],
    ("POST", "/drop-ins/{id:id}/agenda/next"): [{}, {"form": {"after": "x"}}],
    ("POST", "/drop-ins/{id:id}/agenda/back"): LOOK,
    ("POST", "/agenda/{id:id}/vote"): [{"form": {"vote": "1"}}, {"form": {"vote": ""}}],
    ("POST", "/agenda/{id:id}/withdraw"): LOOK,
    ("POST", "/agenda/{id:id}/take"): LOOK,
    ("POST", "/agenda/{id:id}/leave-out"): LOOK,
    ("POST", "/agenda/{id:id}/move"): [{"form": {"way": "up"}}, {}],
    ("POST", "/agenda/{id:id}/minutes"): [{"form": {"minutes": "5"}}, {"form": {"minutes": "x"}}],
    ("GET", "/series/{id:id}/edit"): LOOK,
    ("POST", "/series/{id:id}/edit"): [{"form": {"title": WORDS}}, {"form": {"zone": "x"}}],
    ("GET", "/series/{id:id}/end"): LOOK,
    ("POST", "/series/{id:id}/end"): [{"form": {"word": WORDS}}],
    ("POST", "/series/{id:id}/skip"): [{"form": {"date": "{date}"}}, {"form": {"date": "x"}}],
    ("POST", "/series/{id:id}/take-place"): [{"form": {"date": "{date}"}}, {"form": {"date": "x"}}],
    ("GET", "/series/{id:id}/room"): LOOK,
    ("POST", "/drop-ins/{id:id}/rsvp"): [{"form": {"answer": "yes"}}, {"form": {"answer": "back"}}, {}],
    ("POST", "/series/{id:id}/rsvp"): [{"form": {"answer": "yes"}}, {"form": {"answer": "back"}}, {}],
    ("GET", "/rsvp/{token}"): LOOK,
    ("POST", "/rsvp/{token}"): [{"form": {"answer": "no"}}, {}],
    ("GET", "/unsubscribe/{token}"): LOOK,
    ("POST", "/unsubscribe/{token}"): LOOK,
    ("GET", "/drop-ins/{id:id}/edit"): LOOK,
    ("POST", "/drop-ins/{id:id}/edit"): [{"form": {"title": WORDS}}, {"form": {"title": WORDS, "scope": "following"}}, {"form": {"minutes": "x"}}],
    ("POST", "/drop-ins/{id:id}/cancel"): [{"form": {"word": WORDS}}],
    ("POST", "/drop-ins/{id:id}/restore"): LOOK,
    ("POST", "/drop-ins/{id:id}/open"): LOOK,
    ("POST", "/drop-ins/{id:id}/extend"): [{"form": {"minutes": "5"}}, {"form": {}}],
    ("POST", "/drop-ins/{id:id}/end"): LOOK,
    ("GET", "/drop-ins/{id:id}/attendance"): LOOK,
    ("GET", "/drop-ins/{id:id}/attendance.csv"): LOOK,
    ("GET", "/networks/{slug}/minutes"): [{}, {"params": {"before": "999999999"}}],
    ("GET", "/drop-ins/{id:id}/minutes"): LOOK,
    ("POST", "/drop-ins/{id:id}/minutes"): [{"form": {**TEXT, "rev": "1", "do": "publish"}}, {"form": {}}],
    ("GET", "/drop-ins/{id:id}/minutes/edit"): LOOK,
    ("POST", "/drop-ins/{id:id}/minutes/draft"): LOOK,
    ("GET", "/attendance"): LOOK,
    ("GET", "/attendance/years/{year:id}"): LOOK,
    ("GET", "/attendance/{id:id}"): LOOK,
    ("POST", "/attendance/{id:id}/note"): [{"form": {"note": "Mine."}}, {"form": {"note": "x" * 5000}}],
    ("POST", "/attendance/{id:id}/certificate"): [{"form": {"name": "Bilby"}}],
    ("POST", "/attendance/{id:id}/certificate/withdraw"): LOOK,
    ("GET", "/attendance/{id:id}/certificate.pdf"): LOOK,
    ("GET", "/certificates/{code}"): LOOK,
    ("GET", "/topics/{id:id}"): [{}, {"params": {"post": "2"}}, {"params": {"page": "9"}}, {"params": {"reply": "1"}}, {"params": {"under": "2"}}, {"params": {"view": "flat", "order": "newest"}}, {"params": {"draft": "{drafts/id}"}}],
    ("POST", "/topics/{id:id}"): [{"form": TEXT}, {"form": {}}, {"form": {**TEXT, "anonymous": "yes"}}, {"form": {**TEXT, "parent": "{posts/id}"}}, {"form": {**TEXT, "op": "used"}}, {"form": {**TEXT, "preview": "yes"}}, {"form": {**TEXT, "keep": "yes"}}],
    ("POST", "/topics/{id:id}/read"): [{"form": {"number": "1"}}, {"form": {"number": "x"}}, {"form": {"number": "1", "back": "/unread"}}],
    ("POST", "/topics/{id:id}/view"): [{"form": {"view": "flat"}}, {"form": {}}],
    ("GET", "/posts/{id:id}"): LOOK,
    ("GET", "/posts/{id:id}/preview"): LOOK,
    ("GET", "/drafts"): LOOK,
    ("POST", "/drafts"): [{"form": {"network": "{networks/slug}", "body": WORDS}}, {"form": {"topic": "{topics/id}", "parent": "{posts/id}", "body": WORDS, "instead_of": "{drafts/id}"}}, {}],
    ("GET", "/drafts/at"): [{"params": {"network": "{networks/slug}"}}, {"params": {"topic": "{topics/id}"}}, {}],
    ("POST", "/drafts/{id:id}/discard"): LOOK,
    ("GET", "/networks/{slug}/tags"): LOOK,
    ("GET", "/networks/{slug}/tags/{tag}"): [{}, {"params": {"before": "2090-01-01T00:00:00Z"}}],
    ("GET", "/topics/{id:id}/tags"): LOOK,
    ("POST", "/topics/{id:id}/tags"): [{"form": {"tags": "numbat"}}, {"form": {"tags": "a,b,c,d,e,f"}}],
    ("GET", "/topics/{id:id}/poll"): LOOK,
    ("POST", "/topics/{id:id}/poll"): [{"form": POLL}, {"form": {}}],
    ("POST", "/topics/{id:id}/poll/vote"): [{"form": {"choose": "1"}}, {"form": {}}],
    ("GET", "/topics/{id:id}/poll/numbers"): LOOK,
    ("POST", "/topics/{id:id}/poll/settle"): [{"form": {"do": "close"}}, {}],
    ("POST", "/topics/{id:id}/unsolve"): LOOK,
    ("GET", "/posts/{id:id}/reactions"): LOOK,
    ("POST", "/posts/{id:id}/reactions"): [{"form": {"give": "thanks"}}, {"form": {"take": "thanks"}}, {}],
    ("GET", "/posts/{id:id}/history"): [{}, {"params": {"before": "9"}}],
    ("POST", "/posts/{id:id}/history/{rev:id}/remove"): LOOK,
    ("POST", "/posts/{id:id}/solve"): LOOK,
    ("POST", "/posts/{id:id}/restore"): LOOK,
    ("GET", "/posts/{id:id}/edit"): LOOK,
    ("POST", "/posts/{id:id}/edit"): [{"form": TEXT}, {"form": {**TEXT, "preview": "yes"}}, {"form": {"body": ""}}],
    ("GET", "/posts/{id:id}/remove"): LOOK,
    ("POST", "/posts/{id:id}/remove"): LOOK,
    ("GET", "/posts/{id:id}/unmask"): LOOK,
    ("POST", "/posts/{id:id}/unmask"): [{"form": {"reason": "Somebody is in danger."}}, {"form": {}}],
    ("POST", "/posts/{id:id}/unmask/reveal"): LOOK,
    ("POST", "/unmaskings/{id:id}/agree"): LOOK,
    ("POST", "/unmaskings/{id:id}/decline"): LOOK,
    ("GET", "/networks/{slug}/unmaskings"): LOOK,
    ("GET", "/api/v1/me"): LOOK,
    ("PATCH", "/api/v1/me"): [{"json": {"hides": []}}, {"json": {}}, {"json": {"zone": ""}}],
    ("GET", "/api/v1/notices"): LOOK,
    ("POST", "/api/v1/notices/read"): [{"json": {"id": 1}}, {"json": {"through": 1}}, {"json": {"id": "x"}}, {"json": {"topic": "{topics/id}"}}],
    ("POST", "/api/v1/notices/undo"): [{"json": {"read_at": "2026-11-19T12:00:00+00:00"}}, {"json": {}}],
    ("GET", "/api/v1/bookmarks"): LOOK,
    ("PUT", "/api/v1/posts/{id:id}/bookmark"): [{"json": {"note": WORDS}}, {"json": {"remind": "noon"}}],
    ("DELETE", "/api/v1/posts/{id:id}/bookmark"): LOOK,
    ("GET", "/api/v1/topics/{id:id}/following"): LOOK,
    ("PUT", "/api/v1/topics/{id:id}/following"): [{"json": {"level": "watching"}}, {"json": {"level": "loud"}}],
    ("GET", "/api/v1/networks"): [{}, {"params": {"after": "numbas"}}],
    ("POST", "/api/v1/networks"): [{"json": {"name": WORDS, "slug": "{networks/slug}", "access": "open"}}],
    ("GET", "/api/v1/networks/{slug}"): LOOK,
    ("PATCH", "/api/v1/networks/{slug}"): [{"json": {"access": "open"}}, {"json": {}}, {"json": {"name": ""}}],
    ("GET", "/api/v1/networks/{slug}/settings"): LOOK,
    ("GET", "/api/v1/networks/{slug}/picture"): LOOK,
    ("PUT", "/api/v1/networks/{slug}/picture"): [{"content": "no picture"}],
    ("DELETE", "/api/v1/networks/{slug}/picture"): LOOK,
    ("GET", "/api/v1/networks/{slug}/requests"): [{}, {"params": {"limit": "x"}}],
    ("POST", "/api/v1/networks/{slug}/requests"): [{"json": {"answers": ["A nurse."]}}, {"json": {}}, {"json": {"answers": 1}}],
    ("POST", "/api/v1/networks/{slug}/requests/{id:id}"): [{"json": {"decision": "approved"}}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/request"): LOOK,
    ("DELETE", "/api/v1/networks/{slug}/request"): LOOK,
    ("POST", "/api/v1/networks/{slug}/join"): LOOK,
    ("GET", "/api/v1/networks/{slug}/members"): [*SOME, {"params": {"limit": "x"}}],
    ("GET", "/api/v1/networks/{slug}/members/{handle}"): LOOK,
    ("PATCH", "/api/v1/networks/{slug}/members/{handle}"): [{"json": {"role": "host"}}, {"json": {}}],
    ("DELETE", "/api/v1/networks/{slug}/members/{handle}"): LOOK,
    ("POST", "/api/v1/networks/{slug}/members/{handle}/transfer"): LOOK,
    ("POST", "/api/v1/networks/{slug}/leave"): [{}, {"json": {"former": "x"}}],
    ("GET", "/api/v1/networks/{slug}/audit"): [{}, {"params": {"person": "quokka"}}, {"params": {"limit": "x"}}],
    ("GET", "/api/v1/networks/{slug}/preferences"): LOOK,
    ("PATCH", "/api/v1/networks/{slug}/preferences"): [{"json": {"listed": True}}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/announcements"): [{}, {"params": {"before": "999999999"}}],
    ("POST", "/api/v1/networks/{slug}/announcements"): [{"json": TEXT}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/announcements/{id:id}"): LOOK,
    ("DELETE", "/api/v1/networks/{slug}/announcements/{id:id}"): LOOK,
    ("POST", "/api/v1/networks/{slug}/announcements/{id:id}/dismiss"): LOOK,
    ("GET", "/api/v1/networks/{slug}/dashboard"): LOOK,
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
    ("POST", "/api/v1/networks/{slug}/preview"): [{"json": {"body": NAMING}}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/suggestions"): SEARCH,
    ("GET", "/api/v1/drafts"): LOOK,
    ("PUT", "/api/v1/drafts"): [{"json": {"network": "{networks/slug}", "body": WORDS}}, {"json": {"topic": "{topics/id}", "parent": "{posts/id}", "body": WORDS}}, {"json": {}}],
    ("DELETE", "/api/v1/drafts/{id:id}"): LOOK,
    ("POST", "/api/v1/networks/{slug}/topics"): [{"json": TEXT}, {"json": {}}, {"json": {**TEXT, "op": "used"}}],
    ("GET", "/api/v1/networks/{slug}/files"): [{}, {"params": {"limit": "1"}}],
    ("POST", "/api/v1/networks/{slug}/files"): [{"params": {"name": "a.pdf"}, "content": PDF.decode()}, {"content": "no file"}],
    ("GET", "/api/v1/files/{id:id}"): LOOK,
    ("GET", "/api/v1/files/{id:id}/content"): LOOK,
    ("DELETE", "/api/v1/files/{id:id}"): LOOK,
    ("GET", "/api/v1/topics/{id:id}"): LOOK,
    ("GET", "/api/v1/unread"): [{}, {"params": {"limit": "1", "after": "2026-01-01T00:00:00Z_1"}}],
    ("GET", "/api/v1/new"): LOOK,
    ("POST", "/api/v1/unread/read"): [{"json": {"list": "new", "until": "2020-01-01T00:00:00Z"}}, {"json": {"list": 3}}],
    ("POST", "/api/v1/unread/undo"): [{"json": {"at": "2026-01-01T00:00:00Z"}}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/unread"): LOOK,
    ("GET", "/api/v1/networks/{slug}/new"): LOOK,
    ("POST", "/api/v1/networks/{slug}/unread/read"): [{"json": {"list": "new"}}, {"json": {"list": "other"}}],
    ("GET", "/api/v1/topics/{id:id}/posts"): [{}, {"params": {"after": "1", "limit": "1"}}],
    ("POST", "/api/v1/topics/{id:id}/posts"): [{"json": TEXT}, {"json": {}}, {"json": {**TEXT, "anonymous": True}}, {"json": {**TEXT, "parent": "{posts/id}"}}, {"json": {**TEXT, "op": "used"}}],
    ("POST", "/api/v1/topics/{id:id}/read"): [{"json": {"number": 1}}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/tags"): LOOK,
    ("PUT", "/api/v1/topics/{id:id}/tags"): [{"json": {"tags": ["numbat"]}}, {"json": {"tags": 1}}],
    ("PUT", "/api/v1/topics/{id:id}/answer"): [{"json": {"post": 1}}, {"json": {}}],
    ("DELETE", "/api/v1/topics/{id:id}/answer"): LOOK,
    ("GET", "/api/v1/topics/{id:id}/poll"): LOOK,
    ("POST", "/api/v1/topics/{id:id}/poll"): [{"json": POLL}, {"json": {}}],
    ("PATCH", "/api/v1/topics/{id:id}/poll"): [{"json": {"closed": True}}, {"json": {}}],
    ("DELETE", "/api/v1/topics/{id:id}/poll"): LOOK,
    ("PUT", "/api/v1/topics/{id:id}/poll/ballot"): [{"json": {"choices": [1]}}, {"json": {"choices": "x"}}],
    ("GET", "/api/v1/posts/{id:id}/reactions"): LOOK,
    ("PUT", "/api/v1/posts/{id:id}/reactions/{kind}"): LOOK,
    ("DELETE", "/api/v1/posts/{id:id}/reactions/{kind}"): LOOK,
    ("GET", "/api/v1/posts/{id:id}/history"): LOOK,
    ("DELETE", "/api/v1/posts/{id:id}/history/{rev:id}"): LOOK,
    ("POST", "/api/v1/posts/{id:id}/restore"): LOOK,
    ("GET", "/api/v1/posts/{id:id}"): LOOK,
    ("PATCH", "/api/v1/posts/{id:id}"): [{"json": TEXT}, {"json": {}}],
    ("DELETE", "/api/v1/posts/{id:id}"): LOOK,
    ("GET", "/api/v1/posts/{id:id}/unmaskings"): LOOK,
    ("POST", "/api/v1/posts/{id:id}/unmaskings"): [{"json": {"reason": "Somebody is in danger."}}, {"json": {}}],
    ("POST", "/api/v1/posts/{id:id}/unmaskings/reveal"): LOOK,
    ("POST", "/api/v1/unmaskings/{id:id}/agree"): LOOK,
    ("POST", "/api/v1/unmaskings/{id:id}/decline"): LOOK,
    ("GET", "/api/v1/networks/{slug}/unmaskings"): LOOK,
    ("GET", "/api/v1/drop-ins/{id:id}/attendance"): LOOK,
    ("GET", "/api/v1/networks/{slug}/minutes"): LOOK,
    ("GET", "/api/v1/drop-ins/{id:id}/minutes"): LOOK,
    ("PUT", "/api/v1/drop-ins/{id:id}/minutes"): [{"json": {**TEXT, "rev": 1, "publish": True}}, {"json": {}}],
    ("POST", "/api/v1/drop-ins/{id:id}/minutes/draft"): LOOK,
    ("GET", "/api/v1/attendance"): [{}, {"params": {"year": "2026"}}],
    ("GET", "/api/v1/attendance/{id:id}"): LOOK,
    ("PATCH", "/api/v1/attendance/{id:id}"): [{"json": {"note": "Mine."}}, {"json": {"note": 1}}],
    ("PUT", "/api/v1/attendance/{id:id}/certificate"): [{"json": {}}, {"json": {"name": 1}}],
    ("DELETE", "/api/v1/attendance/{id:id}/certificate"): LOOK,
    ("GET", "/api/v1/certificates/{code}"): LOOK,
    ("GET", "/api/v1/search"): [*SEARCH, *OPERATORS],
    ("GET", "/api/v1/jump"): [*SEARCH, *BEGINNINGS],
    ("GET", "/api/v1/networks/{slug}/series"): LOOK,
    ("POST", "/api/v1/networks/{slug}/series"): [{"json": SERIES}, {"json": {}}],
    ("GET", "/api/v1/networks/{slug}/drop-ins"): LOOK,
    ("GET", "/api/v1/series/{id:id}"): LOOK,
    ("PATCH", "/api/v1/series/{id:id}"): [{"json": {"title": WORDS}}, {"json": {"zone": "x"}}],
    ("POST", "/api/v1/series/{id:id}/hold"): [{}, {"json": {"opens_at": "x"}}],
    ("POST", "/api/v1/series/{id:id}/end"): [{"json": {"word": WORDS}}],
    ("POST", "/api/v1/series/{id:id}/skip"): [{"json": {"date": "{date}"}}, {"json": {}}],
    ("POST", "/api/v1/series/{id:id}/take-place"): [{"json": {"date": "{date}"}}, {"json": {}}],
    ("GET", "/api/v1/drop-ins/{id:id}"): LOOK,
    ("GET", "/api/v1/calendars"): LOOK,
    ("POST", "/api/v1/calendars"): [{"json": {"network": "{networks/slug}"}}, {"json": {"network": 1}}],
    ("DELETE", "/api/v1/calendars/{id:id}"): LOOK,
    ("GET", "/api/v1/feeds"): LOOK,
    ("POST", "/api/v1/feeds"): [{"json": {"network": "{networks/slug}"}}, {"json": {}}],
    ("DELETE", "/api/v1/feeds/{id:id}"): LOOK,
    ("GET", "/api/v1/drop-ins/{id:id}/rsvps"): LOOK,
    ("PUT", "/api/v1/drop-ins/{id:id}/rsvp"): [{"json": {"answer": "yes"}}, {"json": {}}],
    ("DELETE", "/api/v1/drop-ins/{id:id}/rsvp"): LOOK,
    ("PUT", "/api/v1/series/{id:id}/rsvp"): [{"json": {"answer": "yes"}}, {"json": {}}],
    ("DELETE", "/api/v1/series/{id:id}/rsvp"): LOOK,
    ("GET", "/api/v1/drop-ins/{id:id}/room"): LOOK,
    ("POST", "/api/v1/drop-ins/{id:id}/questions"): [{"json": {"question": "Is anybody here?"}}, {"json": {}}],
    ("PATCH", "/api/v1/questions/{id:id}"): [{"json": {"state": "pinned"}}, {"json": {}}],
    ("DELETE", "/api/v1/questions/{id:id}"): LOOK,
    ("PUT", "/api/v1/questions/{id:id}/vote"): LOOK,
    ("DELETE", "/api/v1/questions/{id:id}/vote"): LOOK,
    ("PUT", "/api/v1/drop-ins/{id:id}/hand"): LOOK,
    ("DELETE", "/api/v1/drop-ins/{id:id}/hand"): LOOK,
    ("POST", "/api/v1/drop-ins/{id:id}/hands/next"): LOOK,
    ("POST", "/api/v1/hands/{id:id}/call"): LOOK,
    ("DELETE", "/api/v1/hands/{id:id}"): LOOK,
    ("POST", "/api/v1/drop-ins/{id:id}/polls"): [{"json": POLL}, {"json": {}}],
    ("PATCH", "/api/v1/polls/{id:id}"): [{"json": {"closed": True}}, {"json": {}}],
    ("DELETE", "/api/v1/polls/{id:id}"): LOOK,
    ("PUT", "/api/v1/polls/{id:id}/ballot"): [{"json": {"choices": [1]}}, {"json": {"choices": "x"}}],
    ("POST", "/api/v1/drop-ins/{id:id}/links"): [{"json": {"url": "https://example.org/"}}, {"json": {}}],
    ("DELETE", "/api/v1/links/{id:id}"): LOOK,
    ("GET", "/api/v1/drop-ins/{id:id}/apart"): LOOK,
    ("PUT", "/api/v1/drop-ins/{id:id}/muted/{handle}"): LOOK,
    ("DELETE", "/api/v1/drop-ins/{id:id}/muted/{handle}"): LOOK,
    ("PUT", "/api/v1/drop-ins/{id:id}/lobby/{handle}"): LOOK,
    ("DELETE", "/api/v1/drop-ins/{id:id}/lobby/{handle}"): LOOK,
    ("GET", "/api/v1/drop-ins/{id:id}/agenda"): LOOK,
    ("POST", "/api/v1/drop-ins/{id:id}/agenda"): [{"json": TEXT}, {"json": {}}],
    ("POST", "/api/v1/drop-ins/{id:id}/agenda/next"): [{}, {"json": {"after": 1}}],
    ("POST", "/api/v1/drop-ins/{id:id}/agenda/back"): LOOK,
    ("PATCH", "/api/v1/agenda/{id:id}"): [{"json": {"state": "taken", "move": "up", "minutes": 5}}, {"json": {}}],
    ("DELETE", "/api/v1/agenda/{id:id}"): LOOK,
    ("PUT", "/api/v1/agenda/{id:id}/vote"): LOOK,
    ("DELETE", "/api/v1/agenda/{id:id}/vote"): LOOK,
    ("PATCH", "/api/v1/drop-ins/{id:id}"): [{"json": {"title": WORDS}}, {"json": {"minutes": "x"}}],
    ("POST", "/api/v1/drop-ins/{id:id}/following"): [{"json": {"title": WORDS}}, {"json": {"zone": "x"}}],
    ("POST", "/api/v1/drop-ins/{id:id}/cancel"): [{"json": {"word": WORDS}}],
    ("POST", "/api/v1/drop-ins/{id:id}/restore"): LOOK,
    ("POST", "/api/v1/drop-ins/{id:id}/open"): LOOK,
    ("POST", "/api/v1/drop-ins/{id:id}/extend"): [{"json": {"minutes": 5}}, {"json": {}}],
    ("POST", "/api/v1/drop-ins/{id:id}/end"): LOOK,
    ("GET", "/healthz"): LOOK,
    ("POST", "/topics/{id:id}/tend"): [{"form": {"act": "pin"}}, {"form": {"act": "slow", "seconds": "60"}}, {}],
    ("GET", "/topics/{id:id}/rename"): LOOK,
    ("POST", "/topics/{id:id}/rename"): [{"form": {"title": "Bilby"}}, {}],
    ("GET", "/topics/{id:id}/hide"): LOOK,
    ("POST", "/topics/{id:id}/hide"): [{"form": {"why": "Because of a bilby."}}, {}],
    ("GET", "/topics/{id:id}/move"): [{}, {"params": {"to": "{networks/slug}"}}],
    ("POST", "/topics/{id:id}/move"): [{"form": {"to": "{networks/slug}"}}, {}],
    ("GET", "/topics/{id:id}/split"): [{}, {"params": {"post": "1"}}],
    ("POST", "/topics/{id:id}/split"): [{"form": {"title": "Bilby", "post-{posts/id}": "yes"}}, {}],
    ("GET", "/topics/{id:id}/merge"): LOOK,
    ("POST", "/topics/{id:id}/merge"): [{"form": {"into": "/topics/{unsaid}"}}, {}],
    ("GET", "/posts/{id:id}/flag"): [{}, {"params": {"sent": "yes"}}],
    ("POST", "/posts/{id:id}/flag"): [{"form": {"reason": "spam"}}, {}],
    ("GET", "/posts/{id:id}/hide"): LOOK,
    ("POST", "/posts/{id:id}/hide"): [{"form": {"why": "Because of a bilby."}}, {}],
    ("GET", "/posts/{id:id}/word"): LOOK,
    ("GET", "/networks/{slug}/flags"): [{}, {"params": {"settled": "yes", "before": "9999"}}],
    ("GET", "/flags/{id:id}"): LOOK,
    ("POST", "/flags/{id:id}/claim"): LOOK,
    ("POST", "/flags/{id:id}/release"): LOOK,
    ("POST", "/flags/{id:id}/settle"): [{"form": {"act": "dismiss", "answer": "Bilby."}}, {"form": {"act": "hide"}}, {}],
    ("POST", "/api/v1/topics/{id:id}/tend"): [{"json": {"act": "pin"}}, {"json": {}}],
    ("POST", "/api/v1/topics/{id:id}/rename"): [{"json": {"title": "Bilby"}}, {"json": {}}],
    ("POST", "/api/v1/topics/{id:id}/hide"): [{"json": {"why": "Because of a bilby."}}, {"json": {}}],
    ("POST", "/api/v1/topics/{id:id}/move"): [{"json": {"network": "{networks/slug}"}}, {"json": {}}],
    ("POST", "/api/v1/topics/{id:id}/split"): [{"json": {"title": "Bilby", "posts": ["{posts/id}"]}}, {"json": {}}],
    ("POST", "/api/v1/topics/{id:id}/merge"): [{"json": {"into": "{unsaid}"}}, {"json": {}}],
    ("POST", "/api/v1/posts/{id:id}/flag"): [{"json": {"reason": "spam"}}, {"json": {}}],
    ("POST", "/api/v1/posts/{id:id}/hide"): [{"json": {"why": "Because of a bilby."}}, {"json": {}}],
    ("GET", "/api/v1/posts/{id:id}/word"): LOOK,
    ("GET", "/api/v1/networks/{slug}/flags"): [{}, {"params": {"settled": "yes"}}],
    ("GET", "/api/v1/flags/{id:id}"): LOOK,
    ("POST", "/api/v1/flags/{id:id}/claim"): LOOK,
    ("POST", "/api/v1/flags/{id:id}/release"): LOOK,
    ("POST", "/api/v1/flags/{id:id}/settle"): [{"json": {"act": "dismiss"}}, {"json": {}}],
    ("GET", "/readyz"): LOOK,
    ("GET", "/robots.txt"): LOOK,
    ("GET", "/manifest.webmanifest"): LOOK,
    ("GET", "/worker.js"): LOOK,
    ("GET", "/away"): LOOK,
    ("GET", "/dev/mailbox"): LOOK,
    ("GET", "/dev/mailbox/{id}"): LOOK,
    ("GET", "/static/{version}/{name:path}"): LOOK,
}  # fmt: skip

# What differs between any two answers, or tells a member of what is their own history.
MASKS = (
    (re.compile(r"nonce[-=]\"?[\w-]+"), "nonce"),
    (re.compile(r'<time datetime="[^"]+"[^>]*>[^<]*</time>'), "time"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.+Z]+"), "time"),
    (re.compile(r"/calendars/[\w-]{43}\.ics"), "own calendar"),
    (re.compile(r"/settings/calendars/\d+/end"), "own calendar"),
    (re.compile(r"s&#34;:&#34;m:\d+&#34;,&#34;e&#34;:&#34;\w+&#34;,&#34;q&#34;:\d+"), "own stream"),
)
TOLD = ("date", "content-length", "connection", "keep-alive")  # the wire's own headers


class Told(NamedTuple):
    text: str
    statements: list[str]  # what it took; who asks the database the same things takes the same time


Answers = dict[str, Told]


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
                sent = filled(request, these)
                if not address.api and not address.safe:
                    sent["data"] = {"csrf": csrf, **sent.pop("form", {})}
                    sent["headers"] = {"x-csrf": csrf, **sent.get("headers", {})}
                client = program if address.api else browser
                with statements() as asked_for:
                    answer = await client.request(method, address.at(these), **sent)
                told[asked] = Told(masked(answer), asked_for)
    return told


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the hub asks of its database meanwhile."""
    asked: list[str] = []
    made = chat.db._made

    def noted(query: Any, params: dict[str, Any]) -> tuple[str, list[Any]]:
        sql, values = made(query, params)
        if (task := asyncio.current_task()) and "RequestResponseCycle" in task.get_coro().__qualname__:
            asked.append(sql)  # and not what the hub asks for itself
        return sql, values

    chat.db._made = noted
    try:
        yield asked
    finally:
        chat.db._made = made


def masked(answer: httpx2.Response) -> str:
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items() if name not in TOLD)
    text = "\n".join([str(answer.status_code), *headers, "", answer.text])
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


def filled(request: dict[str, Any], things: Things) -> dict[str, Any]:
    def thing(text: Any) -> Any:
        if isinstance(text, list):
            return [int(thing(each)) if each == "{posts/id}" else each for each in text]
        return (
            re.sub(r"\{([^{}]+)\}", lambda named: str(things[named[1]]), text)
            if isinstance(text, str)
            else text
        )

    return {
        how: sent if isinstance(sent, str) else {thing(name): thing(value) for name, value in sent.items()}
        for how, sent in request.items()
    }
