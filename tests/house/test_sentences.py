"""Whatever stands in an audit log is said in a sentence, and what says sentences is never anything else."""

import ast
import re
from pathlib import Path

from web.networks.sentences import SENTENCES

CHAT = Path(__file__).parents[2] / "chat"
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def test_every_action_that_is_recorded_has_its_sentence():
    verbs = "".join(file.read_text() for file in CHAT.rglob("*.py"))
    recorded = set(re.findall(r'\b(?:record|end_place|end_the_rest)\(\s*[^"()]*"(\w+\.\w+)"', verbs))
    assert {"member.removed", "invitation.sent", "post.unmasked"} <= recorded
    assert recorded <= SENTENCES.keys()


def test_what_says_a_sentence_is_the_name_of_nothing_else():
    """A name given within a function hides `_` in all of it, and its sentences would be called on a string."""
    for file in [*CHAT.rglob("*.py"), *(CHAT.parent / "web").rglob("*.py")]:
        text = file.read_text()
        if not re.search(r"\b_ *[,=]|, *_\b|\b_ in\b", text):
            continue
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "_"]
                within = [
                    node
                    for each in ast.walk(function)
                    if isinstance(each, COMPREHENSIONS)
                    for node in ast.walk(each)
                ]
                given = [node for node in names if isinstance(node.ctx, ast.Store) and node not in within]
                said = [node for node in names if isinstance(node.ctx, ast.Load) and node not in within]
                assert not (given and said), f"{file}:{given[0].lineno}"
