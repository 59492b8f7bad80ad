"""What a browser says it is, in words that its owner knows it by."""

# The first that is found: most of them name the others' too.
BROWSERS = {
    "Firefox/": "Firefox", "FxiOS/": "Firefox", "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser/": "Samsung Internet",
    "Chrome/": "Chrome", "CriOS/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "Mac",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


def browser_in_words(told: str) -> str:
    """As Firefox, Windows; of one that nobody knows, the beginning of what it says."""
    known = [
        next((name for sign, name in signs.items() if sign in told), "") for signs in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, known)) or told[:60]
