// The page's socket: it comes back by itself, and what the page has to report waits for it.

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
const MAX_WAITING_REPORTS = 20;
const CLOSE_ROTATED = 4404;

export class OverlaySocket {
  #path;
  #on;
  #socket = null;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #waiting = [];
  #over = false;

  /** `on`: message(object), audio(ArrayBuffer), lost(), gone(). */
  constructor(path, on) {
    this.#path = path;
    this.#on = on;
    addEventListener("online", () => this.#hurry());
    this.#connect();
  }

  report(message) {
    this.#waiting.push(JSON.stringify(message));
    if (this.#waiting.length > MAX_WAITING_REPORTS) this.#waiting.shift();
    this.#flush();
  }

  #connect() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.#path}`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.#flush());
    socket.addEventListener("message", (event) => this.#receive(event.data));
    socket.addEventListener("close", (event) => this.#lose(event.code));
    this.#socket = socket;
  }

  #receive(frame) {
    if (typeof frame !== "string") return this.#on.audio(frame);
    const message = JSON.parse(frame);
    if (message.type === "state") this.#wait = FIRST_WAIT_MS;
    this.#on.message(message);
  }

  #lose(code) {
    this.#socket = null;
    this.#on.lost();
    if (code === CLOSE_ROTATED) {
      this.#over = true;
      this.#on.gone();
      return;
    }
    // Half of the wait is chance, so that a thousand pages do not come back at the same moment.
    this.#timer = setTimeout(() => this.#connect(), this.#wait * (0.5 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #hurry() {
    if (this.#socket === null && !this.#over) this.#connect();
  }

  #flush() {
    while (this.#waiting.length && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(this.#waiting.shift());
    }
  }
}
