"""Every setting of an installation, read once from the environment.

Each field is one environment variable; `docs/settings.md` lists them all, and a test holds it to that.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache

import msgspec


class SettingError(Exception):
    """A variable that cannot be understood; the message names it and says what it should look like."""


def setting(env: str, default, help: str):
    return field(default=default, metadata={"env": env, "help": help})


@dataclass(frozen=True)
class Settings:
    database_url: str = setting(
        "DATABASE_URL",
        "",
        "PostgreSQL, as `postgresql://user:password@host/name`. Empty: a private server in the data folder.",
    )
    redis_url: str = setting(
        "REDIS_URL",
        "",
        "Redis or Valkey, as `redis://host:6379/0`. Empty: a private server in the data folder.",
    )
    redis_cluster: bool = setting(
        "HUB_REDIS_CLUSTER",
        False,
        "REDIS_URL names servers of a cluster, as `redis://a:7000,b:7000`: they share the streams among them.",
    )
    queue_url: str = setting(
        "HUB_QUEUE_URL",
        "",
        "The Redis by which workers are rung for, which can't be a cluster. Empty: the one of REDIS_URL.",
    )
    host: str = setting("HUB_HOST", "127.0.0.1", "The address to listen on.")
    port: int = setting("PORT", 8000, "The port to listen on.")
    workers: int = setting("HUB_WORKERS", 1, "How many web processes serve.")
    data_dir: str = setting("HUB_DATA_DIR", "var", "The folder of the private servers' data, and of files.")
    public_url: str = setting(
        "HUB_PUBLIC_URL",
        "",
        "The address members type, as `https://hub.example.org`. Empty: this machine's, by its IP address or as localhost.",
    )
    trusted_proxies: str = setting(
        "HUB_TRUSTED_PROXIES",
        "127.0.0.1",
        "Addresses of proxies whose X-Forwarded-For and -Proto are believed, separated by commas.",
    )
    name: str = setting("HUB_NAME", "The hub", "What this community is called in page titles and e-mails.")
    dev: bool = setting(
        "HUB_DEV",
        False,
        "Development: e-mails land in /dev/mailbox, and errors are shown in the log in full.",
    )
    smtp_url: str = setting(
        "HUB_SMTP_URL",
        "",
        "Where e-mail is handed over, as `smtp://user:password@host:587` (STARTTLS when offered), or `smtps://…:465`.",
    )
    mail_from: str = setting("HUB_MAIL_FROM", "hub@localhost", "The sender of e-mails.")
    installable: bool = setting(
        "HUB_INSTALLABLE",
        True,
        "Browsers may install the hub as an app, with a worker that says when it can’t be reached. `0` takes that worker away from those that have it.",
    )
    found_networks: str = setting(
        "HUB_FOUND_NETWORKS", "members", "Who may found a network: `members` (anyone verified) or `admins`."
    )
    log_level: str = setting("HUB_LOG_LEVEL", "info", "debug, info, warning or error.")
    log_format: str = setting(
        "HUB_LOG_FORMAT", "text", "`text` for people, `json` for machines: one event a line."
    )
    db_pool: int = setting(
        "HUB_DB_POOL", 10, "Database connections that one process may hold, besides three for live delivery."
    )
    rate_limits: bool = setting(
        "HUB_RATE_LIMITS",
        True,
        "Limits on sign-ins, sign-ups, e-mails and posts. Turn them off for load tests only.",
    )
    jitsi_hosts: str = setting(
        "HUB_JITSI_HOSTS",
        "meet.jit.si",
        "Jitsi servers whose calls may be shown within a drop-in’s room, separated by commas; `none` for no server.",
    )
    file_mb: int = setting("HUB_FILE_MB", 25, "The largest file that may be attached to a post, in MB.")
    member_files_mb: int = setting(
        "HUB_MEMBER_FILES_MB", 1000, "What the files of one member may take up together, in MB."
    )
    network_files_mb: int = setting(
        "HUB_NETWORK_FILES_MB", 20000, "What the files of one network may take up together, in MB."
    )
    s3_bucket: str = setting(
        "HUB_S3_BUCKET",
        "",
        "The bucket of an S3-compatible store for files. Empty: the folder `files` of the data folder.",
    )
    s3_endpoint: str = setting(
        "HUB_S3_ENDPOINT", "", "The address of that store, as `https://minio.example.org`. Empty: Amazon’s."
    )
    s3_region: str = setting("HUB_S3_REGION", "us-east-1", "The region of the bucket.")
    s3_key: str = setting("HUB_S3_KEY", "", "The id of the key to the bucket.")
    s3_secret: str = setting("HUB_S3_SECRET", "", "The secret of that key.")
    live_heartbeat: int = setting(
        "HUB_LIVE_HEARTBEAT", 25, "Seconds between the heartbeats of a live connection."
    )
    live_subscriptions: int = setting(
        "HUB_LIVE_SUBSCRIPTIONS", 100, "Streams that one live connection may follow."
    )
    live_per_member: int = setting(
        "HUB_LIVE_PER_MEMBER", 10, "Live connections that one member may hold on one process."
    )
    live_per_address: int = setting(
        "HUB_LIVE_PER_ADDRESS", 50, "Live connections from one address without a member on one process."
    )
    live_ops: int = setting("HUB_LIVE_OPS", 20, "Ops that one live connection may send in ten seconds.")
    live_lease: int = setting(
        "HUB_LIVE_LEASE",
        12,
        "Seconds until the people of a web process that died are no longer shown in rooms.",
    )
    live_stall: int = setting(
        "HUB_LIVE_STALL", 10, "Seconds until a live connection that stops reading is dropped."
    )

    @property
    def tls(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        """Where links in e-mails lead. Without HUB_PUBLIC_URL that is this machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - a comparison
        host = f"[{host}]" if ":" in host else host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def jitsi(self) -> frozenset[str]:
        hosts = {host.strip().lower() for host in self.jitsi_hosts.split(",")}
        return frozenset(hosts - {"", "none"})

    @property
    def mailbox(self) -> bool:
        """True when e-mails are kept for the page /dev/mailbox instead of being sent."""
        return self.dev and not self.smtp_url


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from an environment; raises SettingError with one sentence for the first that is wrong."""
    values = {}
    for f in fields(Settings):
        env = f.metadata["env"]
        if (raw := environ.get(env, "").strip()) == "":
            continue
        values[f.name] = _convert(env, raw, f.type)
    settings = Settings(**values)
    _check(settings)
    return settings


@cache
def settings() -> Settings:
    """This process's settings, read from the environment on the first call."""
    return read(os.environ)


