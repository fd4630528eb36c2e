"""``python -m ujo_lib.sample [ROOT]``: write the synthetic city under ROOT (default: here)."""

import sys
from pathlib import Path

from ujo_lib.sample.city import write_city

if __name__ == "__main__":
    write_city(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
