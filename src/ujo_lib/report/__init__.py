"""The report room: the door through which numbers reach a page, and how they look there."""

from ujo_lib.report.page import Page, open_page
from ujo_lib.report.publish import Published, TableSpec

__all__ = ["Page", "Published", "TableSpec", "open_page"]
