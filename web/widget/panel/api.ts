/** Requests to the public interface, with their problems as values one can act on. */

export class Problem extends Error {
  status: number;
  code: string;
  afterMs: number | undefined;

  constructor(status: number, code: string, afterMs?: number) {
    super(code);
    this.status = status;
    this.code = code;
    this.afterMs = afterMs;
  }

  /** Worth another try: the line, the server or our own haste was at fault. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429 || this.status === 408;
  }

  /** The token opens nothing any more. */
  get expired(): boolean {
    return this.status === 401;
  }
}

const PATIENCE_MS = 15_000;
const BASE = "/public/v1";

export async function refusal(answer: Response): Promise<Problem> {
  const after = Number(answer.headers.get("retry-after"));
  let code = "";
  try {
    code = ((await answer.json()) as { code?: string }).code ?? "";
  } catch {
    // A proxy answered in its own words.
  }
  return new Problem(answer.status, code, after > 0 ? after * 1000 : undefined);
}

export class Api {
  token: string | null = null;

  headers(): Record<string, string> {
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }

  url(path: string): string {
    return BASE + path;
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(this.url(path), {
        method,
        headers: { ...this.headers(), ...(body ? { "content-type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.ok) return (answer.status === 204 || answer.status === 202 ? null : await answer.json()) as T;
    } catch {
      throw new Problem(0, "line");
    }
    throw await refusal(answer);
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>("GET", path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.call<T>("POST", path, body);
  }

  /** Send a file and tell how far it is; the signal stops it. */
  upload<T>(path: string, file: File, told: (share: number) => void, signal: AbortSignal): Promise<T> {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      const form = new FormData();
      form.append("file", file);
      request.open("POST", this.url(path));
      for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
      request.responseType = "json";
      request.upload.onprogress = (event) => told(event.total ? event.loaded / event.total : 0);
      request.onerror = request.onabort = () => fail(new Problem(0, "line"));
      request.onload = () => {
        const answer = request.response as { code?: string } | null;
        if (request.status < 300) done(answer as T);
        else fail(new Problem(request.status, answer?.code ?? ""));
      };
      signal.addEventListener("abort", () => request.abort());
      request.send(form);
    });
  }
}
