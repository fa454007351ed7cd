"""Goes through a page by the Tab key, and looks whether the keyboard's place can be seen."""

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 90
# Whether the place of the keyboard can be seen: a ring around it, or around the label of a hidden box.
IS_SEEN = """() => {
  const rings = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  };
  const focused = document.activeElement;
  return [focused, focused.closest("label"), focused.parentElement].some((each) => each && rings(each));
}"""
NAME = "document.activeElement.outerHTML.slice(0, 120)"


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the keyboard is there, and look at each stop."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(IS_SEEN), f"the keyboard cannot be seen at {page.evaluate(NAME)}"
    raise AssertionError(
        f"{MOST_STOPS} presses of Tab did not lead to {wanted}; now at {page.evaluate(NAME)}"
    )
