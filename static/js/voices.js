// A slider says where it stands; a browser that restores a form after going back does it without an event.
function nameSlider(slider) {
  const output = slider.closest(".slider").querySelector("output");
  output.textContent = Number(slider.value).toLocaleString(document.documentElement.lang) + output.dataset.unit;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-slider]")) nameSlider(event.target);
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-slider]").forEach(nameSlider);
  document.body.addEventListener("htmx:afterSettle", () => {
    document.querySelectorAll("[data-slider]").forEach(nameSlider);
  });
});
