"""docs/rights.md is the table of chat/networks/rights.py."""

from pathlib import Path

from chat.networks import RIGHTS, Right

PAGE = Path(__file__).parents[2] / "docs" / "rights.md"


def in_words(right: Right, role: str) -> str:
    return "yes" if role in right.roles else "if opened" if right.if_opened else "–"


def test_every_right_is_documented_as_the_code_has_it():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{name}` | {right.what} | {' | '.join(in_words(right, role) for role in ('owner', 'host', 'member'))} |"
        for name, right in RIGHTS.items()
    ]
