import { backoff } from "@/live/backoff";

/** Loads a part of the desk, again and again for as long as the line is cut: without it, nothing else is to be lost. */
export async function patiently<Part>(load: () => Promise<Part>): Promise<Part> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500 + backoff(attempt)));
    }
  }
}
