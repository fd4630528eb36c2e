"""What is written beside the pages for other programs."""

from datetime import datetime

from ujo_lib.pipeline.export import dated


def test_a_document_of_pages_without_a_date_has_that_of_the_run_and_is_written():
    """`ujo word` ended in a traceback where `created_on` was left empty."""
    finished = "2024-11-02T03:04:05+09:00"
    assert dated("2024-10-31", finished) == datetime(2024, 10, 31)
    assert dated("", finished) == datetime(2024, 11, 2)
