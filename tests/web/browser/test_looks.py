from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Visit = Callable[..., Any]
DIALOGS = {
    "open-threshold": "dialog-threshold",
    "open-model": "dialog-model",
    "open-export": "dialog-export",
    "open-help": "dialog-help",
    "add": "dialog-add",
}


def violations(page: Any, axe: str) -> list[str]:
    """Ask axe-core for what is serious or worse."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['html']} ({node['failureSummary']})"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_serious_stands_in_anybodys_way(
    running: Any, visit: Visit, axe: str, scheme: str, width: int
) -> None:
    page = visit(running.url, width=width, height=800, scheme=scheme, locale="ko-KR")
    if width < 500:
        assert violations(page, axe) == []
        page.tap(".cell >> nth=1")
    page.click("#defect")
    page.wait_for_selector(".badge.defect", state="attached")
    page.click("#previous")
    page.click('[data-tool="brush"]')
    assert violations(page, axe) == []
    if width < 500:
        page.click("#back")
        page.click("#unfold")
        assert violations(page, axe) == []
    for opener, dialog in DIALOGS.items():
        page.click(f"#{opener}")
        page.wait_for_selector(f"#{dialog}[open]")
        page.wait_for_timeout(200)
        assert violations(page, axe) == [], dialog
        page.keyboard.press("Escape")


def test_korean_from_the_browser_or_by_choice(
    running: Any, visit: Visit, picture: Callable[[Any, str], None]
) -> None:
    page = visit(running.url, "민지", locale="ko-KR", scheme="dark")
    assert page.get_attribute("html", "lang") == "ko"
    assert page.inner_text("#defect").startswith("✕")
    assert "불량" in page.inner_text("#defect")
    page.wait_for_selector("body[data-heat]")
    picture(page, "review-desktop-dark-ko")
    page.click("#open-help")
    assert "판정하고 다음으로" in page.inner_text("#dialog-help")
    page.keyboard.press("Escape")
    page.select_option("#language", "en")
    page.wait_for_function("() => document.querySelector('#defect').textContent.includes('Defect')")
    page.reload()
    page.wait_for_selector("body[data-shown]")
    assert page.get_attribute("html", "lang") == "en"


def test_keys_work_where_hangul_is_being_typed(running: Any, visit: Visit) -> None:
    page = visit(running.url)
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ㅇ', code: 'KeyD', bubbles: true}))"
    )
    page.wait_for_selector(".badge.defect")


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_phone_shows_the_list_and_then_one_image(
    running: Any, visit: Visit, locale: str, picture: Callable[[Any, str], None]
) -> None:
    page = visit(running.url, width=390, height=844, locale=locale)
    assert not page.is_visible(".viewer")
    picture(page, f"list-phone-{locale[:2]}")
    page.tap(".cell >> nth=2")
    page.wait_for_selector("body[data-heat]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for selector in ("#defect", "#normal", "#unsure", "#undo", "#next", "#back", '[data-tool="brush"]'):
        box = page.locator(selector).bounding_box()
        assert box["height"] >= 44, selector
        assert box["x"] >= 0, selector
        assert box["x"] + box["width"] <= 390, selector
        assert box["y"] + box["height"] <= 844, selector
    picture(page, f"viewer-phone-{locale[:2]}")
    page.tap("#normal")
    page.wait_for_selector(".badge.normal", state="attached")
    page.tap("#back")
    assert page.is_visible("#grid")


def test_zoom_keeps_both_panes_together(running: Any, visit: Visit) -> None:
    page = visit(running.url)
    page.wait_for_selector("body[data-heat]")

    def places() -> list[str]:
        return page.eval_on_selector_all(".stage", "stages => stages.map(stage => stage.style.transform)")

    fitted = places()
    page.mouse.move(*middle(page, "#pane-heat"))
    page.mouse.wheel(0, -600)
    page.wait_for_function(
        "before => document.querySelector('.stage').style.transform !== before", arg=fitted[0]
    )
    magnified = places()
    assert magnified[0] == magnified[1] != fitted[0]
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert places() == magnified  # the same spot on the next image
    page.keyboard.press("0")
    assert places() == fitted
    assert page.evaluate("getComputedStyle(document.querySelector('.heat')).opacity") == "0.65"
    page.keyboard.press("m")
    assert page.evaluate("getComputedStyle(document.querySelector('.heat')).opacity") == "0"


def middle(page: Any, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
