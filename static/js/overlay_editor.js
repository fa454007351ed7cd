// The overlay's editor. The form holds the layout; this script draws it and writes drags into the form.

const STEP = 0.005;
const SNAP = 0.012;
const MIN = { w: 0.08, h: 0.03 };
const MAX_UNDO = 100;
const PICTURE_SIDE = 1024;

const editor = document.getElementById("editor");
const form = document.getElementById("layout-form");
const canvas = document.getElementById("canvas");
const preview = document.getElementById("preview");
const handles = document.getElementById("handles");
const undo = document.getElementById("undo");
const safeAreas = JSON.parse(editor.dataset.safe);
const saved = JSON.parse(editor.dataset.layout);
const phone = matchMedia("(max-width: 899px)");
let shown = "tall";
let history = [];
const picture = saved.picture;

// --- the form as a layout ------------------------------------------------------------------------------

const field = (name) => form.elements.namedItem(name);
const number = (name, fallback) => {
  const value = parseFloat(field(name)?.value);
  return Number.isFinite(value) ? value : fallback;
};

function boxOf(side, widget) {
  const name = `${side}-${widget}`;
  const old = saved[side][widget];
  const share = (key) => number(`${name}-${key}`, old[key] * 100) / 100;
  const box = {
    x: share("x"),
    y: share("y"),
    w: share("w"),
    h: share("h"),
    size: share("size"),
    opacity: share("opacity"),
  };
  if (widget === "label") {
    box.w = (old.w / old.size) * box.size;
    box.h = (old.h / old.size) * box.size;
  }
  return { ...box, on: field(`${name}-on`)?.checked ?? true, order: number(`${name}-order`, old.order) };
}

function layoutOf() {
  const own = field("own_colors").checked;
  const layout = {
    ...saved,
    theme: field("theme").value,
    font: field("font").value,
    words: field("words").value,
    avatar: field("avatar").value,
    picture,
    colors: own ? { accent: field("accent").value, text: field("text").value, panel: field("panel").value } : null,
    goal: { kind: field("goal_kind").value, target: number("goal_target", 100), label: field("goal_label").value },
  };
  if (layout.avatar === "own" && !picture) layout.avatar = saved.avatar === "own" ? "bubble" : saved.avatar;
  for (const side of ["tall", "wide"]) {
    layout[side] = Object.fromEntries(Object.keys(saved[side]).map((widget) => [widget, boxOf(side, widget)]));
  }
  return layout;
}

function show() {
  const layout = layoutOf();
  preview.contentWindow?.postMessage({ type: "layout", layout }, location.origin);
  for (const handle of handles.children) place(handle, layout[shown][handle.dataset.widget]);
  for (const output of form.querySelectorAll("output"))
    output.textContent = document.getElementById(output.htmlFor.value).value;
}

// --- undo -----------------------------------------------------------------------------------------------

const inputs = () => [...form.elements].filter(({ name, type }) => name && !["hidden", "file"].includes(type));
const freeze = () =>
  inputs().map(({ type, value, checked }) => (["checkbox", "radio"].includes(type) ? checked : value));
let before = freeze();

function remember() {
  const now = freeze();
  if (String(now) === String(before)) return;
  history.push(before);
  history = history.slice(-MAX_UNDO);
  before = now;
  undo.disabled = false;
}

undo.addEventListener("click", () => {
  before = history.pop() ?? before;
  for (const [i, input] of inputs().entries()) {
    if (["checkbox", "radio"].includes(input.type)) input.checked = before[i];
    else input.value = before[i];
  }
  undo.disabled = !history.length;
  show();
});

// --- handles: a box for each widget that is on ------------------------------------------------------------

const percent = (share) => `${(share * 100).toFixed(2)}%`;

function place(handle, box) {
  handle.hidden = !box.on;
  for (const [name, value] of [
    ["left", box.x],
    ["top", box.y],
    ["width", box.w],
    ["height", box.h],
  ]) {
    handle.style.setProperty(name, percent(value));
  }
  handle.style.setProperty("z-index", box.order);
}

function build() {
  handles.replaceChildren();
  for (const details of form.querySelectorAll(`.boxes[data-canvas="${shown}"] .box`)) {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "handle";
    handle.dataset.widget = details.dataset.box;
    const name = document.createElement("span");
    name.textContent = details.querySelector(".box-name").textContent;
    handle.append(name);
    if (details.dataset.box !== "label") handle.append(document.createElement("i"));
    handles.append(handle);
  }
}

function set(widget, box) {
  for (const key of ["x", "y", "w", "h"]) {
    const input = field(`${shown}-${widget}-${key}`);
    if (input) input.value = (box[key] * 100).toFixed(1);
  }
  show();
}

const within = (value, least, most) => Math.min(Math.max(value, least), Math.max(most, least));

function moved(box, dx, dy) {
  return { ...box, x: within(box.x + dx, 0, 1 - box.w), y: within(box.y + dy, 0, 1 - box.h) };
}

function resized(box, dw, dh) {
  return { ...box, w: within(box.w + dw, MIN.w, 1 - box.x), h: within(box.h + dh, MIN.h, 1 - box.y) };
}

/** Snap lines: the edges of the safe area and the middle of the canvas. */
function lines(axis) {
  const [left, top, right, bottom] = safeAreas[shown];
  return axis === "x" ? [left, 0.5, 1 - right] : [top, 0.5, 1 - bottom];
}

