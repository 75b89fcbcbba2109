// Invented people and conversations for the development server.
export const clients = [
  { id: "c-luce", name: "Aurelia Luce e Acqua", color: "#0f766e" },
  { id: "c-telco", name: "TelcoEsempio", color: "#7c3aed" },
];
export const queues = [
  { id: "q-fatture", name: "Fatturazione", client_id: "c-luce", channel: "webchat" },
  { id: "q-guasti", name: "Guasti", client_id: "c-luce", channel: "webchat" },
  { id: "q-telco", name: "Assistenza", client_id: "c-telco", channel: "webchat" },
];
export const me = { operator_id: "op-me", name: "Elena Costa" };
const names = ["Giulia Bianchi", "Vera Ricci", "Paola Colombo", "Irene Moretti", "Hamid Ferrari", "Dario Rizzo", "Sara Conti", "Nadia Marino", "Oreste Galli", "Lucia Fontana", "Piero Greco", "Anna Lombardi"];
const subjects = ["Chiarimenti sul bonus sociale", "Richiesta di rimborso per doppio addebito", "Conferma disdetta contratto", "Appuntamento del tecnico da spostare", "Cambio IBAN per domiciliazione", "Fattura di ottobre non riconosciuta", "Nessuna linea da stamattina", "Voltura dopo trasloco"];
const says = ["Buongiorno, ho ricevuto la fattura di ottobre con un importo di 184,20 €, quasi il doppio del solito. Non ho cambiato abitudini: potete spiegarmi il motivo?", "Posso essere contattata dopo le 17?", "Vi scrivo di nuovo perché nessuno mi ha richiamato.", "Allego la copia del documento richiesto.", "Grazie, ora funziona tutto."];

export function makeConversation(n, over = {}) {
  const minutes = n * 7 - 20;
  const queue = queues[n % 3];
  return {
    id: `conv-${n}`, v: 1, number: 40700 + n, client_id: queue.client_id, channel: n % 4 === 3 ? "email" : "webchat",
    state: "active", subject: subjects[n % subjects.length], preview: says[n % says.length],
    customer: { id: `cust-${n % 9}`, name: names[n % names.length], verified: n % 3 !== 1 },
    queue_id: queue.id, operator_id: "op-me", work_item_id: `w-${n}`, language: "it",
    tags: n % 2 ? ["conguaglio", "primo contatto"] : [], unread: n % 3 === 0 ? 2 : 0,
    last_message_at: ago(n * 3), last_from: "customer", last_seq: 6, opened_at: ago(40 + n * 3),
    due_at: new Date(Date.now() + minutes * 60000).toISOString(), due_kind: "next_response",
    snoozed_until: null, waiting_since: null, ...over,
  };
}
export const ago = (minutes) => new Date(Date.now() - minutes * 60000).toISOString();

export function makeMessages(row, count = 6) {
  const customer = { kind: "customer", id: row.customer.id, name: row.customer.name };
  const elena = { kind: "operator", id: "op-me", name: me.name };
  const script = [
    { kind: "event", author: { kind: "system", id: null, name: null }, text: "", meta: { event: "opened" } },
    { kind: "message", author: customer, text: says[0] },
    { kind: "note", author: { kind: "operator", id: "op-2", name: "Marta B." }, text: "Lettura stimata ad agosto e settembre: il conguaglio è corretto, ma non è stato inviato l’avviso. Puoi proporre la rateizzazione." },
    { kind: "message", author: elena, text: "Buongiorno, sto verificando le letture: le rispondo entro pochi minuti." },
    { kind: "message", author: customer, text: says[2] },
    { kind: "message", author: customer, text: says[1], attachments: [{ id: "a1", name: "fattura-ottobre.pdf", size: 184220, type: "application/pdf" }] },
  ];
  return Array.from({ length: count }, (_, at) => ({
    id: `${row.id}-m${at + 1}`, conversation_id: row.id, seq: at + 1, attachments: [], meta: {}, nonce: null,
    delivery: "delivered", at: ago((count - at) * 4), ...script[at % script.length],
  }));
}
export const canned = [
  { id: "k1", key: "saluto", title: "Saluto iniziale", text: "Buongiorno {{customer.name}}, sono {{operator.name}} di {{client.name}}. Come posso aiutarla?", client_id: null },
  { id: "k2", key: "rate", title: "Rateizzazione", text: "Può dividere l’importo fino a 5 rate senza interessi di mora. Vuole che la attivi?", client_id: "c-luce" },
  { id: "k3", key: "chiusura", title: "Chiusura", text: "Grazie per averci scritto. La pratica è la numero {{conversation.number}}.", client_id: null },
];
export const reasons = [
  { id: "r1", name: "Fattura", parent_id: null, client_id: null }, { id: "r11", name: "Importo alto", parent_id: "r1", client_id: null },
  { id: "r12", name: "Non ricevuta", parent_id: "r1", client_id: null }, { id: "r2", name: "Guasto", parent_id: null, client_id: null },
];
export const operators = ["Marta Bassi", "Luca Neri", "Chiara Verdi", "Omar Haddad"].map((display_name, n) => ({ id: `op-${n + 2}`, display_name, team: "Ponente" }));
export function floor() {
  const q = (id, name, waiting, oldest, sl) => ({ queue_id: id, name, waiting, oldest_wait_s: oldest, offered: 1, active: 9, wrapup: 2, available: 4, sl_today: sl, target: 0.8 });
  return [
    { at: new Date().toISOString(), client_id: "c-luce", queues: [q("q-fatture", "Fatturazione", 4, 75, 0.861), q("q-guasti", "Guasti", 12, 412, 0.712)], groups: [{ group: "Milano", client_id: "c-luce", present: 14, available: 4, busy: 8, break: 2, n: 14 }, { group: "Da casa", client_id: "c-luce", present: 9, available: 3, busy: 6, break: 0, n: 9 }] },
    { at: new Date().toISOString(), client_id: "c-telco", queues: [q("q-telco", "Assistenza", 0, null, 0.93)], groups: [{ group: "Tirana", client_id: "c-telco", present: 6, available: 2, busy: 3, break: 1, n: 6 }] },
  ];
}
