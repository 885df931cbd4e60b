"""Maths as KaTeX HTML and MathML, rendered while the book is built.

V8 comes in the mini-racer wheel and KaTeX's own files in the djangocms-katex wheel, so that neither node nor
the network is needed, and a page shows its equations without running a script.
"""

import atexit
import re
import shutil
from functools import cache
from importlib.resources import files
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

log = logging.getLogger(__name__)
KATEX = Path(str(files("djangocms_katex"))) / "static/djangocms_katex/vendor/katex"


@cache
def engine():
    """A V8 that has read KaTeX; it takes a second to start, so the first equation starts it."""
    v8 = MiniRacer()
    atexit.register(v8.close)  # left to the interpreter's end, it would wait for ever for a thread that is gone
    v8.eval((KATEX / "katex.min.js").read_text("utf-8"))
    return v8


def render(tex: str, display: bool) -> str:
    """One equation as HTML; ValueError with KaTeX's own words when it cannot be read."""
    # Sphinx numbers a whole block, so KaTeX must not number its lines again.
    tex = re.sub(r"\\(begin|end)\{(align|alignat|equation|gather)\}", r"\\\1{\2*}", tex.strip())
    try:
        html = engine().call("katex.renderToString", tex, {"displayMode": display, "strict": "error"})
    except JSEvalException as error:
        raise ValueError(re.sub(r"^.*?(?=KaTeX)", "", str(error).splitlines()[0])) from None
    html = html.replace("\nMM", "\nM")  # the path of KaTeX's tall floors and ceilings moves twice
    return html.replace('<span class="katex-display">', '<span class="katex-display" tabindex="0">')


def rendered(node: nodes.Element, display: bool) -> str:
    try:
        return render(node.astext(), display)
    except ValueError as error:
        log.warning("%s", error, location=node)
        return ""


def visit_math(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math") + rendered(node, False) + "</span>")
    raise nodes.SkipNode


def visit_displaymath(self, node):
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "#")
        self.body.append("</span>")
    self.body.append(rendered(node, True) + "</div>\n")
    raise nodes.SkipNode


def copy_files(app):
    """Put KaTeX's style sheet and fonts where the pages look for them."""
    target, others = Path(app.outdir) / "_static/katex", shutil.ignore_patterns("*.*js", "*.md", "contrib")
    shutil.copytree(KATEX, target, ignore=others, dirs_exist_ok=True)


def setup(app):
    app.add_html_math_renderer("katex", (visit_math, None), (visit_displaymath, None))
    app.add_css_file("katex/katex.min.css")
    app.connect("builder-inited", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
