"""The reference: every public name of cnnlib once, in both languages, and docstrings that read as they are meant."""

import inspect
import types
from collections import Counter
from functools import cache
from importlib import import_module
from pathlib import Path

import api
import pytest
from bs4 import BeautifulSoup
from docutils.core import publish_doctree
from docutils.nodes import definition, doctest_block, paragraph, system_message, term

import cnnlib

HTML = Path(__file__).resolve().parents[2] / "_build/html"
LANGUAGES = ("es", "en")


@cache
def page(language: str) -> BeautifulSoup:
    return BeautifulSoup((HTML / language / "api.html").read_text("utf-8"), "html.parser")


def all_public_names() -> set[str]:
    """What `from cnnlib import *` gives, and what is public in the modules among it."""
    public = {name: getattr(cnnlib, name) for name in cnnlib.__all__}
    modules = {name for name, value in public.items() if isinstance(value, types.ModuleType)}
    found = {f"cnnlib.{name}" for name in public.keys() - modules}
    for module in (import_module(f"cnnlib.{name}") for name in modules):
        own = (name for name, value in vars(module).items() if inspect.getmodule(value) is module)
        found |= {f"{module.__name__}.{name}" for name in getattr(module, "__all__", own) if not name.startswith("_")}
    return found


def methods(kind: type) -> set[str]:
    """The documented methods of a class itself."""
    return {name for name, value in vars(kind).items()
            if inspect.isfunction(value) and value.__doc__ and not name.startswith("_")}


def documented(language: str, kinds: str) -> Counter:
    return Counter(entry["id"] for entry in page(language).select(kinds))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_name_is_documented_once(language):
    entries = documented(language, ":is(dl.function, dl.class, dl.data) > dt")
    assert entries == Counter(all_public_names())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [cnnlib.Layer, cnnlib.CNNClassifier])
def test_the_methods_of_a_class_are_documented(language, kind):
    prefix = f"cnnlib.{kind.__name__}."
    listed = {name for name in documented(language, "dl.method > dt") if name.startswith(prefix)}
    assert listed == {prefix + name for name in methods(kind)}


def test_both_languages_document_the_same_in_the_same_order():
    texts = [[block.get_text() for block in page(language).select("dl.py > dd p, dl.py pre")] for language in LANGUAGES]
    assert texts[0] == texts[1] and len(texts[0]) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_docstrings_are_marked_as_english(language):
    entries = page(language).select("dl.py")
    assert entries and all(entry.find_parent(lang="en") for entry in entries)
    assert not page(language).select("div[lang=en] h2")


@pytest.mark.parametrize("language", LANGUAGES)
def test_signatures_carry_no_addresses_or_types(language):
    signatures = [entry.get_text() for entry in page(language).select("dt.sig")]
    noise = [text for text in signatures if any(word in text for word in ("<", "0x", "collections.", "numpy."))]
    assert signatures and noise == []


def parsed(docstring: str):
    """A docstring -> what docutils makes of it, which must be nothing to complain about."""
    tree = publish_doctree(api.as_rst(docstring), settings_overrides={"report_level": 1, "warning_stream": False})
    assert not list(tree.findall(system_message)), tree.pformat()
    return tree


def arguments(docstring: str) -> list[tuple[str, str]]:
    tree = parsed(docstring)
    names, texts = (tree.findall(kind) for kind in (term, definition))
    return [(name.astext(), text.astext()) for name, text in zip(names, texts, strict=True)]


def test_arguments_become_a_list():
    assert arguments("""Images -> images.

x: images (N, H, W, C).
w: filters.  b: biases (F,), or None:
    zero: no biases.  kernel_size, stride: pixels.
Returns nothing: at all.""") == [
        ("x", "images (N, H, W, C)."), ("w", "filters."), ("b", "biases (F,), or None: zero: no biases."),
        ("kernel_size, stride", "pixels."),
    ]


def test_a_sentence_after_the_arguments_is_a_paragraph():
    tree = parsed("x: an image.\ndb is None\nwithout a bias.")
    assert [p.astext() for p in tree.findall(paragraph)] == ["an image.", "db is None without a bias."]


@pytest.mark.parametrize("text", [
    "Source: LeCun et al. 1998.",
    "Raises ValueError: the shapes differ.",
    "x (N, *input_shape), y (N, *output_shape)",
    r"h += dw * dw, classes_ (K,), |x|, **kwargs and a \ too",
    "-log(p[k]) = log(sum of exp(z)) - z[k]",
])
def test_other_text_reads_as_it_is_written(text):
    tree = parsed(f"First line.\n\n{text}")
    assert [p.astext() for p in tree.findall(paragraph)] == ["First line.", text]


@pytest.mark.parametrize("text", ["x (N, *input_shape) -> y (N, *output_shape)", "{name: (epochs,)} -> lines"])
def test_an_arrow_is_one_letter_that_no_line_breaks_in_two(text):
    tree = parsed(f"First line.\n\n{text}")
    assert [p.astext() for p in tree.findall(paragraph)] == ["First line.", text.replace("->", "→")]


def test_an_example_is_left_as_it_is():
    example = '>>> f(x)\nx: 1\n\\*  y: "`a`"'
    (block,) = parsed(f"First line.\n\n{example}\n\nSource: me.").findall(doctest_block)
    assert block.astext() == example


@pytest.mark.parametrize(("signature", "shown"), [
    ("(init=<function lecun>)", "(init=lecun)"),
    ("(dtype=<class 'numpy.float32'>, k=1)", "(dtype=float32, k=1)"),
    (None, None),
])
def test_default_values_are_shown_by_name(signature, shown):
    assert api.process_signature(None, "function", "f", None, None, signature, None) == (shown, None)
