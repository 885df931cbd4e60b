"""A web component as a figure, with a static version for paper and for where no script runs.

    :::{component} conv-stepper
    :name: fig-01-stepper
    :image: 0 1 / 2 3

    Any Markdown: the static version.

    The last paragraph is the caption.
    :::

The name is the figure's. Every other option becomes an attribute: <conv-stepper lang="en" image="0 1 / 2 3">.
The static version stays inside the element, so a component that prints itself shows it through a <slot>.
"""

from collections import defaultdict
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst.directives import unchanged
from sphinx.util.docutils import SphinxDirective

SCRIPTS = Path(__file__).parents[1] / "_static"


class Component(SphinxDirective):
    """A name, attributes and content -> a figure that holds the element, and its caption."""

    required_arguments = 1
    has_content = True
    option_spec = defaultdict(lambda: unchanged, name=unchanged)  # the component knows its attributes

    def run(self):
        (name,) = self.arguments
        if "-" not in name or not (SCRIPTS / f"{name}.js").is_file():
            raise self.error(f"component {name}: there is no such component, _static/{name}.js")
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        *static, caption = content.children or [None]
        if not static or not isinstance(caption, nodes.paragraph):
            raise self.error(f"component {name}: needs a static version and, as its last paragraph, a caption")
        figure = nodes.figure(component=name, classes=["component"])
        self.add_name(figure)
        attributes = "".join(f' {key}="{escape(value or "")}"' for key, value in self.attributes().items())
        figure += [
            nodes.raw("", f"<{name}{attributes}>", format="html"), *static,
            nodes.raw("", f"</{name}>", format="html"), nodes.caption("", "", *caption.children),
        ]  # fmt: skip
        return [figure]

    def attributes(self) -> dict:
        """The language and all options but the figure's name, which add_name has taken."""
        return {"lang": self.config.language} | self.options


def add_scripts(app, pagename, templatename, context, doctree):
    """Load the scripts of each component on the pages that hold it, and on no other."""
    figures = doctree.findall(nodes.figure) if doctree else []
    for name in sorted({figure["component"] for figure in figures if "component" in figure}):
        for script in sorted(SCRIPTS.glob(f"{name}*.js")):  # its parts, like try-me-texts.js, before the component
            app.add_js_file(script.name)


def setup(app):
    app.add_directive("component", Component)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
