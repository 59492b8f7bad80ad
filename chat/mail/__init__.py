"""E-mail: composed in chat, handed over by SMTP, or kept for the mailbox page in development."""

from chat.mail.composing import compose
from chat.mail.drawing import drawn
from chat.mail.letters import Letter
from chat.mail.sending import MAILBOX_KEEPS, NoMail, Refused, kept, mailbox, send

__all__ = ["MAILBOX_KEEPS", "Letter", "NoMail", "Refused", "compose", "drawn", "kept", "mailbox", "send"]
