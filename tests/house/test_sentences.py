"""Whatever stands in an audit log is said in a sentence."""

import re
from pathlib import Path

from web.networks.sentences import SENTENCES

CHAT = Path(__file__).parents[2] / "chat"


def test_every_action_that_is_recorded_has_its_sentence():
    verbs = "".join(file.read_text() for file in CHAT.rglob("*.py"))
    recorded = set(re.findall(r'\b(?:record|end_place|end_the_rest)\(\s*[^"()]*"(\w+\.\w+)"', verbs))
    assert {"member.removed", "invitation.sent", "post.unmasked"} <= recorded
    assert recorded <= SENTENCES.keys()
