"""The page of `temblor serve`, as somebody uses it: the views, by mouse and by keyboard, narrow and
wide, light and dark. Its policy (CSP) is in force, so the tests only look at elements. With
TEMBLOR_SHOTS=FOLDER every view is drawn there at three widths."""

import json
import os
import pathlib
import re

import pytest
from playwright.sync_api import expect

from conftest import COLLECTION, POINTS

WIDTHS = (390, 768, 1280)
VIEWS = ("search", "recall", "collections", "operations")
QUERY = json.dumps({"indices": [3, 50, 120, 200, 301], "values": [2, 1.5, 1, 1, 0.5]})


def search(page, query=QUERY):
    expect(page.locator("#collection")).to_have_value(COLLECTION)
    page.locator("#vector").select_option("text")
    page.locator("#query").fill(query)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#timing")).to_contain_text("hits")


def scores(page):
    return page.locator("#hits h3 span:last-child").all_inner_texts()


def test_search_shows_hits_with_their_terms(open_page):
    page = open_page()
    search(page)
    expect(page.locator(".hit")).to_have_count(10)
    expect(page.locator(".hit").first.locator(".bars")).to_contain_text("component")
    expect(page.locator("#timing")).to_contain_text("in the server")
    # Payloads are text, whatever they look like.
    expect(page.locator(".hit pre").first).to_contain_text("<img src=x")
    expect(page.locator(".hit img")).to_have_count(0)


def test_exact_and_filter_and_limit(open_page):
    page = open_page()
    page.locator("#limit").fill("5")
    page.get_by_label("exact").check()
    search(page)
    expect(page.locator(".hit")).to_have_count(5)
    exact = scores(page)
    assert exact == sorted(exact, key=float, reverse=True)
    page.get_by_label("exact").uncheck()
    page.locator("#steer").select_option("settings")
    page.locator("#cut").fill("32")
    expect(page.locator("#cut-value")).to_have_text("32")
    search(page)
    page.get_by_text("What the search did").click()
    expect(page.locator("#counters dt:text-is('query_cut') + dd")).to_have_text("32")
    expect(page.locator("#counters dt:text-is('documents_scored') + dd")).not_to_have_text("0")
    page.locator("#steer").select_option("recall")
    page.locator("#recall").fill("0.99")
    search(page)
    assert float(scores(page)[0]) <= float(exact[0])
    page.get_by_label("Filter").fill('{"must": [{"key": "lang", "match": {"value": "de"}}]}')
    search(page)
    for payload in page.locator(".hit pre").all_inner_texts():
        assert json.loads(payload)["lang"] == "de"


def test_a_dense_vector_hides_what_is_for_sparse_ones(open_page):
    page = open_page()
    expect(page.locator("#collection")).to_have_value(COLLECTION)
    page.locator("#vector").select_option("image")
    expect(page.locator("#cut")).to_be_hidden()
    page.get_by_role("button", name="Take a point's vector").click()
    expect(page.locator("#query")).not_to_have_value("")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".hit")).to_have_count(10)


def test_mistakes_are_said(open_page):
    page = open_page()
    expect(page.locator("#collection")).to_have_value(COLLECTION)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Query")
    page.locator("#query").fill("[1, 2")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Query: ")
    search(page)
    expect(page.locator("#problem")).to_be_hidden()


@pytest.mark.parametrize("kind", ["curl", "Python", "JavaScript"])
def test_copies(open_page, kind):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    search(page)
    page.get_by_role("button", name=kind).click()
    expect(page.locator("#timing")).to_have_text(f"Copied as {kind.lower()}.")
    # Pasted where it can be seen: the policy forbids to ask the page for its clipboard.
    page.locator("#filter").focus()
    page.keyboard.press("Control+V")
    expect(page.locator("#filter")).to_have_value(snippet(kind))


def snippet(kind):
    begins = {"curl": r"^curl -X POST ", "Python": r"^import json, urllib",
              "JavaScript": r"^const response = await fetch\("}
    return re.compile(begins[kind] + r"[\s\S]*" + "indices")


def test_recall_lab_draws_a_curve(open_page):
    page = open_page(view="recall")
    expect(page.locator("#recall-vector")).to_have_value("text")
    page.locator("#samples").fill("5")
    page.get_by_role("button", name="Measure").click()
    expect(page.locator("#recall-status")).to_contain_text("exact search takes")
    assert page.locator("#curve circle").count() >= 16
    expect(page.locator("#curve circle.now")).to_have_count(1)
    assert page.locator("#recall-table tbody tr").count() >= 16


