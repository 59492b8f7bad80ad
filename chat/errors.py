"""What can go wrong in members' words. Web alone knows their HTTP numbers."""

from chat.languages import _, many, sentence


class HubError(Exception):
    """Base of the errors that are answers, not accidents."""

    sentence = sentence("Something went wrong.")

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or _(self.sentence)
        super().__init__(self.sentence)


class NotFound(HubError):
    """There is no such thing, or this viewer may not know of it: the two are one answer.

    `inside` is the slug and name of the network that it is in, where the viewer may know those.
    """

    sentence = sentence("There is nothing here, or it is not yours to see.")

    def __init__(self, sentence: str | None = None, *, inside: tuple[str, str] | None = None) -> None:
        self.inside = inside
        super().__init__(sentence)


class SignInFirst(HubError):
    sentence = sentence("Sign in first.")


class Forbidden(HubError):
    """The viewer sees the thing but may not do this to it."""

    sentence = sentence("You may not do this.")


class Invalid(HubError):
    """One field of what was sent is wrong; the sentence names the mend."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class Conflict(HubError):
    """The thing is no longer in the state that the act needs."""

    sentence = sentence("That is no longer possible.")


class TooMany(HubError):
    """A limit was reached; `retry` is in seconds."""

    def __init__(self, retry: int, sentence: str | None = None) -> None:
        self.retry = max(1, retry)
        super().__init__(sentence or _("That was too fast. Try again in {time}.", time=in_words(self.retry)))


def in_words(seconds: int) -> str:
    """As 5 minutes, in the language that is spoken now."""
    if seconds < 90:
        return many(seconds, "a second", "{n} seconds")
    minutes = round(seconds / 60)
    return (
        many(minutes, "a minute", "{n} minutes")
        if minutes < 90
        else many(round(minutes / 60), "an hour", "{n} hours")
    )
