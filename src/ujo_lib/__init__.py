"""Helper library of the Uki loneliness and isolation report suite."""

__version__ = "0.2.0"
