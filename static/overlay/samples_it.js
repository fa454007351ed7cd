// Sample content of the preview.

export const SENTENCES = [
  "Ciao Marta, benvenuta da Palermo! Come va stasera?",
  "Grazie Luca per la rosa, sei gentilissimo.",
  "Il prossimo quiz parte tra cinque minuti: restate qui con noi.",
];
export const LINES = [
  { name: "Marta", text: "ciao a tutti da Palermo!", kind: "comment" },
  { name: "gino_99", text: "che bella atmosfera stasera", kind: "comment" },
  { name: "Luca", text: "Rosa × 5", kind: "gift" },
  { name: "Giulia B.", text: "ma quanto dura la live?", kind: "comment" },
  { name: "nonna Pina", text: "", kind: "follow" },
  { name: "Sara", text: "votate la 2, dai!", kind: "comment" },
  { name: "Andrea", text: "", kind: "subscribe" },
];
export const POLL = { question: "Che cosa cuciniamo domani?", options: ["Carbonara", "Parmigiana", "Arancini"] };
export const LEADERS = [{ name: "Marta", points: 12 }, { name: "Luca", points: 9 }, { name: "Giulia B.", points: 4 }];
