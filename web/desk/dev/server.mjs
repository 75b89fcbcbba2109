// A small stand-in server for work on the desk: speaks the desk's HTTP and live protocol from memory.
// node desk/dev/server.mjs [--port 8411] [--rows 12]     (serves the built desk under /desk/)
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import * as data from "./data.mjs";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const built = fileURLToPath(new URL("../../../src/ascolto/web/static/desk/", import.meta.url));
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const rows = new Map();
const threads = new Map();
const drafts = new Map();
const offers = new Map();
const log = [];
const sockets = new Set();
let presence = { operator_id: "op-me", state: "available", since: data.ago(12), place: "home", country: "IT", reason: null };
let signedIn = true;

for (let n = 0; n < option("rows", 12); n += 1) {
  const row = data.makeConversation(n, n === 5 ? { state: "snoozed", snoozed_until: data.ago(-180) } : n === 7 ? { state: "wrapup" } : {});
  rows.set(row.id, row);
  threads.set(row.id, data.makeMessages(row, n === 2 ? 130 : 6));
  row.last_seq = threads.get(row.id).length;
}

function emit(topic, k, b) {
  const c = `f${log.push({ topic, k, b })}`;
  for (const socket of sockets) push(socket, topic, k, b, c);
}
function push(socket, topic, k, b, c) {
  if (topic !== "operator:op-me" && !socket.topics.has(topic)) return;
  socket.n += 1;
  socket.ws.send(JSON.stringify({ t: "f", n: socket.n, c, k, b }));
}
function bump(id, next) {
  const row = { ...rows.get(id), ...next, v: rows.get(id).v + 1 };
  rows.set(id, row);
  if (row.operator_id === "op-me") emit("operator:op-me", "conversation.changed", row);
  else emit("operator:op-me", "conversation.removed", { id, v: row.v, reason: "transferred" });
  return row;
}
function say(id, message) {
  const list = threads.get(id);
  const before = message.nonce && list.find((one) => one.nonce === message.nonce);
  if (before) return before;
  const made = { id: `${id}-m${list.length + 1}`, conversation_id: id, seq: list.length + 1, kind: "message", attachments: [], meta: {}, nonce: null, at: new Date().toISOString(), delivery: "sent", ...message };
  list.push(made);
  emit(`conversation:${id}`, "message.added", made);
  bump(id, { last_seq: made.seq, preview: made.text, last_message_at: made.at });
  return made;
}
let offered = 0;
function offer(seconds = 20) {
  const n = 500 + offered++;
  const row = data.makeConversation(n, { state: "waiting", operator_id: null, unread: 1 });
  rows.set(row.id, row);
  threads.set(row.id, data.makeMessages(row, 2));
  row.last_seq = 2;
  const made = { work_item_id: `w-${n}`, conversation_id: row.id, expires_at: data.ago(-seconds / 60), client_id: row.client_id, queue_id: row.queue_id, channel: row.channel, card: { customer_name: row.customer.name, subject: row.subject, preview: row.preview, language: "it", conversation_number: row.number }, why: null };
  offers.set(made.work_item_id, made);
  emit("operator:op-me", "offer.made", made);
  setTimeout(() => {
    if (offers.delete(made.work_item_id)) emit("operator:op-me", "offer.withdrawn", { work_item_id: made.work_item_id, reason: "expired" });
  }, seconds * 1000);
}

/** Changes to conversations of one's own, so many a second, until told 0: what a busy day looks like to the desk. */
let storming;
let changed = 0;
function storm(rate) {
  clearInterval(storming);
  const mine = [...rows.values()].filter((row) => row.operator_id === "op-me").map((row) => row.id);
  if (rate > 0) {
    let [owed, since] = [0, performance.now()];
    storming = setInterval(() => {
      const now = performance.now(); // a busy machine is late, and owes what it left out
      owed += (rate * (now - since)) / 1000;
      for (since = now; owed >= 1; owed -= 1) {
        const id = mine[(changed += 7919) % mine.length];
        bump(id, { preview: `Messaggio ${changed}`, unread: changed % 4, last_message_at: new Date().toISOString(), last_seq: rows.get(id).last_seq + 1 });
      }
    }, 20);
  }
}

class Refused extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}
const session = () => ({
  account: { id: "acc-1", name: data.me.name, email: "operatrice@ponente.example", roles: ["operator", "team_leader"], locale: "it" },
  permissions: ["conversations.read_all", "conversations.reply", "conversations.read_canned", "conversations.close", "conversations.open", "insight.floor", "insight.own_results"],
  operator_id: "op-me", tenant: { id: "t-1", slug: "ponente", name: "Ponente BPO" }, clients: data.clients,
});
const elena = { kind: "operator", id: "op-me", name: data.me.name };

const page = (items) => ({ items, next_cursor: null });

