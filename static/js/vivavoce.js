"use strict";

// Copy buttons exist only where the clipboard does: without a script the text beside them can be selected.
function offerCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    const words = button.querySelector("span");
    words.dataset.before ??= words.textContent;
    words.textContent = button.dataset.copied;
    setTimeout(() => (words.textContent = words.dataset.before), 2000);
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("DOMContentLoaded", () => {
  offerCopying(document);
  const failure = document.getElementById("request-failed");
  const show = () => (failure.hidden = false);
  document.body.addEventListener("htmx:responseError", show);
  document.body.addEventListener("htmx:sendError", show);
  document.body.addEventListener("htmx:beforeRequest", () => (failure.hidden = true));
  document.body.addEventListener("htmx:afterSettle", (event) => offerCopying(event.target));

  // A log-in that has run out answers with the log-in page. Loading this page anew leads there, and back.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const answered = xhr.responseURL && new URL(xhr.responseURL).pathname;
    if (answered && requestConfig && answered !== new URL(requestConfig.path, location.href).pathname) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
});
