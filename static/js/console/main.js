// @ts-check

/** Runs the live console: puts what its socket sends into the page, and the page's commands on their way. */

import { showClocks } from "./clocks.js";
import { Commands } from "./commands.js";
import { Feed } from "./feed.js";
import { replaceParts, showNumbers } from "./parts.js";
import { Queue } from "./queue.js";
import { RowFilter } from "./row_filter.js";
import { RowMenu } from "./row_menu.js";
import { chatRow, replyRow } from "./rows.js";
import { Say } from "./say.js";
import { ConsoleSocket } from "./socket.js";
import { drawSparkline } from "./sparkline.js";
import { Tabs } from "./tabs.js";

const desk = /** @type {HTMLElement} */ (document.querySelector(".desk"));
/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const socket = new ConsoleSocket(desk.dataset.socket ?? "");
const commands = new Commands(desk, socket);
const tabs = new Tabs(desk);
const chat = new Feed(element("chat-feed"), chatRow);
const host = new Feed(element("host-feed"), replyRow);
const queue = new Queue(/** @type {HTMLElement} */ (desk.querySelector(".queue")));
new RowFilter(/** @type {HTMLElement} */ (desk.querySelector(".chat-tools")), chat);
const menu = element("row-menu");
if (menu) new RowMenu(menu, element("chat-feed"), chat, (source) => queue.send("answer", source));
if (element("say")) new Say(element("say"));

/** @param {any} frame */
function showRows(frame) {
  if (frame.whole) {
    chat.replace(frame.chat);
    host.replace(frame.replies);
    element("held-feed").replaceChildren();
  } else {
    if (frame.chat) chat.update(frame.chat);
    if (frame.replies) host.update(frame.replies);
  }
  for (const row of frame.replies ?? []) {
    if (row.answers && ["speaking", "spoken"].includes(row.status)) chat.mark(row.answers, "answered");
  }
}

/** @param {any} frame */
function showHeld(frame) {
  const held = element("held-feed");
  for (const id of frame.decided ?? []) document.getElementById(`held-${id}`)?.remove();
  for (const row of frame.held ?? []) {
    held.insertAdjacentHTML("beforeend", row.html);
    htmx.process(held.lastElementChild);
  }
  const panel = /** @type {HTMLElement} */ (held.closest(".held"));
  panel.hidden = !held.childElementCount;
  tabs.note("host", Boolean(held.childElementCount));
}

/** @param {any} frame */
function show(frame) {
  showRows(frame);
  if (frame.held || frame.decided) showHeld(frame);
  if (frame.phase) desk.dataset.phase = frame.phase;
  if (frame.parts) replaceParts(frame.parts);
  if (frame.numbers) showNumbers(frame.numbers);
  for (const [name, values] of Object.entries(frame.series ?? {})) {
    const picture = desk.querySelector(`[data-series="${name}"]`);
    if (picture) drawSparkline(picture, values);
  }
  if (frame.queue) {
    queue.show(frame.queue);
    desk.toggleAttribute("data-paused", frame.queue.is_paused);
  }
  if (frame.parts?.["session-controls"]) commands.answered();
  if (frame.game !== undefined) element("panel-games").dataset.game = frame.game;
  if (frame.parts?.["session-health"]) {
    tabs.note("health", Boolean(element("session-health").querySelector(".health-wary")));
  }
  if (frame.parts || frame.held) showClocks();
}

/** @param {string} state */
function showConnection(state) {
  desk.dataset.connection = state;
  /** @type {HTMLElement} */ (desk.querySelector(".desk-lost")).hidden = state !== "lost";
}

socket.addEventListener("open", () => showConnection("open"));
socket.addEventListener("lost", () => showConnection("lost"));
socket.addEventListener("frame", (event) => show(/** @type {CustomEvent} */ (event).detail));
socket.open();
document.addEventListener("console:command", (event) => socket.send(/** @type {CustomEvent} */ (event).detail.command));

document.addEventListener("keydown", (event) => {
  const isTyping = /** @type {Element} */ (event.target).closest("input, textarea, select, [popover]");
  if (event.key.toLowerCase() !== "m" || isTyping || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  document.getElementById("mute-button")?.click();
});

showClocks();
setInterval(showClocks, 1000);
document.body.classList.add("fills-window");
