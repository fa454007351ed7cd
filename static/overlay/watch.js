// @ts-check
// Detects a page without sound, reports it and repairs it: resume, then a new graph, then a reload.

const LOOK_EVERY_MS = 500;
const NOTICED_AFTER_MS = 1000;
const REBUILD_AFTER_MS = 3000;
const RELOAD_AFTER_MS = 7000;
const RELOAD_WAIT_MS = 30000; // between two reloads; doubles each time
const WELL_AFTER_MS = 2000; // a fresh graph looks well for a moment
const FORGET_AFTER_MS = 600000; // then the next reload need not wait
const MAX_DOUBLINGS = 7;
const RELOADS = "vivavoce.reloads";

export class Watch {
  #player;
  #on;
  #mayReload;
  #clocks = new Map(); // output: {now, since}, since when its clock stands there
  #bad = { state: "ok", since: 0 };
  #told = "";
  #wellSince = 0;
  #rebuilt = false;
  #outdated = false;

  /** `on`: state("ok", "blocked", "stalled" or "silent"), reload(). `mayReload`: false where only a click helps. */
  constructor(player, mayReload, on) {
    this.#player = player;
    this.#mayReload = mayReload;
    this.#on = on;
    setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** The last reported state, empty at first. */
  get state() {
    return this.#told;
  }

  /** Reload when the host is silent: there is a newer release, or a module is missing. */
  renew() {
    this.#outdated = true;
  }

  look() {
    if (this.#outdated && this.#mayReload && !this.#player.isBusy && noteReload()) return this.#on.reload();
    const now = performance.now();
    const state = this.#judge(now);
    if (state === "ok") return this.#well(now);
    this.#wellSince = null;
    if (this.#bad.state === "ok") this.#bad.since = now;
    this.#bad.state = state;
    const lasted = now - this.#bad.since;
    void this.#player.resume();
    if (lasted < NOTICED_AFTER_MS) return;
    this.#tell(state);
    this.#heal(lasted);
  }

  #judge(now) {
    const { outputs } = this.#player;
    const standing = outputs.map((output) => this.#standsFor(output, now));
    for (const output of this.#clocks.keys()) if (!outputs.includes(output)) this.#clocks.delete(output);
    if (outputs.some((output) => output.context.state !== "running")) return "blocked";
    if (Math.max(...standing) >= NOTICED_AFTER_MS / 2) return "stalled";
    return this.#player.silentSince === null ? "ok" : "silent";
  }

  #standsFor(output, now) {
    const clock = this.#clocks.get(output);
    if (clock && clock.now === output.now) return now - clock.since;
    this.#clocks.set(output, { now: output.now, since: now });
    return 0;
  }

  #well(now) {
    this.#wellSince ??= now;
    const lasted = now - this.#wellSince;
    if (this.#bad.state !== "ok" && lasted < WELL_AFTER_MS) return;
    this.#bad.state = "ok";
    this.#rebuilt = false;
    this.#tell("ok");
    if (lasted > FORGET_AFTER_MS) forgetReloads();
  }

  #tell(state) {
    if (state === this.#told) return;
    this.#told = state;
    this.#on.state(state);
  }

  #heal(lasted) {
    if (!this.#mayReload && !this.#player.outputs.some((output) => output.everRan)) return;
    if (lasted >= REBUILD_AFTER_MS && !this.#rebuilt) {
      this.#rebuilt = true;
      this.#player.rebuild();
    } else if (lasted >= RELOAD_AFTER_MS && noteReload()) {
      this.#on.reload();
    }
  }
}

/** Whether a reload is allowed now; each allowed one is counted. */
function noteReload() {
  try {
    const { at, count } = JSON.parse(sessionStorage.getItem(RELOADS) ?? '{"at": 0, "count": 0}');
    const wait = count === 0 ? 0 : RELOAD_WAIT_MS * 2 ** Math.min(count - 1, MAX_DOUBLINGS);
    if (Date.now() - at < wait) return false;
    sessionStorage.setItem(RELOADS, JSON.stringify({ at: Date.now(), count: count + 1 }));
    return true;
  } catch {
    return false; // without a memory there would be no end to it
  }
}

function forgetReloads() {
  try {
    sessionStorage.removeItem(RELOADS);
  } catch {
    // Nothing is stored.
  }
}
