// What the widgets build their elements with.

/** Make an element with a class and a text; names and texts come from strangers, and are only ever text. */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Make a card smaller until it stays within its place. */
export function fit(card, place) {
  for (const share of [1, 0.92, 0.85, 0.78, 0.7, 0.62]) {
    card.style.setProperty("--fit", share);
    if (card.scrollHeight <= place.clientHeight) return;
  }
}
