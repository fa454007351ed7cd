// A face for the voice: the mouth follows the loudness, the eyes blink, the body breathes.

import { make } from "../stage.js";

const GAIN = 4.5;
const FALL = 0.72; // how much of the opening is left a frame later
const QUIET = 0.02;

export class Widget {
  #place;
  #tools;
  #chosen = "";
  #mouth = null;
  #glow = null;
  #picture = null;
  #open = 0;
  #running = false;
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
      requestAnimationFrame(() => this.#move());
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

  #move() {
    if (!this.#on) {
      this.#running = false;
      return;
    }
    const level = Math.min(1, this.#tools.level() * GAIN);
    const open = level > this.#open ? level : this.#open * FALL;
    if (Math.abs(open - this.#open) > 0.002 || open > QUIET) this.#show(open);
    this.#open = open < QUIET ? 0 : open;
    requestAnimationFrame(() => this.#move());
  }

  #show(open) {
    if (!this.#picture) return;
    if (this.#mouth) this.#mouth.style.setProperty("transform", `scale(${(1 - 0.18 * open).toFixed(3)}, ${(0.12 + 0.88 * open).toFixed(3)})`);
    else if (!this.#tools.still.matches) this.#picture.style.setProperty("transform", `scale(${(1 + 0.05 * open).toFixed(3)})`);
    this.#glow.style.setProperty("opacity", open.toFixed(3));
  }
}

async function shipped(name) {
  const answer = await fetch(new URL(`avatars/${name}.svg`, import.meta.url));
  const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  return document.importNode(drawing.documentElement, true);
}

function ownPicture(address) {
  const picture = new Image();
  picture.alt = "";
  picture.src = address;
  return picture;
}
