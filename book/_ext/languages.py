"""What differs between the two languages, and the road from a page to its twin, which has the same file name."""

from html import escape

from docutils import nodes
from texts import TEXTS

TWIN = {"es": "en", "en": "es"}


def set_language(app, config):
    """Give the theme the book's title, texts and addresses in the language of this build."""
    language, text = config.language, TEXTS[config.language]
    config.html_title = config.html_short_title = config.project = text["title"]
    config.nb_code_prompt_show, config.nb_code_prompt_hide = text["show"], text["hide"]
    config.copyright += f", {text['authors']}"
    options = config.html_theme_options
    options["search_bar_text"], options["toc_title"] = text["search"], text["contents"]
    options["use_edit_page_button"] = bool(options["repository_url"])
    options["path_to_docs"] += f"/{language}"
    if config.html_baseurl:
        config.html_baseurl = f"{config.html_baseurl.rstrip('/')}/{language}/"


def description(doctree) -> str:
    """The first paragraph of some length without maths, cut at a word."""
    plain = (p.astext() for p in doctree.findall(nodes.paragraph) if not next(p.findall(nodes.math), None))
    text = " ".join(next((text for text in plain if len(text) >= 60), "").split())
    return text if len(text) <= 160 else text[:160].rsplit(" ", 1)[0] + "…"


def add_context(app, pagename, templatename, context, doctree):
    """Tell the templates where the twin is, and the machines what the page is about."""
    language = app.config.language
    twin, page = TWIN[language], f"{pagename}.html"
    context["text"] = TEXTS[language]
    context["twin"] = {
        "language": twin,
        "path": f"../{twin}/{page}",
        "label": TEXTS[twin]["label"],
        "title": TEXTS[twin]["switch"],
    }
    tags = []
    if doctree is not None and 'name="description"' not in context.get("metatags", ""):
        tags.append(f'<meta name="description" content="{escape(description(doctree))}">')
    if base := app.config.html_baseurl:
        site = base[: -len(f"{language}/")]
        places = {code: f"{site}{code}/{page}" for code in TEXTS} | {"x-default": f"{site}en/{page}"}
        tags += [f'<link rel="alternate" hreflang="{code}" href="{place}">' for code, place in places.items()]
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def setup(app):
    app.connect("config-inited", set_language, priority=10)  # before the theme and myst-nb read them
    app.connect("html-page-context", add_context, priority=300)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
