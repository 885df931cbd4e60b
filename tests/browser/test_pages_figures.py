"""Figures can be made out in the dark: the pixels that a reader sees are those of the light page, on a white mat."""

import io

import numpy as np
import pytest
from chromium import load_pictures
from PIL import Image


def pixels(figure) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(figure.screenshot(animations="disabled"))).convert("RGB"), float) / 255


def contrast(image: np.ndarray) -> float:
    """An image (H, W, 3) -> the contrast of its darkest ink and its ground, as WCAG defines it."""
    linear = np.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4)
    luminance = np.sort((linear @ [0.2126, 0.7152, 0.0722]).ravel())
    ink, ground = luminance[len(luminance) // 500], luminance[-len(luminance) // 10]
    return (ground + 0.05) / (ink + 0.05)


def test_figures_look_the_same_in_the_dark(visit, path):
    page = visit(path)
    figures = page.locator("article img:visible").all()
    if not figures:
        pytest.skip("the page has no figures")
    load_pictures(page)
    for figure in figures[:6]:
        page.emulate_media(color_scheme="light")
        light = pixels(figure)
        page.emulate_media(color_scheme="dark")
        mat = round(figure.evaluate("figure => parseFloat(getComputedStyle(figure).paddingTop)"))
        dark = pixels(figure)[mat : -mat or None, mat : -mat or None]
        assert contrast(dark) >= 4.5, figure.get_attribute("alt")
        assert abs(dark.mean() - light.mean()) < 0.08, figure.get_attribute("alt")


def test_gray_on_gray_has_no_contrast():
    assert contrast(np.tile([[[0.5] * 3], [[0.6] * 3]], (50, 50, 1))) < 2
