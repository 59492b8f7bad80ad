"""Discourse's own ways of writing, put into the Markdown that the hub shows: quotes, pictures, tags, links."""

import re
from collections.abc import Callable

from chat.fields import UNWANTED

# What nobody can type stands for what is put aside: UNWANTED takes it out of every text first.
KEPT, OPEN, CLOSE = "\ue000{}\ue001", "\ue001open:", "\ue001close"
CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1[ \t]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
PUT_ASIDE = re.compile("\ue000(\\d+)\ue001")

QUOTE = re.compile(r"[ \t]*\[(?:quote(?:=([^\]\n]*))?|/quote)\][ \t]*", re.IGNORECASE)
UPLOAD = re.compile(r"!?\[([^\]\n]*)\]\(upload://([\w.-]+)\)(?:[ \t]*\([\d.,]+ ?[KMG]?B\))?")
SIZE = re.compile(r"\|[^|]*$")
LINK = re.compile(
    r"(?P<base>https?://[^\s/()<>\[\]\"']+)?(?P<path>/(?:t|p|u|users)/[\w%./-]*[\w%-])(?:\?[\w=&%.-]*)?"
)
MENTION = re.compile(r"(?<![\w`/@.\-])@(\w[\w.\-]{1,58}\w)")
TOPIC = re.compile(r"/t/(?:[^/]*[^/\d][^/]*/)?(\d+)(?:/(\d+))?")
POST, PERSON = re.compile(r"/p/(\d+)"), re.compile(r"/u(?:sers)?/([\w.-]+)")

# Bits of HTML and BBCode that Discourse lets through, and the hub would show as they were typed.
PLAIN: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), instead)
    for pattern, instead in (
        (r"<!--.*?-->", ""),
        (r"<br ?/?>", "\n"),
        (r"<hr ?/?>", "\n---\n"),
        (r"<(b|strong)>(.*?)</\1>", r"**\2**"),
        (r"<(i|em)>(.*?)</\1>", r"*\2*"),
        (r"<(s|del|strike)>(.*?)</\1>", r"~~\2~~"),
        (r"<a\s[^>]*?href=[\"']?([^\"'\s>]+)[^>]*>(.*?)</a>", r"[\2](\1)"),
        (r"<img\s[^>]*?src=[\"']?([^\"'\s>]+)[^>]*>", r"![](\1)"),
        (r"</?(?:details|summary|div|span|p|center|small|big|sup|sub|kbd|u|ins|mark|aside|article|section|font)(?:\s[^>]*)?>", ""),
        (r"\[b\](.*?)\[/b\]", r"**\1**"),
        (r"\[i\](.*?)\[/i\]", r"*\1*"),
        (r"\[/?(?:u|s|center|spoiler|wrap|size|color)(?:=[^\]\n]*)?\]", ""),
        (r"\[url=[\"']?([^\]\"']+)[\"']?\](.*?)\[/url\]", r"[\2](\1)"),
        (r"\[url\](.*?)\[/url\]", r"\1"),
        (r"\[img\](.*?)\[/img\]", r"![](\1)"),
        (r"\[details=[\"']?([^\]\"'\n]*)[\"']?\]", r"**\1**\n"),
        (r"\[/(?:details|poll)\]", "\n"),
        (r"\[poll(?: [^\]\n]*)?\]", "**Poll**\n"),
        (r"\[date=([\d-]+)(?: time=([\d:]+))?[^\]\n]*\]", r"\1 \2"),
    )
]  # fmt: skip


class Targets:
    """What a text refers to, found before it is known where that is now."""

    def __init__(self) -> None:
        self.topics: set[tuple[str, int | None]] = set()
        self.posts: set[str] = set()


