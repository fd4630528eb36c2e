"""`python -m ujo_lib.cli`, for machines where the command is not on the path."""

import sys

from ujo_lib.cli import main

sys.exit(main())
