"""A network's figures."""

from datetime import date, timedelta

import pytest

from chat import insight
from chat.errors import Forbidden, SignInFirst
from tests import cast


async def dashboard(db, viewer, network):
    async with db.snapshot() as tx:
        return await insight.dashboard_of(tx, viewer, network)


async def test_the_figures_are_for_hosts(db, ana, ben, dev, visitor, open_network):
    for viewer in (ben, dev):
        with pytest.raises(Forbidden):
            await dashboard(db, viewer, open_network)
    with pytest.raises(SignInFirst):
        await dashboard(db, visitor, open_network)
    await cast.let_in(db, open_network, dev, "host")
    await dashboard(db, dev, open_network)


async def test_an_empty_network_has_figures_too(db, ana):
    network = await cast.found(db, ana, "Sepsis")
    figures = await dashboard(db, ana, network)
    assert len(figures.members) == 12
    assert len(figures.posts) == 26
    assert (figures.topics, figures.answered, figures.median_answer, figures.busy) == (0, 0, None, [])


async def test_members_are_counted_at_the_end_of_each_month(db, ana, ben, carol):
    cast.it_is("2026-01-10 12:00")
    network = await cast.found(db, ana, "Sepsis")
    cast.it_is("2026-03-10 12:00")
    await cast.let_in(db, network, ben)
    await cast.let_in(db, network, carol)
    cast.it_is("2026-05-02 12:00")
    await cast.remove(db, ana, network, carol)
    cast.it_is("2026-06-15 12:00")
    grown = dict((await dashboard(db, ana, network)).members)
    assert list(grown) == [date(2025 + (m > 12), (m - 1) % 12 + 1, 1) for m in range(7, 19)]
    assert [grown[date(2026, month, 1)] for month in range(1, 7)] == [1, 1, 3, 3, 2, 2]
    assert grown[date(2025, 12, 1)] == 0


async def test_answers_are_those_of_others_and_no_talk_is_a_question(db, ana, ben, open_network):
    cast.it_is("2026-06-15 12:00")
    questions = [await cast.start(db, ana, open_network, f"Question {n}") for n in range(3)]
    await cast.schedule(db, ana, open_network)
    await cast.write(db, ana, questions[0], "Nobody?")
    for hours, thread in ((2, questions[0]), (4, questions[1])):
        cast.it_is(f"2026-06-15 {12 + hours}:00")
        await cast.write(db, ben, thread, "Like this.")
        await cast.write(db, ben, thread, "And like that.")
    figures = await dashboard(db, ana, open_network)
    assert (figures.topics, figures.answered) == (3, 2)
    assert abs(figures.median_answer - timedelta(hours=3)) < timedelta(seconds=5)
    assert [(t.title, t.posts) for t in figures.busy] == [
        ("Question 0", 4),
        ("Question 1", 3),
        ("Question 2", 1),
    ]
    assert figures.posts[-1] == (date(2026, 6, 15), 8)
    cast.it_is("2026-06-30 12:00")
    assert dict((await dashboard(db, ana, open_network)).posts)[date(2026, 6, 15)] == 8
    cast.it_is("2026-08-15 12:00")
    assert (await dashboard(db, ana, open_network)).busy == []


async def test_organisations_and_countries(db, ana, ben, carol, dev, open_network):
    await cast.let_in(
        db, open_network, await cast.join_the_hub(db, "Erin", organisation="Mercy Health", country="AU")
    )
    await cast.let_in(db, open_network, await cast.join_the_hub(db, "Femi"))
    figures = await dashboard(db, ana, open_network)
    assert figures.organisations[0] == ("Mercy Health", 2)
    assert figures.countries == [("AU", 2), ("GB", 1), ("PT", 1)]
    assert (figures.organisations_unsaid, figures.countries_unsaid) == (1, 1)
    assert "Independent" not in str(figures)
