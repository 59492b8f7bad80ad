import re
from email import message_from_bytes, policy

import pytest
from msgspec.structs import replace

from chat import mail
from chat.config import read
from chat.mail import Letter, NoMail, drawn

HUB = "https://hub.example.org"
LETTER = Letter(to="ana@example.org", subject="Hello", opening="Hello Ana,", link=f"{HUB}/x", button="See it")

CONFIG = read({"HUB_PUBLIC_URL": HUB})


def composed(letter, **environ):
    config = read({"HUB_MAIL_FROM": "hub@example.org", **environ})
    return message_from_bytes(mail.compose(letter, config).as_bytes(), policy=policy.default)


def test_a_letter_says_who_writes_and_where_to_click():
    message = composed(LETTER, HUB_NAME="Sécurité, Ltd")
    assert message["From"].addresses[0].display_name == "Sécurité, Ltd"
    assert (message["To"], message["Subject"]) == ("ana@example.org", "Hello")
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    plain = message.get_body(("plain",)).get_content()
    assert plain.splitlines() == ["Hello Ana,", "", "See it:", "https://hub.example.org/x"]


def test_it_says_the_same_as_text_and_as_html():
    message = composed(LETTER)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    html = message.get_body(("html",)).get_content()
    assert "Hello Ana," in html
    assert re.search(r'<a href="https://hub.example.org/x" style="[^"]+">See it</a>', html)


def test_html_of_a_letter_holds_what_mail_programs_need():
    html = drawn(replace(LETTER, language="de", quoted="Ja.", aside=f"Mehr:\n{HUB}/a?b=1&c=2"), CONFIG)
    assert '<html lang="de" dir="ltr">' in html
    assert not [tag for tag in re.findall(r"<(?:td|p|h1|a)\b[^>]*>", html) if " style=" not in tag]
    assert "var(" not in html, "mail programs know no custom properties"
    assert not re.search(r"(?:src|background)=|url\(|<script|<link|@import", html), "nothing is loaded"
    assert f'<a href="{HUB}/a?b=1&amp;c=2"' in html
    assert len(html.encode()) < 30_000, "Gmail cuts off what is longer than 102 KB"


def test_what_members_wrote_stays_words_and_leads_to_the_hub():
    html = drawn(replace(LETTER, subject="<b>", quoted="<script>\nhttps://evil.example/x"), CONFIG)
    assert "<b>" not in html.partition("<body")[2]
    assert "&lt;script&gt;<br>" in html
    assert 'href="https://evil.example' not in html
    quoted = (
        '<p><a href="/topics/4" title="<a href=&quot;/x">a talk</a> <a href="https://who.int/">them</a></p>'
    )
    html = drawn(replace(LETTER, quoted="…", quoted_html=quoted), CONFIG)
    assert f'href="{HUB}/topics/4"' in html
    assert 'href="https://who.int/"' in html


def test_a_name_cannot_add_headers_to_a_letter():
    message = composed(
        Letter(to="ana@example.org", subject="Eve\r\nBcc: all@example.org invites you", opening="…")
    )
    assert message["Bcc"] is None
    assert message["Subject"] == "Eve Bcc: all@example.org invites you"


@pytest.mark.parametrize("policy", [policy.SMTP, policy.SMTPUTF8, policy.SMTP.clone(cte_type="7bit")])
def test_an_address_in_a_header_stays_whole(policy):
    """Whatever way it is flattened on the way to the mail server."""
    stop = "https://a-rather-long-name-of-a-hub.example.org/unsubscribe/" + "4711." * 30
    letter = Letter(to="ana@example.org", subject="Hello", opening="Ça va?", unsubscribe=stop)
    raw = mail.compose(letter, read({})).as_bytes(policy=policy)
    assert (
        f"\r\nList-Unsubscribe: <{stop}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()
        in raw
    )


async def test_the_mailbox_keeps_the_newest_letters(redis):
    config = read({"HUB_DEV": "1"})
    for n in range(mail.MAILBOX_KEEPS + 5):
        await mail.send(Letter(to="ana@example.org", subject=f"{n}", opening="…"), redis, config)
    kept = await mail.mailbox(redis)
    assert len(kept) == mail.MAILBOX_KEEPS
    assert kept[0].subject == f"{mail.MAILBOX_KEEPS + 4}"
    assert kept[0].at
    assert await mail.kept(redis, kept[3].id) == kept[3]
    assert await mail.kept(redis, "none") is None


async def test_where_nothing_takes_letters_they_wait(redis):
    with pytest.raises(NoMail, match="HUB_SMTP_URL"):
        await mail.send(LETTER, redis, read({}))
