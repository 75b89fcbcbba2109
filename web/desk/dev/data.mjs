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
const held = (queue_id, waiting, oldest) => ({ queue_id, waiting, oldest, offered: 1, active: 9, wrapup: 2, available: 4, wait_s: 40 });
const people = (present, available, away, home) => ({ n: present + away, present, available, busy: present - available, break: away, home, site: present + away - home });
const groups = [
  { group: "Milano", client_id: "c-luce", ...people(12, 4, 2, 0) },
  { group: "others", client_id: "c-luce", ...people(9, 3, 0, 9) },
  { group: "Tirana", client_id: "c-telco", ...people(5, 2, 1, 0) },
];
const now = [["c-luce", held("q-fatture", 4, 75), "Fatturazione", 0.861], ["c-luce", held("q-guasti", 12, 412), "Guasti", 0.712], ["c-telco", held("q-telco", 0, null), "Assistenza", null]];

/** What is asked for: names, targets and the day so far too. */
export function floor() {
  const queues = now.map(([client_id, { oldest, ...queue }, name, sl_today]) => ({ ...queue, client_id, name, sl_today, oldest_wait_s: oldest, sl_formula: "sl_excl_short@1", answered_today: 84, abandoned_today: 6, target: 0.8, target_s: 60 }));
  return { at: new Date().toISOString(), queues, groups, people: people(26, 9, 3, 9) };
}

/** What comes once a second, by client: only what is held now. */
export function ticks() {
  return clients.map(({ id }) => ({
    at: new Date().toISOString(), client_id: id,
    queues: now.filter(([client]) => client === id).map(([, { oldest, ...queue }]) => ({ ...queue, oldest_at: oldest === null ? null : ago(oldest / 60), wait_low_s: 20, wait_high_s: 90 })),
    groups: groups.filter((group) => group.client_id === id).map((group) => ({ ...group, home: undefined, site: undefined })),
  }));
}
