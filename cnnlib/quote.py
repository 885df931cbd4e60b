"""Quote the source of a name, so that a chapter shows the code that runs and never a copy of it."""

import ast
import inspect
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Quote:
    """Source code and the file it comes from; a notebook shows it as a highlighted block."""

    code: str
    file: str

    def __repr__(self) -> str:
        return f"# {self.file}\n{self.code}"

    def _repr_markdown_(self) -> str:
        return f"```python\n{self!r}\n```"


def show(obj: Any) -> Quote:
    """A function or a class -> its source, each docstring cut to its first line.

    Raises TypeError for what has no Python source.

    >>> from cnnlib.windows import span
    >>> show(span)
    # cnnlib/windows.py
    def span(kernel_size: int, dilation: int) -> int:
        \"""How many pixels a kernel reaches over when the pixels it reads stand `dilation` apart.\"""
        return dilation * (kernel_size - 1) + 1
    """
    try:
        source, path = textwrap.dedent(inspect.getsource(obj)), Path(inspect.getfile(obj))
        top = obj.__module__.count(".") + 1
    except (AttributeError, TypeError, OSError):
        raise TypeError(f"show takes a function or a class written in Python; got {obj!r}") from None
    return Quote(first_lines(source), "/".join(path.parts[-top:]))


def first_lines(source: str) -> str:
    """Source code -> the same code, each docstring cut to its first line."""
    lines = source.rstrip().split("\n")
    for node in sorted(ast.walk(ast.parse(source)), key=lambda node: getattr(node, "lineno", 0), reverse=True):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or ast.get_docstring(node) is None:
            continue
        doc = node.body[0]
        if (doc.end_lineno or 0) > doc.lineno:
            first = lines[doc.lineno - 1].rstrip()
            lines[doc.lineno - 1 : doc.end_lineno] = [first + '"""']
    return "\n".join(lines)
