"""The sources, cited by author and year, with the small words in the language of the page."""

from functools import cache, partial

import pybtex.plugin
import sphinxcontrib.bibtex.plugin
from pybtex.style.formatting import toplevel
from pybtex.style.formatting.alpha import Style
from pybtex.style.formatting.unsrt import date, pages
from pybtex.style.template import field, names, node, optional, optional_field, sentence, tag, words
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle


@node
def spanish_names(children, context, role):
    """The names of an entry. Before the sound i, «y» is written «e»: e Illia."""
    last = context["entry"].persons.get(role, [])[-1:]
    joint = " e " if any(str(name).startswith("I") for person in last for name in person.first_names[:1]) else " y "
    return names(role, sep=", ", sep2=joint, last_sep=joint).format_data(context)


class BookStyle(Style):
    """The list of sources in English."""

    two, last, within = " and ", ", and ", "In"

    def names(self, role):
        return names(role, sep=", ", sep2=self.two, last_sep=self.last)

    def format_names(self, role, as_sentence=True):
        return sentence[self.names(role)] if as_sentence else self.names(role)

    def get_inproceedings_template(self, e):
        return toplevel[
            self.format_names("author"),
            self.format_title(e, "title"),
            words[self.within, sentence[tag("em")[field("booktitle")], optional[pages], date]],
            sentence[optional_field("note")],
            self.format_web_refs(e),
        ]


class SpanishBookStyle(BookStyle):
    """The same list in Spanish."""

    two, last, within = " y ", " y ", "En"

    def names(self, role):
        return spanish_names(role)


STYLES = {"en": BookStyle, "es": SpanishBookStyle}


def citation_style(style: type[BookStyle]):
    """How the text cites: LeCun et al. (1998), or (LeCun et al., 1998)."""
    brackets = partial(BracketStyle, left="(", right=")", sep="; ", sep2="; ", last_sep="; ")
    return partial(
        AuthorYearReferenceStyle,
        bracket_textual=brackets(),
        bracket_parenthetical=brackets(),
        person=PersonStyle(sep2=style.two, last_sep=style.last),
    )


def choose_styles(app, config):
    name, style = f"book-{config.language}", STYLES[config.language]
    pybtex.plugin.register_plugin("pybtex.style.formatting", name, style)
    sphinxcontrib.bibtex.plugin.register_plugin(
        "sphinxcontrib.bibtex.style.referencing", name, citation_style(style)
    )
    config.bibtex_default_style = config.bibtex_reference_style = name


def setup(app):
    # pybtex looks its plugins up again at each citation, and reads the files of all installed packages to find them.
    pybtex.plugin.entry_points = cache(pybtex.plugin.entry_points)
    app.connect("config-inited", choose_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
