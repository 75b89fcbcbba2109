/** Wire shapes of the desk's HTTP and live interface (snake_case as sent). */

export type ConversationState = "open" | "waiting" | "active" | "wrapup" | "snoozed" | "closed";
export type Channel = string;
export type PresenceState = "available" | "busy" | "break" | "away" | "offline";
export type Place = "home" | "site";

export interface CustomerRef {
  id: string;
  name: string | null;
  verified: boolean;
}

export interface ConversationRow {
  id: string;
  v: number;
  number: number;
  client_id: string;
  channel: Channel;
  state: ConversationState;
  subject: string | null;
  preview: string | null;
  customer: CustomerRef;
  queue_id: string | null;
  operator_id: string | null;
  work_item_id: string | null;
  language: string | null;
  tags: string[];
  unread: number;
  last_message_at: string | null;
  last_from: string | null;
  last_seq: number;
  opened_at: string;
  due_at: string | null;
  due_kind: string | null;
  snoozed_until: string | null;
  waiting_since: string | null;
}

export type AuthorKind = "customer" | "operator" | "assistant" | "system";

export interface Attachment {
  id: string;
  name: string;
  size: number;
  type: string;
}

export interface Message {
  id: string;
  conversation_id: string;
  seq: number;
  kind: "message" | "note" | "event";
  author: { kind: AuthorKind; id: string | null; name: string | null };
  text: string;
  attachments: Attachment[];
  at: string;
  nonce: string | null;
  delivery: "sent" | "delivered" | "failed";
  meta: Record<string, unknown>;
}

export interface OfferCard {
  customer_name?: string | null;
  subject?: string | null;
  preview?: string | null;
  language?: string | null;
  conversation_number?: number | null;
}

export type Why = Record<string, unknown>;

export interface Offer {
  work_item_id: string;
  conversation_id: string;
  expires_at: string;
  client_id: string;
  queue_id: string;
  channel: Channel;
  card: OfferCard;
  why: Why | null;
}

export interface Presence {
  operator_id?: string | null;
  state: PresenceState;
  since: string;
  place: Place | null;
  country: string | null;
  reason: string | null;
}

export interface QueueRef {
  id: string;
  name: string;
  client_id: string;
  channel: Channel;
}

export interface DeskSnapshot {
  cursor: string;
  now: string;
  presence: Presence | null;
  offers: Offer[];
  conversations: ConversationRow[];
  queues: QueueRef[];
}

export interface ClientRef {
  id: string;
  name: string;
  color: string | null;
}

export interface Session {
  account: { id: string; name: string; email: string; roles: string[]; locale: string };
  permissions: string[];
  operator_id: string | null;
  tenant: { id: string; slug: string; name: string };
  clients: ClientRef[];
}

export interface Draft {
  conversation_id?: string;
  operator_id?: string | null;
  text: string;
  kind: "reply" | "note";
  rev: number;
}

export interface CustomerIdentity {
  kind: string;
  value: string;
  verified: boolean;
}

/** How a customer wants to be reached; minutes count from local midnight. */
export interface Preferences {
  channel: string | null;
  from_minute: number | null;
  to_minute: number | null;
  note: string;
}

export interface Customer {
  id: string;
  name: string | null;
  language?: string | null;
  verified?: boolean;
  identities?: CustomerIdentity[];
  fields?: Record<string, unknown>;
  preferences?: Preferences;
}

export interface Viewer {
  operator_id: string | null;
  name: string;
}

export interface ConversationDetail {
  conversation: ConversationRow;
  customer: Customer | null;
  why: Why | null;
  draft: Draft | null;
  viewers: Viewer[];
}

export interface MessagePage {
  items: Message[];
  has_more: boolean;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Canned {
  id: string;
  key: string;
  title: string;
  text: string;
  client_id: string | null;
  language?: string | null;
}

export interface Reason {
  id: string;
  name: string;
  parent_id: string | null;
  client_id: string | null;
}

export interface Tag {
  id?: string;
  name: string;
}

export interface OperatorRef {
  id: string;
  display_name: string;
  team?: string | null;
}

export interface TimelineEntry {
  id: string;
  number?: number;
  channel?: string;
  subject?: string | null;
  state?: string;
  opened_at?: string;
  at?: string;
}

export interface FloorQueue {
  queue_id: string;
  name?: string;
  waiting: number;
  oldest_wait_s: number | null;
  offered: number;
  active: number;
  wrapup: number;
  available: number;
  sl_today: number | null;
  target: number | null;
}

export interface FloorGroup {
  group: string;
  client_id: string | null;
  present: number;
  available: number;
  busy: number;
  break: number;
  n: number;
}

export interface FloorTick {
  at: string;
  client_id: string | null;
  queues: FloorQueue[];
  groups: FloorGroup[];
}

export interface Problem {
  type?: string;
  title?: string;
  status: number;
  code: string;
  detail?: string;
  fields?: Record<string, unknown>;
  request_id?: string;
}
