// @ts-check
// The geometry of widgets: places and sizes are shares of the canvas, from 0 to 1.

const LEAST_WIDTH = 0.08;
const LEAST_HEIGHT = 0.03;
const SNAP = 0.012;

/**
 * @typedef {{ x: number, y: number, w: number, h: number }} Box
 * @typedef {"x" | "y"} Axis
 */

/**
 * Return the box moved by shares of the canvas; it stays inside.
 * @template {Box} T
 * @param {T} box
 * @param {number} dx
 * @param {number} dy
 * @returns {T}
 */
export function moved(box, dx, dy) {
  return { ...box, x: within(box.x + dx, 0, 1 - box.w), y: within(box.y + dy, 0, 1 - box.h) };
}

/**
 * Return the box with its lower right corner moved; it stays inside and keeps a least size.
 * @template {Box} T
 * @param {T} box
 * @param {number} dw
 * @param {number} dh
 * @returns {T}
 */
export function resized(box, dw, dh) {
  return { ...box, w: within(box.w + dw, LEAST_WIDTH, 1 - box.x), h: within(box.h + dh, LEAST_HEIGHT, 1 - box.y) };
}

/**
 * Return the box with an edge or its middle on the nearest line, and that line; null when no line is near.
 * While it is resized only its right or lower edge snaps.
 * @template {Box} T
 * @param {T} box
 * @param {Axis} axis
 * @param {number[]} lines
 * @param {boolean} resizing
 * @returns {{ box: T, line: number | null }}
 */
export function snapped(box, axis, lines, resizing) {
  const size = axis === "x" ? box.w : box.h;
  const edges = resizing ? [size] : [0, size / 2, size];
  let off = SNAP;
  let line = null;
  for (const each of lines) {
    for (const edge of edges) {
      const distance = each - (box[axis] + edge);
      if (Math.abs(distance) < Math.abs(off)) [off, line] = [distance, each];
    }
  }
  if (line === null) return { box, line };
  const by = /** @type {[number, number]} */ (axis === "x" ? [off, 0] : [0, off]);
  return { box: resizing ? resized(box, ...by) : moved(box, ...by), line };
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function within(value, least, most) {
  return Math.min(Math.max(value, least), Math.max(most, least));
}
