"""Charts, drawn here: plain SVG that takes its colours from the page, and says in words what it shows."""

from collections.abc import Sequence

from markupsafe import Markup

from chat.languages import _, grouped, language

WIDTH, HEIGHT, ABOVE, BELOW = 640, 160, 26, 28
LABELS = 6  # or they would run into each other


def bars(name: str, title: str, values: Sequence[tuple[str, int]], *, unfinished: bool = False) -> Markup:
    """Upright bars with their labels; the last one looks different where its time is not over yet."""
    most = max((n for _label, n in values), default=0)
    step = WIDTH / max(1, len(values))
    every = -(-len(values) // LABELS)
    parts = [Markup('<line x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, ABOVE + HEIGHT, ABOVE + HEIGHT)]
    for i, (label, n) in enumerate(values):
        tall = round(HEIGHT * n / most, 1) if most else 0
        last = i == len(values) - 1
        parts.append(
            Markup('<rect{} x="{}" y="{}" width="{}" height="{}"/>').format(
                Markup(' class="last"') if last and unfinished else "",
                round(i * step + step * 0.12, 1), round(ABOVE + HEIGHT - tall, 1), round(step * 0.76, 1), tall,
            )
        )  # fmt: skip
        if (len(values) - 1 - i) % every == 0:
            middle = round(i * step + step / 2, 1)
            parts.append(_text(middle, ABOVE + HEIGHT + 21, label))
            parts.append(_text(middle, round(ABOVE + HEIGHT - tall - 4, 1), _number(n)))
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(
        WIDTH, ABOVE + HEIGHT + BELOW, name, name, name, title, name, in_words(values), Markup("").join(parts)
    )


def in_words(values: Sequence[tuple[str, int]]) -> str:
    """The gist, for those who hear the chart; the numbers stand in a table beneath it."""
    if not values or not any(n for _label, n in values):
        return _("There is nothing to show yet.")
    (first, began), (last, ended) = values[0], values[-1]
    when, most = max(values, key=lambda pair: pair[1])
    return _(
        "{began} in {first}, {ended} in {last}. The most were {most} in {when}.",
        began=_number(began),
        first=first,
        ended=_number(ended),
        last=last,
        most=_number(most),
        when=when,
    )


def _number(n: int) -> str:
    return grouped(n, language())


def _text(x: float, y: float, text: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(x, y, text)
