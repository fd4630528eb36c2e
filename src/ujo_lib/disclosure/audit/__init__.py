"""Can the masks be undone? An outsider's arithmetic, written apart from the plan.

For every hidden count the audit works out between which numbers an outsider can place it, first in fractions (linear
programme), then in whole people. It shares the meaning of a table (`tables`) with the plan and nothing else.
"""

from ujo_lib.disclosure.audit.attack import PUBLIC, AuditReport, Promise, audit

__all__ = ["PUBLIC", "AuditReport", "Promise", "audit"]
