"""After the build: one style sheet with the rules in use, deferred and silent scripts, fonts cut to the glyphs in use.

It takes the theme's own files as they are, keeps what some page or script can use, and removes the rest.
"""

import os
import re
from html import unescape
from pathlib import Path

import rcssmin
import tinycss2
from fontTools import subset
from sphinx.errors import ExtensionError

LINK = re.compile(r'[ \t]*<link [^>]*?href="([^"?]*_static/)([^"?]+\.css)[^>]*>\n?')
# FontAwesome's icons come from its web font: its script (and the preloads of what is cut below) only cost time.
GONE = re.compile(
    r"\s*<script[^>]*fontawesome\.js[^>]*></script>|\s*<link rel=\"preload\"[^>]*>"
    r"|\s*<script>DOCUMENTATION_OPTIONS\.pagename[^<]*</script>"
)

# Two of three spans of code say a color that the text around them has: a third of a long page's elements.
COLORLESS = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>|<span></span>')
# The theme names the scheme after the page is laid out, and all is styled again: name it from the start.
UNDECIDED = 'localStorage.getItem("theme") || "auto"'
DECIDED = ('/light|dark/.exec(localStorage.getItem("mode"))?.[0]'
           ' ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")')
SPY = ' data-bs-spy="scroll"'  # it lays the whole page out to see where its sections are: settle.js starts it
# So does the theme to see what scrolls: tab-stops.js waits.
TAB_STOPS = re.compile(r'"complete"===document\.readyState\?(\w+)\(\):window\.addEventListener\("load",\1\)')
# The buttons that copy a cell take their time: settle.js loads them when the first hand or key comes.
LATER = re.compile(r'<script src=("[^"]*_static/(?:clipboard\.min|copybutton)\.js)')
REMARK = re.compile(r"console\.log\([`\"]\[[PS][SB]T\][^)]*\)")  # what the theme tells itself


def used(selector: str, names: set[str]) -> bool:
    """Whether every class and id that a selector asks for stands somewhere in the pages or scripts."""
    plain = re.sub(r":(not|is|where)\([^)]*\)|\[[^]]*\]", "", selector)
    return all(name in names for name in re.findall(r"[.#](-?[A-Za-z_][\w-]*)", plain))


def selectors(prelude: list) -> list[str]:
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part) for part in parts]


def purge(rules: list, names: set[str]) -> str:
    """The style rules that some element can meet."""
    text = ""
    for rule in rules:
        if rule.type == "qualified-rule":
            kept = [selector for selector in selectors(rule.prelude) if used(selector, names)]
            if kept:
                text += ",".join(kept) + "{" + tinycss2.serialize(rule.content) + "}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = purge(tinycss2.parse_rule_list(rule.content, True, True), names)
            text += f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}" if inner else ""
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            text += rule.serialize()
    return text


def drop_idle_fonts(css: str) -> str:
    """Leave out the font faces of the families that no other rule names."""
    face = re.compile(r"@font-face\s*{[^}]*font-family:\s*[\"']?([^;}\"']+)[^}]*}")
    rest = face.sub("", css)
    return face.sub(lambda match: match[0] if match[1] in rest else "", css)


def sheet(path: Path, static: Path) -> str:
    """A style sheet with its imports pulled in and its addresses seen from _static."""
    text = path.read_text("utf-8")
    text = re.sub(r",\s*url\([^)]+\.(?:woff|ttf)[^)]*\)\s*format\([^)]*\)", "", text)  # every browser reads woff2
    text = re.sub(
        r"url\((?!data:)[\"']?([^)\"']+)[\"']?\)",
        lambda address: f"url({os.path.relpath(path.parent / address[1], static)})",
        text,
    )
    return re.sub(r'@import "([^"]+)";', lambda name: sheet(path.parent / name[1], static), text)


