"""Figures for the chapters: what draws takes an `ax`, or makes one, and returns it; none calls show().

BLUE, ORANGE, GREEN and PURPLE can be told apart with each of the three common kinds of color blindness. SERIES is
their order for lines, HIGHLIGHTS for outlines. DIVERGING (negative blue, 0 white, positive orange) and GRAY are
color maps.
"""

from cnnlib.viz.architecture import architecture
from cnnlib.viz.confusion import confusion_counts, confusion_matrix
from cnnlib.viz.curves import learning_curves
from cnnlib.viz.flow import gradient_flow
from cnnlib.viz.grids import matrix, windows
from cnnlib.viz.look import BLUE, DIVERGING, GRAY, GREEN, HIGHLIGHTS, ORANGE, PURPLE, SERIES, style
from cnnlib.viz.pictures import feature_maps, filters, image, images
from cnnlib.viz.sight import receptive_field

__all__ = [
    "BLUE",
    "DIVERGING",
    "GRAY",
    "GREEN",
    "HIGHLIGHTS",
    "ORANGE",
    "PURPLE",
    "SERIES",
    "architecture",
    "confusion_counts",
    "confusion_matrix",
    "feature_maps",
    "filters",
    "gradient_flow",
    "image",
    "images",
    "learning_curves",
    "matrix",
    "receptive_field",
    "style",
    "windows",
]
