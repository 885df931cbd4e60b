"""The directive that puts a web component into a page, tried on a small book of one or two pages."""

import components
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.errors import SphinxWarning
from sphinx.util.docutils import docutils_namespace

PAGE = """
# Title

:::{component} try-me
:name: fig-try
:image: 0 -1 / "2" <3

| a | b |
|---|---|
| 1 | 2 |

A *caption* that says it all.
:::
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    """build({"page": Markdown}) -> its pages in Spanish, by name; a book whose only component is <try-me>."""
    parts = [tmp_path / "try-me-texts.js", tmp_path / "try-me.js"]
    for part in parts:
        part.write_text("// a component, or a part of it")
    (tmp_path / "plain.js").write_text("// no component: its name has no hyphen")
    monkeypatch.setattr(components, "SCRIPTS", tmp_path)
    source, out = tmp_path / "source", tmp_path / "out"
    settings = {"extensions": ["myst_parser", "components"], "myst_enable_extensions": ["colon_fence"],
                "html_static_path": list(map(str, parts)), "html_theme": "basic", "language": "es"}

    def build_pages(pages):
        source.mkdir()
        for name, text in pages.items():
            (source / f"{name}.md").write_text(f"---\norphan: true\n---\n{text}")
        with docutils_namespace():
            Sphinx(source, None, out, tmp_path / "doctrees", "html", settings | {"root_doc": min(pages)},
                   status=None, warning=None, warningiserror=True).build(force_all=True)
        return {name: BeautifulSoup((out / f"{name}.html").read_text("utf-8"), "html.parser") for name in pages}

    return build_pages


def test_a_component_is_a_figure_with_its_static_version_inside(build):
    figure = build({"page": PAGE})["page"].find(id="fig-try")
    element = figure.find("try-me")
    assert figure.name == "figure" and "component" in figure["class"]
    assert element.attrs == {"lang": "es", "image": '0 -1 / "2" <3'}
    assert [cell.get_text() for cell in element.select("th, td")] == ["a", "b", "1", "2"]
    assert figure.figcaption.get_text(strip=True, separator=" ").startswith("A caption")
    assert figure.find("figcaption").parent is figure, "the caption stands below the component, not in it"


def test_only_a_page_with_the_component_loads_its_scripts_and_its_parts_first(build):
    figure = "\n:::{figure} https://example.org/dot.png\nA caption.\n:::\n"  # one that is no component
    pages = build({"page": PAGE + PAGE.replace("fig-try", "fig-too") + figure, "without": "# Another\n" + figure})
    assert len(pages["page"].find_all("figure")) == 3 and pages["without"].figure
    scripts = [script["src"] for script in pages["page"].select("script[src*=try-me]")]
    assert [src.partition("?")[0] for src in scripts] == ["_static/try-me-texts.js", "_static/try-me.js"]
    assert pages["without"].select("script[src*=try-me]") == []


CONTENT = PAGE.partition("<3\n")[2].removesuffix(":::\n")


@pytest.mark.parametrize(("wanted", "given", "message"), [
    ("try-me", "no-such", "component no-such: there is no such component"),
    ("try-me", "plain", "component plain: there is no such component"),
    (CONTENT, "", "component try-me: needs a static version"),
    (CONTENT, "\nA caption alone.\n", "component try-me: needs a static version"),
    (CONTENT, "\nThe static version.\n\n- No caption\n", "component try-me: needs a static version"),
], ids=["unknown", "without-hyphen", "empty", "caption-alone", "no-caption"])  # fmt: skip
def test_a_faulty_component_stops_the_build(build, wanted, given, message):
    page = PAGE.replace(wanted, given)
    with pytest.raises(SphinxWarning, match=message):
        build({"page": page})
