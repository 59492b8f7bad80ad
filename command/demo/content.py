"""The demo's texts, read from the TOML files beside this one."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def people() -> list[dict[str, Any]]:
    return read("people")["person"]


def networks() -> list[dict[str, Any]]:
    return read("networks")["network"]


def series() -> list[dict[str, Any]]:
    return read("networks")["series"]


def matters() -> dict[str, Any]:
    """By network: what its owner made of it, what was announced, and who asks for a place."""
    return read("networks")["matters"]


def topics(slug: str) -> list[dict[str, Any]]:
    """A network's topics, the oldest first."""
    return sorted(read(f"topics/{slug}")["topic"], key=lambda topic: -topic["days_ago"])


def email_of(handle: str) -> str:
    return f"{handle}@example.org"
