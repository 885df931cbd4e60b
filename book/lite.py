"""JupyterLite: the chapters as notebooks in the browser, in both languages, with cnnlib installed.

Its own command puts the program together; what is added here are the notebooks and where to find Pyodide.
"""

import json
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import launch
import live_kit
import nbformat
from notebooks import BOOK, LANGUAGES, TARGET

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
# A line that only MyST reads: a target, the fence of a directive, one of its options.
MYST = re.compile(rf"{TARGET.pattern}|:{{3,}}.*|:[a-z]+: .*")
DATE = "2026-01-01T00:00:00Z"  # the contents ask for one, and two builds shall not differ
PICTURE = re.compile(r"!\[[^]]*\]\(([^():]+\.png)\)")


def settings(base: str) -> dict:
    """The address of Pyodide, seen from a page of the book -> the settings of JupyterLite."""
    kernel = {
        "pyodideUrl": f"{'../' if base.startswith('..') else ''}{base}pyodide.mjs",  # its page is one folder deeper
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"lockFileURL": f"../live/{live_kit.LOCK}", "packages": ["comm", "ipython", "jedi"]},
    }
    config = {"appName": "JupyterLite", "contentsAllJsonFile": "all.json", "litePluginSettings": {KERNEL: kernel}}
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": config}


def plain(path: Path, first: list) -> str:
    """A chapter -> a notebook for other programs: without what only MyST reads, and some cells before its own."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            lines = [line for line in cell.source.split("\n") if not MYST.fullmatch(line)]
            cell.source = "\n".join(lines).strip()
            attach_pictures(cell, path.parent)
    notebook.cells = first + notebook.cells
    return json.dumps(notebook)


def attach_pictures(cell, folder: Path):
    """Put the pictures of a text into its cell: a notebook that is opened elsewhere has no folder beside it."""
    for name in PICTURE.findall(cell.source):
        picture = folder / name
        data = {"image/png": b64encode(picture.read_bytes()).decode()}
        cell.setdefault("attachments", {})[picture.name] = data
        cell.source = cell.source.replace(f"]({name})", f"](attachment:{picture.name})")


def entry(kind: str, path: str, content: list | None = None) -> dict:
    """What the contents say of a file or of a folder."""
    return {
        "name": path.rpartition("/")[2], "path": path, "type": kind, "content": content, "mimetype": None,
        "format": "json" if content else None, "created": DATE, "last_modified": DATE, "writable": True, "size": None,
    }


def add_notebooks(folder: Path):
    """The notebooks of both languages, and the listings by which JupyterLite finds them."""
    listings = folder / "api/contents"
    for language in LANGUAGES:
        files = folder / "files" / language
        files.mkdir(parents=True)
        chapters = sorted((BOOK / language).glob("*.ipynb"))
        first = launch.first_cells(launch.repository(), language)
        for path in chapters:
            (files / path.name).write_text(plain(path, first), "utf-8")
        (listings / language).mkdir(parents=True)
        items = [entry("notebook", f"{language}/{path.name}") for path in chapters]
        (listings / language / "all.json").write_text(json.dumps(entry("directory", language, items)))
    root = entry("directory", "", [entry("directory", language) for language in LANGUAGES])
    (listings / "all.json").write_text(json.dumps(root))


def repack(name: str, folder: Path) -> Path:
    """An installed pure package -> its wheel, in the folder."""
    installed = distribution(name)
    wheel = folder / f"{name}-{installed.version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for file in sorted(installed.files or [], key=str):
            if "__pycache__" not in file.parts and ".." not in file.parts:
                archive.writestr(ZipInfo(str(file)), file.read_binary())
    return wheel


def add_lock(folder: Path, wheel: Path, pyodide: Path | None):
    """The lock file that the kernel reads: addresses written out, and the wheels that Pyodide lacks beside it."""
    lock = live_kit.lock_file(pyodide)
    for package in lock["packages"].values():
        package["file_name"] = live_kit.address(pyodide) + package["file_name"]
    shutil.copy(wheel, folder)
    comm = repack("comm", folder)  # the kernel would get it from elsewhere
    own = {"cnnlib": live_kit.lock_entry(wheel, live_kit.NEEDED), "comm": live_kit.lock_entry(comm, [])}
    (folder / live_kit.LOCK).write_text(json.dumps(lock | {"packages": lock["packages"] | own}))


def write(site: Path, work: Path, wheel: Path, pyodide: Path | None):
    """Put JupyterLite into the site, beside the kit of the pages that run."""
    source, made = work / "lite", work / "lite-site"
    source.mkdir()
    (source / "jupyter-lite.json").write_text(json.dumps(settings(live_kit.core_address(pyodide))))
    subprocess.run(
        [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", source, "--output-dir", made,
         "--apps", "notebooks", "--no-unused-shared-packages"],
        check=True, cwd=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    shutil.copytree(made, site / "lite", ignore=shutil.ignore_patterns("*.map"))  # the maps are two thirds of it
    add_notebooks(site / "lite")
    add_lock(site / "live", wheel, pyodide)
