// Sample content of the preview.

export const SENTENCES = [
  "Hi Martha, welcome from Leeds! How is your evening?",
  "Thank you Luke for the rose, that is so kind.",
  "The next quiz starts in five minutes: stay with us.",
];
export const LINES = [
  { name: "Martha", text: "hello everybody from Leeds!", kind: "comment" },
  { name: "gino_99", text: "lovely evening in here", kind: "comment" },
  { name: "Luke", text: "Rose × 5", kind: "gift" },
  { name: "Julia B.", text: "how long is the live?", kind: "comment" },
  { name: "grandma Pat", text: "", kind: "follow" },
  { name: "Sarah", text: "vote for 2, come on!", kind: "comment" },
  { name: "Andrew", text: "", kind: "subscribe" },
];
export const POLL = { question: "What shall we cook tomorrow?", options: ["Carbonara", "Shepherd's pie", "Ramen"] };
export const LEADERS = [{ name: "Martha", points: 12 }, { name: "Luke", points: 9 }, { name: "Julia B.", points: 4 }];
