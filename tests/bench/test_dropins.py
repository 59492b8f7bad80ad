"""`python -m bench.dropins` runs, and tells what docs/performance.md tells of. What it measures is no test's business."""

import json

from click.testing import CliRunner

from bench.dropins.__main__ import bench


def test_openings_are_measured():
    small = ["opening", "--drop-ins", "6", "--networks", "2", "--runs", "1"]
    done = CliRunner().invoke(bench, small, catch_exceptions=False)
    said = [json.loads(line) for line in done.output.splitlines() if line.startswith('{"name')]
    assert {figure["name"] for figure in said} == {
        f"opening.{what}" for what in ("announced", "heard", "cpu")
    }
    assert all(figure["value"] >= 0 for figure in said)
