"""The synthetic city: files as untidy as real ones, invented from a seed, meeting every published total.

Nothing here comes from a real person or record. What was planted (seasons, campaign effect, themes of the texts) is
written to a truth folder that only tests read.
"""

from ujo_lib.sample.city import DEFAULT_SEED, write_city
from ujo_lib.sample.relabel import Place

__all__ = ["DEFAULT_SEED", "Place", "write_city"]
