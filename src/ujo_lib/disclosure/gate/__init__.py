"""The gate reads finished files, trusts nothing, and fails closed."""

from ujo_lib.disclosure.gate.findings import Finding, to_json, to_text
from ujo_lib.disclosure.gate.layers import ALLOWED
from ujo_lib.disclosure.gate.scan import Confidential, Gate

__all__ = ["ALLOWED", "Confidential", "Finding", "Gate", "to_json", "to_text"]
