import assert from "node:assert/strict";
import { test } from "node:test";

import { placeFor } from "../../static/js/focus.js";

const first = { name: "first control" };
const changed = { querySelector: () => first };
const pageWith = (parts) => ({ getElementById: (id) => parts[id] ?? null });

test("an element that is still in the page takes the focus again", () => {
  const left = { id: "save", isConnected: true };
  assert.equal(placeFor(left, changed, pageWith({})), left);
});

test("an element that was replaced gives the focus to the one of the same id", () => {
  const successor = { name: "successor" };
  assert.equal(placeFor({ id: "save", isConnected: false }, changed, pageWith({ save: successor })), successor);
});

test("an element that is gone gives the focus to the first control of what was changed", () => {
  assert.equal(placeFor({ id: "", isConnected: false }, changed, pageWith({})), first);
});
