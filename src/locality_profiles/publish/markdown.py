"""Words from data in Markdown, as only text: no heading, list, link, picture or HTML comes of a name."""

from __future__ import annotations

import re

from locality_profiles.hidden import visible

#: Signs that mean something inside a line.
SIGNS = re.compile(r"[\\`*_\[\]|#~@$]")
#: Where an address would become a link by itself.
ADDRESS = re.compile(r":(?=//)|(?<=\bwww)\.", re.IGNORECASE)
#: What begins a list or a rule at the head of a line.
AT_THE_HEAD = re.compile(r"^(\d*)([-+=.)])")


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    >>> escaped("<b>*East* [a](b)")
    '&lt;b&gt;\\*East\\* \\[a\\](b)'
    >>> escaped("1. see\n    https://a.b")
    '1\\. see https\\://a.b'
    """
    text = " ".join(visible(text).split())  # an indented line would be code
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = SIGNS.sub(r"\\\g<0>", text)
    return AT_THE_HEAD.sub(r"\1\\\2", ADDRESS.sub(r"\\\g<0>", text))
