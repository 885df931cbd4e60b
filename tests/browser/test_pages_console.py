"""Every page opens in silence: nothing in the console, nothing asked of another host, no file missing."""

import pytest


@pytest.mark.parametrize("over", ["http", "file"])
def test_a_page_opens_without_a_word(visit, path, over):
    page = visit(path, over=over, policy=True)
    assert page.locator("main h1").count() == 1
