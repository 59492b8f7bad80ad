"""`python -m bench.felt` says what Lighthouse said, and its table holds it. Lighthouse itself is not brought for a test."""

import json

from bench.felt.__main__ import _figures
from bench.felt.lighthouse import CATEGORIES, _read
from bench.felt.table import COLUMNS, table_of

NUMBERS = {"cumulative-layout-shift": 0.02, "largest-contentful-paint": 1500.0, "total-blocking-time": 30.0}
SHIFT = {
    "score": 0.02,
    "node": {"snippet": '<p class="meta">'},
    "subItems": {"items": [{"cause": "Web font"}]},
}
SENT = [
    {"resourceType": "Script", "transferSize": 9_000},
    {"resourceType": "Script", "transferSize": 3_000},
    {"resourceType": "Document", "transferSize": 50_000},
]


def told(performance: float) -> dict:
    """As much of Lighthouse's JSON as is read."""
    audits = {name: {"numericValue": value, "score": 1} for name, value in NUMBERS.items()}
    audits["network-requests"] = {"details": {"items": SENT}, "score": None}
    audits["layout-shifts"] = {"details": {"items": [SHIFT]}, "score": 0}
    audits["meta-description"] = {"title": "Document does not have a meta description", "score": 0}
    refs = [{"id": "meta-description", "weight": 1}]
    scores = dict.fromkeys(CATEGORIES, 1.0) | {"performance": performance}
    categories = {name: {"score": score, "auditRefs": []} for name, score in scores.items()}
    categories["seo"]["auditRefs"] = refs
    return json.loads(json.dumps({"categories": categories, "audits": audits}))


def test_reports_become_figures_words_and_a_table(capsys):
    reports = [_read(told(each)) for each in (0.98, 0.91, 0.93)]
    figures = {f.name: f for f in _figures(reports, page="room", who="member", screen="phone")}
    assert set(figures) == set(COLUMNS)
    assert (figures["felt.performance"].value, figures["felt.performance"].met) == (93.0, False)
    assert (figures["felt.seo"].value, figures["felt.seo"].met) == (100.0, True)
    assert (figures["felt.scripts"].value, figures["felt.shift"].met) == (12.0, False)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        'room, member, phone: moved by 0.0200: <p class="meta"> Web font',
        "room, member, phone: seo: Document does not have a meta description",
    ]
    *_, row = table_of(figures.values()).splitlines()
    assert row == "| room, member, phone | **93** | 100 | 100 | 100 | 1,500 ms | 30 ms | **0.02** | 12 KB |"
