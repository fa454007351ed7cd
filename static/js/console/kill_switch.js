// @ts-check
// The console's kill switch. A press silences the host at once; a press that is held ends the live, and so
// do the keys Esc, K. A press by a screen reader, which cannot be held, offers the button "End now".
//
// Each command goes two ways: as an event for the console's socket, and as a request of its own.

export const HOLD_MS = 1000;
export const KEYS_WITHIN_MS = 1500;
const POLL_MS = 300;
const GIVE_UP_MS = 40000;

/** Tells whether two keys follow each other soon enough: Esc, then K. */
export class KillKeys {
  #escapedAt = -Infinity;

  /** Note a key; return whether it completes the shortcut. `now` is in milliseconds.
   * @param {{key: string, repeat?: boolean, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean}} event
   * @param {number} now */
  note(event, now) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return false;
    const completes = event.key.toLowerCase() === "k" && now - this.#escapedAt <= KEYS_WITHIN_MS;
    this.#escapedAt = event.key === "Escape" ? now : -Infinity;
    return completes;
  }
}

/** Turns a press into "pressed" at once, and into "held" when it lasts for `HOLD_MS`. */
export class HeldPress {
  #timer = 0;
  #on;

  /** @param {{pressed(): void, held(): void, let(): void}} on */
  constructor(on) {
    this.#on = on;
  }

  get isDown() {
    return this.#timer !== 0;
  }

  down() {
    if (this.isDown) return;
    this.#on.pressed();
    this.#timer = Number(
      setTimeout(() => {
        this.#timer = 0;
        this.#on.held();
      }, HOLD_MS),
    );
  }

  up() {
    if (!this.isDown) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#on.let();
  }
}

class KillSwitch {
  #root;
  #button;
  #result;
  #end;
  #isEnding = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#button = /** @type {HTMLButtonElement} */ (root.querySelector("#kill-button"));
    this.#result = /** @type {HTMLElement} */ (root.querySelector("#kill-result"));
    this.#end = /** @type {HTMLButtonElement} */ (root.querySelector("#kill-end"));
    this.#button.style.setProperty("--hold-ms", `${HOLD_MS}ms`);
    this.#listen();
  }

  #listen() {
    const press = new HeldPress({
      pressed: () => {
        this.#button.classList.add("is-held");
        this.#root.dataset.open = "";
        void this.#mute();
      },
      held: () => void this.#kill(),
      let: () => this.#button.classList.remove("is-held"),
    });
    this.#button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#button.setPointerCapture(event.pointerId);
      press.down();
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
      this.#button.addEventListener(end, () => press.up());
    }
    this.#button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch opens it
    this.#button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) press.down();
    });
    this.#button.addEventListener("keyup", () => press.up());
    this.#button.addEventListener("click", (event) => {
      event.preventDefault(); // without JavaScript the form opens the page of the kill switch
      if (event.detail === 0 && !this.#isEnding) void this.#mute(); // a screen reader's click
    });
    this.#end.addEventListener("click", () => void this.#kill());
    const keys = new KillKeys();
    document.addEventListener(
      "keydown",
      (event) => {
        if (!keys.note(event, event.timeStamp) || this.#root.hidden) return;
        event.preventDefault();
        void this.#kill();
      },
      true,
    );
    const desk = document.querySelector(".desk");
    if (desk) new MutationObserver(() => this.#follow(desk)).observe(desk, { attributeFilter: ["data-phase"] });
  }

  /** Show the switch while the live can be ended. @param {Element} desk */
  #follow(desk) {
    const phase = desk.getAttribute("data-phase") ?? "";
    if (phase === "on_air") this.#close(); // unmuted again
    if (!this.#isEnding) this.#root.hidden = phase === "ready" || phase === "ended";
  }

  #close() {
    if (this.#isEnding || this.#button.classList.contains("is-held")) return;
    delete this.#root.dataset.open;
    this.#end.hidden = true;
    this.#result.replaceChildren();
  }

  async #mute() {
    send("mute");
    this.#root.dataset.open = "";
    this.#say(this.#root.dataset.wordMuted);
    this.#end.hidden = false;
    await this.#post(this.#root.dataset.muteUrl ?? "");
  }

  async #kill() {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#root.dataset.open = "";
    send("kill");
    this.#button.disabled = true;
    this.#end.hidden = true;
    this.#say(this.#root.dataset.wordEnding);
    const until = performance.now() + GIVE_UP_MS;
    let isTold = false;
    while (performance.now() < until) {
      isTold ||= await this.#post(this.#button.form?.action ?? "");
      const shown = await this.#showProgress(); // the socket may have done it
      if (shown?.dataset.complete === "true") return;
      isTold ||= shown !== null;
      if (!isTold) this.#say(this.#root.dataset.wordFailed);
      await pause(POLL_MS);
    }
  }

  /** Show each part that has stopped so far; return their list, or null while nothing is known. */
  async #showProgress() {
    const answer = await request(this.#root.dataset.progressUrl ?? "", {});
    const html = answer?.ok ? await answer.text() : "";
    if (!html.trim()) return null;
    this.#result.innerHTML = html;
    const isEnded = this.#result.querySelector('[data-part="session"][data-state="done"]') !== null;
    /** @type {HTMLElement} */ (this.#root.querySelector("#kill-report")).hidden = !isEnded;
    return /** @type {HTMLElement | null} */ (this.#result.querySelector("[data-complete]"));
  }

  /** @param {string} url */
  async #post(url) {
    const headers = { "x-csrftoken": this.#button.dataset.token ?? "" };
    const answer = await request(url, { method: "POST", headers });
    // 409: the live has ended already.
    return answer !== null && (answer.ok || answer.status === 409);
  }

  /** @param {string | undefined} words */
  #say(words) {
    const line = document.createElement("p");
    line.textContent = words ?? "";
    this.#result.replaceChildren(line);
  }
}

/** Send a command over the console's socket, which needs no database. @param {string} command */
function send(command) {
  document.dispatchEvent(new CustomEvent("console:command", { detail: { command } }));
}

/** @param {string} url @param {RequestInit} options @returns {Promise<Response | null>} */
async function request(url, options) {
  try {
    return await fetch(url, {
      ...options,
      headers: { "hx-request": "true", ...options.headers },
      signal: AbortSignal.timeout(5000),
    });
  } catch {
    return null;
  }
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const root = globalThis.document?.getElementById("kill-switch");
if (root) new KillSwitch(root);
