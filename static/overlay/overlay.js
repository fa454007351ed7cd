// The page: what arrives by the socket is played and shown, what was heard is reported back.

import { Caption } from "./caption.js";
import { Chat } from "./chat.js";
import { Player } from "./player.js";
import { OverlaySocket } from "./socket.js";
import { Stage } from "./stage.js";
import { Timings } from "./timings.js";

const { body } = document;
const element = (id) => document.getElementById(id);
const word = (name) => body.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`];
const words = Object.fromEntries(
  Object.keys(body.dataset).filter((name) => name.startsWith("word"))
    .map((name) => [name[4].toLowerCase() + name.slice(5), body.dataset[name]]),
);
const still = matchMedia("(prefers-reduced-motion: reduce)");

let muted = false;
let muteHere = false;

const player = new Player({
  started: (utterance) => socket.report({ type: "started", utterance }),
  caption: (utterance, text) => caption.speak(utterance, text),
  ended: (utterance, playedMs) => {
    caption.rest(utterance);
    socket.report({ type: "ended", utterance, played_ms: playedMs });
  },
  cut: (utterance, playedMs) => {
    caption.hide(utterance);
    if (playedMs !== null) socket.report({ type: "cut_done", utterance, played_ms: playedMs });
  },
  blocked: (blocked) => (element("unblock").hidden = !blocked),
});
const chat = new Chat(element("chat"), words, still);
const timings = new Timings();
const caption = new Caption(element("caption"), () => player.level, still, timings);
const stage = new Stage({ level: () => player.level, still, words });

function setMuted(value) {
  muted = value;
  body.dataset.muted = value;
  player.setMuted(value);
  if (value) caption.hide(null);
}

let onAir = false;
let trial = 0;

function setLive(live) {
  if (live && trial) forgetTrial();
  clearTimeout(trial);
  trial = 0;
  onAir = live;
  body.dataset.live = live;
  if (live) return;
  chat.reset([]);
  caption.hide(null);
}

/** Look as if on air for a while; a live that runs, or begins, knows nothing of it. */
function tryOut(forMs) {
  if (onAir) return;
  clearTimeout(trial);
  body.dataset.live = true;
  trial = setTimeout(() => {
    forgetTrial();
    setLive(false);
  }, forMs);
}

function forgetTrial() {
  chat.reset([]);
  stage.note({ type: "live", live: false });
}

const handlers = {
  state(message) {
    body.dataset.connected = true;
    setLive(message.live);
    setMuted(message.muted);
    chat.reset(message.lines);
    if (message.trial_ms) tryOut(message.trial_ms);
    if (message.caption && !muted) caption.show(message.caption);
  },
  chat: (message) => chat.add(message),
  retract: (message) => chat.retract(message.ids),
  begin: (message) => player.begin(message.utterance, message.text),
  caption: (message) => player.caption(message.utterance, message.text, message.at_ms),
  end: (message) => player.end(message.utterance),
  cut(message) {
    player.cut(message.utterance);
    caption.hide(message.utterance);
  },
  mute: (message) => setMuted(message.muted),
  live: (message) => setLive(message.live),
  trial: (message) => tryOut(message.for_ms),
};

const socket = new OverlaySocket(body.dataset.socket, {
  message(message) {
    timings.note(message);
    handlers[message.type]?.(message);
    stage.note(message);
  },
  audio: (frame) => player.audio(frame),
  lost() {
    body.dataset.connected = false;
    player.close(); // what comes after a gap is not played
  },
  gone() {
    player.cut(null);
    setLive(false);
    element("gone").textContent = word("gone");
    element("gone").hidden = false;
  },
});

element("mute").addEventListener("click", ({ currentTarget }) => {
  muteHere = !muteHere;
  body.dataset.muteHere = muteHere;
  currentTarget.setAttribute("aria-pressed", muteHere);
  currentTarget.setAttribute("aria-label", word(muteHere ? "unmute" : "mute"));
  player.setLoud(!muteHere);
});
element("unblock").addEventListener("click", () => player.unblock());

// For whoever looks closer from the browser's console: what is being played, sample by sample.
globalThis.vivavoce = { player };
