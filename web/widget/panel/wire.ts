/** What comes over the wire from the public interface of the server. */

export interface Attachment {
  id: string;
  name: string;
  size: number;
  type: string;
  url?: string;
}

export interface Message {
  id: string;
  seq: number;
  author: { kind: "customer" | "operator" | "assistant" | "system"; name: string };
  text: string;
  attachments: Attachment[];
  at: string;
  nonce?: string | null;
  delivery?: string | null;
}

export interface Wait {
  seconds: number | null;
  words: string;
}

export interface Standing {
  state: string;
  number: number;
  operator_name: string | null;
  last_seq: number;
  v?: number;
  wait?: Wait | null;
  /** Who answers is outside the Union, and somebody inside may be asked for. */
  eu_offer?: boolean;
  cursor?: string;
}

export interface Frame {
  k: string;
  b: unknown;
}

export type Wanted = "no" | "optional" | "required";

export interface Config {
  key: string;
  name: string;
  language: string;
  languages: string[];
  brand: {
    name: string;
    color: string;
    on_color: string;
    logo_url: string | null;
    privacy_url: string | null;
    contact_url: string | null;
  };
  texts: Record<string, string>;
  open: boolean;
  hours: string;
  wait: Wait;
  ask: { name: Wanted; email: Wanted };
  callback: boolean;
  phone: string | null;
  survey: boolean;
  uploads: { enabled: boolean; max_bytes: number; types: string[]; accept?: string };
  message_limit: number;
}

export interface Pass {
  token: string;
  conversation_id: string;
  number: number;
  cursor: string;
  state: string;
}

export interface Started extends Pass {
  messages: Message[];
  open: boolean;
  wait: Wait;
}

/** What somebody sends to begin; kept as it was, because the same start has to look the same. */
export interface Wish {
  name?: string;
  email?: string;
  language: string;
  page?: string;
  ticket?: string;
}
