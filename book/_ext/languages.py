"""What differs between the two languages, and the road from a page to its twin, which has the same file name."""

from importlib.metadata import version

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
    """Tell the templates what the page is about, and what they say in each language."""
    language = app.config.language
    context |= {"texts": TEXTS, "text": TEXTS[language], "twin": TWIN[language], "release": version("cnnlib")}
    context["site"] = app.config.html_baseurl.removesuffix(f"{language}/")
    context["is_page"] = doctree is not None  # the search has none
    context["description"] = description(doctree) if doctree else ""


def setup(app):
    app.connect("config-inited", set_language, priority=10)  # before the theme and myst-nb read them
    app.connect("html-page-context", add_context, priority=300)  # the theme, at 500, drops empty templates
    return {"parallel_read_safe": True, "parallel_write_safe": True}
