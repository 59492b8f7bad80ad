"""Small forums and mailboxes, as the programs that keep them would write them."""

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

COLUMNS = {
    "categories": "id name color topic_id created_at updated_at user_id slug description parent_category_id read_restricted",
    "post_actions": "id post_id user_id post_action_type_id deleted_at created_at updated_at deleted_by_id",
    "posts": "id user_id topic_id post_number raw cooked created_at updated_at reply_to_post_number version deleted_at post_type "
    "hidden user_deleted last_version_at",
    "tags": "id name created_at",
    "topic_custom_fields": "id topic_id name value created_at",
    "topic_tags": "id topic_id tag_id created_at",
    "topics": "id title last_posted_at created_at updated_at views posts_count user_id deleted_at archetype category_id visible closed "
    "archived pinned_at",
    "user_emails": "id user_id email primary created_at",
    "users": "id username created_at updated_at name",
    "uploads": "id user_id original_filename url",
}
USUAL: dict[str, dict[str, Any]] = {
    "categories": {"color": "BF1E2E", "user_id": -1, "read_restricted": False},
    "posts": {"post_type": 1, "version": 1, "hidden": False, "user_deleted": False},
    "topics": {"archetype": "regular", "visible": True, "closed": False, "archived": False, "views": 0, "category_id": 5},
    "post_actions": {"post_action_type_id": 2},
    "user_emails": {"primary": True},
}  # fmt: skip
TIMES = ("created_at", "updated_at", "last_version_at")
ESCAPES = str.maketrans(
    {"\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
)

HEAD = """--
-- PostgreSQL database dump
--

-- Dumped from database version 13.14 (Debian 13.14-1.pgdg120+2)
-- Dumped by pg_dump version 13.14 (Debian 13.14-1.pgdg120+2)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;

CREATE FUNCTION discourse_functions.raise_users_readonly() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
  BEGIN
    RAISE EXCEPTION 'Discourse: username is readonly';
  END
$$;

"""
TAIL = """--
-- PostgreSQL database dump complete
--

"""


def field(value: Any) -> str:
    """As COPY writes it in its text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).translate(ESCAPES)


class Forum:
    """A Discourse forum; `add` puts a row into one of its tables, `dump` is what pg_dump says of it."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
        self.add("users", id=-1, username="system", name="system", created_at="2014-02-06 21:10:20.123456")

    def add(self, table: str, **columns: Any) -> int:
        rows = self.tables[table]
        row = {"id": 1000 + len(rows), **USUAL.get(table, {}), **columns}
        moments = [name for name in TIMES if name in COLUMNS[table].split() and name not in row]
        rows.append({**dict.fromkeys(moments, f"2015-03-01 10:{len(rows) % 60:02}:00.5"), **row})
        return row["id"]

    def person(self, id: int, username: str, email: str | None, name: str | None = None) -> int:
        self.add("users", id=id, username=username, name=name, created_at="2014-05-06 07:08:09.123456")
        if email:
            self.add("user_emails", user_id=id, email=email)
        return id

    def topic(self, id: int, title: str, user: int | None, *raws: Any, **columns: Any) -> None:
        """With posts: a text, or a dict of columns, each; their ids are 100 × the topic's and their place."""
        self.add("topics", id=id, title=title, user_id=user, **columns)
        for place, raw in enumerate(raws, 1):
            said = {"raw": raw} if isinstance(raw, str) else raw
            at = f"2015-03-{id % 28 + 1:02} 10:{place % 60:02}:00.25"
            self.add(
                "posts", id=id * 100 + place, topic_id=id, post_number=place, cooked="<p>…</p>",
                **{"user_id": user, "created_at": at, **said},
            )  # fmt: skip

    def dump(self) -> bytes:
        blocks = [HEAD]
        for name in sorted(self.tables):
            columns = COLUMNS[name].split()
            names = ", ".join('"primary"' if c == "primary" else c for c in columns)
            blocks.append(
                f"--\n-- Data for Name: {name}; Type: TABLE DATA; Schema: public; Owner: -\n--\n\nCOPY public.{name} ({names}) FROM stdin;\n"
            )
            blocks += ["\t".join(field(row.get(c)) for c in columns) + "\n" for row in self.tables[name]]
            blocks.append("\\.\n\n\n")
        return "".join([*blocks, TAIL]).encode("utf-8", "surrogateescape")

    def backup(self, folder: Path, *, files: int = 1) -> Path:
        """The archive that Discourse makes of itself."""
        path = folder / "forum-2026-11-01-033000-v20261020.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            for name, content in (
                ("dump.sql.gz", gzip.compress(self.dump())),
                *((f"uploads/default/original/1X/{n}.png", b"\x89PNG" * 10) for n in range(files)),
            ):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return path

    def plain(self, folder: Path) -> Path:
        path = folder / "dump.sql"
        path.write_bytes(self.dump())
        return path


