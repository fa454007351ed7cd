"use strict";

const LINES_KEPT = 200;
const CLOSE_RIGHTS_CHANGED = 4403;
const LONGEST_WAIT_MS = 4000;

htmx.config.wsReconnectDelay = (tries) => Math.min(500 * 2 ** tries, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);

document.addEventListener("DOMContentLoaded", () => {
  const desk = document.querySelector(".desk");

  // A live can bring thousands of lines: the page keeps the last of them.
  const trim = new MutationObserver((changes) => {
    for (const feed of new Set(changes.map((change) => change.target))) {
      while (feed.children.length > LINES_KEPT) feed.firstElementChild.remove();
    }
  });
  for (const feed of desk.querySelectorAll(".feed > ol")) trim.observe(feed, { childList: true });

  let socket = null;
  desk.addEventListener("htmx:wsOpen", (event) => {
    desk.dataset.connection = "open";
    socket = event.detail.socketWrapper;
  });
  desk.addEventListener("htmx:wsClose", (event) => {
    desk.dataset.connection = "lost";
    socket = null;
    // The server shows what the user may still see: the console, the log-in or nothing.
    if (event.detail.event?.code === CLOSE_RIGHTS_CHANGED) location.reload();
  });

  // When the server cannot carry out a form's command now, the open socket carries it, which needs no database.
  const sendBySocket = (event) => {
    const { command } = event.target.closest("form")?.dataset ?? {};
    if (!command || !socket || (event.detail.xhr?.status && event.detail.xhr.status < 500)) return;
    event.stopPropagation(); // nothing has failed yet
    socket.send(JSON.stringify({ command }));
    document.getElementById("stop-ask")?.hidePopover();
  };
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    desk.addEventListener(failure, sendBySocket);
  }

  // What the socket redraws under the keyboard's focus gets the focus back.
  let focused = "";
  desk.addEventListener("htmx:wsBeforeMessage", () => (focused = document.activeElement?.id ?? ""));
  desk.addEventListener("htmx:wsAfterMessage", () => {
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [popover]");
    if (event.key.toLowerCase() !== "m" || typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    document.getElementById("mute-button")?.click();
  });

  const tick = () => {
    for (const clock of desk.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1000));
      const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
      clock.textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
    }
  };
  const countDown = () => {
    for (const left of desk.querySelectorAll("[data-until]")) {
      left.textContent = `${Math.max(0, Math.ceil((Date.parse(left.dataset.until) - Date.now()) / 1000))} s`;
    }
  };
  desk.addEventListener("htmx:wsAfterMessage", countDown);
  desk.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) event.target.closest(".line-menu")?.removeAttribute("open");
  });
  setInterval(countDown, 1000);
  countDown();
  tick();
  setInterval(tick, 1000);
});
