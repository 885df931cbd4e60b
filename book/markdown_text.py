"""Markdown -> the words or the numbers a reader sees in it, without what only Markdown sees."""

import re

from notebooks import TARGET, outside_fences

MATHS = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\$)[^$]+?\$", re.S)
# In this order: what may hold the next kinds comes first.
MARKUP = [
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"\{[a-z:-]+\}`([^`<]*?)\s*<[^>`]*>`"), r"\1"),     # {ref}`words <target>`: the words stay
    (re.compile(r"\{[a-z:-]+\}`[^`]*`"), " "),                     # {cite}`key`
    (re.compile(r"(`+).+?\1", re.S), " "),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),               # [words](address): the words stay
    (re.compile(r"<?https?://[^\s>)]+>?"), " "),
    (re.compile(r"</?[a-zA-Z][^>]*>"), " "),
]
NOT_PROSE = re.compile(r"\s*:[\w-]+:.*|%.*|---+|\s*\|?[\s:|-]+\|[\s:|-]*")     # directives, rules


def readable(source, maths=True):
    """Markdown -> text for readers: no code, targets, roles, addresses; `maths` says if formulas stay."""
    lines = [line for line in outside_fences(source)
             if not TARGET.fullmatch(line) and not NOT_PROSE.fullmatch(line)]
    text = "\n".join(re.sub(r"^(\s*>)*\s*\d+[.)]\s", "", line) for line in lines)
    if not maths:
        text = MATHS.sub(" ", text)
    for pattern, kept in MARKUP:
        text = pattern.sub(kept, text)
    return text
