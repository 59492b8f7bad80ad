"""What a letter says, before it has a form."""

from datetime import datetime

import msgspec


class Letter(msgspec.Struct, frozen=True):
    """One e-mail, in one language. Its parts, in the order in which they are read:

    - `opening`: paragraphs, with blank lines between them.
    - `when`: the time that it is about, which should catch the eye.
    - `quoted`: what somebody wrote, in Markdown or plain; `quoted_html` is the same as posts are drawn.
    - `link`: what it asks its reader to open, with `button` for its text.
    - `aside`: more paragraphs, in small print; a line that is an address of the hub becomes a link.

    With a `key` it has the same name (Message-ID) whenever it is sent, so that mail servers know a repetition.
    `unsubscribe` is an address that takes a POST from the reader's mail program (RFC 8058). `calendar` is what it says
    to the reader's calendar, with the `method` that stands in it too (RFC 6047). `id` and `at` are those of a letter
    that the mailbox page keeps.
    """

    to: str
    subject: str
    opening: str
    when: str = ""
    quoted: str = ""
    quoted_html: str = ""
    link: str = ""
    button: str = ""
    aside: str = ""
    language: str = "en"
    key: str = ""
    unsubscribe: str = ""
    calendar: str = ""
    method: str = ""
    id: str = ""
    at: datetime | None = None

    @property
    def text(self) -> str:
        """All of it, as plain text."""
        link = f"{self.button}:\n{self.link}" if self.button else self.link
        return "\n\n".join(filter(None, (self.opening, self.when, self.quoted, link, self.aside)))
