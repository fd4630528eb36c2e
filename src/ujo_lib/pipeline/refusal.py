"""The refusal of a release, in a module that costs nothing to import: the command line must know it before any run."""

from collections.abc import Iterable


class ReleaseRefusedError(RuntimeError):
    """Something must not leave; whatever stood in the release folder stands there still.

    Attributes:
        findings: where it is (notebook and cell, table and cell, file and record) and of what kind; never its content.
    """

    def __init__(self, reason: str, findings: Iterable[str], remedy: str = ""):
        self.findings = tuple(findings)
        lines = [reason, *(f"- {finding}" for finding in self.findings), *([remedy] if remedy else [])]
        super().__init__("\n".join(lines))
