"""`./hub check`: every part of an installation, looked at in turn, and how to mend it."""

import asyncio
import os
import platform
import secrets
import shutil
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit

from chat import config
from command import listening, reaching
from command.embedded import binaries
from command.environment import choose
from command.folder import ENOUGH, Folder, chosen
from command.trouble import Trouble


class Finding(NamedTuple):
    level: str  # ok, warn or wrong
    subject: str
    sentence: str


def check(data: str | None) -> int:
    """Print the findings; the exit status, 1 when something is wrong."""
    worst = 0
    for finding in findings(data):
        print(f"{finding.level:<5}  {finding.subject:<12} {finding.sentence}", flush=True)
        worst = max(worst, finding.level == "wrong")
    return int(worst)


def findings(data: str | None) -> Iterator[Finding]:
    yield from _machine()
    folder = reaching.or_the_demo(chosen(data, os.environ), data)
    choose(HUB_DATA_DIR=folder.path)
    try:
        settings = config.read(os.environ)
    except config.SettingError as error:
        yield Finding("wrong", "settings", str(error))
        return
    yield Finding("ok", "settings", "All of them can be read.")
    yield from _programs(settings)
    folder_findings = list(_folder(folder))
    yield from folder_findings
    yield from _port(settings, folder)
    yield from _public(settings)
    if any(f.level == "wrong" for f in folder_findings):
        return
    yield from _servers(settings, folder)
    yield from _mail(settings)
    yield from _bucket(settings)


def _machine() -> Iterator[Finding]:
    yield Finding("ok", "Python", f"{platform.python_version()} ({sys.executable})")
    yield Finding(
        "ok" if sys.platform in ("linux", "darwin") else "warn",
        "platform",
        f"{platform.system()} {platform.machine()}",
    )


def _programs(settings: config.Settings) -> Iterator[Finding]:
    for name, find, url in (
        ("PostgreSQL", binaries.postgres, settings.database_url),
        ("Valkey", binaries.valkey, settings.redis_url),
    ):
        try:
            program = find()
            yield Finding(
                "ok",
                name,
                f"{program.version} ({program.path})" + (", not used: your own server is" if url else ""),
            )
        except Trouble as trouble:
            if not url:
                yield Finding("wrong", name, str(trouble))


def _folder(folder: Folder) -> Iterator[Finding]:
    try:
        folder.prepare()
    except Trouble as trouble:
        yield Finding("wrong", "data folder", str(trouble))
        return
    free = shutil.disk_usage(folder.path).free
    yield Finding(
        "ok" if free > 5 * ENOUGH else "warn", "data folder", f"{folder.path}, {free // 2**20} MB free"
    )


def _port(settings: config.Settings, folder: Folder) -> Iterator[Finding]:
    run = folder.running() or {}
    if str(run.get("address", "")).endswith(f":{settings.port}"):
        yield Finding(
            "ok", "port", f"{settings.port}, served by the hub that runs here (process {run['pid']})"
        )
        return
    try:
        with listening.sockets(settings.host, settings.port):
            yield Finding("ok", "port", f"{settings.port} is free")
    except Trouble as trouble:
        yield Finding("wrong", "port", str(trouble))


def _public(settings: config.Settings) -> Iterator[Finding]:
    local = urlsplit(settings.public_url).hostname in ("localhost", "127.0.0.1", "::1")
    if not settings.public_url:
        yield Finding(
            "warn",
            "address",
            f"HUB_PUBLIC_URL is not set, so links in e-mails lead to {settings.origin}. Set it to the address that members type.",
        )
    elif not settings.tls and not local:
        yield Finding(
            "warn",
            "address",
            f"{settings.public_url} is without TLS: passwords travel readable. Put a proxy with a certificate in front, and say https://.",
        )
    else:
        yield Finding("ok", "address", settings.public_url)


