"""Writing a dataset in another layout."""

from gyeol.data.convert.convert import WRITERS, check_output, convert

__all__ = ["WRITERS", "check_output", "convert"]
