"""Anchors that belong to a page: #mistakes can stand on each of them, the same in both languages.

A section is known by its explicit target alone, never by its heading, which is another in the other language.
`[](#ties)` leads to a section of the same page, `[](04-pooling.ipynb#ties)` to one of another page.
"""

from docutils import nodes
from myst_parser.mdit_to_docutils.base import clean_astext
from sphinx.transforms import SphinxTransform


class LocalAnchors(SphinxTransform):
    """Take the targets of the sections out of the names that all pages share."""

    default_priority = 840  # before Sphinx collects the names, and MyST resolves the links of the page

    def apply(self):
        for section in self.document.findall(nodes.section):
            explicit = [name for name in section["names"] if self.document.nametypes.get(name)]
            if explicit:
                section["ids"] = [self.localize(name, section) for name in explicit]
        self.env.metadata[self.env.docname]["myst_slugs"] = self.document.myst_slugs

    def localize(self, name: str, section: nodes.section) -> str:
        """Rename a target to page/name, and tell MyST where the page has it; the anchor."""
        document, shared = self.document, f"{self.env.docname}/{name}"
        anchor = document.nameids.pop(name)
        document.nameids[shared], document.nametypes[shared] = anchor, document.nametypes.pop(name)
        section["names"][section["names"].index(name)] = shared
        document.myst_slugs[anchor] = (section.line, anchor, clean_astext(section[0]))
        return anchor


def setup(app):
    app.add_transform(LocalAnchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
