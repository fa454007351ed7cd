// @ts-check
// The page's socket: reconnects, sends the replay position, and queues reports.

import { VERSION } from "./frames.js";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;
const MAX_WAITING_REPORTS = 20;
const CONFIRM_EVERY = 8; // audio frames
const PING_EVERY_MS = 5000;
const DEAD_AFTER_MS = 6000; // without an answer to a ping
const CLOSE_ROTATED = 4404;

export class OverlaySocket {
  #path;
  #on;
  #socket = null;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #waiting = [];
  #over = false;
  #wasThere = false;
  #got = 0;
  #pingedAt = 0;
  #askedAt = null; // since when a ping waits for any word of the server

  /** `on`: open(), message(object), audio(ArrayBuffer), lost(), gone(), reached() -> {utterance, sequence} or null. */
  constructor(path, on) {
    this.#path = path;
    this.#on = on;
    addEventListener("online", () => this.#hurry());
    setInterval(() => this.#ping(), PING_EVERY_MS / 5);
    this.#connect();
  }

  /** Send a message, after reconnection if there is no connection now. */
  report(message) {
    this.#waiting.push(JSON.stringify(message));
    if (this.#waiting.length > MAX_WAITING_REPORTS) this.#waiting.shift();
    this.#flush();
  }

  /** Send a message, or drop it if there is no connection. */
  tell(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.#path}?${this.#query()}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#got = 0;
    this.#askedAt = null;
    const mine = (act) => (event) => socket === this.#socket && act(event);
    socket.addEventListener(
      "open",
      mine(() => this.#opened()),
    );
    socket.addEventListener(
      "message",
      mine((event) => this.#receive(event.data)),
    );
    socket.addEventListener(
      "close",
      mine((event) => this.#lose(event.code)),
    );
  }

  #query() {
    const query = new URLSearchParams({ version: String(VERSION) });
    if (this.#wasThere) {
      const reached = this.#on.reached();
      if (reached) query.set("utterance", reached.utterance);
      query.set("sequence", reached ? reached.sequence : -1);
    }
    return query;
  }

  #opened() {
    this.#on.open();
    this.#flush();
  }

  #receive(frame) {
    this.#askedAt = null;
    if (typeof frame !== "string") return this.#receiveAudio(frame);
    const message = JSON.parse(frame);
    if (message.type === "state") {
      this.#wait = FIRST_WAIT_MS;
      this.#wasThere = true;
    }
    this.#on.message(message);
  }

  #receiveAudio(frame) {
    this.#got += 1;
    if (this.#got % CONFIRM_EVERY === 0) this.tell({ type: "got", frames: this.#got });
    this.#on.audio(frame);
  }

  /** Send a heartbeat; without an answer, close the socket, because a lost network raises no error. */
  #ping() {
    const now = performance.now();
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (this.#askedAt !== null && now - this.#askedAt > DEAD_AFTER_MS) return this.#leave();
    if (now - this.#pingedAt < PING_EVERY_MS) return;
    this.#pingedAt = now;
    this.#askedAt ??= now;
    this.tell({ type: "ping" });
  }

  #leave() {
    const socket = this.#socket;
    this.#lose(0);
    socket.close();
  }

  #lose(code) {
    this.#socket = null;
    this.#on.lost();
    if (code === CLOSE_ROTATED) {
      this.#over = true;
      this.#on.gone();
      return;
    }
    // Half of the delay is random, so that many pages do not reconnect at the same moment.
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
