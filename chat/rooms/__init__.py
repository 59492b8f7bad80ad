"""Rooms: what people do in a drop-in beside its talk. Questions and votes, hands, quick polls, shared links."""

from chat.rooms.answering import answer, decline, defer, pin, reopen, unpin
from chat.rooms.asking import ask, withdraw
from chat.rooms.own import Ballot, Own, own_in
from chat.rooms.polling import choose, close_poll, remove_poll, reopen_poll, start_poll
from chat.rooms.queries import (
    HandSeen,
    LinkSeen,
    PollSeen,
    QuestionSeen,
    hands_by_id,
    hands_of,
    links_by_id,
    links_of,
    polls_by_id,
    polls_of,
    questions_by_id,
    questions_of,
    raised_in,
    votes_of,
)
from chat.rooms.raising import call, call_next, lower_absent, lower_hand, lower_other, raise_hand
from chat.rooms.sharing import share, unshare
from chat.rooms.voting import take_vote_back, vote

__all__ = [
    "Ballot",
    "HandSeen",
    "LinkSeen",
    "Own",
    "PollSeen",
    "QuestionSeen",
    "answer",
    "ask",
    "call",
    "call_next",
    "choose",
    "close_poll",
    "decline",
    "defer",
    "hands_by_id",
    "hands_of",
    "links_by_id",
    "links_of",
    "lower_absent",
    "lower_hand",
    "lower_other",
    "own_in",
    "pin",
    "polls_by_id",
    "polls_of",
    "questions_by_id",
    "questions_of",
    "raise_hand",
    "raised_in",
    "remove_poll",
    "reopen",
    "reopen_poll",
    "share",
    "start_poll",
    "take_vote_back",
    "unpin",
    "unshare",
    "vote",
    "votes_of",
    "withdraw",
]
