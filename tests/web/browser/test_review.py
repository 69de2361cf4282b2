from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gyeol.data.competition import read_competition
from gyeol.data.image import read_mask
from gyeol.detect.detector import Detector
from gyeol.review.verdicts import say, verdict_of

Visit = Callable[..., Any]
SAVED = "#sync:not(.trouble):text-matches('all saved|모두 저장됨')"


def answers(running: Any) -> dict[int, str]:
    rows = running.served.database.rows("SELECT image, answer FROM verdicts WHERE answer IS NOT NULL")
    return {row["image"]: row["answer"] for row in rows}


def shown(page: Any) -> int:
    return int(page.evaluate("document.body.dataset.shown"))


def wait_shown(page: Any, number: int) -> None:
    page.wait_for_function("number => document.body.dataset.shown === String(number)", arg=number)


def press(page: Any, keys: str) -> None:
    """Press keys as a person does: the next image is looked at before the next key."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(60)


def test_a_review_by_keyboard_alone(running: Any, visit: Visit, picture: Callable[[Any, str], None]) -> None:
    page = visit(running.url)
    assert shown(page) == 400  # the highest score comes first
    press(page, "dnujk")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(SAVED)
    assert answers(running) == {400: "defect", 399: "normal", 398: "unsure"}
    assert {row["reviewer"] for row in running.served.database.rows("SELECT reviewer FROM verdicts")} == {
        "lee"
    }
    wait_shown(page, 394)  # 397 after three answers, and a row of three further down
    assert page.locator(".badge.defect").count() == 1
    assert page.locator(".badge.normal").inner_text() == "✓"
    picture(page, "review-desktop-light")


def test_only_what_can_be_seen_is_in_the_page(running: Any, visit: Visit) -> None:
    page = visit(running.url)
    assert page.locator("#grid .cell").count() < 80
    page.keyboard.press("End")
    wait_shown(page, 1)
    assert page.locator("#grid .cell").count() < 80
    assert page.locator('.cell[aria-selected="true"]').get_attribute("aria-posinset") == "400"
    page.keyboard.press("Home")
    wait_shown(page, 400)


def test_undo_takes_back_ones_own_word_and_shows_where(running: Any, visit: Visit) -> None:
    page = visit(running.url)
    press(page, "dn")
    page.wait_for_selector(SAVED)
    page.keyboard.press("z")
    page.wait_for_selector(".notice")
    wait_shown(page, 399)
    assert answers(running) == {400: "defect"}
    page.keyboard.press("Control+z")
    wait_shown(page, 400)
    page.wait_for_function("() => !document.querySelector('.badge:not([hidden])')")
    assert answers(running) == {}
    page.keyboard.press("z")
    page.wait_for_selector(".notice:has-text('Nothing to take back')")


def drag(page: Any, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the picture, from and to shares of its width and height."""
    box = page.locator("#pane-picture .pixels").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (begin, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=6)
    page.mouse.up()


def mask_of(running: Any, number: int, tmp_path: Path) -> np.ndarray | None:
    png = verdict_of(running.served.database, number).mask
    if png is None:
        return None
    (tmp_path / "mask.png").write_bytes(png)
    return read_mask(tmp_path / "mask.png", (96, 96))


def test_a_mask_is_drawn_corrected_undone_and_there_after_a_reload(
    running: Any, visit: Visit, tmp_path: Path, picture: Callable[[Any, str], None]
) -> None:
    page = visit(running.url)
    page.keyboard.press("e")
    drag(page, (0.25, 0.25), (0.75, 0.75))
    page.wait_for_selector(SAVED)
    ellipse = mask_of(running, 400, tmp_path)
    assert ellipse is not None
    assert ellipse[48, 48]
    assert not ellipse[26, 26]  # an ellipse, not its box
    assert abs(ellipse.sum() - np.pi * 24**2) < 150
    assert answers(running)[400] == "defect"  # where a defect is marked, there is one
    page.keyboard.press("r")
    drag(page, (0.5, 0.1), (0.5, 0.9))
    page.wait_for_selector(SAVED)
    page.wait_for_function("() => true")
    cut = mask_of(running, 400, tmp_path)
    assert cut is not None
    assert not cut[48, 48]
    assert cut[48, 30]
    page.keyboard.press("b")
    drag(page, (0.1, 0.1), (0.2, 0.1))
    page.wait_for_selector(SAVED)
    brushed = mask_of(running, 400, tmp_path)
    assert brushed is not None
    assert brushed[10, 14]
    picture(page, "mask-desktop-light")
    page.keyboard.press("z")
    page.wait_for_selector(".notice")
    np.testing.assert_array_equal(mask_of(running, 400, tmp_path), cut)
    page.reload()
    wait_shown(page, 400)
    page.wait_for_function(
        "() => { const c = document.querySelector('.stage .mask');"
        " return c.width === 96 && c.getContext('2d').getImageData(30, 48, 1, 1).data[3] > 127; }"
    )
    page.click("#clear")
    page.wait_for_function("() => document.querySelector('#sync').textContent === 'all saved'")
    page.wait_for_timeout(300)
    assert mask_of(running, 400, tmp_path) is None


