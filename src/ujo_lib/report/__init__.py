"""The report room: the door through which numbers reach a page, and how they look there."""

from ujo_lib.report.door.publish import NOBODY, Published, Subject
from ujo_lib.report.look.standing import apart, foremost
from ujo_lib.report.page import Page, open_page

__all__ = ["NOBODY", "Page", "Published", "Subject", "apart", "foremost", "open_page"]
