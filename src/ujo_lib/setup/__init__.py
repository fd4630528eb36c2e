"""Before the first run: a new place, a new year, empty forms for its files, and the list of what is still to do.

Everything is copied from the newest year there is, or derived from the dictionary of the input files, so that it
cannot fall behind either. Nothing that exists is ever overwritten.
"""

from ujo_lib.setup.checklist import OpenPoint, open_points
from ujo_lib.setup.copying import SetupError, newest_year
from ujo_lib.setup.notebooks import new_notebook_for, synchronise
from ujo_lib.setup.sites import NewSite, set_up_site
from ujo_lib.setup.years import Created, set_up_year

__all__ = [
    "Created",
    "NewSite",
    "OpenPoint",
    "SetupError",
    "new_notebook_for",
    "newest_year",
    "open_points",
    "set_up_site",
    "set_up_year",
    "synchronise",
]
