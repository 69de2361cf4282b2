from __future__ import annotations

import dataclasses
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gyeol.errors import DataError, OutputError
from gyeol.report.page import make_report, write_report
from gyeol.report.sources import Sources

_spec = importlib.util.spec_from_file_location("reading", Path(__file__).with_name("reading.py"))
assert _spec
assert _spec.loader
reading = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reading)
Page = reading.Page

EVERYTHING = [
    "summary",
    "result",
    "mistakes",
    "threshold",
    "training",
    "folder",
    "kinds",
    "copies",
    "comparison",
]
NASTY = "<img src=x onerror=alert(1)> $x_2$ & \"'.png"
KIND = "<script>alert(2)</script> $a$"


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_part_has_what_it_is_for(sources: Sources, lang: str) -> None:
    page = Page(make_report(sources, lang))
    assert page.sections == EVERYTHING
    assert page.named("html")[0]["lang"] == lang
    charts = [svg["aria-label"] for svg in page.named("svg")]
    # ROC, PR; scores, cost; losses; imbalance, brightness, contrast, coverage; kinds, map; methods, speed
    assert len(charts) == 13
    alternatives = [image["alt"] for image in page.named("img")]
    assert len(alternatives) == 2 * 2 + (3 + 3) + 2, (
        "mistakes twice; of the kind 3 normals, 3 defects; the copies"
    )
    for said in ("0.6250", "0.25", "the gyeol method", "broken.png", "0123456789abcdef"):
        assert said in page.text


@pytest.mark.parametrize(
    ("lang", "row", "value"),
    [
        ("en", "levels of the kinds, least to largest", "0.80 – 1.50"),
        ("ko", "종류별 수준, 최소에서 최대", "0.80 – 1.50"),
        ("en", "times as high as the folds&#39; models score defects", "1.37"),
        ("ko", "폴드의 모델보다 불량 점수가 높은 배수", "1.37"),
        ("en", "defects that score as normal although learnt from", ">2<"),
        ("ko", "학습했는데도 정상으로 판정되는 불량", ">2<"),
    ],
)
def test_the_training_tells_levels_gain_and_what_was_not_learnt(
    sources: Sources, lang: str, row: str, value: str
) -> None:
    page = make_report(sources, lang)
    assert value in page[page.index(row) :][:200]


def test_it_says_in_words_what_stands_out(sources: Sources) -> None:
    english, korean = (Page(make_report(sources, lang)).text for lang in ("en", "ko"))
    assert "2 files show only 1 picture (train/normal_images/copy.png)" in english
    assert "1 image cannot be read: train/normal_images/broken.png." in english
    assert "읽을 수 없는 사진이 1장 있습니다: train/normal_images/broken.png." in korean
    assert "Of 3 defects, each scored by a model that never saw it, 1 lie at or below it" in english


@pytest.mark.parametrize(
    ("given", "sections"),
    [
        (("facts",), ["summary", "folder", "kinds", "copies"]),
        (("facts", "data"), ["summary", "folder", "kinds", "copies"]),
        (("threshold", "record"), ["summary", "threshold", "training"]),
        (("evaluation", "compared"), ["summary", "result", "mistakes"]),
        (("evaluation",), ["summary", "result"]),
        (("comparison",), ["summary", "comparison"]),
    ],
)
def test_a_part_without_a_source_is_left_out(
    sources: Sources, given: tuple[str, ...], sections: list[str]
) -> None:
    some = Sources(**{name: getattr(sources, name) for name in given})
    page = Page(make_report(some))
    assert page.sections == sections
    assert [link["href"] for link in page.named("a")[1:]] == [f"#{name}" for name in sections]
    assert bool(page.named("img")) == ("data" in given)


def test_facts_of_an_earlier_gyeol_will_do(sources: Sources) -> None:
    facts = {
        k: v for k, v in (sources.facts or {}).items() if k not in ("findings", "distributions", "places")
    }
    facts["kinds"] = [
        {k: v for k, v in row.items() if k not in ("typical", "defect_images")} for row in facts["kinds"]
    ]
    page = Page(make_report(Sources(facts=facts, data=sources.data)))
    assert page.sections == ["summary", "folder", "kinds", "copies"]
    assert len(page.named("img")) == 1 + 2, "the example of the kind, and the copies"


def test_a_name_is_never_taken_for_markup(sources: Sources) -> None:
    page = Page(make_report(sources))
    assert len(page.named("script")) == 1
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
    assert page.text.count(NASTY) >= 3, "in a table, under a picture and beside a mark"
    assert page.text.count(KIND) >= 2


def test_a_name_cannot_close_the_script_or_the_style(sources: Sources) -> None:
    text = make_report(sources)
    assert text.count("</script>") == 1
    assert text.count("</style>") == 1


