"""Measure the built pages with Lighthouse, as on a phone: the median of three runs of each page.

It needs node; npx downloads Lighthouse the first time. `python scripts/lighthouse.py en/index.html` measures one page.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import chromium
from packed_files import serving

HTML = Path(__file__).resolve().parents[1] / "_build/html"
NAMES = ("index", "02-small-matrices", "01-convolution")  # the front, much maths, many figures
PAGES = [f"{language}/{name}.html" for language in ("es", "en") for name in NAMES]
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
RUNS = 3


def run(address: str) -> dict[str, float]:
    """One run -> the score of each category, of 100, and how fast the machine was meanwhile (Lighthouse's index)."""
    command = ["npx", "--yes", "lighthouse@12", address, "--quiet", "--output=json",
               f"--only-categories={','.join(CATEGORIES)}", "--chrome-flags=--headless=new --no-sandbox"]
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True,
                            env=os.environ | {"CHROME_PATH": chromium.PATH or ""})
    report = json.loads(result.stdout)
    for audit in report["audits"].values():
        if audit["score"] == 0 and audit["scoreDisplayMode"] == "binary":
            print("  ", audit["id"], "-", audit["title"])
    scores = {name: 100 * report["categories"][name]["score"] for name in CATEGORIES}
    return scores | {"machine": report["environment"]["benchmarkIndex"]}


def main(pages: list[str]):
    if not shutil.which("npx"):
        sys.exit("Lighthouse needs node and npm: install them first")
    with serving(HTML) as address:
        for page in pages:
            scores = [run(address + page) for _ in range(RUNS)]
            for name in (*CATEGORIES, "machine"):
                values = sorted(score[name] for score in scores)
                print(f"{page}  {name}: {statistics.median(values):.0f}  ({values[0]:.0f} to {values[-1]:.0f})")


if __name__ == "__main__":
    main(sys.argv[1:] or PAGES)
