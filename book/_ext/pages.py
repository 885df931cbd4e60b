"""Repairs in the finished pages of what the theme offers no setting for.

One heading of the first level a page, texts in its language, and names that a screen reader can say.
"""

import re
from pathlib import Path

from texts import TEXTS

# Each repair is a pattern and what takes its place; {name} is a text of the page's language.
REPAIRS = [
    # The contents that only a printed page shows repeat the title.
    (r'(<div id="jb-print-docs-body"[^>]*>\s*)<h1>(.*?)</h1>', r'\1<p class="h1">\2</p>'),
    (r'(<div id="jb-print-toc">.*?)<h2>(.*?)</h2>', r'\1<p class="h2">\2</p>'),
    (r'<nav aria-label="Page">', '<nav aria-label="{contents}">'),
    (r'(<nav class="bd-links bd-docs-nav") aria-label="Main"', r'\1 aria-label="{chapters}"'),
    (r'title="Link to this (?:heading|equation|image|table|code|definition|term)"', 'title="{link}"'),
    (r'(<div id="pst-secondary-sidebar") ', r'\1 role="complementary" aria-label="{contents}" '),
    (r'(<div id="pst-primary-sidebar") ', r'\1 role="complementary" aria-label="{title}" '),
    # An icon says nothing beside the text or the label of its button.
    (r'<i class="((?:fa|theme-switch)[^"]*)"', r'<i class="\1" aria-hidden="true"'),
    # The label of a folded cell would hide its own text.
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # A folded solution is announced as one.
    (
        r'(<div class="cell [^"]*\btag_solution\b[^"]*">\s*<details[^>]*>\s*<summary>\s*<p [^>]*>)[^<]*'
        r"(</p>\s*<p [^>]*>)[^<]*",
        r"\1{show_solution}\2{hide_solution}",
    ),
    # The role that Sphinx gives an entry of a list is no longer one.
    (r' role="doc-biblioentry"', ' role="listitem"'),
    # Docutils repeats what Sphinx has written.
    (r'\s*<meta name="viewport" content="width=device-width, initial-scale=1" ?/>', ""),
    (r'console\.log\("\[PST\][^)]*\)', "void 0"),  # what the search tells itself
    # FontAwesome's icons come from its web font: its script only costs time, as does what is loaded ahead of need.
    (r'\s*<script[^>]*fontawesome\.js[^>]*></script>|\s*<link rel="preload"[^>]*>', ""),
    # Nothing here asks for the name of the page.
    (r"\s*<script>DOCUMENTATION_OPTIONS\.pagename[^<]*</script>", ""),
    # Scripts wait for the page, and those that copy a cell for the first hand or key: settle.js loads them.
    (r'<script src=("[^"]*_static/(?:clipboard\.min|copybutton)\.js)', r'<script type="later" data-src=\1'),
    ("<script src=", "<script defer src="),
    # Two of three spans of code say a color that the text around them has: a third of a long page's elements.
    (r'<span class="(?:n|nn|p|w)">([^<]*)</span>|<span></span>', r"\1"),
]


def repaired(html: str, language: str) -> str:
    """A page with all repairs made."""
    for pattern, replacement in REPAIRS:
        for name, text in TEXTS[language].items():
            replacement = replacement.replace(f"{{{name}}}", text)
        html = re.sub(pattern, replacement, html, flags=re.DOTALL)
    return html


def repair_pages(app, error):
    if error or app.builder.name != "html":
        return
    for page in Path(app.outdir).glob("*.html"):
        page.write_text(repaired(page.read_text("utf-8"), app.config.language), "utf-8")


def setup(app):
    app.connect("build-finished", repair_pages, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