def test_two_reviewers_at_once_lose_nothing_and_are_told(running: Any, visit: Visit) -> None:
    lee, kim = visit(running.url, "lee"), visit(running.url, "kim")
    kim.evaluate("document.hidden")  # both have seen image 400 without a verdict
    lee.keyboard.press("d")
    lee.wait_for_selector(SAVED)
    kim.keyboard.press("n")
    kim.wait_for_selector(".notice:has-text('lee said “Defect” while you said “Normal”')")
    assert answers(running) == {400: "defect"}
    kim.click(".notice button")  # now he knows, and means it
    kim.wait_for_selector(SAVED)
    kim.wait_for_function("() => document.querySelector('.badge.contested')")
    assert answers(running) == {400: "normal"}
    lee.wait_for_selector(".badge.normal.contested", timeout=15_000)  # she hears of it without a reload
    lee.keyboard.press("z")  # his word is not hers to take back
    lee.wait_for_selector(".notice:has-text('kim has answered on top')")
    assert answers(running) == {400: "normal"}
    lee.select_option("select[name=show]", "contested")
    wait_shown(lee, 400)
    assert lee.locator(".cell").count() == 1


def test_what_was_said_without_a_connection_survives_a_reload(running: Any, visit: Visit) -> None:
    page = visit(running.url)
    page.route("**/verdict", lambda route: route.abort())
    press(page, "dn")
    page.wait_for_selector("#sync.trouble:has-text('2 not sent yet')")
    assert answers(running) == {}
    page.reload()
    page.wait_for_selector("body[data-shown]")
    assert page.locator(".badge:not([hidden])").count() == 2
    page.unroute("**/verdict")
    page.wait_for_selector(SAVED, timeout=30_000)
    assert answers(running) == {400: "defect", 399: "normal"}


def test_an_answer_whose_confirmation_was_lost_is_no_conflict(running: Any, visit: Visit) -> None:
    page = visit(running.url)
    lost: list[int] = []
    mended = False

    def swallow(route: Any) -> None:
        if mended:
            route.continue_()
            return
        if not lost:
            lost.append(route.fetch().status)  # it is written, and then the line breaks
        route.abort()

    page.route("**/verdict", swallow)
    page.keyboard.press("d")
    page.wait_for_selector("#sync.trouble")
    mended = True  # not before the trouble was seen: a busy machine may show it for less than a look
    page.wait_for_selector(SAVED, timeout=30_000)
    assert lost == [200]
    assert page.locator(".notice").count() == 0
    assert len(running.served.database.rows("SELECT * FROM events")) == 1


def test_images_are_uploaded_and_reviewed(running: Any, visit: Visit, upload: Callable[..., bytes]) -> None:
    page = visit(running.url)
    files = [
        {"name": "새 표면.png", "mimeType": "image/png", "buffer": upload(77)},
        {"name": "broken.png", "mimeType": "image/png", "buffer": b"no image"},
    ]
    page.set_input_files("#files", files)
    page.wait_for_selector(".notice:has-text('broken.png')")
    wait_shown(page, 401)
    assert page.inner_text("#title") == "새 표면.png"
    page.keyboard.press("n")
    page.wait_for_selector(SAVED)
    assert answers(running) == {401: "normal"}


def test_filters_and_orders(running: Any, visit: Visit) -> None:
    page = visit(running.url)
    press(page, "dn")
    page.wait_for_selector(SAVED)
    page.select_option("select[name=show]", "normal")
    wait_shown(page, 399)
    assert page.inner_text("#count").startswith("1 of 400")
    page.select_option("select[name=show]", "model")  # the model says defect, lee says normal
    page.wait_for_function("() => document.querySelector('#count').textContent.startsWith('1 of 400')")
    page.select_option("select[name=show]", "all")
    page.select_option("select[name=kind]", "1")
    page.wait_for_function("() => document.querySelector('#count').textContent.startsWith('200 of 400')")
    page.select_option("select[name=order]", "near")
    wait_shown(page, 200)  # scored 19.9; the threshold is 20
    page.fill("input[name=from]", "30")
    page.fill("input[name=to]", "31")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.querySelector('#count').textContent.startsWith('5 of 400')")
    page.fill("input[name=from]", "")
    page.fill("input[name=to]", "")
    page.select_option("select[name=order]", "next")
    page.wait_for_function("() => document.querySelector('#count').textContent.startsWith('199 of 400')")
    first = running.served.database.rows("SELECT score FROM images WHERE id = ?", shown(page))[0]["score"]
    assert abs(first - 20) < 1


