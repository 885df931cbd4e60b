"""What differs between the two languages, and the road from a page to its twin, which has the same file name."""

from html import escape

from docutils import nodes

TEXTS = {
    "es": {
        "title": "CNN desde cero",
        "label": "ES",
        "switch": "Leer esta página en español",
        "search": "Buscar en el libro…",
        "show": "Mostrar el código",
        "hide": "Ocultar el código",
        "show_solution": "Mostrar la solución",
        "hide_solution": "Ocultar la solución",
        "chapters": "Capítulos",
        "link": "Enlace a este lugar",
        "authors": "Equipo de cnnlib",
        "contents": "En esta página",
        "sidebar": "Mostrar u ocultar el índice del libro",
        "page": "Mostrar u ocultar el índice de la página",
        "previous_frame": "Fotograma anterior",
        "play": "Reproducir",
        "next_frame": "Fotograma siguiente",
        "frame": "Fotograma",
        "run_page": "Ejecutar esta página",
        "lite": "Abrir en JupyterLite",
        "live_note": "Se carga Python (unos {size} MB) desde {host}, y nada más. "
        "Tu código y tus respuestas no salen de tu equipo.",
        "live_note_local": "Se carga Python (unos {size} MB) desde este sitio. "
        "Tu código y tus respuestas no salen de tu equipo.",
        "live_loading": "Cargando…",
        "live_offline": "No se ha podido cargar. ¿Hay conexión? Pulsa otra vez para volver a intentarlo.",
        "live_saved": "En este navegador hay respuestas tuyas guardadas; vuelven cuando ejecutas la página.",
        "mark": "Marcar como leído",
        "suggest": "Proponer un cambio en esta página",
        "cite": "Citar este capítulo",
        "version": "versión",
        "citation": "{authors} ({year}). «{title}». Capítulo {number} de {book}, versión {version}. {address}",
    },
    "en": {
        "title": "CNNs from scratch",
        "label": "EN",
        "switch": "Read this page in English",
        "search": "Search the book…",
        "show": "Show the code",
        "hide": "Hide the code",
        "show_solution": "Show the solution",
        "hide_solution": "Hide the solution",
        "chapters": "Chapters",
        "link": "Link to this place",
        "authors": "the cnnlib contributors",
        "contents": "On this page",
        "sidebar": "Show or hide the table of contents",
        "page": "Show or hide the contents of the page",
        "previous_frame": "Previous frame",
        "play": "Play",
        "next_frame": "Next frame",
        "frame": "Frame",
        "run_page": "Run this page",
        "lite": "Open in JupyterLite",
        "live_note": "Loads Python (about {size} MB) from {host}, and nothing else. "
        "Your code and your answers stay on your machine.",
        "live_note_local": "Loads Python (about {size} MB) from this site. "
        "Your code and your answers stay on your machine.",
        "live_loading": "Loading…",
        "live_offline": "It could not be loaded. Are you online? Press again to try once more.",
        "live_saved": "This browser keeps answers of yours; they come back when you run the page.",
        "mark": "Mark as read",
        "suggest": "Suggest a change to this page",
        "cite": "Cite this chapter",
        "version": "version",
        "citation": "{authors} ({year}). “{title}.” Chapter {number} of {book}, version {version}. {address}",
    },
}
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
