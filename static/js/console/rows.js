// @ts-check

/** Makes the elements of the console's rows. Texts are set as text, so nothing a viewer wrote becomes markup. */

const iconTemplate = /** @type {HTMLTemplateElement} */ (document.getElementById("icon-template"));

/** @param {string} name @returns {Element} */
export function icon(name) {
  const made = /** @type {Element} */ (iconTemplate.content.firstElementChild?.cloneNode(true));
  const use = made.querySelector("use");
  use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/icon-.*/, `icon-${name}`));
  return made;
}

/** @param {string} id @returns {HTMLElement} */
function blank(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** @param {{ tone: string, icon: string, text: string }} mark */
function remarkElement(mark) {
  const made = document.createElement("span");
  made.className = mark.tone ? `remark ${mark.tone}` : "remark";
  made.append(icon(mark.icon), mark.text);
  return made;
}

/** @param {Element} row @param {string} selector @param {string} text */
function setText(row, selector, text) {
  const element = row.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

/**
 * Makes or updates the row of a chat message.
 * @param {any} row a `ChatRow`
 * @param {HTMLElement} [known]
 */
export function chatRow(row, known) {
  const made = known ?? blank("chat-row-template");
  made.id = row.id;
  made.className = `chat-row chat-row-${row.group}`;
  if (row.risk) made.dataset.risk = row.risk;
  if (row.answered) made.dataset.answered = "";
  const words = /** @type {HTMLElement} */ (made.querySelector("p"));
  for (const old of words.querySelectorAll(".icon, .remark")) old.remove();
  if (row.icon) words.prepend(icon(row.icon));
  if (row.mark) words.append(" ", remarkElement(row.mark));
  if (row.answered)
    words.append(" ", remarkElement({ tone: "good", icon: "check", text: made.dataset.wordAnswered ?? "" }));
  setText(made, ".row-name", row.name);
  setText(made, ".row-text", row.text);
  made.querySelector(".row-text")?.classList.toggle("is-quote", row.is_quote);
  setText(made, "time", row.time);
  made.querySelector("time")?.setAttribute("datetime", row.at);
  const more = /** @type {HTMLElement | null} */ (made.querySelector(".row-more"));
  if (more) {
    more.hidden = !row.source;
    more.setAttribute("aria-label", (more.dataset.label ?? "").replace("{name}", row.name || "?"));
  }
  const answer = /** @type {HTMLElement | null} */ (made.querySelector(".row-answer"));
  if (answer) answer.hidden = row.group !== "message" || !row.source || row.risk === "high";
  return made;
}

/**
 * Makes or updates the row of a reply.
 * @param {any} row a `ReplyRow`
 * @param {HTMLElement} [known]
 */
export function replyRow(row, known) {
  const made = known ?? blank("reply-row-template");
  made.id = row.id;
  made.className = `reply reply-${row.status.replace(/[^a-z_]/g, "")}`;
  const trigger = /** @type {HTMLElement} */ (made.querySelector(".trigger"));
  trigger.hidden = !row.trigger_name && !row.trigger_text;
  setText(made, ".trigger .row-name", row.trigger_name);
  setText(made, ".trigger .row-text", row.trigger_text);
  setText(made, ".spoken", row.text);
  const time = document.createElement("time");
  time.dateTime = row.at;
  time.textContent = row.time;
  made.querySelector(".outcome")?.replaceChildren(...row.marks.map(remarkElement), time);
  return made;
}
