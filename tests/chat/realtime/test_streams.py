"""The ring, and how what goes out is cut into pieces."""

import pytest

from chat.events import Event
from chat.realtime.delivering import WRITE_AT_MOST, _parts, _piece
from chat.realtime.streams import RING, Kept, Stream


def kept(seq: int, kind: str = "post.added", ref: int | None = None, **frames: int) -> Kept:
    """An event with frames of so many bytes."""
    one = Kept(Event("t:1", seq, kind, seq if ref is None else ref, 0, 1, "e0"))
    for form, size in frames.items():
        one.add(form, form[:1].encode() * size, 1)
    return one


def several(first: int, last: int) -> list[Kept]:
    return [kept(seq) for seq in range(first, last + 1)]


def numbers(some: list[Kept] | None) -> list[int] | None:
    return None if some is None else [one.event.seq for one in some]


def ring_of(stream: Stream) -> list[int] | None:
    return numbers(list(stream.ring))


def stream_at(head: int, *in_the_ring: int) -> Stream:
    stream = Stream("t:1", head, 1)
    stream.ring.extend(map(kept, in_the_ring))
    return stream


@pytest.mark.parametrize(
    ("ring", "older", "after"),
    [
        ((), (5, 9), [5, 6, 7, 8, 9]),  # up to the head
        ((), (5, 8), []),  # not up to it
        ((9,), (5, 8), [5, 6, 7, 8, 9]),
        ((8, 9), (5, 9), [5, 6, 7, 8, 9]),  # what it has stays
        ((8, 9), (5, 6), [8, 9]),  # seven is missing
        ((5, 6, 7, 8, 9), (5, 9), [5, 6, 7, 8, 9]),
    ],
)
async def test_a_ring_is_filled_without_a_hole(ring, older, after):
    stream = stream_at(9, *ring)
    had = list(stream.ring)
    stream.fill(several(*older))
    assert ring_of(stream) == after
    assert [one for one in stream.ring if one in had] == had


async def test_a_ring_takes_no_more_than_it_holds():
    stream = stream_at(1000, 998, 999, 1000)
    stream.fill(several(500, 997))
    assert ring_of(stream) == list(range(1000 - RING + 1, 1001))
    stream.fill(several(1, 1000 - RING))
    assert ring_of(stream) == list(range(1000 - RING + 1, 1001))
    stream.keep(several(1001, 1002))
    assert ring_of(stream) == list(range(1002 - RING + 1, 1003))


@pytest.mark.parametrize(
    ("cursor", "found"),
    [(3, None), (4, [5, 6, 7, 8, 9]), (5, [6, 7, 8, 9]), (8, [9]), (9, [])],
)
async def test_what_the_ring_holds_after_a_cursor(cursor, found):
    assert numbers(stream_at(9, 5, 6, 7, 8, 9).kept_after(cursor)) == found
    assert stream_at(9).kept_after(cursor) is None


async def test_of_a_changed_thing_nothing_older_is_shown():
    stream = stream_at(0)
    stream.keep([kept(1, ref=7, html=5), kept(2, ref=8, html=5), kept(3, "topic.active", ref=7, html=5)])
    stream.keep([kept(4, "post.removed", ref=7, html=5)])
    assert [bool(one.frames) for one in stream.ring] == [False, True, True, True]


async def test_what_was_heard_is_taken_up_to_the_first_gap():
    stream = stream_at(3)
    for seq in (2, 4, 5, 7):
        stream.heard[seq] = kept(seq).event
    assert [event.seq for event in stream.heard_next()] == [4, 5]
    stream.head = 5
    assert stream.heard_next() == []
    stream.forget_heard()
    assert list(stream.heard) == [7]


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        ([10], [[1]]),
        ([WRITE_AT_MOST // 2] * 4, [[1, 2], [3, 4]]),
        ([WRITE_AT_MOST + 1, 1, WRITE_AT_MOST, 1], [[1], [2], [3], [4]]),  # a long one goes alone
        ([1, WRITE_AT_MOST - 1, 1], [[1, 2], [3]]),
    ],
)
def test_news_goes_out_in_whole_events(sizes, parts):
    news = [kept(n, html=size, json=1) for n, size in enumerate(sizes, 1)]
    assert [numbers(part) for part in _parts(news)] == parts


@pytest.mark.parametrize(
    ("sizes", "whole"),
    [([10], 1), ([WRITE_AT_MOST // 2] * 3, 2), ([WRITE_AT_MOST + 1, 1], 1), ([1, WRITE_AT_MOST], 1)],
)
def test_a_piece_is_as_much_as_one_write_takes(sizes, whole):
    page = [kept(n, html=size, json=1) for n, size in enumerate(sizes, 5)]
    data, last = _piece(page, "html")
    assert (len(data), last) == (sum(sizes[:whole]), 4 + whole)
    assert _piece(page, "json") == (b"j" * len(sizes), 4 + len(sizes))
