import assert from "node:assert/strict";
import { test } from "node:test";

import { moved, resized, snapped } from "../../static/js/overlay_editor/boxes.js";

const BOX = { x: 0.1, y: 0.2, w: 0.4, h: 0.2, order: 3 };

test("a box that is moved stays inside the canvas and keeps its other values", () => {
  assert.deepEqual(moved(BOX, 0.9, -0.9), { ...BOX, x: 0.6, y: 0 });
});

test("a box that is resized keeps a least size and stays inside", () => {
  assert.deepEqual(resized(BOX, -1, -1), { ...BOX, w: 0.08, h: 0.03 });
  assert.deepEqual(resized(BOX, 1, 1), { ...BOX, w: 0.9, h: 0.8 });
});

test("an edge near a line lies on it, and the nearest line wins", () => {
  const near = { ...BOX, x: 0.107 };
  assert.deepEqual(snapped(near, "x", [0.11, 0.1], false), { box: { ...near, x: 0.11 }, line: 0.11 });
  assert.ok(Math.abs(snapped(BOX, "y", [0.31], false).box.y - 0.21) < 1e-9);
});

test("a box that is far from every line stays where it is", () => {
  assert.deepEqual(snapped(BOX, "x", [0.2], false), { box: BOX, line: null });
});

test("while a box is resized only its right edge snaps", () => {
  const { box, line } = snapped(BOX, "x", [0.1, 0.505], true);
  assert.equal(line, 0.505);
  assert.ok(Math.abs(box.w - 0.405) < 1e-9 && box.x === BOX.x);
});
