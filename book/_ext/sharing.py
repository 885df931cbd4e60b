"""What others need to find, show and cite a page: its picture, and the texts at the end of a chapter."""

import re
from html import escape
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from front import card, pictures
from texts import TEXTS

PICTURE = (1200, 630)
LOCALES = {"es": "es_ES", "en": "en_US"}


def citation(app, pagename: str, title: str) -> dict[str, str]:
    """A chapter -> how to cite it, as a sentence and as BibTeX."""
    text, base = TEXTS[app.config.language], app.config.html_baseurl
    known = {
        "title": title, "book": text["title"], "authors": text["authors"], "number": int(pagename[:2]),
        "year": re.match(r"\d+", app.config.copyright)[0], "version": version("cnnlib"),
        "address": f"{base}{pagename}.html" if base else "",
    }
    url = f"  url = {{{known['address']}}},\n" if base else ""
    bibtex = (
        f"@incollection{{cnnlib-{pagename},\n  author = {{{{{known['authors']}}}}},\n  title = {{{title}}},\n"
        f"  booktitle = {{{known['book']}}},\n  chapter = {{{known['number']}}},\n  year = {{{known['year']}}},\n"
        f"  note = {{{text['version']} {known['version']}}},\n{url}}}"
    )
    return {"sentence": text["citation"].format(**known).strip(), "bibtex": bibtex}


def suggestion(options: dict, language: str, pagename: str) -> str:
    """Where to write about a page; nothing while the book has no repository."""
    subject = quote(f"{language}/{pagename}: ")
    return f"{options['repository_url']}/issues/new?title={subject}" if options["repository_url"] else ""


def save_picture(app, pagename: str) -> str:
    """A page -> the address of the picture that goes with a link to it: the first one of its chapter."""
    chapter = pagename if re.match(r"\d\d-", pagename) else "01-convolution"
    target = Path(app.outdir) / "_static/share" / f"{chapter}.jpg"
    source = Path(app.srcdir) / f"{chapter}.ipynb"
    if not source.exists():
        return ""
    if not target.exists():  # several pages share the first chapter's
        target.parent.mkdir(parents=True, exist_ok=True)
        _, found = next(pictures(source))
        card(found[0], PICTURE).save(target, quality=85)
    return f"{app.config.html_baseurl}_static/share/{chapter}.jpg"


def open_graph(app, pagename: str, title: str, description: str) -> list[str]:
    """The tags that a chat or a social network reads; addresses only when the book has one."""
    language, base = app.config.language, app.config.html_baseurl
    tags = {
        "og:type": "article", "og:title": title, "og:description": description,
        "og:site_name": TEXTS[language]["title"], "og:locale": LOCALES[language],
    }
    if base:
        tags |= {"og:url": f"{base}{pagename}.html", "og:image": save_picture(app, pagename)}
    return [f'<meta property="{name}" content="{escape(value)}">' for name, value in tags.items() if value]


def add_context(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    title = re.sub(r"<[^>]+>", "", context["title"])
    described = re.search(r'name="description" content="([^"]*)"', context["metatags"])
    context["metatags"] += "\n" + "\n".join(open_graph(app, pagename, title, described[1] if described else ""))
    context["suggestion"] = suggestion(app.config.html_theme_options, app.config.language, pagename)
    if re.match(r"\d\d-", pagename):
        context["citation"] = citation(app, pagename, title)


def setup(app):
    app.connect("html-page-context", add_context, priority=400)  # the theme, at 500, drops empty templates
    return {"parallel_read_safe": True, "parallel_write_safe": True}
