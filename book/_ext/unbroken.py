"""Short formulas and short code stay on one line of the text, and the mark after a formula stays with it."""

import re

from docutils import nodes

CLOSING = re.compile(r"[,.;:!?)»…]+")
SHORT = 24  # characters of TeX or code: they fit on a line of the narrowest phone


def hold(app, doctree, docname):
    """Give what is short the class that own.css never breaks; no line begins with the comma after a formula."""
    for short in [*doctree.findall(nodes.math), *doctree.findall(nodes.literal)]:
        if len(short.astext()) > SHORT:
            continue
        parent, at = short.parent, short.parent.index(short)
        after = parent[at + 1] if at + 1 < len(parent) else None
        mark = CLOSING.match(after) if isinstance(after, nodes.Text) else None
        if mark:
            held = nodes.inline("", "", short, nodes.Text(mark[0]), classes=["unbroken"])
            parent[at : at + 2] = [held, nodes.Text(after[mark.end() :])]
        else:
            short["classes"].append("unbroken")


def setup(app):
    app.connect("doctree-resolved", hold)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
