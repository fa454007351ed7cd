// @ts-check
// Says that a request did not reach the server, and leads to the log-in where that has run out.

/** @param {Document} page */
export function reportFailures(page) {
  const notice = page.getElementById("request-failed");
  /** @param {boolean} failed */
  const say = (failed) => {
    if (notice) notice.hidden = !failed;
  };
  page.body.addEventListener("htmx:responseError", () => say(true));
  page.body.addEventListener("htmx:sendError", () => say(true));
  page.body.addEventListener("htmx:beforeRequest", () => say(false));
  // A log-in that has run out answers with the log-in page. Loading this page again leads there, and back.
  page.body.addEventListener("htmx:beforeSwap", (event) => {
    const detail = /** @type {CustomEvent} */ (event).detail;
    if (!redirected(detail.xhr, detail.requestConfig)) return;
    detail.shouldSwap = false;
    location.reload();
  });
}

/**
 * @param {XMLHttpRequest} xhr
 * @param {{ path: string } | undefined} request
 */
function redirected(xhr, request) {
  if (!xhr.responseURL || !request) return false;
  return new URL(xhr.responseURL).pathname !== new URL(request.path, location.href).pathname;
}
