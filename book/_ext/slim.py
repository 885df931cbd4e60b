"""After the build: one style sheet with the rules in use, silent scripts, and fonts cut to the glyphs in use.

It takes the theme's own files as they are, keeps what some page or script can use, and removes the rest.
"""

import os
import re
from html import unescape
from itertools import groupby
from pathlib import Path

import rcssmin
import tinycss2
from fontTools import subset
from sphinx.errors import ExtensionError

LINK = re.compile(r'[ \t]*<link [^>]*?href="_static/([^"?]+\.css)[^>]*>\n?')
SHEET = '<link rel="stylesheet" href="_static/book.css">'
# What scripts of the theme and of Sphinx do too early, too loud or in vain: the file, a pattern, what takes its place.
PATCHES = [
    # To see what scrolls, it lays the whole page out: tab-stops.js waits.
    ("scripts/pydata-sphinx-theme.js",
     r'"complete"===document\.readyState\?(\w+)\(\):window\.addEventListener\("load",\1\)', "0"),
    # What it tells itself: the console is for what goes wrong.
    ("scripts/pydata-sphinx-theme.js", r"console\.log\([`\"]\[PST\][^)]*\)", "void 0"),
    ("scripts/sphinx-book-theme.js", r"console\.log\([`\"]\[SBT\][^)]*\)", "void 0"),
    # A page opened from a disk may not read others, so a search from there gives titles without their surroundings.
    ("documentation_options.js", "SUMMARY: true", "SUMMARY: location.protocol !== 'file:'"),
]


def used(selector: str, names: set[str]) -> bool:
    """Whether every class and id that a selector asks for stands somewhere in the pages or scripts."""
    plain = re.sub(r":(not|is|where)\([^)]*\)|\[[^]]*\]", "", selector)
    return all(name in names for name in re.findall(r"[.#](-?[A-Za-z_][\w-]*)", plain))


def selectors(prelude: list) -> list[str]:
    parts = groupby(prelude, lambda token: token == ",")
    return [tinycss2.serialize(part) for comma, part in parts if not comma]


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
    css = "".join(sheet(static / name, static) for name in dict.fromkeys(LINK.findall(html)))
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


def patch_scripts(static: Path):
    """Change what PATCHES says; ExtensionError where it is no longer found."""
    for name, pattern, replacement in PATCHES:
        text, found = re.subn(pattern, replacement, (static / name).read_text("utf-8"))
        if not found:
            raise ExtensionError(f"slim: {name} holds no {pattern}; a new version must have changed it")
        (static / name).write_text(text, "utf-8")


def slim(app, error):
    if error or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    pages = {page: page.read_text("utf-8") for page in Path(app.outdir).glob("*.html")}
    patch_scripts(static)
    css = merge_sheets(pages, static)
    (static / "book.css").write_text(css, "utf-8")
    remove_unused(static, cut_fonts(css, pages, static) | {(static / "book.css").resolve()})
    for page, text in pages.items():
        page.write_text(LINK.sub("", text).replace("</title>", f"</title>\n{SHEET}", 1), "utf-8")


def setup(app):
    app.connect("build-finished", slim, priority=900)  # after the theme has written pygments.css
    return {"parallel_read_safe": True, "parallel_write_safe": True}