def merge_sheets(pages: dict[Path, str], static: Path) -> str:
    """One style sheet in place of all those that the pages name, in their order."""
    html = "".join(pages.values())
    scripts = "".join(p.read_text("utf-8") for p in static.rglob("*.js") if p.stem != "fontawesome")
    names = set(re.findall(r"[\w-]+", html + scripts))
    css = "".join(sheet(static / name, static) for name in dict.fromkeys(m[2] for m in LINK.finditer(html)))
    css = purge(tinycss2.parse_stylesheet(css, True, True), names)
    return '@charset "utf-8";' + rcssmin.cssmin(drop_idle_fonts(css))


def cut_fonts(css: str, pages: dict[Path, str], static: Path) -> set[Path]:
    """Cut each font to the characters that pages and style sheet show; the fonts that were cut."""
    characters = "".join(sorted({*css, *unescape(re.sub(r"<[^>]+>", "", "".join(pages.values())))}))
    fonts = {static / name for name in re.findall(r"url\(([^)]+\.woff2)\)", css)}
    for font in fonts:
        subset.main([str(font), f"--text={characters}", "--flavor=woff2", "--no-hinting",
                     "--layout-features=*", f"--output-file={font}"])
    return {font.resolve() for font in fonts}


def remove_unused(static: Path, kept: set[Path]):
    """Remove the style sheets, fonts and maps that no page asks for any more."""
    for path in static.rglob("*"):
        dead = path.suffix in {".css", ".map", ".woff2", ".woff", ".ttf"} or path.name == "fontawesome.js"
        if dead and path.resolve() not in kept:
            path.unlink()


def leave_tab_stops(static: Path):
    """Take the theme's own tab stops out of its script; tab-stops.js sets them."""
    script = static / "scripts/pydata-sphinx-theme.js"
    text, found = TAB_STOPS.subn("0", script.read_text("utf-8"))
    if found != 1:
        raise ExtensionError(f"slim: {script.name} sets the tab stops in {found} places; one was expected")
    script.write_text(text, "utf-8")


def silence(static: Path):
    """Take the theme's remarks out of its scripts: the console is for what goes wrong."""
    for script in static.glob("scripts/*.js"):
        script.write_text(REMARK.sub("void 0", script.read_text("utf-8")), "utf-8")
    options = static / "documentation_options.js"
    # A page opened from a disk may not read others, so a search from there gives titles without their surroundings.
    text = options.read_text("utf-8")
    options.write_text(text.replace("SUMMARY: true", "SUMMARY: location.protocol !== 'file:'"), "utf-8")


def slim_page(text: str) -> str:
    root = LINK.search(text)[1]
    text = COLORLESS.sub(r"\1", text).replace(UNDECIDED, DECIDED).replace(SPY, "")
    text = REMARK.sub("void 0", GONE.sub("", LINK.sub("", text)))
    text = LATER.sub(r'<script type="later" data-src=\1', text).replace("<script src=", "<script defer src=")
    return text.replace("</title>", f'</title>\n<link rel="stylesheet" href="{root}book.css">', 1)


def slim(app, error):
    if error or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    pages = {page: page.read_text("utf-8") for page in Path(app.outdir).glob("*.html")}
    for page, text in pages.items():
        if not (LINK.search(text) and GONE.search(text)):
            raise ExtensionError(f"slim: {page.name} is slim already; it needs a build from nothing")
    for known in (UNDECIDED, SPY):
        if not any(known in text for text in pages.values()):
            raise ExtensionError(f"slim: no page holds {known}; the theme must have changed it")
    css = merge_sheets(pages, static)
    (static / "book.css").write_text(css, "utf-8")
    silence(static)
    leave_tab_stops(static)
    remove_unused(static, cut_fonts(css, pages, static) | {(static / "book.css").resolve()})
    for page, text in pages.items():
        page.write_text(slim_page(text), "utf-8")


def setup(app):
    app.connect("build-finished", slim, priority=900)  # after the theme has written pygments.css
    return {"parallel_read_safe": True, "parallel_write_safe": True}
