"""The colours of styles/tokens.css, by day and by night: text can be read, and controls be found (WCAG 2.2, 1.4.3, 1.4.11)."""

import math
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
TOKENS = (WEB / "site/styles/tokens.css").read_text()
COLOUR = r"(#[0-9a-f]{6}|oklch\([^()]*(?:\([^()]*\))?[^()]*\))"
BOTH = re.compile(rf"--([a-z-]+): light-dark\({COLOUR}, {COLOUR}\)")
COLOURS = {name: (light, dark) for name, light, dark in BOTH.findall(TOKENS)}
HUES = sorted({int(hue) for hue in re.findall(r"--h: (\d+)", (WEB / "site/styles/parts.css").read_text())})

SURFACES = ("page", "surface", "sunk")
# What stands on what: text in the first table, and in the second what one has to find.
TEXT = {
    **dict.fromkeys(("text", "quiet", "accent", "accent-strong", "danger", "warm"), SURFACES),
    "on-accent": ("accent", "accent-strong"),
    "on-danger": ("danger",),
    "on-call": ("call",),
}
ON_WASHES = {
    "wash": ("text", "quiet", "accent", "accent-strong"),
    "warm-wash": ("text", "quiet", "accent", "warm"),
    "danger-wash": ("text", "quiet", "accent", "danger"),
}
CONTROLS = {"control": SURFACES, "focus": (*SURFACES, "wash"), "accent": SURFACES, "danger": SURFACES}

Colour = tuple[float, float, float]  # red, green and blue of light, 0 to 1


def of_hex(colour: str) -> Colour:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return linear(red), linear(green), linear(blue)


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def of_oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """By https://bottosson.github.io/posts/oklab/; what no screen can show is cut off."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return clipped(red), clipped(green), clipped(blue)


def clipped(part: float) -> float:
    return min(max(part, 0.0), 1.0)


def light_of(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Colour, other: Colour) -> float:
    darker, lighter = sorted((light_of(one), light_of(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(of_hex("#000000"), of_hex("#ffffff")) == 21
    assert round(contrast(of_hex("#777777"), of_hex("#ffffff")), 2) == 4.48
    assert light_of(of_oklch(0.6, 0.0, 0)) == pytest.approx(0.216, abs=0.001)


@pytest.mark.parametrize("night", [0, 1], ids=["by day", "by night"])
def test_text_can_be_read_and_controls_be_found(night: int) -> None:
    pairs = [(name, under, 4.5) for name, those in TEXT.items() for under in those]
    pairs += [(name, wash, 4.5) for wash, those in ON_WASHES.items() for name in those]
    pairs += [(name, under, 3.0) for name, those in CONTROLS.items() for under in those]
    weak = {
        f"{name} on {under}": round(found, 2)
        for name, under, least in pairs
        if (found := contrast(of_hex(COLOURS[name][night]), of_hex(COLOURS[under][night]))) < least
    }
    assert weak == {}


@pytest.mark.parametrize("night", [0, 1], ids=["by day", "by night"])
def test_initials_can_be_read_in_every_hue(night: int) -> None:
    assert len(HUES) == 13  # twelve, and that of an avatar without one
    weak = {}
    for hue in HUES:
        text, ground = (of_oklch(*numbers(COLOURS[name][night]), hue) for name in ("on-avatar", "avatar"))
        if contrast(text, ground) < 4.5:
            weak[hue] = round(contrast(text, ground), 2)
    assert weak == {}


def numbers(colour: str) -> tuple[float, float]:
    match = re.match(r"oklch\((\d+)% ([\d.]+) ", colour)
    assert match, colour
    return int(match[1]) / 100, float(match[2])


def test_colours_stand_in_tokens_alone() -> None:
    raw = re.compile(r"#[0-9a-f]{3,8}\b(?![-\w])|\b(?:rgba?|hsla?|oklch|oklab)\(", re.IGNORECASE)
    sheets = [path for path in WEB.rglob("*.css") if path.name != "tokens.css"]
    assert len(sheets) > 5
    found = {
        f"{path.relative_to(WEB)}: {match}"
        for path in sheets
        for match in raw.findall(
            re.sub(r"/\*.*?\*/|#[a-z][\w-]*(?=[^;{}]*\{)", "", path.read_text(), flags=re.DOTALL)
        )
    }
    assert found == set()


def test_letters_have_the_colours_of_the_tokens() -> None:
    """Mail programs know no custom properties, so a letter brings its own."""
    sheet = (WEB.parent / "chat/mail/letter.html").read_text().partition("</style>")[0]
    day, _, night = sheet.partition("@media")
    own = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", day))
    assert own == {name: COLOURS[name][0] for name in own}
    assert set(re.findall(r"#[0-9a-f]{6}", night)) == {COLOURS[name][1] for name in own}
