"""Whether a page is for everybody: axe finds nothing in it, and nothing is cut off."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

LEVELS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# As axe has it, but without the ratio below which it leaves a text to the rule for AA: this one
# finds all that the other does, and to look at all colors twice took a third of a check.
CONTRAST = {
    "ignoreUnicode": True,
    "ignoreLength": False,
    "ignorePseudo": False,
    "boldValue": 700,
    "boldTextPt": 14,
    "largeTextPt": 18,
    "contrastRatio": {"normal": {"expected": 7}, "large": {"expected": 4.5}},
    "pseudoSizeThreshold": 0.25,
    "shadowOutlineEmMax": 0.1,
    "textStrokeEmMin": 0.03,
}
CHECK = {"id": "color-contrast-enhanced", "options": CONTRAST}
OPTIONS = {
    "runOnly": {"type": "tag", "values": LEVELS},
    "rules": {
        "color-contrast": {"enabled": False},
        "color-contrast-enhanced": {"enabled": True},
    },
    "resultTypes": ["violations"],
}
# The dark theme has other colors and no other boxes, words or roles.
DARK_OPTIONS = {
    "runOnly": {"type": "rule", "values": ["color-contrast-enhanced", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
SMALL = {"width": 320, "height": 640}


# To read half a megabyte of axe takes as long as to run it, so each document reads it once. The
# list of what is well is much longer than that of faults.
IS_THERE = "typeof axe !== 'undefined'"
READ = f"{AXE_SCRIPT};\naxe.configure({json.dumps({'checks': [CHECK]})})"
# A long list's ninth row has other facts than the eight above it, and the same elements.
RUN = """options => axe.run({ exclude: [["tbody tr:nth-child(n + 9)"]] }, options)
  .then(({ violations }) => violations)"""


def inspect(page, state):
    """Check a page as it stands, in both themes and on the narrowest screen."""
    if not page.evaluate(IS_THERE):
        page.evaluate(READ)
    found = []
    for scheme, options in (("light", OPTIONS), ("dark", DARK_OPTIONS)):
        page.emulate_media(color_scheme=scheme)
        found += [
            f"{state}, {scheme}: {fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in page.evaluate(RUN, options)
            for node in fault["nodes"]
        ]
    assert not found, "\n".join(found)
    size = page.viewport_size
    page.set_viewport_size(SMALL)
    expect(page.locator(":root"), state).to_have_js_property("scrollWidth", SMALL["width"])
    if size:
        page.set_viewport_size(size)
