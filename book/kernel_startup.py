"""IPython runs this file in a kernel that starts; see figure_data.py. It leaves no name behind."""

import os
import runpy

runpy.run_path(os.path.join(os.path.dirname(os.environ["PYTHONSTARTUP"]), "figure_data.py"))["install"](
    get_ipython()  # noqa: F821  a name that IPython gives
)
del os, runpy
