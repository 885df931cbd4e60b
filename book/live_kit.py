"""What a live page loads at the first click: one script with the worker, its Python, the lock file and cnnlib's wheel.

One script, and no separate files, because a page opened from a disk may load scripts and nothing else.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIVE = ROOT / "book/live"
LOCK = "pyodide-lock.json"
CORE = "pyodide-core.json"  # what Pyodide itself is made of, and the hash of each file
LOCAL = "../pyodide/"  # seen from a page
HOST = "cdn.jsdelivr.net"
PARTS = ["editor.js", "outputs.js", "page.js"]
NEEDED = ["numpy", "matplotlib"]  # scikit-learn comes later, if a cell asks for it
UNUSED = {"fonttools", "prompt_toolkit", "pytz", "wcwidth"}  # for PDF files, a terminal and time zones
PACKED = ["cnnlib", "LICENSE", "README.md", "pyproject.toml"]


def local_copy() -> Path | None:
    """The folder with a copy of Pyodide for the site, from the environment (`make book PYODIDE=folder`)."""
    if not (folder := os.environ.get("PYODIDE")):
        return None
    if not (Path(folder) / LOCK).is_file():
        raise FileNotFoundError(f"PYODIDE={folder} should be a folder with a copy of Pyodide; it has no {LOCK}")
    return Path(folder)


def lock_file(pyodide: Path | None) -> dict:
    """The lock file of a local copy of Pyodide, or the one that fits its public address."""
    return json.loads(((pyodide or LIVE) / LOCK).read_text("utf-8"))


def without_unused(lock: dict) -> dict:
    """The lock file without what the packages name as needed, and a page never asks for."""
    packages = {name: package | {"depends": [other for other in package["depends"] if other not in UNUSED]}
                for name, package in lock["packages"].items()}
    return lock | {"packages": packages}


def core(pyodide: Path | None) -> dict[str, str]:
    """The files that Pyodide itself is made of, each with its hash as browsers check it."""
    pinned = json.loads((LIVE / CORE).read_text("utf-8"))
    return {name: integrity((pyodide / name).read_bytes()) for name in pinned} if pyodide else pinned


def integrity(content: bytes) -> str:
    """The bytes of a file -> their hash, as an `integrity` attribute has it."""
    return f"sha256-{b64encode(hashlib.sha256(content).digest()).decode()}"


def address(pyodide: Path | None) -> str:
    """Where a page gets the packages from."""
    return LOCAL if pyodide else f"https://{HOST}/pyodide/v{lock_file(None)['info']['version']}/full/"


def core_address(pyodide: Path | None) -> str:
    """Where a page gets Pyodide itself from: as npm has it, whose bytes are the ones that were hashed."""
    return LOCAL if pyodide else f"https://{HOST}/npm/pyodide@{lock_file(None)['info']['version']}/"


def script() -> str:
    """The parts that work in the page, in one scope."""
    return "(() => {\n" + "\n".join((LIVE / name).read_text("utf-8") for name in PARTS) + "})();\n"


def build_wheel(work: Path) -> Path:
    """The wheel of cnnlib, built in the folder from a copy: setuptools leaves files behind where it works."""
    source = work / "source"
    source.mkdir()
    for name in PACKED:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source)
    subprocess.run(
        [sys.executable, "-c", "from setuptools import build_meta; build_meta.build_wheel('..')"],
        check=True, cwd=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1577836800"},  # 2020: the same bytes at every build
    )
    return next(work.glob("cnnlib-*.whl"))


def lock_entry(wheel: Path, depends: list[str]) -> dict:
    """What pyodide-lock.json says of a package that is one pure wheel."""
    name, version, *_ = wheel.name.split("-")
    return {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [name],
        "depends": depends,
        "unvendored_tests": False,
    }


def kit(wheel: Path, pyodide: Path | None) -> dict:
    """All that the worker needs, apart from Pyodide itself."""
    lock = without_unused(lock_file(pyodide))
    entry = lock_entry(wheel, NEEDED)
    files = core(pyodide)
    worker, bytecode = ((LIVE / name).read_text("utf-8") for name in ("worker.js", "bytecode.py"))
    return {
        "versions": hashlib.sha256(json.dumps([lock, entry, files, worker, bytecode]).encode()).hexdigest()[:16],
        "base": core_address(pyodide),
        "packages": address(pyodide),
        "core": files,
        "worker": worker,
        "style": (LIVE / "live.css").read_text("utf-8"),
        "bytecode": bytecode,
        "kernel": (LIVE / "kernel.py").read_text("utf-8"),
        "lock": lock,
        "wheel": entry | {"base64": b64encode(wheel.read_bytes()).decode()},
    }


def packed(kit: dict) -> str:
    """The kit as a script, with the parts that work in the page."""
    return f"window.liveKit = {json.dumps(kit)};\n{script()}"


def write(site: Path, wheel: Path, pyodide: Path | None):
    """Put the kit into the site, and Pyodide too where there is a local copy."""
    (site / "live").mkdir()
    (site / "live/kit.js").write_text(packed(kit(wheel, pyodide)), "utf-8")
    if pyodide:
        shutil.copytree(pyodide, site / "pyodide")
