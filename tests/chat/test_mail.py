from email import message_from_bytes, policy

import pytest

from chat import mail
from chat.config import read
from chat.mail import Letter, NoMail

LETTER = Letter(
    to="ana@example.org", subject="Hello", text="Hello Ana,", link="https://hub.example.org/x", button="Go"
)


def composed(letter, **environ):
    config = read({"HUB_MAIL_FROM": "hub@example.org", **environ})
    return message_from_bytes(mail.compose(letter, config).as_bytes(), policy=policy.default)


def test_a_letter_says_who_writes_and_where_to_click():
    message = composed(LETTER, HUB_NAME="Sécurité, Ltd")
    assert message["From"].addresses[0].display_name == "Sécurité, Ltd"
    assert (message["To"], message["Subject"]) == ("ana@example.org", "Hello")
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == ["Hello Ana,", "", "https://hub.example.org/x"]


def test_a_name_cannot_add_headers_to_a_letter():
    message = composed(
        Letter(to="ana@example.org", subject="Eve\r\nBcc: all@example.org invites you", text="…")
    )
    assert message["Bcc"] is None
    assert message["Subject"] == "Eve Bcc: all@example.org invites you"


@pytest.mark.parametrize("policy", [policy.SMTP, policy.SMTPUTF8, policy.SMTP.clone(cte_type="7bit")])
def test_an_address_in_a_header_stays_whole(policy):
    """Whatever way it is flattened on the way to the mail server."""
    stop = "https://a-rather-long-name-of-a-hub.example.org/unsubscribe/" + "4711." * 30
    letter = Letter(to="ana@example.org", subject="Hello", text="Ça va?", unsubscribe=stop)
    raw = mail.compose(letter, read({})).as_bytes(policy=policy)
    assert (
        f"\r\nList-Unsubscribe: <{stop}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()
        in raw
    )


async def test_the_mailbox_keeps_the_newest_letters(redis):
    config = read({"HUB_DEV": "1"})
    for n in range(mail.MAILBOX_KEEPS + 5):
        await mail.send(Letter(to="ana@example.org", subject=f"{n}", text="…"), redis, config)
    kept = await mail.mailbox(redis)
    assert len(kept) == mail.MAILBOX_KEEPS
    assert kept[0].subject == f"{mail.MAILBOX_KEEPS + 4}"
    assert kept[0].at


async def test_where_nothing_takes_letters_they_wait(redis):
    with pytest.raises(NoMail, match="HUB_SMTP_URL"):
        await mail.send(LETTER, redis, read({}))
