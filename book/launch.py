"""Binder and Colab: the addresses at which they open a chapter, and the first cell of what Colab opens.

Binder installs cnnlib itself, as .binder says, and opens the notebooks of the repository. Colab installs nothing and
takes notebooks from GitHub alone: it opens those that the build wrote for JupyterLite, from the branch that holds the
built site. So the notebooks of the book need no such cell, and the repository's address stands in _config.yml alone.
"""

import re
from pathlib import Path
from urllib.parse import quote

import nbformat
import yaml

ROOT = Path(__file__).resolve().parents[1]
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
COMMENTS = {"es": "Instala cnnlib solo donde falta, como en Colab.",
            "en": "Installs cnnlib only where it is missing, as in Colab."}
INSTALL = """# {comment}
try:
    import cnnlib  # noqa: F401
except ModuleNotFoundError:
    import subprocess
    import sys

    pip = [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "git+{url}@{branch}"], check=True)
"""


def repository() -> dict[str, str]:
    """What _config.yml says of the repository."""
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]


def places(repository: dict[str, str], language: str, name: str) -> dict[str, str]:
    """A repository and a chapter -> {"Binder": address, "Colab": address}; empty while there is no address."""
    url, branch = repository["url"], repository["branch"]
    if not url:
        return {}
    github = GITHUB.fullmatch(url)
    source = f"gh/{github[1]}" if github else f"git/{quote(url, safe='')}"
    path = f"{repository['path_to_book']}/{language}/{name}.ipynb"
    found = {"Binder": f"https://mybinder.org/v2/{source}/{branch}?urlpath=lab/tree/{path}"}
    if github:
        built = f"{repository['branch_of_site']}/lite/files/{language}/{name}.ipynb"
        found["Colab"] = f"https://colab.research.google.com/github/{github[1]}/blob/{built}"
    return found


def first_cells(repository: dict[str, str], language: str) -> list:
    """The cells to put before a notebook's own: one that installs cnnlib, or none while there is no address."""
    if not repository["url"]:
        return []
    code = INSTALL.format(comment=COMMENTS[language], url=repository["url"], branch=repository["branch"])
    return [nbformat.v4.new_code_cell(code.strip(), id="install-cnnlib")]
