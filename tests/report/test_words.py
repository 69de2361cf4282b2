from __future__ import annotations

import re
import string
from typing import Any

import pytest

from gyeol.report.words import LANGUAGES, Words, texts


def forms(text: Any) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_all_languages_have_the_same_texts() -> None:
    english, korean = (texts(lang) for lang in LANGUAGES)
    assert list(english) == list(korean)
    for key, text in english.items():
        assert isinstance(text, dict) == isinstance(korean[key], dict), key
        for form in (*forms(text), *forms(korean[key])):
            assert form.strip(), key
            assert placeholders(form) == placeholders(forms(text)[0]), key


def test_korean_is_korean() -> None:
    names = {"MacroF1", "AUROC", "AP", "gyeol"}  # what is so called in Korean, too
    for key, text in texts("ko").items():
        for form in forms(text):
            bare = re.sub(r"\{[^}]*\}|[^\w]", "", form)
            assert bare in names or not re.search(r"[A-Za-z]", bare) or re.search(r"[가-힣]", form), key


def test_a_number_decides_the_form() -> None:
    words = Words("en")
    assert words("copies.table", n=1) == "1 group of copies"
    assert words("copies.table", n=1200) == "1,200 groups of copies"


@pytest.mark.parametrize(("key", "values"), [("no such text", {}), ("kind", {})])
def test_what_is_missing_is_a_fault_of_the_program(key: str, values: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="missing"):
        Words("en")(key, **values)
