// @ts-check
// Describes this page and the program that shows it.

const PAGE_VERSION = 2;
/** @type {[string, RegExp][]} */
const KINDS = [
  ["streamlabs", /(?:Streamlabs|SLOBS)[^/]*\/([\w.+-]+)/i],
  ["tiktok", /(?:TikTok ?Live ?Studio|LiveStudio)[^/]*\/([\w.+-]+)/i],
  ["obs", /OBS\/([\w.+-]+)/],
];

/** Return "obs", "streamlabs", "tiktok" or "browser", and its version if known. */
export function recognise(agent, obs) {
  for (const [software, pattern] of KINDS) {
    const found = pattern.exec(agent);
    if (found) return { software, version: found[1].slice(0, 30) };
  }
  if (obs) return { software: "obs", version: /^[\w.+-]{0,30}/.exec(obs.pluginVersion ?? "")[0] };
  return { software: "browser", version: /(?:Firefox|Version|Chrome)\/([\w.]{1,30})/.exec(agent)?.[1] ?? "" };
}

export class Hello {
  #changed;
  #visible = document.visibilityState === "visible";
  #active = true;

  /** `changed()` is called when the page's size or visibility changes. */
  constructor(changed) {
    const { software, version } = recognise(navigator.userAgent, window.obsstudio);
    this.software = software;
    this.version = version;
    this.#changed = changed;
    addEventListener("resize", () => changed());
    addEventListener("obsSourceVisibleChanged", ({ detail }) => this.#set({ visible: detail.visible }));
    addEventListener("obsSourceActiveChanged", ({ detail }) => this.#set({ active: detail.active }));
    document.addEventListener("visibilitychange", () => {
      if (this.software === "browser") this.#set({ visible: document.visibilityState === "visible" });
    });
  }

  /** Return the `hello` message; `audio` is "worklet" or "buffers". */
  message(audio) {
    return {
      type: "hello",
      page: PAGE_VERSION,
      software: this.software,
      version: this.version,
      width: Math.round(innerWidth),
      height: Math.round(innerHeight),
      pixel_ratio: Math.round(devicePixelRatio * 100) / 100,
      audio,
      visible: this.#visible,
      active: this.#active,
    };
  }

  #set({ visible = this.#visible, active = this.#active }) {
    this.#visible = Boolean(visible);
    this.#active = Boolean(active);
    this.#changed();
  }
}
