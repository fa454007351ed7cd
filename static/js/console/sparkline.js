// @ts-check

/**
 * Returns the points of a line through values, for a picture of a size.
 * @param {number[]} values
 * @param {number} width
 * @param {number} height
 * @returns {string} as SVG's `points`
 */
export function linePoints(values, width, height) {
  const highest = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, place) => `${round(place * step)},${round(height - (value / highest) * height)}`).join(" ");
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

const WIDTH = 120;
const HEIGHT = 28;

/**
 * Draws a series into a picture that has a line and an area.
 * @param {Element} picture
 * @param {number[]} values
 */
export function drawSparkline(picture, values) {
  const points = linePoints(values, WIDTH, HEIGHT);
  picture.querySelector("polyline")?.setAttribute("points", points);
  picture.querySelector("polygon")?.setAttribute("points", `0,${HEIGHT} ${points} ${WIDTH},${HEIGHT}`);
}
