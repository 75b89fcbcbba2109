/**
 * The desk's names for the wire shapes, which are generated (wire.ts). Only what the contracts leave
 * open is narrowed here: states that they write as plain text.
 */
import type { components } from "./wire";

type S = components["schemas"];

export type ConversationState = "open" | "waiting" | "active" | "wrapup" | "snoozed" | "closed";
export type Channel = string;
export type Presence = S["Presence"];
export type PresenceState = Presence["state"];
export type Place = NonNullable<Presence["place"]>;
export type Workplace = S["WorkplaceView"];

export type CustomerRef = S["CustomerRef"];
export type ConversationRow = Omit<S["RowView"], "state"> & { state: ConversationState };

export type AuthorKind = "customer" | "operator" | "assistant" | "system";
export type Attachment = S["ascolto__conversations__views__FileView"];
export type Message = Omit<S["MessageView"], "kind" | "author" | "delivery"> & {
  kind: "message" | "note" | "event";
  author: { kind: AuthorKind; id: string | null; name: string | null };
  delivery: "sent" | "delivered" | "failed";
};

export type MessageMail = S["MessageMailView"];
export type MailRecipients = S["RecipientsView"];
export type SavedView = S["SavedViewView"];
export type RecalledMail = S["RecalledMailView"];
export type GoingOut = Omit<S["GoingOutView"], "message"> & { message: Message | null };
export type OfferCard = S["Card"];
export type Why = S["Why"];
export type Offer = Omit<S["Offer"], "why"> & { why: Why | null };
export type QueueRef = S["QueueRef"];

export type DeskSnapshot = Omit<S["DeskView"], "presence" | "offers" | "conversations"> & {
  presence: Presence | null;
  offers: Offer[];
  conversations: ConversationRow[];
};

export type ClientRef = S["ascolto__identity__views__ClientView"];
export type Session = Omit<S["SessionStateView"], "session_id">;

/** What a person has chosen for the desk (not to be taken for a customer's wishes below). */
export type Intervention = S["InterventionView"];
export type Queue = S["QueueView"];
export type Screen = S["ScreenView"];
export type OpenedScreen = S["OpenedScreenView"];
export type DeskPreferences = S["DeskPreferences"];

export type DraftKind = "reply" | "note" | "forward" | "wrapup";
export type Draft = Omit<S["DraftView"], "kind"> & { kind: DraftKind };

export type CustomerIdentity = S["IdentityView"];
export type Preferences = S["PreferencesView"];
export type Customer = S["CustomerView"];
export type Consent = S["ConsentView"];
export type CustomerConsents = S["CustomerConsentsView"];
export type ConsentStanding = S["StandingView"];


export type Viewer = S["ViewerView"];
export type LookedAt = S["LookedAtView"];
export type CustomerNote = S["CustomerNoteView"];
export type CustomerLink = S["LinkView"];
export type ConversationDetail = Omit<S["DetailView"], "conversation" | "draft" | "drafts" | "why"> & {
  conversation: ConversationRow;
  draft: Draft | null;
  drafts: Draft[];
  why: Why | null;
};
export interface MessagePage {
  items: Message[];
  has_more: boolean;
}

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export type Canned = S["CannedView"];
export type Reason = S["ReasonView"];
export type Tag = S["TagView"];
export type OperatorRef = S["OperatorView"];
export type Consult = S["ConsultView"];
export type ConsultMessage = S["ConsultMessageView"];
export type Mention = S["MentionView"];
export type Explanation = S["ExplanationView"];
export type Outcome = S["Outcome"];
export type CloseBody = S["CloseBody"];
export type Closing = S["DraftClosing"];
export type WrapUpClock = S["WrapUpClockView"];
export type CallBody = S["CallBody"];

export type DayResult = S["DayResultView"];
export type Results = S["ResultsView"];
export type Formula = S["FormulaView"];
export type MetricAnswer = S["MetricView"];
export type MetricGroup = S["GroupView"];

export type Look = S["ViewView"];
export type MonitoringAgreement = S["AgreementView"];
export type PersonSeen = S["PersonView"];
export type Monitoring = S["MonitoringView"];

export type FloorAnswer = S["FloorView"];
export type Arrivals = S["ArrivalsView"];
export type ArrivalsNow = S["ArrivalsNowView"];
export type QueueArrivals = S["QueueArrivalsView"];
export type FloorPeople = S["FloorPeopleView"];
export type FloorGroup = S["FloorGroupView"];
/** One queue: as last asked for, with what ticks have told since. */
export type FloorQueue = Omit<S["FloorQueueView"], "oldest_wait_s"> & { oldest_at: string | null };
/** One client's part of the floor as the desk holds it. */
export interface FloorClient {
  at: string;
  client_id: string;
  queues: FloorQueue[];
  groups: FloorGroup[];
}

