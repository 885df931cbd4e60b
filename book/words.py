"""The words of the book: spelled right (hunspell), and the ones that the glossary chose.

A word that hunspell does not know stands in `words.es.txt` or `words.en.txt`, one a line, sorted; in small
letters it holds for capitals too. A term has one name in each language; `glossary.yml` lists it, and the
names that Spanish prose does not use. A word in *italics* or «quotation marks» is spoken about, not used:
there every name may stand.
"""

import re
import shutil
import subprocess

import yaml
from markdown_text import readable
from notebooks import BOOK, markdown_pages, pages, prose

DICTIONARIES = {"es": "es_ES", "en": "en_US"}
WORD = re.compile(r"(?<![\w\\])(?<!\w\.)[^\W\d_]{2,}(?:['’][^\W\d_]+)*(?!\w|\.\w)")      # no file.name
SPOKEN_ABOUT = re.compile(r"(?<!\*)\*(?!\*)[^*]+\*(?!\*)|«[^»]*»")


def texts(book, language):
    """Folder of the book -> {name of a cell or a page: what is read in it, without code or formulas}."""
    sources = {page.label(cell): prose(cell) for page in pages(book, language) for cell in page.cells}
    for name, path in markdown_pages(book, language).items():
        sources[f"{language}/{name}"] = path.read_text(encoding="utf-8")
    return {name: readable(source, maths=False) for name, source in sources.items() if source}


def spelling_problems(book=BOOK, language="en"):
    """Folder of the book -> a message for each place with words that neither hunspell nor our list knows."""
    words = {name: spelled_words(text) for name, text in texts(book, language).items()}
    known = set(word_list(language))
    wrong = {word for word in unknown_words(set().union(*words.values()), language)
             if word not in known and word.lower() not in known}
    return [f"{name}: unknown words: {', '.join(sorted(found & wrong))} (or add to words.{language}.txt)"
            for name, found in words.items() if found & wrong]


def spelled_words(text):
    """Text -> set of its words; the English possessive is cut off."""
    return {re.sub(r"['’]s?$", "", word) for word in WORD.findall(text)}


def unknown_words(words, language):
    """Set of words -> those that hunspell's dictionary lacks."""
    run = subprocess.run(["hunspell", "-d", DICTIONARIES[language], "-i", "utf-8", "-l"],
                         input="\n".join(sorted(words)), capture_output=True, encoding="utf-8", check=True)
    return set(run.stdout.split())


def missing_tools():
    """What the spelling check needs and this machine lacks, as a list of names."""
    if not shutil.which("hunspell"):
        return ["hunspell"]
    known = subprocess.run(["hunspell", "-D"], input="", capture_output=True, text=True).stderr
    return [name for name in DICTIONARIES.values() if f"/{name}\n" not in known.replace(".aff", "")]


def word_list(language):
    return (BOOK / f"words.{language}.txt").read_text(encoding="utf-8").splitlines()


def glossary():
    return yaml.safe_load((BOOK / "glossary.yml").read_text(encoding="utf-8"))


def term_problems(book=BOOK, language="es"):
    """Folder of the book -> a message for each name that the glossary replaces by another."""
    found, replaced = [], avoided(language)
    for name, text in texts(book, language).items():
        used = SPOKEN_ABOUT.sub(" ", text)
        for bad, good in replaced.items():
            if re.search(rf"(?<![\w-]){re.escape(bad)}(?![\w-])", used, re.I):
                found.append(f"{name}: {bad!r}; the book says {good!r}")
    return found


def avoided(language):
    """{name not to use: what to use instead} in one language."""
    content = glossary()
    pairs = {bad: term[language] for term in content["terms"] for bad in term.get(f"not_{language}", [])}
    return pairs | content["avoid"][language]
