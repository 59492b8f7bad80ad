"""A letter of a mailing list, made into a post: its text in one encoding, quotes as quotes, no signature, no address."""

import email
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from html.parser import HTMLParser
from typing import NamedTuple

from chat.importing.mailboxes import Raw

# Deeper, a message is no letter: nobody looks for the text in the tenth envelope.
DEEPEST_PART = 10
IDS = re.compile(r"<([^<>\s]{1,250})>")
REPLY = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|vs|ref|tr|fwd?|wg|rif|odp)(?:\[\d+\])?\s*:|\[[^\]]{1,40}\](?=\s*\S))\s*",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"<?(?:mailto:)?\b[\w.+%-]+(?:@| ?[([]at[)\]] ?)[\w-]+(?:\.[\w-]+)+>?", re.IGNORECASE)
ADDRESS_AND_NAME = re.compile(r"\s*<(?:mailto:)?[\w.+%'/=-]+@[\w.-]+>", re.IGNORECASE)
HIDDEN = "(e-mail address)"
QUOTE = re.compile(r"((?:>[ \t]?)+)(.*)", re.DOTALL)
FOOTER = re.compile(r"\n_{30,}\n(?:(?!\n\n\n).){0,1500}\Z", re.DOTALL)
HEADING = re.compile(r"^(#{1,6}\s|=+\s*$|-+\s*$|\+\s|~{3,}|`{3,})")
LONG_FOOTER = 1500  # characters


class Letter(NamedTuple):
    """What is kept of a letter. `references` are the ids of those before it, the nearest last."""

    id: str
    references: list[str]
    subject: str
    answers: bool  # its subject says so
    name: str
    address: str
    at: datetime | None
    body: str
    attachments: list[str]
    garbled: bool


def read(raw: Raw) -> Letter:
    """A letter, however badly it is written."""
    message = email.message_from_bytes(raw.content)
    subject = words_of(message, "subject")
    name, address = _sender(message)
    texts, attachments, garbled = _parts(message)
    body = plain_words("\n\n".join(texts))
    if attachments:
        body += f"\n\n*(With this letter came: {', '.join(map(_shown, attachments))}.)*"
    bare = without_replies(subject)
    return Letter(
        id=_own_id(message, raw),
        references=_references(message),
        subject=ADDRESS.sub(HIDDEN, bare),
        answers=bare != subject
        and bool(re.match(r"\s*(?:\[[^\]]*\]\s*)?(?:re|aw|sv|antw|vs|ref|odp)\b", subject, re.IGNORECASE)),
        name=name,
        address=address,
        at=_date(message, raw),
        body=body.strip(),
        attachments=attachments,
        garbled=garbled,
    )


def without_replies(subject: str) -> str:
    """A subject without "Re:", "Fwd:" and the name of the list, however often they stand before it."""
    while (shorter := REPLY.sub("", subject)) != subject:
        subject = shorter
    return " ".join(subject.split())


# Headers


def words_of(message: Message, name: str) -> str:
    """A header in plain words; what is in no encoding that there is comes as well as it can."""
    value = next((value for header, value in message.raw_items() if header.lower() == name), "")
    value, _ = decoded(str(value).encode("ascii", "surrogateescape"), None)  # some write it as it is
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        parts = [(value, None)]
    words = "".join(part if isinstance(part, str) else decoded(part, charset)[0] for part, charset in parts)
    return " ".join(words.split())


def decoded(content: bytes, charset: str | None) -> tuple[str, bool]:
    """Bytes in the encoding that they say they have, or in one that fits; and whether they had to be mended."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            if name:
                return content.decode(name), name != charset and charset is not None
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return content.decode("latin-1"), True


def _sender(message: Message) -> tuple[str, str]:
    """Name and address of who wrote it. A name that is an address, or has one in it, is none."""
    words = words_of(message, "from")
    name, address = getaddresses([words])[0] if words else ("", "")
    if "@" not in address and (match := re.match(r"(\S+) at (\S+\.\S+?)\s*(?:\((.*)\))?$", words)):
        address, name = f"{match[1]}@{match[2]}", match[3] or ""  # as archives on the web write it
    name = re.sub(r"\s+via\s+.*$", "", name).strip(" '\"")
    return ("" if ADDRESS.search(name) or "@" in name else name), address.strip().lower()


def _own_id(message: Message, raw: Raw) -> str:
    """Its Message-ID; one that has none gets one of its content, the same each time."""
    if match := IDS.search(str(message.get("message-id", ""))):
        return match[1]
    return f"{sha256(raw.separator + raw.content).hexdigest()[:32]}@no-id"


def _references(message: Message) -> list[str]:
    ids = IDS.findall(str(message.get("references", "")))
    parent = IDS.search(str(message.get("in-reply-to", "")))
    if parent and parent[1] not in ids:
        ids.append(parent[1])
    return ids[-50:]


def _date(message: Message, raw: Raw) -> datetime | None:
    """When it was written; of a date that can't be read, when it arrived."""
    received = [str(value).rpartition(";")[2] for value in message.get_all("received", [])]
    separator = raw.separator.decode("latin-1").split(" ", 2)[-1]
    for text in (str(message.get("date", "")), *received, separator):
        try:
            at = parsedate_to_datetime(text.strip())
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            if 1980 < at.year < 2100:
                return at.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


# Its text