def test_the_export_is_a_folder_to_train_on(running: Any, visit: Visit, tmp_path: Path) -> None:
    page = visit(running.url)
    page.click("#open-export")
    page.click("#dialog-export a >> nth=0")
    page.wait_for_selector("#dialog-export .error:has-text('needs both')")
    page.keyboard.press("Escape")
    press(page, "dnn")
    page.wait_for_selector(SAVED)
    page.click("#open-export")
    with page.expect_download() as download:
        page.click("#dialog-export a >> nth=0")
    download.value.save_as(tmp_path / "out.zip")
    zipfile.ZipFile(tmp_path / "out.zip").extractall(tmp_path / "out")
    dataset = read_competition(tmp_path / "out")
    assert (len(dataset.defects), len(dataset.normals)) == (1, 2)
    with page.expect_download() as download:
        page.click("#dialog-export a >> nth=2")
    download.value.save_as(tmp_path / "coco.json")
    assert len(json.loads((tmp_path / "coco.json").read_text(encoding="utf-8"))["images"]) == 3


def test_the_threshold_and_what_it_costs_saved_as_a_version(
    running: Any, visit: Visit, picture: Callable[[Any, str], None]
) -> None:
    page = visit(running.url, "민지")
    page.click("#open-threshold")
    page.wait_for_selector("#chart svg")
    before = page.inner_text("#t-value")
    page.fill("#c-missed", "0")
    page.fill("#c-alarm", "100")
    page.click("#t-cheapest")  # missing costs nothing: as high as it goes
    assert page.inner_text("#t-value") != before
    high = page.inner_text("#t-value")
    page.fill("#c-missed", "1000000")
    page.fill("#c-alarm", "0")
    page.click("#t-cheapest")
    assert float(page.inner_text("#t-value")) < float(high)
    picture(page, "threshold-desktop-light")
    page.fill("#t-why", "놓치면 안 됨")
    page.click("#t-save")
    page.wait_for_selector(".notice:has-text('model.v2')")
    detector = Detector.load(running.model.with_name("model.v2"))
    change = detector.record_["versions"][0]
    assert (change["who"], change["why"]) == ("민지", "놓치면 안 됨")
    assert Detector.load(running.model).threshold_ == 1.0


def test_the_token_in_the_address_is_used_and_hidden(start: Callable[..., Any], visit: Visit) -> None:
    token = "a-long-enough-token-0123"
    running = start(token=token)
    page = visit(f"{running.url}#token={token}")
    assert token not in page.url
    assert token not in page.evaluate("document.cookie")
    other = visit(running.url, ready=False)
    other.wait_for_selector("#dialog-login[open]")
    other.fill("#dialog-login input", "wrong-token-wrong-token")
    other.keyboard.press("Enter")
    other.wait_for_selector("#dialog-login .error:has-text('✕')")
    other.fill("#dialog-login input", token)
    other.keyboard.press("Enter")
    other.wait_for_selector("#dialog-name[open]")
    say(running.served.database, 400, 0, "kim", "defect", None)
    page.wait_for_selector(".badge.defect", timeout=15_000)


def test_pictures_that_are_scrolled_past_are_not_asked_for(running: Any, visit: Visit) -> None:
    """A browser that was asked for all of 9,100 at once refused further requests, a verdict's, too."""
    page = visit(running.url)
    page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """async () => {
          const grid = document.querySelector('#grid');
          for (let n = 40; n >= 0; n--) {
            grid.scrollTop = n % 2 ? 0 : (n / 40) * grid.scrollHeight / 2 + grid.scrollHeight / 2;
            await new Promise((resolve) => requestAnimationFrame(resolve));
          }
          grid.scrollTop = grid.scrollHeight;
        }"""
    )
    page.wait_for_function(
        """() => document.querySelector('#image-1')
          && [...document.querySelectorAll('#grid .cell img')].every((image) => image.complete && image.naturalWidth)"""
    )
    cells = page.locator("#grid .cell").count()
    assert 0 < len([url for url in asked if url.endswith("/thumbnail")]) <= 2 * cells