class Wording:
    """Retells texts of one forum. `bases` are its addresses; `topic`, `post` and `person` say where theirs is now.

    `uploads` counts the pictures and files that texts show.
    """

    def __init__(self, bases: tuple[str, ...]) -> None:
        self.bases = {re.sub(r"^https?://", "", base.rstrip("/")).casefold() for base in bases}
        self.topic: Callable[[str, int | None], str | None] = lambda topic, place: None
        self.post: Callable[[str], str | None] = lambda post: None
        self.person: Callable[[str], tuple[str, str] | None] = lambda username: None  # a handle, and a name
        self.uploads = 0

    def retell(self, raw: str) -> str:
        text, aside = UNWANTED.sub("", raw.replace("\r\n", "\n")), list[str]()

        def put_aside(match: re.Match[str]) -> str:
            aside.append(match[0])
            return KEPT.format(len(aside) - 1)

        text = CODE.sub(put_aside, text)
        text = QUOTE.sub(self._mark_quote, text)
        if "<" in text or "[" in text:
            text = UPLOAD.sub(self._upload, text)
            for pattern, instead in PLAIN:
                text = pattern.sub(instead, text)
        text = MENTION.sub(self._mention, LINK.sub(self._link, text))
        text = PUT_ASIDE.sub(lambda match: aside[int(match[1])], text)
        return (self._quoted(text) if OPEN in text else text).strip()

    def targets(self, raw: str, found: Targets) -> None:
        """Note what a text refers to."""
        for match in LINK.finditer(raw):
            if self._ours(match):
                if topic := TOPIC.fullmatch(match["path"]):
                    found.topics.add((topic[1], int(topic[2]) if topic[2] else None))
                elif post := POST.fullmatch(match["path"]):
                    found.posts.add(post[1])
        for match in QUOTE.finditer(raw):
            if (where := _where(match[1])) is not None:
                found.topics.add(where)

    def _ours(self, match: re.Match[str]) -> bool:
        if match["base"]:
            return match["base"].partition("://")[2].casefold() in self.bases
        # A path alone is a link only where Markdown or HTML says so.
        return match.string[match.start() - 1 : match.start()] in ("(", '"', "'", "=")

    def _link(self, match: re.Match[str]) -> str:
        if not self._ours(match):
            return match[0]
        path, now = match["path"], None
        if topic := TOPIC.fullmatch(path):
            now = self.topic(topic[1], int(topic[2]) if topic[2] else None)
        elif post := POST.fullmatch(path):
            now = self.post(post[1])
        elif (person := PERSON.match(path)) and (known := self.person(person[1])):
            now = f"/members/{known[0]}"
        if now is None:
            return match[0]
        bare = match["base"] and match.string[match.start() - 1 : match.start()] not in (
            "(",
            '"',
            "'",
            "=",
            "<",
        )
        return f"[{now}]({now})" if bare else f"{now}"

    def _mention(self, match: re.Match[str]) -> str:
        known = self.person(match[1])
        return f"@{known[0]}" if known else match[0]

    def _upload(self, match: re.Match[str]) -> str:
        self.uploads += 1
        name = SIZE.sub("", match[1]).strip() or match[2]
        return f"*({'Picture' if match[0].startswith('!') else 'File'}: {name})*"

    # Quotes

    def _mark_quote(self, match: re.Match[str]) -> str:
        if match[0].strip().lower() == "[/quote]":
            return f"\n{CLOSE}\n"
        return f"\n{OPEN}{self._credit(match[1])}\n"

    def _credit(self, attributes: str | None) -> str:
        """Who is quoted, with a link to the post."""
        if not attributes:
            return ""
        username = attributes.strip("\"'“”").partition(",")[0].strip()
        known = self.person(username)
        name = re.sub(r"([\\`*_\[\]<>])", r"\\\1", known[1] if known else username)
        where = _where(attributes)
        now = self.topic(*where) if where else None
        return f"[{name} wrote:]({now})" if now else f"{name} wrote:"

    def _quoted(self, text: str) -> str:
        lines: list[str] = []
        depth = 0

        def add(words: str) -> None:
            if words.strip() or (lines and lines[-1].strip("> ")):
                lines.append("> " * depth + words)

        for line in text.split("\n"):
            if line.startswith(OPEN):
                add("")
                depth += 1
                add(line.removeprefix(OPEN))
                add("")
            elif line == CLOSE:
                add("")
                depth = max(0, depth - 1)
                lines.append("> " * depth)
            else:
                add(line)
        return "\n".join(line.rstrip() for line in lines)


def _where(attributes: str | None) -> tuple[str, int | None] | None:
    """The topic and the place in it that a quote says it comes from."""
    found = dict(re.findall(r"\b(post|topic):\s*(\d+)", attributes or ""))
    return (found["topic"], int(found["post"]) if "post" in found else None) if "topic" in found else None