def _parts(message: Message) -> tuple[list[str], list[str], bool]:
    """Texts, names of attachments, and whether an encoding was wrong."""
    texts: list[str] = []
    attachments: list[str] = []
    garbled = False
    for part in _leaves(message):
        kind, name = part.get_content_type(), _file_name(part)
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            if not kind.endswith("pgp-signature") and not kind.endswith("pkcs7-signature"):
                attachments.append(name or f"a file ({kind})")
            continue
        content = part.get_payload(decode=True)
        text, mended = decoded(content if isinstance(content, bytes) else b"", _charset(part))
        garbled |= mended or any(type(defect).__name__.startswith("InvalidBase64") for defect in part.defects)
        if kind == "text/html":
            text = words_of_html(text)
        elif str(part.get_param("format", "")).lower() == "flowed":
            text = _unflowed(text, delsp=str(part.get_param("delsp", "")).lower() == "yes")
        texts.append(text.replace("\r\n", "\n").replace("\r", "\n"))
    return texts, attachments, garbled


def _leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts to be read: of several ways to say the same the plainest."""
    payload = message.get_payload()
    if not isinstance(payload, list) or message.get_content_maintype() != "multipart":
        yield message
    elif depth < DEEPEST_PART and payload:
        parts = [part for part in payload if isinstance(part, Message)]
        if message.get_content_subtype() == "alternative":
            parts = sorted(parts, key=lambda part: part.get_content_type() == "text/html")[:1]
        for part in parts:
            yield from _leaves(part, depth + 1)


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError):
        return None


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError):
        return "a file"
    parts = decode_header(name)
    return " ".join("".join(p if isinstance(p, str) else decoded(p, c)[0] for p, c in parts).split())[:100]


def _shown(name: str) -> str:
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", ADDRESS.sub(HIDDEN, name))


def _unflowed(text: str, *, delsp: bool) -> str:
    """Lines that were broken for the way are whole again (RFC 3676)."""
    lines: list[str] = []
    open_at: str | None = None  # how deep the line that goes on is quoted
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted, _, words = _depth(line)
        words = words[1:] if words.startswith(" ") and not quoted else words
        if open_at == quoted and lines:
            lines[-1] = lines[-1] + words
        else:
            lines.append(quoted + words)
        flows = words.endswith(" ") and words != "-- "
        if flows and delsp:
            lines[-1] = lines[-1][:-1]
        open_at = quoted if flows else None
    return "\n".join(lines)


def _depth(line: str) -> tuple[str, int, str]:
    match = QUOTE.match(line)
    if match is None:
        return "", 0, line
    deep = match[1].count(">")
    return ">" * deep + " ", deep, match[2]


def plain_words(text: str) -> str:
    """The text of a letter as Markdown that looks like it: quotes as quotes, without signature, footer and addresses."""
    text = FOOTER.sub("\n", _unsigned("\n" + text))
    text = ADDRESS.sub(HIDDEN, ADDRESS_AND_NAME.sub("", text))
    lines: list[str] = []
    before = 0
    for line in text.split("\n"):
        _, deep, words = _depth(line.rstrip())
        deep = min(deep, 10)
        words = words.replace("\t", "    ")
        if (indent := len(words) - len(words.lstrip(" "))) > 3:
            words = words[indent - 3 :]  # four blanks would make code of it
        if HEADING.match(words.lstrip()):
            words = "\\" + words.lstrip()
        if deep != before:
            # Or Markdown would take the line for the end of the quoted paragraph.
            lines.append(("> " * min(deep, before)).rstrip())
        lines.append(("> " * deep + words).rstrip())
        before = deep
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _unsigned(text: str) -> str:
    """Without what follows the last line "-- ", unless that is most of the letter."""
    at = max(text.rfind("\n-- \n"), text.rfind("\n--\n"))
    return text[:at] if at >= 0 and text[:at].strip() and len(text) - at < LONG_FOOTER else text


class _Words(HTMLParser):
    """HTML to words: only what makes them readable is kept."""

    BLOCKS = frozenset(
        (
            "p",
            "div",
            "tr",
            "ul",
            "ol",
            "table",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "pre",
            "section",
            "article",
        )
    )
    UNSEEN = frozenset(("style", "script", "head", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.quoted = self.unseen = 0
        self.href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.UNSEEN:
            self.unseen += 1
        elif tag == "br" or tag in self.BLOCKS:
            self.said.append("\n")
        elif tag == "li":
            self.said.append("\n- ")
        elif tag == "blockquote":
            self.quoted += 1
            self.said.append(f"\n\ue000{self.quoted}\n")
        elif tag == "a":
            self.href = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self.UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in self.BLOCKS:
            self.said.append("\n")
        elif tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
            self.said.append(f"\n\ue000{self.quoted}\n")
        elif tag == "a":
            if self.href.startswith(("http://", "https://")) and self.href not in "".join(self.said[-3:]):
                self.said.append(f" ({self.href})")
            self.href = ""

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.said.append(re.sub(r"[\s\ue000]+", " ", data))


def words_of_html(html: str) -> str:
    """The words of a letter that was written in HTML, with its quotes."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines, deep = list[str](), 0
    for line in "".join(parser.said).split("\n"):
        if line.startswith("\ue000"):
            deep = int(line[1:])
        else:
            lines.append((">" * deep + " " if deep else "") + line.strip())
    return re.sub(r"(?:\n[> ]*){3,}", "\n\n", "\n".join(lines)).strip()