def test_collections_show_sizes_and_are_optimized(open_page):
    page = open_page(view="collections")
    card = page.locator(".card").filter(has_text=COLLECTION)
    expect(card).to_contain_text(f"{POINTS:,}")
    expect(card).to_contain_text("lang (keyword)")
    expect(card).to_contain_text("Memory:")
    expect(card).to_contain_text("Disk:")
    card.get_by_role("button", name="Optimize").click()
    # Some points were in a memtable; now all are in the one segment.
    expect(card.locator("dt:text-is('segments') + dd")).to_have_text("1")
    expect(card.locator("dt:text-is('not in a segment yet') + dd")).to_have_text("0")


def test_operations_make_load_and_delete_a_snapshot(open_page):
    page = open_page(view="operations")
    expect(page.locator("#snapshot-collection")).to_have_value(COLLECTION)
    page.get_by_role("button", name="Make a snapshot").click()
    task = page.locator("#tasks tbody tr").filter(has_text="snapshot").first
    expect(task).to_contain_text(COLLECTION)
    expect(task).to_contain_text("done")
    expect(page.locator("#tasks")).to_contain_text("import")
    expect(page.locator("#tasks")).to_contain_text("index")
    row = page.locator("#snapshots tbody tr").first
    with page.expect_download() as download:
        row.get_by_role("button", name="Download").click()
    assert pathlib.Path(download.value.path()).stat().st_size > 10_000
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete").click()
    expect(page.locator("#snapshots tbody tr")).to_have_count(0)
    expect(page.locator("#no-snapshots")).to_be_visible()
    # The import took longer than a millisecond.
    expect(page.locator("#slow")).to_contain_text("/import")
    expect(page.locator("#sparks svg")).to_have_count(8)
    expect(page.locator("#requests")).to_contain_text("GET /metrics")


def test_all_of_it_by_keyboard(open_page):
    page = open_page()
    expect(page.locator("#collection")).to_have_value(COLLECTION)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#collection")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#vector")).to_be_focused()
    page.keyboard.press("t")  # of text
    expect(page.locator("#vector")).to_have_value("text")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("exact")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator("#query")).to_be_focused()
    page.keyboard.type(QUERY)
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.locator("button[type=submit]:focus").count() == 1:
            break
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).to_have_count(10)
    # And to another view.
    for name in ("Recall lab", "Collections", "Operations"):
        page.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    page.locator("#snapshot").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#tasks tbody tr").filter(has_text="snapshot").first).to_contain_text("done")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(open_page, width, scheme):
    page = open_page(width, scheme)
    search(page)
    for view in VIEWS:
        page.get_by_role("link", name={"recall": "Recall lab"}.get(view, view.title())).click()
        section = page.locator(f"#view-{view}")
        expect(section).to_be_visible()
        settled = {"search": ".hit", "recall": "#recall-vector option", "collections": ".card",
                   "operations": "#sparks svg"}[view]
        expect(section.locator(settled).first).to_be_attached()
        if view == "recall":
            page.locator("#samples").fill("5")
            page.get_by_role("button", name="Measure").click()
            expect(page.locator("#recall-status")).to_contain_text("exact search takes")
        sizes = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sizes[0] <= sizes[1], f"{view} at {width}: {sizes}"
        if folder := os.environ.get("TEMBLOR_SHOTS"):
            page.screenshot(path=f"{folder}/{view}-{width}-{scheme}.png", full_page=True)


def test_light_and_dark_differ_and_both_can_be_read(open_page):
    lightness = {}
    for scheme in ("light", "dark"):
        page = open_page(scheme=scheme)
        colors = page.evaluate("(() => { const s = getComputedStyle(document.body);"
                               " return [s.color, s.backgroundColor]; })()")
        lightness[scheme] = [luminance(color) for color in colors]
    for front, back in lightness.values():
        contrast = (max(front, back) + 0.05) / (min(front, back) + 0.05)
        assert contrast >= 7
    assert lightness["light"][1] > lightness["dark"][1]


def luminance(color):
    def linear(part):
        part = int(part) / 255
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
    red, green, blue = (linear(part) for part in color[4:-1].split(",")[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
