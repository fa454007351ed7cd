"use strict";

// The prompt speaks of a trait only outside of these; the page's words change at the same places.
const LOW = 0.35;
const HIGH = 0.65;

function nameSlider(slider) {
  const output = slider.closest(".slider").querySelector("output");
  const value = Number(slider.value);
  output.textContent = value <= LOW ? output.dataset.low : value >= HIGH ? output.dataset.high : output.dataset.middle;
}

function count(counter) {
  const field = document.getElementById(counter.dataset.counts);
  const used = field.value.replace(/\r?\n/g, "\r\n").trim().length;
  counter.querySelector("[data-used]").textContent = used;
  counter.classList.toggle("is-near", used > field.maxLength * 0.9);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-trait]")) nameSlider(event.target);
  const counter = event.target.id && document.querySelector(`[data-counts="${event.target.id}"]`);
  if (counter) count(counter);
});

document.addEventListener("DOMContentLoaded", () => {
  // A browser that restores a form after going back does it without an event.
  document.querySelectorAll("[data-trait]").forEach(nameSlider);
  document.querySelectorAll("[data-counts]").forEach(count);
});

// One voice at a time.
document.addEventListener(
  "play",
  (event) => {
    for (const other of document.querySelectorAll("audio")) if (other !== event.target) other.pause();
  },
  true,
);

// A comparison goes on line by line until it is told to stop: without its trigger the next line waits for a press.
document.addEventListener("click", (event) => {
  const stop = event.target.closest("[data-stop]");
  if (!stop) return;
  const next = document.querySelector("[data-next]");
  if (next) {
    next.dispatchEvent(new Event("htmx:abort"));
    next.removeAttribute("hx-trigger");
    next.classList.add("is-stopped");
    htmx.process(next);
  }
  document.querySelector(".comparison")?.classList.add("is-stopped");
});
