"""The reference of cnnlib, from its docstrings. They are English prose, on the Spanish page too.

    ```{api}
    :names: conv2d_forward conv2d_backward
    ```

documents names of cnnlib; `:methods: fit predict` adds methods of the classes among them. `:module: zoo`
documents all that is public in a module; what the module itself is for, each page says in its language.
"""

import inspect
import re
from importlib import import_module
from types import ModuleType

from docutils import nodes
from docutils.parsers.rst.directives import unchanged_required
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

NAMES = r"[a-z_]\w*(?:, [a-z_]\w*)*"
ARGUMENT = re.compile(rf"({NAMES}): +(.*)")  # stride, dilation: pixels, an integer or a pair
NEXT_ARGUMENT = re.compile(rf"(?<=\S)  +(?={NAMES}: )")  # w: filters (KH, KW, C, F).  b: biases (F,).
CODE_OR_MARKUP = re.compile(r"(`[^`]*`)|([\\*_|])")  # a code span, or what reStructuredText takes for its own


def public_names(module: ModuleType) -> list[str]:
    """A module -> what it declares public, or else the functions and classes that it defines, in its order."""
    defined = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
    return getattr(module, "__all__", [name for name in defined if not name.startswith("_")])


def entry(module: ModuleType, name: str, methods: str) -> list[str]:
    """A name of a module -> the directive that documents it."""
    value = getattr(module, name)
    if inspect.isclass(value):
        members = [f"   :members: {', '.join(methods.split())}"] if methods else []
        return [f".. autoclass:: {module.__name__}.{name}", *members]
    if inspect.isfunction(value):
        return [f".. autofunction:: {module.__name__}.{name}"]
    shown = [f"   :value: {value!r}"] if isinstance(value, str | tuple) else []
    return [f".. py:data:: {name}", f"   :module: {module.__name__}", *shown]


class Api(SphinxDirective):
    """Names or a module of cnnlib -> their documentation, marked as English."""

    option_spec = {"names": unchanged_required, "methods": unchanged_required, "module": unchanged_required}

    def run(self) -> list[nodes.Node]:
        lines = []
        if part := self.options.get("module"):
            module = import_module(f"cnnlib.{part}")
            names, lines = public_names(module), [f".. py:module:: {module.__name__}", ""]
        else:
            module, names = import_module("cnnlib"), self.options["names"].split()
        for name in names:
            lines += [*entry(module, name, self.options.get("methods", "")), ""]
        found = nodes.compound(classes=["language-en"])
        self.state.nested_parse(StringList(["```{eval-rst}", *lines, "```"], "api"), self.content_offset, found)
        for text in found.findall(nodes.TextElement):
            text["support_smartquotes"] = False  # "same" is a string of Python
        return [found]


def as_rst(docstring: str) -> str:
    """A docstring of cnnlib -> reStructuredText; the lines `name: text` become a list of definitions."""
    blocks = re.split(r"\n{2,}", docstring.strip())
    return "\n\n".join(block if block.startswith(">>>") else prose(block) for block in blocks)


def prose(block: str) -> str:
    """A paragraph, or arguments with a paragraph after them. An indented line goes on with the argument above."""
    parts: list[tuple[str, list[str]]] = []
    for line in NEXT_ARGUMENT.sub("\n", block).split("\n"):
        if argument := ARGUMENT.fullmatch(line):
            parts.append((argument[1], [argument[2]]))
        elif parts and (line.startswith("    ") or not parts[-1][0]):
            parts[-1][1].append(line.strip())
        else:
            parts.append(("", [line]))
    return "\n\n".join(definition(names, escaped(" ".join(text))) for names, text in parts)


def definition(names: str, text: str) -> str:
    """The names of arguments and what they are -> an entry of a list; without names -> the text."""
    return f"``{names}``\n   {text}" if names else text


def escaped(text: str) -> str:
    """Text -> reStructuredText that reads the same, with arrows that no line breaks in two."""
    return CODE_OR_MARKUP.sub(lambda found: found[1] or f"\\{found[2]}", text).replace("->", "→")


def process_docstring(app, what, name, obj, options, lines):
    lines[:] = as_rst("\n".join(lines)).split("\n")


def process_signature(app, what, name, obj, options, signature, returns):
    """A function or a class that is a default value is shown by its name."""
    return signature and re.sub(r"<(?:function|class) '?(?:\w+\.)*(\w+)'?>", r"\1", signature), returns


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("api", Api)
    app.connect("autodoc-process-docstring", process_docstring)
    app.connect("autodoc-process-signature", process_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
