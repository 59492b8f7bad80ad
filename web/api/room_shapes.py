"""How what is in a room looks in JSON: the API's answers, and the `d` of its frames."""

from chat.rooms import HandSeen, LinkSeen, Own, PollSeen, QuestionSeen
from web.api.shapes import Json, author, time


def question(q: QuestionSeen) -> Json:
    return {
        "id": q.id, "drop_in": q.drop_in_id, "author": author(q.author), "question": q.body, "asked_at": time(q.asked_at),
        "votes": q.votes, "state": q.state, "settled_at": time(q.settled_at),
        "settled_by": author(q.settler) if q.settler else None,
        "answer": q.word if q.outcome == "answered" else "", "answer_html": q.word_html,
        "reason": q.word if q.outcome == "declined" else "",
    }  # fmt: skip


def hand(h: HandSeen) -> Json:
    return {
        "id": h.id, "drop_in": h.drop_in_id, "member": author(h.member), "raised_at": time(h.raised_at),
        "called_at": time(h.called_at),
    }  # fmt: skip


def poll(p: PollSeen) -> Json:
    return {
        "id": p.id, "drop_in": p.drop_in_id, "question": p.question, "options": p.options, "several": p.several,
        "shown": p.shown, "asked_at": time(p.asked_at), "closed": p.closed, "turnout": p.turnout, "counts": p.counts,
    }  # fmt: skip


def link(s: LinkSeen) -> Json:
    return {
        "id": s.id, "drop_in": s.drop_in_id, "author": author(s.author), "title": s.title, "url": s.url, "host": s.host,
        "shared_at": time(s.shared_at),
    }  # fmt: skip


def own(o: Own) -> Json:
    """What is the caller's own, and goes to nobody else."""
    return {
        "questions": o.asked, "votes": o.voted, "hand": o.hand,
        "ballots": [{"poll": id, "choices": b.choices, "counts": b.counts} for id, b in o.ballots.items()],
    }  # fmt: skip