const routes = [
  ["POST /session", ({ body }) => {
    if (body.password !== "ascolto-demo") throw new Refused(401, "identity.wrong_credentials");
    if (body.email.startsWith("admin") && !body.totp) throw new Refused(401, "identity.totp_required");
    signedIn = true;
    return session();
  }],
  ["GET /session", () => { if (!signedIn) throw new Refused(401, "identity.not_signed_in"); return session(); }],
  ["DELETE /session", () => { signedIn = false; }],
  ["GET /sessions", () => page([{ id: "s1", current: true, created_at: data.ago(50) }, { id: "s2", user_agent: "Mozilla/5.0 (Windows) Firefox/130.0", last_seen_at: data.ago(3000) }])],
  ["GET /desk", () => ({ cursor: `f${log.length}`, now: new Date().toISOString(), workplace: { place: "home", country: "IT" }, presence, offers: [...offers.values()], consults: [], conversations: [...rows.values()].filter((row) => row.operator_id === "op-me"), queues: data.queues })],
  ["PUT /presence", ({ body }) => { presence = { ...presence, ...body, since: body.state === presence.state ? presence.since : new Date().toISOString() }; emit("operator:op-me", "presence.changed", presence); return presence; }],
  ["POST /work/:id/accept", ({ id }) => {
    const made = offers.get(id);
    if (!made) throw new Refused(410, "routing.offer_gone");
    offers.delete(id);
    emit("operator:op-me", "offer.withdrawn", { work_item_id: id, reason: "accepted" });
    return bump(made.conversation_id, { state: "active", operator_id: "op-me" });
  }],
  ["POST /work/:id/decline", ({ id }) => { offers.delete(id); emit("operator:op-me", "offer.withdrawn", { work_item_id: id, reason: "declined" }); }],
  ["GET /conversations", ({ query }) => ({ items: [...rows.values()].filter((row) => (query.get("view") ?? "all") === "all" || row.state === query.get("view")).filter((row) => !query.get("q") || JSON.stringify(row).toLowerCase().includes(query.get("q").toLowerCase())).slice(0, 50), next_cursor: null })],
  ["GET /conversations/viewers", () => []],
  ["GET /conversations/:id", ({ id }) => {
    const row = rows.get(id);
    if (!row) throw new Refused(404, "conversations.unknown");
    return { conversation: row, customer: { id: row.customer.id, name: row.customer.name, verified: row.customer.verified, language: "it", preferences: { channel: null, from_minute: null, to_minute: null, note: "" }, merged: [], v: 1, identities: [{ kind: "email", value: "cliente@example.org", verified: true }, { kind: "telefono", value: "+39 02 5550 1234", verified: false }], fields: { Contratto: "LU-20418833" } }, why: { rule: "best_skill", skills: [["fatturazione", 3]], waited_s: 42 }, draft: drafts.get(id) ?? null, drafts: [drafts.get(id)].filter(Boolean), viewers: [] };
  }],
  ["GET /conversations/:id/messages", ({ id, query }) => {
    const list = threads.get(id) ?? [];
    const before = Number(query.get("before_seq") ?? Infinity);
    const after = Number(query.get("after_seq") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    const fit = list.filter((one) => one.seq < before && one.seq > after);
    const items = query.has("after_seq") ? fit.slice(0, limit) : fit.slice(-limit);
    return { items, has_more: fit.length > items.length };
  }],
  ["POST /conversations/:id/messages", ({ id, body }) => {
    if (body.text.includes("rifiuta")) throw new Refused(409, "conversations.not_owner");
    const made = say(id, { author: elena, text: body.text, nonce: body.nonce });
    setTimeout(() => say(id, { author: { kind: "customer", id: rows.get(id).customer.id, name: rows.get(id).customer.name }, text: "Va bene, grazie mille." }), 2500);
    return made;
  }],
  ["POST /conversations/:id/going-out", ({ id, body }) => ({ nonce: body.nonce, leaves_in_s: 0, message: say(id, { author: elena, text: body.text, nonce: body.nonce }) })],
  ["POST /conversations/:id/notes", ({ id, body }) => say(id, { kind: "note", author: elena, text: body.text, nonce: body.nonce })],
  ["GET /conversations/:id/wrap-up", () => null],
  ["PUT /conversations/:id/draft", ({ id, body }) => { const made = { lines: null, about: null, other: null, closing: null, ...body, files: [], conversation_id: id, operator_id: "op-me", rev: body.rev + 1 }; drafts.set(id, made); return made; }],
  ["POST /conversations/:id/read", ({ id }) => { bump(id, { unread: 0 }); }],
  ["POST /conversations/:id/tags", ({ id, body }) => bump(id, { tags: [...new Set([...rows.get(id).tags.filter((tag) => !body.remove.includes(tag)), ...body.add])] })],
  ["POST /conversations/:id/wrap-up", ({ id }) => bump(id, { state: "wrapup" })],
  ["POST /conversations/:id/close", ({ id }) => bump(id, { state: "closed", work_item_id: null })],
  ["POST /conversations/:id/reopen", ({ id }) => bump(id, { state: "active" })],
  ["POST /conversations/:id/snooze", ({ id, body }) => bump(id, { state: "snoozed", snoozed_until: body.until })],
  ["POST /conversations/:id/transfer", ({ id }) => bump(id, { state: "waiting", operator_id: null })],
  ["POST /conversations/:id/attachments", () => ({ id: `a${Date.now()}`, name: "allegato.pdf", size: 24000, type: "application/pdf" })],
  ["GET /customers", () => ({ items: [], next_cursor: null })],
  ["GET /customers/:id/notes", () => ({ items: [], next_cursor: null })],
  ["GET /customers/:id/links", () => []],
  ["GET /customers/:id/timeline", () => ({ items: [data.makeConversation(903, { id: "conv-old-1", state: "closed", subject: "Autolettura" }), data.makeConversation(904, { id: "conv-old-2", state: "closed", subject: "Area clienti" })], next_cursor: null })],
  ["GET /mail/conversations/:id/recipients", () => ({ customer: "cliente@example.org", others: [], sender: "aiuto@ponente.example" })],
  ["GET /me/preferences", () => ({})], ["PUT /me/preferences", ({ body }) => body],
  ["GET /canned", () => page(data.canned)], ["GET /reasons", () => page(data.reasons)], ["GET /tags", () => page([{ name: "rateizzazione" }, { name: "reclamo" }])], ["GET /operators", () => page(data.operators)],
  ["GET /floor", () => data.floor()],
  ["GET /my/results", () => ({ handled: 23, aht_s: 412, frt_s: 38, wrapup_s: 55, occupancy: 0.74, declined: 1, missed: 0, transferred: 2 })],
].map(([route, run]) => {
  const [method, path] = route.split(" ");
  return { method, pattern: new RegExp(`^${path.replace(":id", "([^/]+)")}$`), run };
});

function api(request, url, text) {
  const path = url.pathname.slice("/api/v1".length);
  for (const { method, pattern, run } of routes) {
    const match = method === request.method && pattern.exec(path);
    if (!match) continue;
    const body = request.headers["content-type"]?.includes("json") && text ? JSON.parse(text) : {};
    return run({ id: match[1], body, query: url.searchParams });
  }
  throw new Refused(404, "http.404");
}
const server = createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    if (url.pathname.startsWith("/api/v1/")) {
      try {
        const answer = api(request, url, text);
        response.writeHead(answer === undefined ? 204 : 200, { "Content-Type": "application/json" }).end(answer === undefined ? "" : JSON.stringify(answer));
      } catch (error) {
        response.writeHead(error.status ?? 500, { "Content-Type": "application/problem+json" }).end(JSON.stringify({ status: error.status ?? 500, code: error.message, title: error.message }));
      }
      return;
    }
    if (url.pathname === "/dev/offer") { offer(Number(url.searchParams.get("s") ?? 20)); response.end("ok"); return; }
    if (url.pathname === "/dev/cut") { for (const socket of sockets) socket.ws.terminate(); response.end("ok"); return; }
    if (url.pathname === "/dev/message") { const id = url.searchParams.get("id"); say(id, { author: { kind: "customer", id: "x", name: rows.get(id).customer.name }, text: "Ci siete?" }); response.end("ok"); return; }
    if (url.pathname === "/dev/storm") { storm(Number(url.searchParams.get("rate") ?? 50)); response.end("ok"); return; }
    if (url.pathname === "/dev/due") { bump(url.searchParams.get("id"), { due_at: data.ago(Number(url.searchParams.get("m"))) }); response.end("ok"); return; }
    const file = built + url.pathname.replace(/^\/desk\//, "");
    const path = url.pathname !== "/desk/" && existsSync(file) && extname(file) ? file : `${built}index.html`;
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Content-Security-Policy": policy }).end(readFileSync(path));
  });
});
new WebSocketServer({ server, path: "/live" }).on("connection", (ws) => {
  const socket = { ws, n: 0, topics: new Set() };
  ws.on("message", (raw) => {
    const frame = JSON.parse(raw);
    if (frame.t === "hello") {
      for (const topic of frame.topics) socket.topics.add(topic);
      sockets.add(socket);
      ws.send(JSON.stringify({ t: "welcome", session: "s", cursor: `f${log.length}`, resumed: true, now: new Date().toISOString() }));
      log.slice(Number(frame.after?.slice(1) ?? log.length)).forEach(({ topic, k, b }, at) => push(socket, topic, k, b, `f${at}`));
    } else if (frame.t === "sub") for (const topic of frame.topics) socket.topics.add(topic);
    else if (frame.t === "unsub") for (const topic of frame.topics) socket.topics.delete(topic);
  });
  ws.on("close", () => sockets.delete(socket));
});
setInterval(() => { for (const socket of sockets) socket.ws.send('{"t":"ping"}'); }, 20000);
setInterval(() => { for (const tick of data.ticks()) emit("floor", "floor.tick", tick); }, 1000);
const port = option("port", 8411);
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/desk/`));
