// @ts-check

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4000;
const RIGHTS_CHANGED = 4403;

/** Returns how long to wait before a further try, in milliseconds: growing, and spread so that pages differ. */
export function pauseMs(tries, random = Math.random) {
  return Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS) * (0.5 + random() / 2);
}

/** The console's socket. It opens again by itself. */
export class ConsoleSocket extends EventTarget {
  #address;
  /** @type {WebSocket | null} */
  #socket = null;
  #tries = 0;

  /** @param {string} path */
  constructor(path) {
    super();
    this.#address = new URL(path, location.href.replace(/^http/, "ws")).href;
  }

  open() {
    const socket = new WebSocket(this.#address);
    socket.addEventListener("open", () => {
      this.#socket = socket;
      this.#tries = 0;
      this.dispatchEvent(new Event("open"));
    });
    socket.addEventListener("message", (event) => {
      this.dispatchEvent(new CustomEvent("frame", { detail: JSON.parse(event.data) }));
    });
    socket.addEventListener("close", (event) => {
      this.#socket = null;
      // The server shows what the user may still see: the console, the log-in or nothing.
      if (event.code === RIGHTS_CHANGED) return location.reload();
      this.dispatchEvent(new Event("lost"));
      setTimeout(() => this.open(), pauseMs(this.#tries));
      this.#tries += 1;
    });
  }

  /**
   * Sends a command; returns whether the socket was open.
   * @param {string} command
   */
  send(command) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ command }));
    return true;
  }
}
