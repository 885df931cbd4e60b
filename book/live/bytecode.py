"""What Python compiled at an earlier visit: compiling what it imports is half of a page's start.

Runs in the worker before anything else is imported. The worker gives `kept`, the parts that the browser holds, and
asks for `fresh()`, a part with what was compiled since. A file is known by its path and its text: a reader may install
another version of it. Packages are files, and Python's own library is a zip: the function that compiles it is private,
and stays what it is because the book pins its Python.
"""

import marshal
import sys
import zipimport
from importlib.machinery import SourceFileLoader
from importlib.util import source_hash

KEPT = "/site-packages/", "/python{}{}.zip/".format(*sys.version_info)


def held(part):
    """What a part holds: files and their code; nothing where the browser gives back something else."""
    try:
        return marshal.loads(part).items()
    except (AttributeError, EOFError, TypeError, ValueError):
        return ()


known = {file: code for part in kept for file, code in held(part)}  # noqa: F821
compiled = {}
compile_file, compile_zipped = SourceFileLoader.source_to_code, zipimport._compile_source


def remembered(path, data, compile_source):
    """The code of a file, compiled if it is not known; a reader's own files may change, and are not kept."""
    file = path, source_hash(data)
    if file in known:
        return marshal.loads(known[file])
    code = compile_source()
    if any(place in path for place in KEPT):
        compiled[file] = marshal.dumps(code)
    return code


def source_to_code(loader, data, path, **options):
    """Python's own method, for files."""
    return remembered(path, data, lambda: compile_file(loader, data, path, **options))


def zipped_to_code(path, data):
    """Python's own function, for what is in a zip."""
    return remembered(path, data, lambda: compile_zipped(path, data))


def fresh():
    """What was compiled since the last call, as one part; None if nothing was."""
    part = marshal.dumps(compiled) if compiled else None
    compiled.clear()
    return part


SourceFileLoader.source_to_code = source_to_code
zipimport._compile_source = zipped_to_code
