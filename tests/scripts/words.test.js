import assert from "node:assert/strict";
import { test } from "node:test";

import { difference, found, readWords } from "../../static/js/policy/words.js";

test("words are read one a line, without comment signs, spaces around and repetitions", () => {
  const words = readWords("  Acme \n# troll*\nacme\n\n two   words\n");
  assert.deepEqual([...words.values()], ["Acme", "troll*", "two words"]);
});

test("a difference names what was added and what was removed, whatever the case", () => {
  const saved = readWords("Acme\ntroll*");
  assert.deepEqual(difference(saved, readWords("acme\nzorbo")), { added: ["zorbo"], removed: ["troll*"] });
});

test("a search finds parts of words, the newest first", () => {
  const words = readWords("troll\nacme\nTrolley");
  assert.deepEqual(
    found(words, " TROLL ").map(([, word]) => word),
    ["Trolley", "troll"],
  );
  assert.equal(found(words, "").length, 3);
});