function snap(box, axis, resizing) {
  const size = axis === "x" ? "w" : "h";
  const edges = resizing ? [box[size]] : [0, box[size] / 2, box[size]];
  let best = null;
  for (const line of lines(axis)) {
    for (const edge of edges) {
      const off = line - (box[axis] + edge);
      if (Math.abs(off) < SNAP && (best === null || Math.abs(off) < Math.abs(best.off))) best = { off, line };
    }
  }
  const guide = canvas.querySelector(`.line-${axis}`);
  guide.classList.toggle("is-on", best !== null);
  if (best === null) return box;
  guide.style.setProperty(axis === "x" ? "left" : "top", percent(best.line));
  return resizing
    ? resized(box, axis === "x" ? best.off : 0, axis === "y" ? best.off : 0)
    : moved(box, axis === "x" ? best.off : 0, axis === "y" ? best.off : 0);
}

handles.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest(".handle");
  if (!handle) return;
  const { widget } = handle.dataset;
  const resizing = event.target.localName === "i";
  const start = boxOf(shown, widget);
  const { width, height } = canvas.getBoundingClientRect();
  handle.classList.add("is-held");
  handle.setPointerCapture(event.pointerId);
  const drag = ({ clientX, clientY }) => {
    const by = [(clientX - event.clientX) / width, (clientY - event.clientY) / height];
    const box = resizing ? resized(start, ...by) : moved(start, ...by);
    set(widget, snap(snap(box, "x", resizing), "y", resizing));
  };
  const drop = () => {
    handle.removeEventListener("pointermove", drag);
    handle.classList.remove("is-held");
    for (const line of canvas.querySelectorAll(".line")) line.classList.remove("is-on");
    remember();
  };
  handle.addEventListener("pointermove", drag);
  handle.addEventListener("lostpointercapture", drop, { once: true });
});

handles.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
  const handle = event.target.closest(".handle");
  if (!steps || !handle) return;
  event.preventDefault();
  const box = boxOf(shown, handle.dataset.widget);
  set(
    handle.dataset.widget,
    event.shiftKey && handle.dataset.widget !== "label" ? resized(box, ...steps) : moved(box, ...steps),
  );
  remember();
});

handles.addEventListener("dblclick", ({ target }) => {
  const details = document.getElementById(`box-${shown}-${target.closest(".handle")?.dataset.widget}`);
  if (!details) return;
  details.open = true;
  details.scrollIntoView({ block: "center" });
});

// --- the rest of the page ---------------------------------------------------------------------------------

function choose(side) {
  shown = side;
  canvas.dataset.canvas = side;
  for (const button of editor.querySelectorAll(".segmented button"))
    button.setAttribute("aria-pressed", button.dataset.canvas === side);
  for (const boxes of form.querySelectorAll(".boxes")) boxes.hidden = boxes.dataset.canvas !== side;
  const [left, top, right, bottom] = safeAreas[side];
  const safe = canvas.querySelector(".safe");
  for (const [name, value] of [
    ["left", left],
    ["top", top],
    ["right", right],
    ["bottom", bottom],
  ])
    safe.style.setProperty(name, percent(value));
  build();
  scale();
  show();
}

function scale() {
  preview.style.setProperty("--scale", canvas.clientWidth / (shown === "tall" ? 1080 : 1920));
}

/** On a phone, number fields are sliders. */
function slide() {
  for (const input of form.querySelectorAll(".numbers input")) {
    const { value } = input;
    input.type = phone.matches ? "range" : "number";
    input.value = value;
    const label = form.querySelector(`label[for="${input.id}"]`);
    label.querySelector("output")?.remove();
    if (!phone.matches) continue;
    const output = document.createElement("output");
    output.htmlFor = input.id;
    output.textContent = value;
    label.append(output);
  }
}

/** Scale a picture down before the upload, so that large photos are accepted and sent fast. */
async function shrink(input) {
  const [file] = input.files;
  if (!file) return;
  const bitmap = await createImageBitmap(file);
  const share = Math.min(1, PICTURE_SIDE / Math.max(bitmap.width, bitmap.height));
  const paper = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * share)),
    Math.max(1, Math.round(bitmap.height * share)),
  );
  paper.getContext("2d").drawImage(bitmap, 0, 0, paper.width, paper.height);
  const blob = await paper.convertToBlob({ type: "image/png" });
  const files = new DataTransfer();
  files.items.add(new File([blob], "avatar.png", { type: "image/png" }));
  input.files = files.files;
  field("avatar").value = "own";
}

for (const button of editor.querySelectorAll(".segmented button"))
  button.addEventListener("click", () => choose(button.dataset.canvas));
form.addEventListener("input", ({ target }) => {
  if (target.name === "theme" && !field("own_colors").checked) {
    for (const name of ["accent", "text", "panel"]) field(name).value = target.dataset[name];
  }
  show();
});
form.addEventListener("change", ({ target }) => {
  if (target.name === "picture") shrink(target).catch(() => undefined); // what is no picture, the server says
  remember();
});
// A click on the switch must not open the box as well.
for (const toggle of form.querySelectorAll(".switch"))
  toggle.addEventListener("click", (event) => event.stopPropagation());
phone.addEventListener("change", slide);
new ResizeObserver(scale).observe(canvas);
addEventListener("message", ({ origin, data }) => {
  if (origin === location.origin && data?.type === "ready") show();
});
editor.querySelector(".editor-view").hidden = false;
for (const wrong of form.querySelectorAll(".box .errorlist")) wrong.closest(".box").open = true;
slide();
choose("tall");
