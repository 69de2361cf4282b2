"""Writing a dataset in another layout."""

from gyeol.data.convert.convert import WRITERS, convert

__all__ = ["WRITERS", "convert"]