def _servers(settings: config.Settings, folder: Folder) -> Iterator[Finding]:
    try:
        with reaching.servers(folder, settings, "check"):
            looks = [("database", _database), ("Redis", _redis)]
            looks += [("queue", _queue)] if settings.queue_url else []
            for subject, look in looks:
                try:
                    yield from asyncio.run(look(settings))
                except Trouble as trouble:
                    yield Finding("wrong", subject, str(trouble))
    except Trouble as trouble:
        yield Finding("wrong", "servers", str(trouble))


def _bucket(settings: config.Settings) -> Iterator[Finding]:
    if settings.s3_bucket:
        try:
            asyncio.run(_try_bucket())
            yield Finding("ok", "files", f"the bucket {settings.s3_bucket} takes them and gives them back")
        except (OSError, LookupError) as error:
            yield Finding("wrong", "files", f"The bucket {settings.s3_bucket} can’t be used: {error}"[:400])


async def _try_bucket() -> None:
    from chat import files

    key = f"check-{secrets.token_hex(8)}"
    try:
        await files.store().put(key, BytesIO(b"?"))
        async for _ in await files.store().read(key, 0, 1):
            pass
    finally:
        await files.store().remove(key)


async def _database(settings: config.Settings) -> list[Finding]:
    from chat import migrate
    from command.databases import database

    async with database(os.environ["DATABASE_URL"]) as connection:
        version = connection.get_server_version().major
        applied = await migrate.applied_numbers(connection)
        try:
            migrate.refuse_newer(applied)
        except migrate.NewerDatabase as error:
            return [Finding("wrong", "database", str(error))]
        missing = [s for s in migrate.steps() if s[0] not in applied]
        if missing:
            when = (
                "The first start makes it."
                if not applied
                else "`./hub migrate` or the next start brings it up to date."
            )
            return [
                Finding(
                    "warn",
                    "database",
                    f"PostgreSQL {version} answers; {len(missing)} changes of the schema are to come. {when}",
                )
            ]
        found = [Finding("ok", "database", f"PostgreSQL {version} answers, schema {max(applied)}")]
        if await connection.fetchval("SELECT EXISTS (SELECT FROM member WHERE admin_since IS NOT NULL)"):
            return [*found, Finding("ok", "admin", "There is one.")]
        return [
            *found,
            Finding(
                "warn",
                "admin",
                "There is none yet. `./hub serve` prints the address where the first one signs up.",
            ),
        ]


async def _redis(settings: config.Settings) -> list[Finding]:
    from command.databases import valkey

    async with valkey(os.environ["REDIS_URL"], settings.redis_cluster) as client:
        return [_answers("Redis", await client.info("server"))]


async def _queue(settings: config.Settings) -> list[Finding]:
    from command.databases import valkey

    async with valkey(settings.queue_url, variable="HUB_QUEUE_URL") as client:
        return [_answers("queue", await client.info("server"))]


def _answers(subject: str, info: dict[str, str]) -> Finding:
    name = (
        f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {info['redis_version']}"
    )
    if [int(n) for n in info["redis_version"].split(".")[:2]] < [6, 2]:
        return Finding("wrong", subject, f"{name} is too old: the hub needs Redis 6.2 or later, or Valkey.")
    return Finding("ok", subject, f"{name} answers")


def _mail(settings: config.Settings) -> Iterator[Finding]:
    if not settings.smtp_url:
        yield Finding(
            "warn",
            "e-mail",
            "is not set up, so nobody gets invitations or reminders by e-mail. Set HUB_SMTP_URL, as smtp://user:password@host:587, and HUB_MAIL_FROM.",
        )
        return
    import smtplib

    from command.databases import place

    try:
        parts = urlsplit(settings.smtp_url)
        tls = parts.scheme == "smtps"
        with (smtplib.SMTP_SSL if tls else smtplib.SMTP)(
            parts.hostname or "", parts.port or (465 if tls else 587), timeout=5
        ) as server:
            server.noop()
        yield Finding("ok", "e-mail", f"{place(settings.smtp_url)} answers")
    except (OSError, ValueError, smtplib.SMTPException) as error:
        yield Finding(
            "wrong", "e-mail", f"{place(settings.smtp_url)} does not answer ({error}). Is HUB_SMTP_URL right?"
        )