/** What each kind of live frame carries. */
export type Frames = Omit<
  S["Frames"],
  "conversation.changed" | "message.added" | "message.changed" | "draft.changed"
> & {
  "conversation.changed": ConversationRow;
  "message.added": Message;
  "message.changed": Message;
  "draft.changed": Draft;
};
export type FloorTick = Frames["floor.tick"];
export type MentionNote = Frames["mention.added"];
export type Overdue = Frames["conversation.overdue"];

export interface Problem {
  type?: string;
  title?: string;
  status: number;
  code: string;
  detail?: string;
  fields?: Record<string, unknown>;
  request_id?: string;
}

/* What administration reads and writes. */
export type AdminClient = S["ascolto__web__tenancy_views__ClientView"];
export type Calendar = S["CalendarView"];
export type HoursBody = S["HoursBody"];
export type Opening = S["OpeningView"];
export type AdminQueue = S["QueueView"];
export type Ring = S["RingBody"];
export type AdminChannel = S["ChannelView"];
export type Mailbox = S["MailboxView"];
export type IncomingMail = S["IncomingView"];
export type OutgoingMail = S["OutMailView"];
export type TakenBack = S["TakenBackView"];
export type WayBackTo = S["WayBackView"];
export type Skill = S["SkillView"];
export type Team = S["TeamView"];
export type AdminOperator = S["OperatorView"];
export type SkillLevel = S["SkillLevelBody"];
export type AdminAccount = S["AccountView"];
export type Role = S["Role"];
export type Token = S["TokenView"];
export type IssuedToken = S["IssuedTokenView"];
export type Webhook = S["WebhookView"];
export type WebhookWithSecret = S["WebhookWithSecret"];
export type WebhookDelivery = S["DeliveryView"];
export type Setting = S["SettingView"];
export type ImportReport = S["ImportReport"];
export type ImportRow = S["ImportRow"];
export type ConfigVersion = S["VersionView"];
export type ConfigChange = S["ChangeView"];
export type Restored = S["RestoreView"];
export type Publication = S["PublicationView"];

export type Forecast = S["ForecastView"];
export type ForecastDetail = S["ForecastDetailView"];
export type ForecastInterval = S["IntervalView"];
export type Requirement = S["RequirementView"];
export type Comparison = S["ComparisonView"];
export type ScenarioDay = S["ScenarioView"];
export type Ledger = S["JudgedView"];
export type OwnShifts = S["OwnShiftsView"];
export type Intraday = S["IntradayView"];
export type HalfHour = S["HalfHourView"];
export type Lever = S["LeverView"];
export type LeverBody = S["LeverBody"];
export type Brought = S["OutcomeView"];
export type Tried = S["TriedView"];
export type OwnEvent = S["OwnEventView"];
export type DayAdherence = S["DayAdherenceView"];
export type OwnAdherence = S["PersonAdherenceView"];
export type Relocated = S["RelocatedView"];
export type StandIn = S["StandInView"];
export type StandIns = S["StandInsView"];
export type OwnSteps = S["OwnStepsView"];
export type OwnStep = S["OwnStepView"];
export type ImportHistoryReport = S["ImportHistoryReport"];
export type OwnShift = S["OwnShiftView"];
export type ShiftRequest = S["RequestView"];
export type SwapCandidate = S["CandidateView"];
export type Wishes = S["WishesView"];
export type Roster = S["RosterView"];
export type RosterDay = S["RosterDayView"];
export type RosterShift = S["ShiftView"];
export type RosterPart = S["PartView"];
export type RequiredDay = S["RequiredDayView"];
export type PersonDay = S["PersonDayView"];
export type WantedShift = S["WantedShiftBody"];
export type BrokenRule = S["ViolationView"];
export type RosterRun = S["RunView"];
export type WorthRun = S["WorthRunView"];
export type Weighed = S["WeighedView"];
export type WaysToWork = S["WaysView"];
export type PlanWays = S["PlanWaysView"];
export type CommuteFactors = S["CommuteView"];
export type RosterDifference = S["DifferenceView"];
export type Contract = S["ContractView"];
export type ContractTerms = S["Terms"];
export type AgreedPerson = S["AgreedPersonView"];
export type Agreement = S["AgreedTermsView"];
export type Seats = S["SeatsView"];
export type ImportAgreementsReport = S["ImportAgreementsReport"];
