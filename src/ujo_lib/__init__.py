"""Helper library of the Uki loneliness and isolation report suite."""

__version__ = "0.1.0"
