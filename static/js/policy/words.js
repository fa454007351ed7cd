// @ts-check
// A list of words, one a line. Words that differ in case only are one.

/** @param {string} word */
export const keyOf = (word) => word.toLowerCase();

/**
 * Return the words of a text by their keys, in their order.
 * @param {string} text
 * @returns {Map<string, string>}
 */
export function readWords(text) {
  const words = new Map();
  for (const line of text.split("\n")) {
    const word = clean(line);
    if (word && !words.has(keyOf(word))) words.set(keyOf(word), word);
  }
  return words;
}

/**
 * Return what was added to a saved list and what was removed from it.
 * @param {Map<string, string>} saved
 * @param {Map<string, string>} words
 */
export function difference(saved, words) {
  return {
    added: [...words].filter(([key]) => !saved.has(key)).map(([, word]) => word),
    removed: [...saved.keys()].filter((key) => !words.has(key)),
  };
}

/**
 * Return the entries that contain a text, the newest first.
 * @param {Map<string, string>} words
 * @param {string} wanted
 */
export function found(words, wanted) {
  const key = keyOf(wanted.trim());
  return [...words].filter(([each]) => each.includes(key)).reverse();
}

/** @param {string} line */
function clean(line) {
  return line
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^[# ]+/, "");
}
