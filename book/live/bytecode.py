"""What Python compiled at an earlier visit: compiling what it imports is half of a page's start.

Runs in the worker before anything else is imported. The worker gives `kept`, the parts that the browser holds, and
asks for `bytecode()`, a part with what was compiled since. A file is known by its path and its text: a reader may
install another version of it. Packages are files, and Python's own library is a zip: the function that compiles it is
private, and stays what it is because the book pins its Python.

What Python compiles before this runs, to start at all, is in no part: `library()` is its zip with that bytecode inside,
and the next visit starts from it.
"""

import marshal
import sys
import zipimport
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, source_hash
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

KEPT = "/site-packages/", "/python{}{}.zip/".format(*sys.version_info)
UNCHECKED = (1).to_bytes(4, "little")  # PEP 552: the hash is there, and Python does not look at it

started = [spec for spec in (module.__spec__ for module in sys.modules.values())
           if spec and isinstance(spec.loader, zipimport.zipimporter) and spec.origin.endswith(".py")]
known = {file: code for part in kept for file, code in marshal.loads(part).items()}  # noqa: F821
del kept  # noqa: F821  15 MB that `known` holds, too
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


def bytecode():
    """What was compiled since the last call, as one part; None if nothing was."""
    part = marshal.dumps(compiled) if compiled else None
    compiled.clear()
    return part


def library():
    """The zip of Python's own library, with the bytecode of what it imports to start; None if it started from that."""
    if not started:
        return None
    archive = started[0].loader.archive
    whole = BytesIO(Path(archive).read_bytes())
    with ZipFile(whole, "a") as added:
        for spec in started:
            text = spec.loader.get_data(spec.origin)
            code = marshal.dumps(compile_zipped(spec.origin, text))
            file = ZipInfo(f"{spec.origin.removeprefix(archive + '/')}c")  # dated 1980: the same bytes at every visit
            added.writestr(file, MAGIC_NUMBER + UNCHECKED + source_hash(text) + code)
    started.clear()
    return whole.getvalue()


SourceFileLoader.source_to_code = source_to_code
zipimport._compile_source = zipped_to_code
