// @ts-check
// Menus are <details class="menu">: they open without a script. This closes them on Escape and on a click elsewhere.

const OPEN = "details.menu[open]";

/** @param {Document} page */
export function closeMenus(page) {
  page.addEventListener("click", (event) => {
    for (const menu of page.querySelectorAll(OPEN)) {
      if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
    }
  });
  page.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && page.querySelector(OPEN);
    if (!menu) return;
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  });
}
