"""An entry of the audit log in a sentence, for the page and for the table that owners take away."""

import re
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from chat.networks import Entry, Named, Receipt

# By action, the fullest first: of several the first is said for whose fields there are values. Fields are of the
# entry's details, besides {actor} and {subject}. What has no sentence is told by its name and details.
SENTENCES: dict[str, tuple[str, ...]] = {
    "network.founded": ("{actor} founded this network ({access})",),
    "access.changed": ("{actor} changed who can see the network from {before} to {after}",),
    "settings.changed": ("{actor} changed the settings ({changed})", "{actor} changed the settings"),
    "picture.changed": ("{actor} gave the network another picture",),
    "picture.removed": ("{actor} removed the network’s picture",),
    "member.joined": ("{actor} joined as {role}",),
    "member.left": ("{actor} left",),
    "member.removed": ("{actor} removed {subject}",),
    "member.banned": ("{actor} banned {subject}",),
    "ban.lifted": ("{actor} took the ban of {subject} back",),
    "role.changed": ("{actor} changed the role of {subject} from {before} to {after}",),
    "ownership.transferred": ("{actor} handed the network over to {subject}",),
    "invitation.sent": (
        "{actor} invited {email} as {role}",
        "{actor} made a link for {places} as {role}",
        "{actor} made an invitation",
    ),
    "invitation.revoked": ("{actor} withdrew the invitation of {email}", "{actor} withdrew an invitation"),
    "invitation.resent": ("{actor} sent {email} the invitation again",),
    "invitation.copied": ("{actor} made another link of an invitation",),
    "invitation.accepted": ("{actor} accepted an invitation",),
    "batch.confirmed": ("{actor} had {lines} people of a list invited, each as {role}",),
    "batch.stopped": ("{actor} stopped inviting from a list",),
    "batch.resumed": ("{actor} went on inviting from a list",),
    "batch.done": ("A list has been worked through: {invited} people were invited",),
    "request.made": ("{actor} asked for a place",),
    "request.withdrawn": ("{actor} took their request for a place back",),
    "request.approved": ("{actor} approved the request of {subject}",),
    "request.declined": ("{actor} declined the request of {subject}",),
    "announcement.made": ("{actor} announced “{title}”",),
    "minutes.published": ("{actor} published the minutes of “{title}”",),
    "announcement.removed": ("{actor} took the announcement “{title}” back",),
    "series.changed": ("{actor} changed the drop-ins “{title}”",),
    "series.ended": ("{actor} ended the drop-ins “{title}”",),
    "dropin.cancelled": ("{actor} cancelled a date of “{title}”",),
    "unmasking.asked": ("{actor} asked to learn who wrote post {post}: {reason}",),
    "unmasking.declined": ("{actor} declined the question of {asked_by} who wrote post {post}",),
    "post.unmasked": ("{actor} agreed with {asked_by} to learn who wrote post {post}: {reason}",),
    "post.removed": ("{actor} removed post {post}",),
    "post.restored": ("{actor} brought post {post} back",),
    "revision.removed": ("{actor} removed an earlier version of post {post}",),
    "question.removed": ("{actor} removed question {question} of a drop-in",),
    "link.removed": ("{actor} removed a link that {subject} had shared in a drop-in",),
    "topic.pinned": ("{actor} pinned the discussion “{title}”",),
    "topic.unpinned": ("{actor} unpinned the discussion “{title}”",),
    "topic.locked": ("{actor} locked the discussion “{title}”",),
    "topic.unlocked": ("{actor} unlocked the discussion “{title}”",),
    "topic.slowed": ("{actor} slowed the discussion “{title}” down to one post in {seconds} seconds",),
    "topic.unslowed": ("{actor} no longer slows the discussion “{title}” down",),
    "topic.renamed": ("{actor} changed the title of a discussion from “{before}” to “{after}”",),
    "topic.renamed_by_author": (
        "The title of a discussion was changed by its author from “{before}” to “{after}”",
    ),
    "topic.hidden": ("{actor} hid the discussion “{title}”: {why}",),
    "topic.restored": ("{actor} showed the discussion “{title}” again",),
    "topic.split": ("{actor} made a new discussion “{called}” of {posts} posts of “{title}”",),
    "topic.merged": ("{actor} merged the discussion “{title}” into “{called}”",),
    "topic.moved_away": ("{actor} moved the discussion “{title}” to another network",),
    "topic.moved_here": ("{actor} moved the discussion “{title}” here from another network",),
    "post.hidden": ("{actor} hid post {post}: {why}",),
    "flag.settled": ("{actor} settled the flags on post {post}: {outcome}",),
    "author.revealed": ("{actor} looked at who wrote post {post}",),
    "member.muted": ("{actor} muted {subject} at the drop-in “{title}”",),
    "member.unmuted": ("{actor} let {subject} speak again at the drop-in “{title}”",),
    "member.sent_to_lobby": ("{actor} sent {subject} to the lobby of the drop-in “{title}”",),
    "member.let_in": ("{actor} let {subject} in again at the drop-in “{title}”",),
}
FORMER = "What they wrote is shown as by a former member."

# What a receipt says has ended, and what it counts.
RECEIPTS = {
    "streams": "connection", "letters": "letter", "requests": "request", "invitations": "invitation",
    "calendar feed": "address", "feed": "address",
}  # fmt: skip


def sentence(
    entry: Entry, people: Callable[[Named], str] = lambda person: person.name, text: Any = str
) -> str:
    """What happened. `people` says how somebody is named, `text` what a sentence is made of: Markup escapes what
    is filled into it."""
    words = {
        **{name: _plain(value) for name, value in entry.details.items() if value not in (None, "")},
        "actor": people(entry.actor) if entry.actor else "The hub",
    }
    if entry.subject:
        words["subject"] = people(entry.subject)
    for wording in SENTENCES.get(entry.action, ()):
        if _fields(wording) <= words.keys():
            told = text(wording + ".").format_map(words)
            return told + (" " + FORMER if entry.details.get("former") is True else "")
    return _otherwise(entry, words, text)


def _otherwise(entry: Entry, words: Mapping[str, str], text: Any) -> str:
    told = text("{actor}: {what}").format(actor=words["actor"], what=title(entry.action).lower())
    if "subject" in words:
        told += text(", {subject}").format(subject=words["subject"])
    details = ", ".join(f"{name}: {_plain(value)}" for name, value in entry.details.items())
    return told + (text(" ({details})").format(details=details) if details else "") + "."


def title(action: str) -> str:
    """`role.changed` as "Role changed"."""
    return re.sub(r"[._]", " ", action).capitalize()


def receipt(of: Receipt, when: str, text: Any = str) -> str:
    """streams ended 03:12:07.412 (2 connections)"""
    thing = RECEIPTS.get(of.what)
    counted = f"{of.number} {thing}{'' if of.number == 1 else 's'}" if thing else str(of.number)
    return text("{what} ended {when} ({counted})").format(what=of.what, when=when, counted=counted)


def _fields(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value)