def ward_forum() -> Forum:
    """Three people, two open categories and a closed one, and something of all that a forum has."""
    forum = Forum()
    forum.add("categories", id=5, name="Falls", slug="falls")
    forum.add("categories", id=6, name="Bed rails", slug="bed-rails", parent_category_id=5)
    forum.add("categories", id=7, name="Staff", slug="staff", read_restricted=True)
    forum.person(1, "Ana_Lima", "Ana-Lima@Example.org", "Ana Lima")
    forum.person(2, "ben.okafor", "ben.old@example.org", "Ben Okafor")
    forum.person(3, "carol", None, None)
    forum.person(4, "reader", "reader@example.org", "Only Reads")
    forum.topic(
        11,
        "Who checks the checklist?",
        1,
        "Ours is ticked before anybody has looked.\n\n\tA tab, a \\ and a “quote”. ✓",
        {"raw": "At ours, too, @Ana_Lima.", "user_id": 2, "reply_to_post_number": 1},
        {"raw": "WHISPERED", "user_id": 2, "post_type": 4},
        {"raw": "How often?", "user_id": 1, "reply_to_post_number": 2, "version": 3, "last_version_at": "2015-04-01 09:00:00"},
        {"raw": "REMOVED", "user_id": 3, "deleted_at": "2015-04-02 09:00:00"},
        {"raw": '[quote="ben.okafor, post:2, topic:11"]\nAt ours, too\n[/quote]\nDaily.', "user_id": 3, "reply_to_post_number": 4},
        {"raw": "An answer to what was removed.", "user_id": 99, "reply_to_post_number": 5},
        views=1234, pinned_at="2015-05-01 08:00:00",
    )  # fmt: skip
    forum.topic(
        12, "Bed rails", 2,
        "As https://forum.example.org/t/who-checks/11/4 says, and [this](/t/11), and /p/1106 of [Ana](/u/Ana_Lima): see https://other.org/t/x/11.",
        {"raw": "![rail|690x388](upload://abc123.png)\n\n<b>Bold</b> `[quote]` <script>x</script>", "user_id": 1},
        category_id=6, closed=True,
    )  # fmt: skip
    forum.topic(13, "PRIVATE matter", 1, "PRIVATE words", archetype="private_message", category_id=None)
    forum.topic(14, "STAFF matter", 1, "STAFF words", category_id=7)
    forum.topic(15, "UNLISTED matter", 1, "UNLISTED words", visible=False)
    forum.topic(16, "EMPTY matter", 1, {"raw": "x", "hidden": True})
    for n, name in enumerate(("sepsis", "falls", "A Tag", "b", "c", "d")):
        forum.add("tags", id=n, name=name)
        forum.add("topic_tags", topic_id=11, tag_id=n)
    forum.add("post_actions", post_id=1101, user_id=2)
    forum.add("post_actions", post_id=1301, user_id=2)
    forum.add("post_actions", post_id=1101, user_id=1)  # it was possible once
    forum.add("post_actions", post_id=1102, user_id=1, deleted_at="2015-06-01 10:00:00")
    forum.add("topic_custom_fields", topic_id=11, name="accepted_answer_post_id", value="1104")
    forum.add("uploads", user_id=1, original_filename="rail.png", url="/uploads/abc.png")
    return forum


# Mailboxes


def letter(
    number: object,
    body: str | bytes = "Hello.",
    *,
    sender: str | None = "Ana Lima <ana@lists.example.org>",
    subject: str | None = "Hand washing",
    date: str | None = "Mon, 2 Mar 2015 10:00:00 +0000",
    kind: str = "text/plain; charset=utf-8",
    **headers: str,
) -> bytes:
    """One letter, as a mail program sends it; other headers by their names, with _ for -."""
    lines = {
        "From": sender, "Subject": subject, "Date": date, "Message-ID": f"<{number}@lists.example.org>",
        "MIME-Version": "1.0", "Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()},
    }  # fmt: skip
    head = "".join(f"{name}: {value}\n" for name, value in lines.items() if value is not None)
    return (
        head.encode("utf-8", "surrogateescape") + b"\n" + (body if isinstance(body, bytes) else body.encode())
    )


def mailbox(*letters: bytes) -> bytes:
    """As Mailman keeps its archives (mboxrd): `>` before lines that look like a beginning."""
    box = b""
    for one in letters:
        lines = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in one.split(b"\n")]
        box += (
            b"From ana at lists.example.org  Mon Mar  2 10:00:00 2015\n"
            + b"\n".join(lines).rstrip(b"\n")
            + b"\n\n"
        )
    return box
