"""Lighthouse, from npm: installed once into a folder of its own, then asked about one page at a time."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from command.environment import child_environment
from command.supervising import say
from command.trouble import Trouble

VERSION = "12.8.2"  # the last that runs on Node 18 and 20, too
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SCREENS = {"phone": [], "desk": ["--preset=desktop"]}
PATIENCE = 180  # seconds for one page
TRIES = 3


def folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / f"hub-lighthouse-{VERSION}"


def installed(at: Path) -> Path:
    """Its script, brought from npm where it is not there yet."""
    script = at / "node_modules/lighthouse/cli/index.js"
    if not script.exists():
        if not shutil.which("npm"):
            raise Trouble("There is no npm here, which brings Lighthouse.")
        say(f"Bringing Lighthouse {VERSION} into {at} …")
        at.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([*command, "--prefix", str(at), f"lighthouse@{VERSION}"], check=True)
    return script


class Report(NamedTuple):
    """What it said of a page: points out of a hundred, what was measured, and what it found wrong."""

    points: dict[str, float]
    audits: dict[str, dict[str, Any]]
    wrong: list[str]

    def number(self, audit: str) -> float:
        return self.audits[audit]["numericValue"]

    def transferred(self, kind: str) -> float:
        """Bytes of the answers of a kind, with their heads."""
        requests = self.audits["network-requests"]["details"]["items"]
        return sum(each["transferSize"] for each in requests if each.get("resourceType") == kind)


def look(script: Path, url: str, port: int, screen: str) -> Report:
    """What Lighthouse says of a page to the browser that listens on a port, on a phone with a slow line or a desk."""
    for _ in range(TRIES):
        told = _ask(script, url, port, screen)
        # On a machine that is busy a part of it may not have finished in its time; then the rest says nothing either.
        if all(told["categories"][name]["score"] is not None for name in CATEGORIES):
            return _read(told)
    raise Trouble(f"Lighthouse could not finish with {url}: this machine has too much else to do.")


def _ask(script: Path, url: str, port: int, screen: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hub-felt-") as place:
        out = Path(place) / "report.json"
        command = [
            "node", str(script), url, f"--port={port}", *SCREENS[screen], "--quiet", "--output=json", f"--output-path={out}",
            f"--only-categories={','.join(CATEGORIES)}",
        ]  # fmt: skip
        done = subprocess.run(
            command, env=child_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if done.returncode or not out.exists():
            raise Trouble(f"Lighthouse did not finish with {url}:\n{done.stderr[-2000:]}")
        told = json.loads(out.read_text())
    if error := told.get("runtimeError"):
        raise Trouble(f"Lighthouse could not look at {url}: {error['message']}")
    return told


def _read(told: dict[str, Any]) -> Report:
    audits, wrong = told["audits"], []
    for name in CATEGORIES:
        for ref in told["categories"][name]["auditRefs"]:
            audit = audits[ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                nodes = [each["node"]["snippet"] for each in _items(audit) if "node" in each]
                wrong.append(
                    f"{name}: {audit['title']} {audit.get('displayValue', '')} {' '.join(nodes[:3])}".strip()
                )
    for shift in _items(audits["layout-shifts"]):
        parts = _items({"details": shift.get("subItems")})
        causes = " ".join(each["cause"] for each in parts if "cause" in each)
        wrong.append(
            f"moved by {shift['score']:.4f}: {shift.get('node', {}).get('snippet', '')} {causes}".strip()
        )
    points = {name: told["categories"][name]["score"] * 100 for name in CATEGORIES}
    return Report(points, audits, wrong)


def _items(audit: dict[str, Any]) -> list[dict[str, Any]]:
    return (audit.get("details") or {}).get("items", [])
