import assert from "node:assert/strict";
import { test } from "node:test";

import { clockText } from "../../static/js/console/clocks.js";
import { LineHistory } from "../../static/js/console/line_history.js";
import { isShown } from "../../static/js/console/row_filter.js";
import { RowStore } from "../../static/js/console/row_store.js";
import { pauseMs } from "../../static/js/console/socket.js";
import { linePoints } from "../../static/js/console/sparkline.js";
import { nextPlace } from "../../static/js/console/tabs.js";

const row = (id, text = "") => ({ id, text });

test("a row with a known id takes that row's place", () => {
  const store = new RowStore(10);
  store.put([row("a"), row("b", "old"), row("c")]);
  store.put([row("b", "new")]);
  assert.deepEqual(
    store.newest(() => true, 10).map((each) => each.id + each.text),
    ["a", "bnew", "c"],
  );
});

test("a store keeps the newest rows, and shows the newest that match", () => {
  const store = new RowStore(5);
  store.put([..."abcdefgh"].map((id) => row(id)));
  assert.equal(store.get("a"), undefined);
  const shown = store.newest((each) => each.id !== "g", 2);
  assert.deepEqual(shown, [row("f"), row("h")]);
});

test("a filter shows its group, what the rules have marked, and what was searched for", () => {
  const message = { group: "message", risk: "medium", name: "Giulia", text: "Ciao a tutti" };
  assert.ok(isShown(message, "", ""));
  assert.ok(isShown(message, "message", "giulia"));
  assert.ok(isShown(message, "risk", "tutti"));
  assert.ok(!isShown(message, "gift", ""));
  assert.ok(!isShown(message, "", "nessuno"));
  assert.ok(!isShown({ ...message, risk: "low" }, "risk", ""));
});

test("the history goes back and forth, and returns to what was being typed", () => {
  const history = new LineHistory(["one"]);
  history.add("two");
  assert.equal(history.before("thr"), "two");
  assert.equal(history.before("two"), "one");
  assert.equal(history.before("one"), "one");
  assert.equal(history.after("one"), "two");
  assert.equal(history.after("two"), "thr");
  assert.equal(history.after("thr"), "thr");
});

test("a line that was said twice is stored once, as the newest", () => {
  const history = new LineHistory(["one", "two"]);
  history.add("one");
  assert.deepEqual(history.lines, ["two", "one"]);
});

test("an empty history leaves the field as it is", () => {
  assert.equal(new LineHistory().before("typed"), "typed");
});

test("a sparkline reaches from edge to edge, and from the bottom to the highest value", () => {
  assert.equal(linePoints([0, 5, 10], 100, 20), "0,20 50,10 100,0");
  assert.equal(linePoints([0, 0], 100, 20), "0,20 100,20");
});

test("the arrow keys go round the tabs", () => {
  assert.equal(nextPlace("ArrowRight", 3, 4), 0);
  assert.equal(nextPlace("ArrowLeft", 0, 4), 3);
  assert.equal(nextPlace("End", 0, 4), 3);
  assert.equal(nextPlace("Home", 2, 4), 0);
  assert.equal(nextPlace("a", 2, 4), 2);
});

test("the pauses between tries grow to four seconds, and pages do not come back all at once", () => {
  assert.equal(
    pauseMs(0, () => 1),
    500,
  );
  assert.equal(
    pauseMs(9, () => 1),
    4000,
  );
  assert.equal(
    pauseMs(9, () => 0),
    2000,
  );
});

test("a clock shows hours, minutes and seconds", () => {
  assert.equal(clockText(3_729_000), "01:02:09");
  assert.equal(clockText(-5), "00:00:00");
});
