// Same limits as in planner/forms.py: between them the prompt does not mention the trait.
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
  // A browser restores a form after Back without an event.
  document.querySelectorAll("[data-trait]").forEach(nameSlider);
  document.querySelectorAll("[data-counts]").forEach(count);
});

// Play one audio element at a time.
document.addEventListener(
  "play",
  (event) => {
    for (const other of document.querySelectorAll("audio")) if (other !== event.target) other.pause();
  },
  true,
);

// Stop a running comparison: without its trigger the next line needs a click.
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
