"""The checker on journals written by hand: nothing to say about a clean one, and every broken word found."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.faults.checker import check
from tests.faults.clients import Plan
from tests.faults.findings import Findings
from tests.faults.journal import (
    Changed,
    Closed,
    Fault,
    Gone,
    Heard,
    Held,
    Here,
    Op,
    Opened,
    Record,
    Resync,
    Rows,
    Snapshot,
    State,
    Told,
    Whisper,
)
from tests.faults.truth import Absence, Row, Truth

ANA, BEN = 7, 8
SHOWN = {"post:10": "10.2", "post:11": "11.1"}


@dataclass
class Story:
    """Ana and Ben follow the one topic of a closed network. Three things happen in it, at 1, 2 and 3 seconds."""

    records: list[Record] = field(default_factory=list)
    eras: list[Truth] = field(default_factory=lambda: [history("e1")])

    @property
    def truth(self) -> Truth:
        return self.eras[-1]

    def check(self) -> Findings:
        return check(lambda: self.records, [Plan("ana", ANA), Plan("ben", BEN)], self.eras)

    def replace(self, old: Record, *new: Record) -> None:
        at = self.records.index(old)
        self.records[at : at + 1] = new


def history(epoch: str) -> Truth:
    truth = Truth(epoch)
    truth.events["t:1"] = {
        1: Row("post.added", 10, 1, 5, 1.0),
        2: Row("post.added", 11, 1, 5, 2.0),
        3: Row("post.edited", 10, 2, 5, 3.0),
    }
    truth.heads, truth.floors = {"sys": 0, "t:1": 3}, {"sys": 1, "t:1": 1}
    truth.network_of, truth.members = {"t:1": 4}, {4: {ANA, BEN}}
    truth.named = {(ANA, "w1"): [10], (ANA, "w2"): [11]}
    truth.things = {"t:1": SHOWN}
    return truth


def heard(who: str, seq: int, t: float | None = None, **other) -> Heard:
    kind, ref, rev = [("post.added", 10, 1), ("post.added", 11, 1), ("post.edited", 10, 2)][seq - 1]
    values = {"kind": kind, "ref": ref, "rev": rev, "digest": f"{ref}.{rev}", **other}
    return Heard(seq + 0.05 if t is None else t, who, 1, "t:1", seq, **values)


def told(
    who: str,
    t: float = 0.2,
    asked: int | None = 0,
    epoch: str = "e1",
    asked_epoch: str | None = "e1",
    head: int = 0,
) -> Told:
    return Told(t, who, 1, "t:1", epoch, asked_epoch, asked, head)


def state(who: str, seq: int = 3, *, gone: bool = False, epoch: str = "e1") -> State:
    return State(9.0, who, "t:1", epoch, seq, gone, dict(SHOWN))


def op(name: str, outcome: str, post: int = 0, seq: int = 0, code: str = "", t: float = 0.9) -> Op:
    return Op(t, t + 0.2, ANA, name, "socket", "t:1", outcome, post, seq, code)


@pytest.fixture
def story() -> Story:
    story = Story()
    for who in ("ana", "ben"):
        story.records += [
            Opened(0.1, who, 1, 0), told(who), heard(who, 1), heard(who, 2), heard(who, 3), state(who),
        ]  # fmt: skip
    story.records += [
        op("w1", "none"), op("w1", "ok", 10, 1, t=1.3), op("w2", "ok", 11, 2, t=1.9), op("w3", "refused", code="404"),
        Changed(3.1, 10, 2), Rows(4.0, "t:1", 3, 1, 3, 1, 3), Held(4.0, 0, 150_000),
    ]  # fmt: skip
    return story


def test_a_clean_story_is_clean(story):
    findings = story.check()
    assert not findings.broken, findings.told
    summary = findings.summary()
    assert (summary["deliveries"], summary["lost"], summary["snapshots_compared"]) == (6, 0, 2)
    assert summary["worst_visible_with_valkey_s"] == 0.05


def hole(s: Story) -> None:
    s.records.append(Rows(5.0, "t:1", 3, 1, 2, 1, 3))


def forgotten_row(s: Story) -> None:
    del s.truth.events["t:1"][2]
    s.records = [r for r in s.records if not isinstance(r, Heard | State | Op)]


def early_number(s: Story) -> None:
    s.truth.events["t:1"][2] = Row("post.added", 11, 1, 5, 0.5)


def another_event(s: Story) -> None:
    s.replace(heard("ben", 2), heard("ben", 2, ref=99))


def skipped(s: Story) -> None:
    s.records.remove(heard("ben", 2))


def out_of_order(s: Story) -> None:
    s.records.remove(heard("ben", 2))
    s.replace(heard("ben", 3), heard("ben", 3), heard("ben", 2))


def twice(s: Story) -> None:
    s.replace(heard("ben", 2), heard("ben", 2), heard("ben", 2))


def not_followed(s: Story) -> None:
    s.records.remove(told("ben"))


def needless_resync(s: Story) -> None:
    s.replace(
        heard("ben", 3), Resync(2.5, "ben", 1, "t:1", "e1", 2, "epoch"), Snapshot(2.6, "ben", "t:1", "e1", 2),
        told("ben", 2.7, 2), heard("ben", 3),
    )  # fmt: skip


def lost_in_the_end(s: Story) -> None:
    s.records.remove(heard("ben", 3))
    s.replace(state("ben"), state("ben", 2))


def sent_away(s: Story) -> None:
    s.replace(heard("ben", 3), heard("ben", 3), Gone(4.5, "ben", 1, "t:1"), told("ben", 4.6, 3))


def away_in_the_end(s: Story) -> None:
    s.replace(state("ben"), state("ben", gone=True))


def written_twice(s: Story) -> None:
    s.truth.named[ANA, "w2"] = [11, 12]


def unanswered_twice(s: Story) -> None:
    s.records.append(op("w4", "none"))
    s.truth.named[ANA, "w4"] = [13, 14]


def answered_and_not_there(s: Story) -> None:
    s.records.append(op("w5", "ok", 15))


def refused_and_there(s: Story) -> None:
    s.truth.named[ANA, "w3"] = [16]


def answered_with_another(s: Story) -> None:
    s.records.append(op("w2", "ok", 12))


def answered_with_a_wrong_number(s: Story) -> None:
    s.records.append(op("w2", "ok", 11, 3))


def edited_in_vain(s: Story) -> None:
    s.records.append(Changed(3.2, 11, 2))


def shown_otherwise(s: Story) -> None:
    s.truth.things["t:1"] = {**SHOWN, "post:11": "newer"}


def shows_too_much(s: Story) -> None:
    s.truth.things["t:1"] = {"post:10": "10.2"}


def two_faces(s: Story) -> None:
    s.replace(heard("ben", 2), heard("ben", 2, digest="another"))


def older_content(s: Story) -> None:
    s.replace(heard("ben", 3), heard("ben", 3, rev=1, digest="10.1"))


def removed(s: Story, since: float, version: int) -> None:
    s.truth.absences[BEN, 4] = [Absence(since, version)]
    s.truth.members[4].remove(BEN)


def leak(s: Story) -> None:
    removed(s, 2.9, 5)


def leak_by_content(s: Story) -> None:
    """An event from before the removal that shows an edit from after it."""
    removed(s, 2.9, 6)
    s.truth.events["t:1"][3] = Row("post.edited", 10, 2, 6, 3.0)
    s.replace(heard("ben", 1), heard("ben", 1, 2.95, rev=2, digest="10.2"))
    for seq in (2, 3):
        s.records.remove(heard("ben", seq))


def too_late_after_removal(s: Story) -> None:
    removed(s, 1.5, 6)


def too_late_after_the_session(s: Story) -> None:
    s.replace(Opened(0.1, "ben", 1, 0), Opened(0.1, "ben", 1, 0, 33))
    s.truth.sessions[33] = 0.9


def heavy(s: Story) -> None:
    s.records.append(Held(4.5, 0, 300_000))


def slow(s: Story) -> None:
    s.replace(heard("ben", 3), heard("ben", 3, 5.5))


def slow_without_valkey(s: Story) -> None:
    s.records.append(Fault(2.5, 6.0, "kill", "Valkey"))
    slow(s)


def into_another_epoch(s: Story) -> None:
    old, new = history("e1"), history("e2")
    old.until = 1.5
    new.events["t:1"] = {seq: row for seq, row in new.events["t:1"].items() if seq < 3}
    new.heads["t:1"] = 2
    s.eras = [old, new]
    s.records = [
        Opened(0.1, "ben", 1, 0),
        told("ben"),
        heard("ben", 1),
        told("ben", 1.8, 1, "e2"),
        heard("ben", 2),
    ]


def two_histories_in_one(s: Story) -> None:
    """After a restore, an event of the new history under the old epoch."""
    old, new = history("e1"), history("e2")
    old.until = 1.5
    old.events["t:1"][2] = Row("post.added", 98, 1, 5, 1.4)
    s.eras = [old, new]
    s.records = [Opened(0.1, "ben", 1, 0), told("ben"), heard("ben", 1), heard("ben", 2, 9.0)]


def numbered_whisper(s: Story) -> None:
    s.records.append(Whisper(4.0, "ben", 1, "t:1", "typing", 4))


def ghost(s: Story) -> None:
    s.records += [
        Told(1.0, "ben", 1, "d:2", "e1", None, None, 0), Closed(2.0, "ben", 1, 1006), Here(17.5, "d:2", [BEN]),
    ]  # fmt: skip


BROKEN: list[tuple[str, Callable[[Story], None]]] = [
    ("I1", hole), ("I1", forgotten_row),
    ("I2", early_number), ("I2", another_event), ("I2", skipped), ("I2", out_of_order),
    ("I3", twice), ("I3", not_followed), ("I3", needless_resync),
    ("I4", lost_in_the_end), ("I4", sent_away), ("I4", away_in_the_end),
    ("I5", written_twice), ("I5", unanswered_twice), ("I5", answered_and_not_there), ("I5", refused_and_there),
    ("I5", answered_with_another), ("I5", answered_with_a_wrong_number), ("I5", edited_in_vain),
    ("I6", shown_otherwise), ("I6", shows_too_much), ("I6", two_faces), ("I6", older_content),
    ("I7", leak), ("I7", leak_by_content),
    ("I8", too_late_after_removal), ("I8", too_late_after_the_session),
    ("I9", heavy),
    ("I10", slow), ("I10", slow_without_valkey),
    ("I11", into_another_epoch), ("I11", two_histories_in_one),
    ("I12", numbered_whisper),
    ("ghosts", ghost),
]  # fmt: skip


@pytest.mark.parametrize(
    ("invariant", "breaks"), BROKEN, ids=lambda v: v if isinstance(v, str) else v.__name__
)
def test_a_broken_word_is_found(story, invariant, breaks):
    breaks(story)
    assert invariant in story.check().broken


# What looks broken and is not


def test_whoever_is_let_in_again_may_read_what_was_written_meanwhile(story):
    story.truth.absences[BEN, 4] = [Absence(1.5, 5, 1.9)]
    assert not story.check().broken


def test_the_last_words_before_a_removal_may_arrive_after_it(story):
    removed(story, 3.01, 6)
    assert not story.check().broken


def test_a_process_that_stood_still_is_late(story):
    story.records.append(Fault(2.9, 5.2, "stop", "web 0"))
    slow(story)
    assert not story.check().broken
    assert story.check().summary()["worst_visible_with_valkey_s"] == 0.3


def test_what_was_written_before_one_followed_may_be_old(story):
    story.replace(told("ben"), told("ben", 3.4, head=3))
    for seq in (1, 2, 3):
        story.replace(heard("ben", seq), heard("ben", seq, 9.0))
    assert not story.check().broken


def test_an_answer_that_a_restored_backup_took_along(story):
    before, after = history("e1"), history("e2")
    before.until = 1.5
    del after.named[ANA, "w1"]
    before.named.pop((ANA, "w2"))
    story.eras = [before, after]
    story.records = [op("w1", "ok", 10, t=0.9), op("w2", "ok", 11, t=1.9)]
    assert not story.check().broken


def test_a_ghost_of_a_few_seconds(story):
    ghost(story)
    story.records[-1] = Here(16.0, "d:2", [BEN])
    findings = story.check()
    assert not findings.broken
    assert findings.summary()["oldest_ghost_s"] == 14.0
