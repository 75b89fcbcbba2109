/** Measures the line to the server: over a socket as the desk's own, and with one fetch. */
import type { Echo, Measured } from "./judge";

const ECHOES = 20;
const EVERY_MS = 150;
const PATIENCE_MS = 2000;
const OPEN_MS = 8000;
const PADS = 8;
const PAD_CHARS = 12_000;

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** One socket of its own to `/live`: numbered pings and who waits for their answers. */
class Probe {
  private readonly waiting = new Map<number, (now: number | null) => void>();
  private next = 0;
  private readonly socket: WebSocket;
  private constructor(socket: WebSocket) {
    this.socket = socket;
  }

  static open(signal: AbortSignal): Promise<Probe> {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live`);
    const probe = new Probe(socket);
    return new Promise((open, refuse) => {
      const fail = () => {
        socket.close();
        refuse(new Error("no line"));
      };
      const timer = setTimeout(fail, OPEN_MS);
      signal.addEventListener("abort", fail, { once: true });
      socket.onopen = () => socket.send('{"t":"hello","after":null,"topics":[]}');
      socket.onclose = () => {
        clearTimeout(timer);
        fail();
        for (const answer of probe.waiting.values()) answer(null);
      };
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(String(data)) as { t: string; n?: number; now?: string };
        if (frame.t === "welcome") {
          clearTimeout(timer);
          open(probe);
        } else if (frame.t === "pong") probe.waiting.get(frame.n ?? -1)?.(Date.parse(frame.now ?? ""));
        else if (frame.t === "ping") socket.send('{"t":"pong"}');
      };
    });
  }

  /** Sends one ping and waits for its answer, but not for ever. */
  echo(pad?: string): Promise<Echo> {
    const n = this.next++;
    const sent = performance.now();
    return new Promise((done) => {
      const finish = (echo: Echo) => {
        clearTimeout(timer);
        this.waiting.delete(n);
        done(echo);
      };
      const timer = setTimeout(() => finish({ ms: null }), PATIENCE_MS);
      this.waiting.set(n, (server) =>
        finish(server === null ? { ms: null } : { ms: performance.now() - sent, server, here: Date.now() }),
      );
      if (this.socket.readyState !== WebSocket.OPEN) finish({ ms: null });
      else this.socket.send(JSON.stringify({ t: "ping", n, pad }));
    });
  }

  close(): void {
    this.socket.close();
  }
}

function noise(chars: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil((chars * 3) / 4)));
  return btoa(String.fromCharCode(...bytes)).slice(0, chars);
}

async function measureUp(probe: Probe): Promise<number | null> {
  const pads = Array.from({ length: PADS }, () => noise(PAD_CHARS));
  const from = performance.now();
  const answers = await Promise.all(pads.map((pad) => probe.echo(pad)));
  if (answers.some(({ ms }) => ms === null)) return null;
  return (PADS * PAD_CHARS * 8) / ((performance.now() - from) / 1000);
}

async function measureDown(signal: AbortSignal): Promise<number | null> {
  const from = performance.now();
  try {
    const response = await fetch("/api/v1/probe", { signal, cache: "no-store" });
    if (!response.ok) return null;
    const { byteLength } = await response.arrayBuffer();
    return (byteLength * 8) / ((performance.now() - from) / 1000);
  } catch {
    return null;
  }
}

/** Twenty round trips, then 200 kB down and 100 kB up; it ends early when nothing answers. */
export async function measureLine(signal: AbortSignal, onEcho: (done: number, of: number) => void): Promise<Measured> {
  let probe: Probe;
  try {
    probe = await Probe.open(signal);
  } catch {
    return { echoes: [], down: null, up: null };
  }
  try {
    const echoes: Promise<Echo>[] = [];
    for (let at = 0; at < ECHOES && !signal.aborted; at += 1) {
      echoes.push(probe.echo());
      onEcho(at + 1, ECHOES);
      await wait(EVERY_MS);
    }
    const done = await Promise.all(echoes);
    const down = await measureDown(signal);
    return { echoes: done, down, up: await measureUp(probe) };
  } finally {
    probe.close();
  }
}
