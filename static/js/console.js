"use strict";

const LINES_KEPT = 200;
const CLOSE_RIGHTS_CHANGED = 4403;

document.addEventListener("DOMContentLoaded", () => {
  const desk = document.querySelector(".desk");

  // A live can bring thousands of lines: the page keeps the last of them.
  const trim = new MutationObserver((changes) => {
    for (const feed of new Set(changes.map((change) => change.target))) {
      while (feed.children.length > LINES_KEPT) feed.firstElementChild.remove();
    }
  });
  for (const feed of desk.querySelectorAll(".feed > ol")) trim.observe(feed, { childList: true });

  desk.addEventListener("htmx:wsOpen", () => (desk.dataset.connection = "open"));
  desk.addEventListener("htmx:wsClose", (event) => {
    desk.dataset.connection = "lost";
    // The server shows what the user may still see: the console, the log-in or nothing.
    if (event.detail.event?.code === CLOSE_RIGHTS_CHANGED) location.reload();
  });

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
