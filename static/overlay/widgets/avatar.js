// @ts-check
// A face for the voice: the mouth follows the loudness, the eyes blink, the body breathes.

import { make } from "../elements.js";

const GAIN = 4.5;
const FALL = 0.72; // how much of the opening is left a frame later
const QUIET = 0.02;
const LISTEN_EVERY_MS = 30; // while it is quiet
const BLINK_EVERY_MS = 4600;
const BLINK = [[{ transform: "none" }, { transform: "scaleY(.08)" }, { transform: "none" }], 280];

export class Widget {
  #place;
  #tools;
  #chosen = "";
  #mouth = null;
  #glow = null;
  #picture = null;
  #open = 0;
  #running = false;
  #blinking = 0;
  #on = false;

  constructor(place, tools) {
    this.#place = place;
    this.#tools = tools;
  }

  set({ avatar, picture }, on) {
    this.#on = on;
    const chosen = avatar === "own" ? picture : avatar;
    if (on && chosen !== this.#chosen) void this.#draw(avatar, chosen);
    if (on && !this.#running) {
      this.#running = true;
      this.#blinking = setInterval(() => this.#blink(), BLINK_EVERY_MS);
      this.#move();
    }
  }

  async #draw(avatar, chosen) {
    this.#chosen = chosen;
    const card = make("div", "avatar");
    this.#glow = make("i", "avatar-glow");
    this.#picture = avatar === "own" ? ownPicture(chosen) : await shipped(avatar);
    if (this.#chosen !== chosen) return;
    this.#picture.classList.add("avatar-picture");
    this.#mouth = this.#picture.querySelector(".mouth");
    card.append(this.#glow, this.#picture);
    this.#place.replaceChildren(card);
  }

  /** Drawn on every frame while the host speaks, not otherwise. */
  #move() {
    if (!this.#on) {
      this.#running = false;
      clearInterval(this.#blinking);
      return;
    }
    const level = Math.min(1, this.#tools.level() * GAIN);
    const open = level > this.#open ? level : this.#open * FALL;
    if (Math.abs(open - this.#open) > 0.002 || open > QUIET) this.#show(open);
    this.#open = open < QUIET ? 0 : open;
    if (this.#open > 0) requestAnimationFrame(() => this.#move());
    else setTimeout(() => this.#move(), LISTEN_EVERY_MS);
  }

  #blink() {
    if (!this.#tools.still.matches) this.#picture?.querySelector(".eyes")?.animate(...BLINK);
  }

  #show(open) {
    if (!this.#picture) return;
    if (this.#mouth)
      this.#mouth.style.setProperty(
        "transform",
        `scale(${(1 - 0.18 * open).toFixed(3)}, ${(0.12 + 0.88 * open).toFixed(3)})`,
      );
    else if (!this.#tools.still.matches)
      this.#picture.style.setProperty("transform", `scale(${(1 + 0.05 * open).toFixed(3)})`);
    this.#glow.style.setProperty("opacity", open.toFixed(3));
  }
}

async function shipped(name) {
  const answer = await fetch(JSON.parse(document.body.dataset.avatars)[name]);
  const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  return document.importNode(drawing.documentElement, true);
}

function ownPicture(address) {
  const picture = new Image();
  picture.alt = "";
  picture.src = address;
  return picture;
}
