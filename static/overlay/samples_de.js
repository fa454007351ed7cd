// Sample content of the preview.

export const SENTENCES = [
  "Hallo Marta, willkommen aus Leipzig! Wie läuft dein Abend?",
  "Danke Lukas für die Rose, das ist so lieb.",
  "In fünf Minuten startet das nächste Quiz: bleibt dran.",
];
export const LINES = [
  { name: "Marta", text: "hallo zusammen aus Leipzig!", kind: "comment" },
  { name: "gino_99", text: "schöne Stimmung heute", kind: "comment" },
  { name: "Lukas", text: "Rose × 5", kind: "gift" },
  { name: "Julia B.", text: "wie lange geht der stream?", kind: "comment" },
  { name: "Oma Pia", text: "", kind: "follow" },
  { name: "Sara", text: "stimmt für die 2, los!", kind: "comment" },
  { name: "Andreas", text: "", kind: "subscribe" },
];
export const POLL = { question: "Was kochen wir morgen?", options: ["Carbonara", "Käsespätzle", "Ramen"] };
export const LEADERS = [{ name: "Marta", points: 12 }, { name: "Lukas", points: 9 }, { name: "Julia B.", points: 4 }];
