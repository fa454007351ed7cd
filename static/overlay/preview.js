// @ts-check
// The page with sample content for the editor, which sends each change of the layout.

import { Caption } from "./caption.js";
import { Chat } from "./chat.js";
import { Stage } from "./stage.js";
import { Timings } from "./timings.js";

const { body } = document;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const words = Object.fromEntries(
  Object.entries(body.dataset)
    .filter(([name]) => name.startsWith("word"))
    .map(([name, text]) => [name[4].toLowerCase() + name.slice(5), text]),
);
/** @type {{ sentences: string[], lines: object[], poll: { question: string, options: string[] }, leaders: object[] }} */
const samples = JSON.parse(body.dataset.samples);

const began = performance.now();
let speaking = false;

/** Simulated loudness of speech: syllables, and pauses between sentences. */
function level() {
  if (!speaking) return 0;
  const t = (performance.now() - began) / 1000;
  return Math.max(0, 0.12 + 0.11 * Math.sin(t * 21) * Math.sin(t * 6.3) + 0.05 * Math.sin(t * 47));
}

const timings = new Timings();
const chat = new Chat(document.getElementById("chat"), words, still);
const caption = new Caption(document.getElementById("caption"), level, still, timings);
const stage = new Stage({ level, still, words, renew() {}, placed: () => caption.refit() });
let number = 0;

function line(sample) {
  const message = { type: "chat", id: `sample-${number++}`, ...sample };
  chat.add(message);
  stage.note(message);
}

function pass(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

async function talk() {
  for (let i = 0; ; i = (i + 1) % samples.sentences.length) {
    const text = samples.sentences[i];
    const utterance = `sample-${performance.now()}`;
    const duration = text.length * 66;
    timings.note({ type: "begin", utterance, text });
    timings.note({ type: "end", utterance, duration_ms: duration });
    speaking = true;
    caption.speak(utterance, text);
    await pass(duration);
    speaking = false;
    caption.rest(utterance);
    await pass(2200);
  }
}

async function write() {
  for (let i = 4; ; i = (i + 1) % samples.lines.length) {
    await pass(2600);
    line(samples.lines[i]);
  }
}

async function play() {
  const votes = [12, 19, 7];
  const counts = { follow: 68, gift: 41, like: 1240, subscribe: 6, share: 22 };
  for (let left = 38; ; left = left > 0 ? left - 1 : 38) {
    votes[left % 3] += left % 4;
    const all = votes.reduce((sum, some) => sum + some, 0);
    const options = samples.poll.options.map((text, i) => ({
      text,
      votes: votes[i],
      percent: Math.round((100 * votes[i]) / all),
    }));
    stage.note({
      type: "game",
      game: {
        kind: "poll",
        phase: "open",
        seconds_left: left,
        question: samples.poll.question,
        options,
        leaders: samples.leaders,
      },
    });
    stage.note({ type: "tally", counts });
    for (const kind of Object.keys(counts)) counts[kind] += left % 3 === 0 ? 1 : 0;
    await pass(1000);
  }
}

body.dataset.connected = "true";
body.dataset.live = "true";
for (const sample of samples.lines.slice(0, 4)) line(sample);
addEventListener("message", ({ origin, data }) => {
  if (origin === location.origin && data?.type === "layout") stage.note(data);
});
void talk();
void write();
void play();
parent.postMessage({ type: "ready" }, location.origin);
