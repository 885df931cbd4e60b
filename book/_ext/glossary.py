"""The glossary, from book/glossary.yml.

    ```{terms}
    ```

lists every term in the alphabetical order of the page's language: its name, its name in the other language, what
it means, and the chapter that explains it. The anchor of a term is its key, the same on both pages:
`[](glossary.md#feature-map)` leads to it.
"""

import unicodedata
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from languages import TWIN
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

PATH = Path(__file__).resolve().parents[1] / "glossary.yml"
CHAPTER = {"es": "Capítulo", "en": "Chapter"}


def in_order(terms: list[dict], language: str) -> list[dict]:
    """The terms as a reader of a language looks them up: accents and capitals make no difference."""
    def plain(term: dict) -> str:
        letters = unicodedata.normalize("NFD", term[language].casefold())
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    return sorted(terms, key=plain)


def anchor(term: dict) -> str:
    return nodes.make_id(term["term"])


def names(term: dict, language: str) -> nodes.term:
    """The name in the page's language, and the other language's where it is another word."""
    node = nodes.term("", term[language], ids=[anchor(term)])
    if term[TWIN[language]] != term[language]:
        other = nodes.emphasis("", term[TWIN[language]], classes=[f"language-{TWIN[language]}"])
        node += [nodes.Text(" · "), other]
    return node


def meaning(term: dict, language: str) -> str:
    """The definition and a link to the section that explains the term, as Markdown."""
    page, section = term["where"].split("#")
    number = int(page.split("-")[0])
    return f"{term[f'definition_{language}']} [{CHAPTER[language]} {number}]({page}.ipynb#{section})."


class Terms(SphinxDirective):
    """Nothing -> the list of all terms."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(PATH))
        language = self.config.language
        entries = nodes.definition_list(classes=["glossary"])
        for term in in_order(yaml.safe_load(PATH.read_text("utf-8"))["terms"], language):
            text = nodes.definition()
            self.state.nested_parse(StringList([meaning(term, language)], str(PATH)), self.content_offset, text)
            entries += nodes.definition_list_item("", names(term, language), text)
        return [addnodes.glossary("", entries, sorted=False)]  # Sphinx need not sort them again


class TermAnchors(SphinxTransform):
    """Tell MyST, which knows the anchors of headings alone, where the terms are."""

    default_priority = 841  # after anchors.py has dealt with the sections

    def apply(self):
        for entry in self.document.findall(addnodes.glossary):
            for term in entry.findall(nodes.term):
                self.document.myst_slugs[term["ids"][0]] = (term.line, term["ids"][0], term.children[0].astext())


def setup(app):
    app.add_directive("terms", Terms)
    app.add_transform(TermAnchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
