// @ts-check
// The page: plays and shows the socket's messages, and reports playback.

import { Caption } from "./caption.js";
import { Chat } from "./chat.js";
import { Hello } from "./hello.js";
import { Player } from "./player.js";
import { OverlaySocket } from "./socket.js";
import { Stage } from "./stage.js";
import { Timings } from "./timings.js";
import { Watch } from "./watch.js";

const FORGET_AFTER_MS = 10000; // away for longer than this, what was being said has lost its moment

const { body } = document;
const element = (id) => document.getElementById(id);
const word = (name) => body.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`];
const words = Object.fromEntries(
  Object.keys(body.dataset)
    .filter((name) => name.startsWith("word"))
    .map((name) => [name[4].toLowerCase() + name.slice(5), body.dataset[name]]),
);
const still = matchMedia("(prefers-reduced-motion: reduce)");

let muted = false;
let muteHere = false;
let forgetting = 0;

const voice = {
  started: (utterance) => socket.report({ type: "started", utterance }),
  caption: (utterance, text, language) => caption.speak(utterance, text, language),
  ended(utterance, report) {
    caption.rest(utterance);
    socket.report({ type: "ended", utterance, ...report });
  },
  cut(utterance, report) {
    caption.hide(utterance);
    if (report !== null) socket.report({ type: "cut_done", utterance, ...report });
  },
  missed: (utterance, text, language) => caption.show({ utterance, text, language }),
};
// `?sound=buffers` plays without the worklet, to examine faults.
const plain = new URLSearchParams(location.search).get("sound") === "buffers";
const player = new Player(voice, plain ? "" : body.dataset.worklet);
const hello = new Hello(() => announce());
const watch = new Watch(player, hello.software !== "browser", {
  state(state) {
    element("unblock").hidden = state !== "blocked";
    socket.tell({ type: "sound", state });
  },
  reload: () => location.reload(),
});
const chat = new Chat(element("chat"), words, still);
const timings = new Timings();
const caption = new Caption(element("caption"), () => player.level, still, timings);
const stage = new Stage({
  level: () => player.level,
  still,
  words,
  renew: () => watch.renew(),
  placed: () => caption.refit(),
});

function setMuted(value) {
  muted = value;
  body.dataset.muted = String(value);
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

/** Look as on air for a while; a running live is not affected. */
function tryOut(forMs) {
  if (onAir) return;
  clearTimeout(trial);
  body.dataset.live = "true";
  trial = setTimeout(() => {
    forgetTrial();
    setLive(false);
  }, forMs);
}

function forgetTrial() {
  chat.reset([]);
  stage.note({ type: "live", live: false });
}

/** Tell the server what this page is, as soon as that is known. */
function announce() {
  if (!player.output.mode) return;
  socket.tell(hello.message(player.output.mode));
  if (watch.state) socket.tell({ type: "sound", state: watch.state });
}

const handlers = {
  state(message) {
    clearTimeout(forgetting);
    body.dataset.connected = "true";
    if (message.release && message.release !== body.dataset.release) watch.renew();
    setLive(message.live);
    setMuted(message.muted);
    chat.reset(message.lines);
    if (message.trial_ms) tryOut(message.trial_ms);
    if (message.caption && !muted) caption.show(message.caption);
  },
  chat: (message) => chat.add(message),
  retract: (message) => chat.retract(message.ids),
  begin: (message) => player.begin(message.utterance, message.text, message.language),
  caption: (message) => player.caption(message.utterance, message.text, message.at_ms, message.language),
  end: (message) => player.end(message.utterance),
  cut(message) {
    player.cut(message.utterance);
    caption.hide(message.utterance);
  },
  resumed: (message) => player.close(message.utterances),
  missed: (message) => caption.show(message),
  mute: (message) => setMuted(message.muted),
  live(message) {
    setLive(message.live);
    if (!message.live) socket.tell({ type: "silenced" });
  },
  trial: (message) => tryOut(message.for_ms),
};

const socket = new OverlaySocket(body.dataset.socket, {
  message(message) {
    timings.note(message);
    handlers[message.type]?.(message);
    stage.note(message);
  },
  audio: (frame) => player.audio(frame),
  open: announce,
  reached: () => player.reached,
  lost() {
    body.dataset.connected = "false";
    clearTimeout(forgetting);
    forgetting = setTimeout(() => player.close(), FORGET_AFTER_MS);
  },
  gone() {
    player.cut(null);
    setLive(false);
    element("gone").textContent = word("gone");
    element("gone").hidden = false;
  },
});

element("mute").addEventListener("click", () => {
  muteHere = !muteHere;
  body.dataset.muteHere = String(muteHere);
  element("mute").setAttribute("aria-pressed", String(muteHere));
  element("mute").setAttribute("aria-label", word(muteHere ? "unmute" : "mute"));
  player.setLoud(!muteHere);
});
element("unblock").addEventListener("click", () => {
  player.cut(null);
  void player.resume().then(() => watch.look());
});
void player.output.ready.then(announce);

// For debugging in the browser's console: the player.
globalThis.vivavoce = { player, watch };
