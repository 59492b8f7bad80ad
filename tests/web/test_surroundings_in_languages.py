"""What surrounds discussions, in the language of whoever it is for."""

import re
from itertools import product
from pathlib import Path

import pytest

from chat import calendars, clock
from chat.attendance import Certificate
from chat.languages import PSEUDO, speaking
from chat.notices import NoticeSeen
from tests import cast
from tests.chat.minutes.conftest import hold
from tests.web.test_attendance_pages import text_of
from web.attendance.pdf import certificate_pdf
from web.templates import fragment

SENTENCE = Path(__file__).parents[2] / "web/notices/_sentence.html"
KINDS = sorted(set(re.findall(r'kind == "([\w.]+)"', SENTENCE.read_text())))


@pytest.mark.parametrize("kind", [*KINDS, "something.else"])
def test_a_notice_is_one_whole_sentence_that_can_be_translated(kind):
    for role, named, others in product(("owner", "host", "member", None), (True, False), (0, 1, 2)):
        notice = NoticeSeen(
            1, 1, kind, "falls", "Falls" if named else None, role, None, "Ben <b>" if named else None, 1, "Rounds", None,
            clock.now(), None, clock.now(), clock.now(), others=others, note="Ask Jo" if named else None,
        )  # fmt: skip
        with speaking(PSEUDO):
            said = fragment("notices/_sentence.html", notice=notice)
        words = re.sub(r"<time.*?</time>|</?strong>|⟦Somebody⟧", "", said).strip()
        assert re.fullmatch(r"⟦[^⟦⟧]+[.…]⟧", words), words
        assert "<b>" not in said


def test_a_certificate_is_written_in_the_language_of_who_asks_for_it():
    one = Certificate("CODE", "Łukasz Żak", "", "", cast.day("2026-11-19"), 60, None)
    with speaking("de"):
        words = text_of(certificate_pdf(one, "lukasz-zak", "https://example.org/certificates/CODE"))
    for said in ("Teilnahmebescheinigung", "ein geschlossenes Netzwerk", "19. November 2026", "60 Minuten"):
        assert said in words


async def test_a_calendar_speaks_its_members_language_and_an_open_one_the_same_to_all(
    db, http, ana, ben, open_network
):
    await cast.schedule(db, ana, open_network, title="Falls")
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET language = 'de' WHERE id = :id", id=ben.id)
        made = await calendars.ADDRESSES.make(tx, ben)
    asked = {"accept-language": "en"}
    own = (await http.get(f"/calendars/{made.token}.ics", headers=asked)).text
    assert "X-WR-CALNAME:Meine Sprechstunden bei" in own
    path = f"/networks/{open_network.slug}/calendar.ics"
    german, english = [
        (await http.get(path, headers={"accept-language": wish})).text for wish in ("de", "en")
    ]
    assert german == english


async def test_minutes_are_drafted_in_their_hosts_language(live_server, db, ana, open_network):
    drop_in = await hold(db, ana, open_network)
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET language = 'de' WHERE id = :id", id=ana.id)
    await drop_in.over()
    assert "## Beschlüsse und nächste Schritte" in (await drop_in.minutes()).body
