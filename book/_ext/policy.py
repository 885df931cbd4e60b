"""What a page may load and contact: the book's own files, and Pyodide where the page says so.

The browser holds it to that, and the code that a reader runs there as well: it reaches no other address.
"""

import re
from pathlib import Path

import live_kit
from sphinx.errors import ExtensionError

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
OWN = "'self' file:"  # from a disk a page has no origin that 'self' could mean
PLURAL = re.compile(r'new Function\(\s*"n",\s*`return \(\$\{catalog\.plural_expr\}\)`\s*\)')
HEAD = '<meta charset="utf-8" />'


def policy(html: str) -> str:
    """A finished page -> its content security policy. KaTeX places the parts of a formula by style attributes."""
    hashes = (f"'{live_kit.integrity(script.encode())}'" for script in INLINE.findall(html))
    scripts, contacts, workers, handlers = f"{OWN} {' '.join(hashes)}", OWN, "'none'", "'none'"
    if 'class="live"' in html:
        scripts += " blob: 'wasm-unsafe-eval'"  # Pyodide, once its bytes are checked, in a worker
        contacts += " blob:"
        if not live_kit.local_copy():
            contacts += f" {live_kit.core_address(None)} {live_kit.address(None)}"
        workers = "blob: data:"
        handlers = "'unsafe-inline'"  # scikit-learn shows a classifier as a diagram whose parts answer to clicks
    rules = {
        "default-src": OWN, "script-src": scripts.strip(), "connect-src": contacts, "worker-src": workers,
        "script-src-attr": handlers,
        "style-src": f"{OWN} 'unsafe-inline'", "img-src": f"{OWN} data: blob:",
        "object-src": "'none'", "base-uri": "'none'", "form-action": OWN,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def write_plural(static: Path):
    """Write the rule of the language's plural, which Sphinx runs from a text, into its script as code."""
    script, catalog = static / "doctools.js", static / "translations.js"
    if catalog.is_file():  # the language is not English
        rule = re.search(r'"plural_expr": "([^"]*)"', catalog.read_text("utf-8"))[1]
        text, found = PLURAL.subn(f"(n) => ({rule})", script.read_text("utf-8"))
        if found != 1:
            raise ExtensionError(f"policy: {script.name} makes {found} functions from a text; one was expected")
        script.write_text(text, "utf-8")


def add_policies(app, error):
    if error or app.builder.name != "html":
        return
    write_plural(Path(app.outdir) / "_static")
    for page in Path(app.outdir).glob("*.html"):
        html = page.read_text("utf-8")
        if HEAD not in html:
            raise ExtensionError(f"policy: {page.name} has no {HEAD}; the theme must have changed it")
        tag = f'<meta http-equiv="Content-Security-Policy" content="{policy(html)}">'
        page.write_text(html.replace(HEAD, f"{HEAD}\n{tag}", 1), "utf-8")


def setup(app):
    app.connect("build-finished", add_policies, priority=950)  # after slim, which writes the scripts in the pages
    return {"parallel_read_safe": True, "parallel_write_safe": True}
