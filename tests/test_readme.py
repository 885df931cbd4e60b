"""The READMEs: their examples run and print what they say, and their links lead somewhere."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.es.md"]


@pytest.mark.parametrize("name", READMES)
def test_the_examples_print_what_the_readme_says(name):
    failed, tried = doctest.testfile(str(ROOT / name), module_relative=False)
    assert (failed, tried >= 10) == (0, True)


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_the_links_lead_somewhere(name):
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text("utf-8"))
    assert not [t for t in targets if not t.startswith("http") and not (ROOT / t).exists()]


def test_both_readmes_have_the_same_code():
    def code(name):
        return [re.sub(r"\s+#.*", "", line) for line in re.findall(r"^>>>.*", (ROOT / name).read_text("utf-8"), re.M)]

    assert code("README.md") == code("README.es.md")
