"""What the pages say beside the chapters, from book/texts.yml, by language."""

from pathlib import Path

import yaml

PATH = Path(__file__).resolve().parents[1] / "texts.yml"


def by_language(part: str) -> dict[str, dict[str, str]]:
    """A part of the file -> its texts in each language; KeyError where one is missing."""
    entries = yaml.safe_load(PATH.read_text("utf-8"))[part]
    return {language: {name: texts[language] for name, texts in entries.items()} for language in ("es", "en")}


TEXTS, LIVE_TEXTS = by_language("page"), by_language("live")
