"""Whoever reads `author_id` could tell who wrote an anonymous post; so few do, and each has a reason."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

MAY = {
    "chat/discussions/models.py": "mirrors the schema",
    "chat/discussions/authorship.py": "decides what is shown",
    "chat/discussions/queries.py": "hands the column to the byline, which decides",
    "chat/discussions/searching.py": "hands the column to the byline, which decides",
    "chat/discussions/sifting.py": "hands the column to the byline, which decides",
    "chat/discussions/writing.py": "writes it",
    "chat/discussions/taking.py": "counts a member's own posts where a topic is slowed down",
    "chat/discussions/tending.py": "lets whoever started a topic give it another title",
    "chat/discussions/hiding.py": "notifies the author, and shows nobody",
    "chat/discussions/moving.py": "notifies the author, and counts who will be left out",
    "chat/discussions/splitting.py": "gives the new topic the author of its first post",
    "chat/discussions/unmasking.py": "tells two hosts, and notifies the author",
    "chat/discussions/telling.py": "tells authors of answers, and nobody of what they wrote; shows nobody",
    "chat/notices/posts.py": "hands the column to the byline, which decides",
    "chat/minutes/publishing.py": "tells the hub's welcome from what somebody said, and shows nobody",
    "chat/insight/dashboard.py": "counts answers by others, and shows nobody",
    "chat/announcements/models.py": "of an announcement, which hosts sign",
    "chat/announcements/announcing.py": "of an announcement, which hosts sign",
    "chat/announcements/queries.py": "of an announcement, which hosts sign",
    "chat/announcements/spreading.py": "of an announcement, which hosts sign",
    "chat/rooms/models.py": "mirrors the schema",
    "chat/rooms/asking.py": "writes it, and lets whoever asked take it back",
    "chat/rooms/own.py": "tells members which questions are their own",
    "chat/rooms/queries.py": "hands the column to the byline, which decides",
    "chat/rooms/voting.py": "refuses a vote for one's own question",
    "chat/importing/bringing.py": "writes it",
    "chat/importing/posting.py": "writes it",
    "chat/models.py": "of an op, which is nobody else's to see",
    "chat/ops.py": "of an op, which is nobody else's to see",
}


def test_only_these_read_whose_a_post_is():
    found = {
        str(file.relative_to(ROOT))
        for part in ("chat", "web", "workers", "command")
        for pattern in ("*.py", "*.html")
        for file in (ROOT / part).rglob(pattern)
        if re.search(r"\bauthor_id\b", file.read_text())
    }
    assert found <= MAY.keys(), "show authors by chat/discussions/authorship.py, or say here why not"
