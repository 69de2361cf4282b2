"""All texts of the report, by language: one JSON file each, with the same keys."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "ko")


@cache
def texts(lang: str) -> dict[str, Any]:
    """Read a language's texts: by key a text, or ``{"one": ..., "other": ...}`` where a number ``n`` decides."""
    content = files("gyeol.report.words").joinpath(f"{lang}.json").read_text(encoding="utf-8")
    return dict(json.loads(content))


class Words:
    """The texts of one language.

    Parameters
    ----------
    lang : {"en", "ko"}

    Examples
    --------
    >>> Words("en")("kind", n=3)
    'kind 3'
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"lang is {lang!r}; it must be one of {', '.join(LANGUAGES)}")
        self.lang = lang
        self._texts = texts(lang)

    def __call__(self, key: str, **values: Any) -> str:
        """Give a text with its placeholders filled. It is plain text: whoever puts it into HTML escapes it.

        Raises
        ------
        RuntimeError
            If the key or a placeholder's value is missing, which is a fault of the program.
        """
        try:
            text = self._texts[key]
            if isinstance(text, dict):
                text = text["one" if values["n"] == 1 else "other"]
            return str(text).format(**values)
        except KeyError as error:
            raise RuntimeError(f"text {key!r} in {self.lang!r}: {error} is missing") from error
