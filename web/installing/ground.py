"""The colour of pages by day and by night, for what browsers and phones draw around them."""

import re

from web.assets import assets

TOKEN = re.compile(r"--page: light-dark\((#\w{6}), (#\w{6})\)")


def _grounds() -> tuple[str, str]:
    match = TOKEN.search(assets.files["site/site.css"].raw.decode())
    if match is None:
        raise LookupError("the tokens have no --page")
    return match[1], match[2]


BY_DAY, BY_NIGHT = _grounds()
