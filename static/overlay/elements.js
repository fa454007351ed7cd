// @ts-check
// Helpers to build the widgets' elements.

/** Create an element with a class and a text. The text is untrusted and never parsed as HTML. */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Reduce a card's size until it fits its place. */
export function fit(card, place) {
  for (const share of [1, 0.92, 0.85, 0.78, 0.7, 0.62]) {
    card.style.setProperty("--fit", share);
    if (card.scrollHeight <= place.clientHeight) return;
  }
}