def _convert(env: str, raw: str, kind):
    if kind is bool:
        raw = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(raw.lower(), raw)
    try:
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.ValidationError:
        wanted = {int: "a whole number", bool: "1 or 0"}[kind]
        raise SettingError(f"{env} must be {wanted}, not “{raw}”.") from None


def _check(s: Settings) -> None:
    def refuse_unless(right: bool, env: str, wanted: str) -> None:
        if not right:
            raise SettingError(f"{env} must be {wanted}.")

    refuse_unless(
        not s.database_url or s.database_url.startswith(("postgres://", "postgresql://")),
        "DATABASE_URL",
        "a postgresql:// address",
    )
    refuse_unless(
        not s.redis_url or s.redis_url.startswith(("redis://", "rediss://", "unix://")),
        "REDIS_URL",
        "a redis://, rediss:// or unix:// address",
    )
    refuse_unless(
        not s.queue_url or s.queue_url.startswith(("redis://", "rediss://", "unix://")),
        "HUB_QUEUE_URL",
        "a redis://, rediss:// or unix:// address",
    )
    refuse_unless(
        not s.redis_cluster or bool(s.redis_url and s.queue_url),
        "HUB_QUEUE_URL",
        "the address of a Redis that is no cluster, where HUB_REDIS_CLUSTER is set and REDIS_URL names the cluster",
    )
    refuse_unless(
        not s.public_url or re.fullmatch(r"https?://[^/\s?#@]+", s.public_url) is not None,
        "HUB_PUBLIC_URL",
        "an address like https://hub.example.org, without a path",
    )
    refuse_unless(
        not s.smtp_url or s.smtp_url.startswith(("smtp://", "smtps://")),
        "HUB_SMTP_URL",
        "an smtp:// or smtps:// address",
    )
    refuse_unless(s.found_networks in ("members", "admins"), "HUB_FOUND_NETWORKS", "`members` or `admins`")
    refuse_unless(
        s.log_level in ("debug", "info", "warning", "error"), "HUB_LOG_LEVEL", "debug, info, warning or error"
    )
    refuse_unless(s.log_format in ("text", "json"), "HUB_LOG_FORMAT", "`text` or `json`")
    refuse_unless(
        all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", host) for host in s.jitsi),
        "HUB_JITSI_HOSTS",
        "names of hosts such as meet.jit.si, separated by commas",
    )
    refuse_unless(
        not s.s3_endpoint or re.fullmatch(r"https?://[^\s?#@]+", s.s3_endpoint) is not None,
        "HUB_S3_ENDPOINT",
        "an address like https://minio.example.org",
    )
    for name, value in (("HUB_S3_KEY", s.s3_key), ("HUB_S3_SECRET", s.s3_secret)):
        refuse_unless(not s.s3_bucket or value != "", name, "given where HUB_S3_BUCKET is")
    refuse_unless(0 < s.port < 65536, "PORT", "between 1 and 65535")
    for name in (
        "workers",
        "db_pool",
        "file_mb",
        "member_files_mb",
        "network_files_mb",
        "live_heartbeat",
        "live_subscriptions",
        "live_per_member",
        "live_per_address",
        "live_ops",
        "live_lease",
        "live_stall",
    ):
        env = next(f.metadata["env"] for f in fields(Settings) if f.name == name)
        refuse_unless(getattr(s, name) >= 1, env, "1 or more")
