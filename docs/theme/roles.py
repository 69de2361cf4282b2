"""Show the roles of reStructuredText in docstrings, such as ``:class:`Config```, as the code that they name."""

from __future__ import annotations

import re
from typing import Any

import griffe

ROLE = re.compile(r":(?:class|meth|func|data|mod|attr):`~?([^`]+)`")


class Roles(griffe.Extension):
    """Changes docstrings before they become Markdown."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Take the roles of one object off."""
        if obj.docstring is not None:
            obj.docstring.value = ROLE.sub(r"`\1`", obj.docstring.value)