def test_nothing_is_fetched_from_anywhere(sources: Sources) -> None:
    text = make_report(sources)
    page = Page(text)
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        assert attributes.get("src", "data:image/").startswith("data:image/")
        assert attributes.get("href", "#").startswith("#")
    assert re.findall(r"url\((?!#)", text) == []
    bare = re.sub(r"base64,[\w+/=]+", "", text)
    assert re.findall(r"(?:https?|wss?):|fetch\(|XMLHttpRequest|import\(|@import", bare) == []
    policy = next(
        m["content"] for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")


def test_the_policy_lets_the_pages_own_script_run(sources: Sources) -> None:
    import base64
    import hashlib

    text = make_report(sources)
    script = text[text.index("<script>") + 8 : text.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text


def test_everything_is_there_without_a_script(sources: Sources) -> None:
    page = Page(make_report(sources))
    assert not page.named("button")
    assert not page.named("input"), "what only a script can serve is made by it"
    assert not [a for _, a in page.tags if "hidden" in a]
    titles = [tag for tag, _ in page.tags].count("title")
    assert titles > 50, "every mark says what it is, as a title that the browser shows"


def test_the_page_is_well_formed(sources: Sources) -> None:
    page = Page(make_report(sources))
    assert page.wrong == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))
    used = [a["href"][1:] for _, a in page.tags if a.get("href")] + [
        a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a
    ]
    assert set(used) <= set(ids)


def test_pictures_and_charts_have_alternatives(sources: Sources) -> None:
    page = Page(make_report(sources))
    assert all(image["alt"].strip() for image in page.named("img"))
    for svg in page.named("svg"):
        assert svg["role"] == "img"
        assert re.search(r"\d", svg["aria-label"]), "it says figures, not only what it is of"
    assert all(head.get("scope") in ("row", "col") for head in page.named("th"))


def test_the_same_sources_give_the_same_bytes(sources: Sources) -> None:
    assert make_report(sources, "ko") == make_report(sources, "ko")


def test_the_same_sources_give_the_same_bytes_in_another_process(
    comparison: tuple[dict[str, Any], ...],
) -> None:
    code = (
        "import hashlib\n"
        "from gyeol.report.page import make_report\n"
        "from gyeol.report.sources import Sources\n"
        f"print(hashlib.sha256(make_report(Sources(comparison={comparison!r})).encode()).hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_only_so_many_defects_are_shown(sources: Sources) -> None:
    facts = dict(sources.facts or {})
    (kind,) = facts["kinds"]
    names = [f"train/defect_images/defect_{n % 2}.png" for n in range(40)]
    facts["kinds"] = [{**kind, "defect_images": names, "defects": 40}]
    page = Page(make_report(Sources(facts=facts, data=sources.data)))
    assert sum("outline" in image["alt"] for image in page.named("img")) == 24
    assert "16 more are not shown." in page.text


def test_images_that_are_gone_are_left_out(sources: Sources, competition: Path) -> None:
    for path in (competition / "train/defect_images").iterdir():
        path.unlink()
    page = Page(make_report(Sources(facts=sources.facts, data=competition)))
    assert not [image for image in page.named("img") if "outline" in image["alt"]]
    assert "kind 0" in page.text


def test_no_mistakes_and_no_copies_are_said(sources: Sources) -> None:
    compared = sources.compared
    assert compared is not None
    right = dataclasses.replace(compared, answers=compared.truth)
    facts = {**(sources.facts or {}), "duplicates": []}
    text = Page(make_report(dataclasses.replace(sources, facts=facts, compared=right, mistakes=()))).text
    assert "Every image was answered rightly." in text
    assert "No picture is there more than once" in text


@pytest.mark.parametrize(
    "broken",
    [
        {"facts": {"counts": {}}},
        {"record": {"history": []}, "threshold": 1.0},
        {"evaluation": {"macro_f1": 1}},
        {"comparison": ({"title": "x", "macro_f1": 0.5},)},
    ],
)
def test_facts_that_gyeol_did_not_write_are_one_line(broken: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="not what gyeol writes") as caught:
        make_report(Sources(**broken))
    assert "\n" not in str(caught.value)


def test_nothing_to_report_is_said() -> None:
    with pytest.raises(DataError, match="nothing to report"):
        make_report(Sources())


def test_a_place_that_cannot_be_written_is_one_line(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write_report(tmp_path / "report.html", Sources(comparison=sources.comparison))


def test_an_unknown_language_is_refused(sources: Sources) -> None:
    with pytest.raises(ValueError, match="xx"):
        make_report(sources, "xx")
