/** What is being written to a colleague, kept on this machine until it is handed in. */
import { useState } from "react";

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** A text that survives reload and crash, under a key of its account and place. */
export function useKept(account: string, place: string): [string, (text: string) => void] {
  const key = `ascolto.consult.${account}.${place}`;
  const [text, setText] = useState(() => read(key));
  const put = (next: string) => {
    setText(next);
    try {
      if (next) localStorage.setItem(key, next);
      else localStorage.removeItem(key);
    } catch {
      /* it then lives as long as the page */
    }
  };
  return [text, put];
}
