/** Written by scripts/types.mjs from contracts/: change those, not this. */
export interface components {
    schemas: {
        /** @description The conversation that a consult is about; `operator_id` has it now. */
        AboutView: {
            customer_name: string;
            id: string;
            number: number;
            operator_id: string | null;
            subject: string;
        };
        /** @description An account as its administrator sees it. */
        AccountView: {
            clients: string[] | null;
            /** Format: date-time */
            created_at: string;
            disabled_at: string | null;
            email: string;
            has_totp: boolean;
            id: string;
            invited: boolean;
            locale: string;
            name: string;
            operator_id: string | null;
            roles: string[];
            v: number;
        };
        /** @description Somebody writes in a conversation or looks at it; `on` is false when they stop. */
        Activity: {
            account_id?: string;
            conversation_id: string;
            customer_id?: string;
            name?: string;
            on?: boolean;
            operator_id?: string | null;
            who?: string;
        };
        /** @description Somebody who works here, and what is agreed with them in the order of days. */
        AgreedPersonView: {
            agreements: components["schemas"]["AgreedTermsView"][];
            display_name: string;
            operator_id: string;
            team: string | null;
        };
        /** @description What holds for a person from a day on. */
        AgreedTermsView: {
            contract_id: string | null;
            elastic: boolean;
            free_weekdays: number[];
            /** Format: date */
            from_day: string;
            office: [
                number,
                number
            ] | null;
            operator_id: string;
            team_weekdays: number[];
        };
        /** @description An agreement on monitoring, without its document's bytes. */
        AgreementView: {
            document_name: string;
            document_sha256: string;
            fields: string[];
            id: string;
            in_force: boolean;
            reference: string;
            title: string;
            /** Format: date-time */
            valid_from: string;
            valid_to: string | null;
        };
        /** @description What came to the queues in scope just now and today, up to a whole minute. */
        ArrivalsNowView: {
            queues: components["schemas"]["QueueArrivalsView"][];
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until: string;
        };
        /** @description How much came between two moments, and what was published for them, if anything was. */
        ArrivalsView: {
            came: number;
            expected: number | null;
        };
        /** @description A file that was kept for a message to come. */
        ascolto__channels__views__FileView: {
            id: string;
            name: string;
            size: number;
            type: string;
        };
        /** @description A file as a message shows it. */
        ascolto__conversations__views__FileView: {
            id: string;
            name: string;
            size: number;
            type: string;
        };
        /** @description A client as the desk's banner shows it. */
        ascolto__identity__views__ClientView: {
            color: string;
            id: string;
            name: string;
        };
        /** @description A client: for whom the work is done. */
        ascolto__web__tenancy_views__ClientView: {
            archived_at: string | null;
            color: string;
            default_calendar_id: string | null;
            id: string;
            legal_name: string;
            name: string;
            reach: {
                [key: string]: unknown;
            };
            sector: string;
            v: number;
        };
        /** @description Who wrote a line. */
        AuthorView: {
            id: string | null;
            kind: string;
            name: string | null;
        };
        /** @description Who is away from a queue that they take from, and until when: their skills are lent. */
        AwayOnDayView: {
            operator_id: string;
            queue_id: string;
            /** Format: date-time */
            until: string;
        };
        /** @description Who takes from the queue on other days and is lent elsewhere, and until when. */
        AwayView: {
            name: string;
            /** Format: date-time */
            until: string;
        };
        /** @description Within which times shifts lie, on which weekdays (1 is Monday) they begin. */
        Band: {
            from: string;
            to: string;
            /**
             * @default [
             *       1,
             *       2,
             *       3,
             *       4,
             *       5,
             *       6,
             *       7
             *     ]
             */
            weekdays?: number[];
        };
        /** @description Named opening hours. */
        CalendarView: {
            client_id: string | null;
            hours: {
                [key: string]: unknown;
            };
            id: string;
            name: string;
            v: number;
        };
        /** @description When a customer is called, at which number and about what. */
        CallBody: {
            /** Format: date-time */
            at: string;
            phone: string;
            /** @default  */
            text?: string;
            /**
             * @description Whether anybody calls, rather than who promises it first
             * @default false
             */
            to_queue?: boolean;
        };
        /** @description A colleague with whom a day can be swapped within every rule. */
        CandidateView: {
            name: string;
            operator_id: string;
            shifts: components["schemas"]["OwnShiftView"][];
        };
        /** @description A ready reply of one client or of all. */
        CannedView: {
            client_id: string | null;
            id: string;
            key: string;
            language: string | null;
            text: string;
            title: string;
            v: number;
        };
        /** @description What an offer shows of its work. */
        Card: {
            asked_by_name?: string;
            /** @description When a promised call is due */
            call_at?: string;
            consult_id?: string;
            conversation_number?: number | null;
            customer_name?: string | null;
            language?: string | null;
            preview?: string | null;
            subject?: string | null;
        };
        /** @description What is wrong in one cell. */
        CellErrorView: {
            code: string;
            column: string;
            value: string;
        };
        /** @description A shift as it is in force and as it will be. */
        ChangedShiftView: {
            becomes: components["schemas"]["ShiftView"];
            was: components["schemas"]["ShiftView"];
        };
        /** @description One thing that changed: `added`, `changed` or `removed`, field by field. */
        ChangeView: {
            /** @enum {string} */
            change: "added" | "changed" | "removed";
            client_id: string | null;
            fields: components["schemas"]["FieldView"][];
            kind: string;
            name: string;
            thing: string;
        };
        /** @description A channel as configurators see it. */
        ChannelView: {
            active: boolean;
            client_id: string;
            /** Format: date-time */
            created_at: string;
            embed: string | null;
            id: string;
            kind: string;
            label: string;
            name: string;
            public_key: string;
            queue_id: string;
            settings: {
                [key: string]: unknown;
            };
            v: number;
        };
        /** @description How a conversation ended and why it began. */
        CloseBody: {
            expected_seq?: number | null;
            note?: string | null;
            /** @default resolved */
            outcome?: components["schemas"]["Outcome"];
            promise?: components["schemas"]["PromiseBody"] | null;
            reason1?: string | null;
            reason2?: string | null;
        };
        /** @description Means of a day at the office, there and back: of the organisation and never of a person. */
        CommuteView: {
            by_car_percent: number;
            g_co2_per_car_km: number;
            km_a_day: number;
            minutes_a_day: number;
            source: string;
        };
        /** @description Scenarios of a day, side by side in the order in which they were told. */
        ComparisonView: {
            /** Format: date */
            day: string;
            forecast_id: string;
            scenarios: components["schemas"]["ScenarioView"][];
        };
        /** @description How each mail address of a customer stands, after one of them said yes or no. */
        ConsentsChanged: {
            customer_id: string;
            standing: components["schemas"]["StandingView"][];
        };
        /** @description The text of a purpose as it is read out to a customer today. */
        ConsentTextView: {
            purpose: components["schemas"]["Purpose"];
            version: string;
            words: string;
        };
        /** @description What an address said of mails that nobody asked for, and which text it was shown. */
        ConsentView: {
            address: string;
            /** Format: date-time */
            at: string;
            by_name: string | null;
            given: boolean;
            id: string;
            note: string;
            purpose: components["schemas"]["Purpose"];
            source: components["schemas"]["Source"];
            text_version: string;
            verified: boolean;
            words: string;
        };
        /** @description One line of a consult, of who asks or of who answers. */
        ConsultMessageView: {
            /** Format: date-time */
            at: string;
            attachments: components["schemas"]["ascolto__conversations__views__FileView"][];
            author_id: string | null;
            author_name: string;
            consult_id: string;
            id: string;
            nonce: string;
            seq: number;
            side: string;
            text: string;
        };
        /** @description A consult as both sides see it; `v` grows with each change. */
        ConsultView: {
            answered_at: string | null;
            /** Format: date-time */
            asked_at: string;
            asked_by: string;
            asked_by_name: string;
            client_id: string;
            closed_at: string | null;
            conversation: components["schemas"]["AboutView"];
            id: string;
            /** Format: date-time */
            last_at: string;
            last_seq: number;
            last_side: string;
            last_text: string;
            operator_id: string | null;
            operator_name: string;
            overdue_at: string | null;
            queue_id: string | null;
            state: string;
            subject: string;
            v: number;
        };
        /** @description A contract and with how many people it is agreed. */
        ContractView: {
            id: string;
            name: string;
            people: number;
            terms: components["schemas"]["Terms"];
            v: number;
        };
        /** @description A conversation that left this desk at version `v`. */
        ConversationRemoved: {
            id: string;
            reason: string;
            v: number;
        };
        /** @description What was counted as in time, as short, and whether transfers count again. */
        CountingView: {
            causes: string[];
            internal_transfers: boolean;
            short_s: number;
            /** @description null when several were in force */
            threshold_s: number | null;
            /** @description every wait that counted as in time */
            thresholds_s: number[];
        };
        /** @description What stands for each address of a customer with their client, and the texts of today. */
        CustomerConsentsView: {
            client_id: string;
            language: string;
            standing: components["schemas"]["StandingView"][];
            texts: components["schemas"]["ConsentTextView"][];
        };
        /** @description A note on a customer, for colleagues alone. */
        CustomerNoteView: {
            /** Format: date-time */
            at: string;
            by_name: string;
            id: string;
            text: string;
        };
        /** @description Who wrote, as lists show it. */
        CustomerRef: {
            id: string;
            name: string | null;
            verified: boolean;
        };
        /** @description A customer with what is proved and what is claimed. */
        CustomerView: {
            client_id: string;
            /** Format: date-time */
            created_at: string;
            id: string;
            identities: components["schemas"]["IdentityView"][];
            language: string;
            /** @default [] */
            merged?: components["schemas"]["MergedView"][];
            name: string;
            preferences: components["schemas"]["PreferencesView"];
            v: number;
            verified: boolean;
        };
        /** @description A day's groups; nobody alone. */
        DayAdherenceView: {
            /** Format: date */
            day: string;
            groups: components["schemas"]["GroupAdherenceView"][];
            smallest_group: number;
        };
        /** @description One day of one's own work. */
        DayResultView: {
            aht_s: number | null;
            available_s: number;
            closed: number;
            csat: number | null;
            day: string;
            frt_s: number | null;
            handled: number;
            handling_s: number;
            occupancy: number | null;
            transferred: number;
        };
        /** @description How good one published day was; null where nothing came or nothing can be said. */
        DayScoreView: {
            bias: number | null;
            chance: number | null;
            /** Format: date */
            day: string;
            day_total_wape: number | null;
            four_weeks_wape: number | null;
            last_week_wape: number | null;
            /** Format: date-time */
            scored_at: string;
            volume: number;
            wape: number | null;
        };
        /** @description A forecast day: who spoke for it, and why it is not a usual one. */
        DayView: {
            because: {
                [key: string]: number;
            };
            calls: number;
            /** Format: date */
            day: string;
            /** @default [] */
            events?: string[];
            model: string;
            usual: number | null;
        };
        /** @description One event on its way. */
        DeliveryView: {
            attempts: number;
            body: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            created_at: string;
            id: string;
            kind: string;
            last_error: string | null;
            last_status: number | null;
            next_try_at: string | null;
            sent_at: string | null;
            state: string;
            webhook_id: string;
        };
        /** @description What somebody has chosen; what is null was never chosen and is as the desk comes. */
        DeskPreferences: {
            keys?: components["schemas"]["KeyPreferences"] | null;
            plain_field?: boolean | null;
            sounds?: components["schemas"]["SoundPreferences"] | null;
        };
        /** @description All that one's desk shows, and the cursor after which changes follow. */
        DeskView: {
            consults: components["schemas"]["ConsultView"][];
            conversations: components["schemas"]["RowView"][];
            cursor: string;
            /** Format: date-time */
            now: string;
            offers: {
                [key: string]: unknown;
            }[];
            presence: {
                [key: string]: unknown;
            } | null;
            queues: components["schemas"]["QueueRef"][];
            workplace: components["schemas"]["WorkplaceView"] | null;
        };
        /** @description A conversation with its customer, why it came here and one's own draft. */
        DetailView: {
            conversation: components["schemas"]["RowView"];
            customer: components["schemas"]["CustomerView"] | null;
            draft: components["schemas"]["DraftView"] | null;
            drafts: components["schemas"]["DraftView"][];
            viewers: components["schemas"]["ViewerView"][];
            why: {
                [key: string]: unknown;
            } | null;
        };
        /** @description What a version changes in what is in force on its days, and what it breaks. */
        DifferenceView: {
            added: components["schemas"]["ShiftView"][];
            changed: components["schemas"]["ChangedShiftView"][];
            removed: components["schemas"]["ShiftView"][];
            roster: components["schemas"]["RosterView"];
            unchanged: number;
            violations: components["schemas"]["ViolationView"][];
        };
        /** @description What is passed on: a message, which of its files go along, and whether it does whole. */
        DraftAbout: {
            attachment_ids: string[];
            /** Format: uuid */
            message_id: string;
            whole: boolean;
        };
        /** @description How a contact ends, as it is being written up. */
        DraftClosing: {
            outcome: components["schemas"]["Outcome"];
            promise: string;
            reason1: string | null;
            reason2: string | null;
            until: string | null;
        };
        /** @description To whom a mail goes, as it is being typed. */
        DraftLines: {
            bcc: string;
            cc: string;
            to: string;
        };
        /** @description What one has begun to write. */
        DraftView: {
            about: components["schemas"]["DraftAbout"] | null;
            closing: components["schemas"]["DraftClosing"] | null;
            conversation_id: string;
            files: components["schemas"]["ascolto__conversations__views__FileView"][];
            kind: string;
            lines: components["schemas"]["DraftLines"] | null;
            operator_id: string;
            other: string | null;
            rev: number;
            text: string;
        };
        /** @description A change by hand, with what it did. */
        EditView: {
            after_calls: number;
            before_calls: number;
            calls: number | null;
            /** Format: date-time */
            edited_at: string;
            edited_by: string;
            factor: number | null;
            /** Format: date-time */
            from_at: string;
            id: string;
            reason: string;
            /** Format: date-time */
            until_at: string;
        };
        /** @description Errors as shares of what came. */
        ErrorsView: {
            bias: number | null;
            day_total_wape: number | null;
            wape: number | null;
        };
        /**
         * @description Why work went where it went, and every rule against another operator just now.
         *
         *     `overflow` tells of waiting work where it goes on if nobody takes it, and after how long in the
         *     queue. `waited_s` counts opening hours since the work first came, also in queues before this.
         */
        ExplanationView: {
            against: string[] | null;
            decided_at: string | null;
            operator_id: string | null;
            overflow: components["schemas"]["OverflowView"] | null;
            why: {
                [key: string]: unknown;
            } | null;
            work_item_id: string;
        };
        /**
         * @description What a person's day is judged by.
         *
         *     `needed` are the intervals at work in which one person less would be too few, `spare` those in
         *     which there is one more than it takes, of `at_work` altogether. `gaps_minutes` lie between the
         *     parts of a split day; `agreed_split_days` are the most of a week, None where none are agreed.
         */
        FactsView: {
            agreed_minutes: [
                number,
                number
            ] | null;
            agreed_office: [
                number,
                number
            ] | null;
            agreed_shifts: number | null;
            agreed_split_days: number | null;
            at_work: number;
            contract: string | null;
            days_in_a_row: number;
            gaps_minutes: number[];
            needed: number;
            office_days: number;
            paid_minutes: number;
            rest_after_h: number | null;
            rest_before_h: number | null;
            spare: number;
            week_minutes: number;
            week_shifts: number;
            week_split_days: number;
        };
        /** @description The refusal that something failed by: its code, and the values that go with it. */
        FailedByView: {
            code: string;
            fields: {
                [key: string]: unknown;
            };
        };
        /** @description One field that differs. */
        FieldView: {
            after: unknown;
            before: unknown;
            name: string;
        };
        /** @description A figure with the counts it was computed from; withheld when it would point at people. */
        FigureView: {
            denominator: number;
            detail: {
                [key: string]: number;
            };
            numerator: number;
            value: number | null;
            withheld: boolean;
        };
        /** @description The people of one team for one client; of teams too small to be shown, together. */
        FloorGroupView: {
            available: number;
            break: number;
            busy: number;
            client_id: string;
            group: string;
            /** @description null when a part would be of fewer than five people */
            home: number | null;
            n: number;
            present: number;
            /** @description null when a part would be of fewer than five people */
            site: number | null;
        };
        /** @description How many of at least five people are here, doing what, and where from. */
        FloorPeopleView: {
            available: number;
            break: number;
            busy: number;
            /** @description null when a part would be of fewer than five people */
            home: number | null;
            n: number;
            present: number;
            /** @description null when a part would be of fewer than five people */
            site: number | null;
        };
        /** @description One queue now, with its service level of today by its client's formula. */
        FloorQueueView: {
            abandoned_today: number;
            active: number;
            answered_today: number;
            /** @description null when fewer than five of its people are here */
            available: number | null;
            client_id: string;
            name: string;
            offered: number;
            oldest_wait_s: number | null;
            queue_id: string;
            sl_formula: string;
            sl_today: number | null;
            target: number;
            target_s: number;
            wait_s: number | null;
            waiting: number;
            /** @description null when fewer than five of its people are here */
            wrapup: number | null;
        };
        /** @description One client's queues and groups now. */
        FloorTick: {
            /** Format: date-time */
            at: string;
            client_id: string;
            groups: components["schemas"]["FloorTickGroup"][];
            queues: components["schemas"]["FloorTickQueue"][];
        };
        /** @description People of one team, never fewer than five at work. */
        FloorTickGroup: {
            available: number;
            break: number;
            busy: number;
            client_id: string;
            group: string;
            n: number;
            present: number;
        };
        /** @description One queue as the leader sees it now; what it did today comes with GET /floor. */
        FloorTickQueue: {
            active: number;
            available: number | null;
            offered: number;
            oldest_at: string | null;
            queue_id: string;
            wait_high_s: number | null;
            wait_low_s: number | null;
            wait_s: number | null;
            waiting: number;
            wrapup: number | null;
        };
        /** @description The floor at one moment; `people` counts those who work for several clients once. */
        FloorView: {
            /** Format: date-time */
            at: string;
            groups: components["schemas"]["FloorGroupView"][];
            /** @description null when no group may be shown */
            people: components["schemas"]["FloorPeopleView"] | null;
            queues: components["schemas"]["FloorQueueView"][];
        };
        /** @description A forecast with its intervals and all that was changed by hand. */
        ForecastDetailView: {
            edits: components["schemas"]["EditView"][];
            forecast: components["schemas"]["ForecastView"];
            intervals: components["schemas"]["IntervalView"][];
        };
        /** @description A forecast without its intervals. */
        ForecastView: {
            /** Format: date-time */
            asked_at: string;
            asked_by: string;
            channel: string;
            client_id: string;
            country: string;
            days: components["schemas"]["DayView"][];
            failed_by: components["schemas"]["FailedByView"] | null;
            failure: string | null;
            history_from: string | null;
            history_until: string | null;
            horizon_days: number;
            id: string;
            made_at: string | null;
            measured: boolean | null;
            minutes: number;
            model: string;
            notes: components["schemas"]["NoteView"][];
            published_at: string | null;
            published_by: string | null;
            queue_id: string;
            reason: string;
            /** @enum {string} */
            state: "asked" | "made" | "failed";
            timezone: string | null;
            v: number;
        };
        /** @description One entry of the metric dictionary. */
        FormulaView: {
            id: string;
            of_people: boolean;
            rising: boolean;
            statement: string;
            unit: string;
            version: number;
        };
        Frames: {
            "consents.changed": components["schemas"]["ConsentsChanged"];
            "consult.changed": components["schemas"]["ConsultView"];
            "conversation.changed": components["schemas"]["RowView"];
            "conversation.overdue": components["schemas"]["Overdue"];
            "conversation.removed": components["schemas"]["ConversationRemoved"];
            "draft.changed": components["schemas"]["DraftView"];
            "floor.tick": components["schemas"]["FloorTick"];
            "mention.added": components["schemas"]["Mention"];
            "message.added": components["schemas"]["MessageView"];
            "message.changed": components["schemas"]["MessageView"];
            "offer.made": components["schemas"]["Offer"];
            "offer.withdrawn": components["schemas"]["OfferWithdrawn"];
            "presence.changed": components["schemas"]["Presence"];
            typing: components["schemas"]["Activity"];
            viewing: components["schemas"]["Activity"];
        };
        /** @description What became of an answer: it leaves in so many seconds, or it is a message of the thread. */
        GoingOutView: {
            leaves_in_s: number;
            message: components["schemas"]["MessageView"] | null;
            nonce: string;
        };
        /** @description A group of people; those too few for a group of their own are together as `others`. */
        GroupAdherenceView: {
            group: string;
            people: number;
            rostered_hours: number;
            share: number | null;
        };
        /** @description The figure of one group: a queue, a client, a channel or an interval. */
        GroupView: {
            client_id?: string | null;
            counting?: components["schemas"]["CountingView"] | null;
            figure: components["schemas"]["FigureView"];
            formula?: string | null;
            key: string;
            met?: boolean | null;
            name: string;
            target?: number | null;
        };
        /**
         * @description Half an hour: as planned, as it came, as expected now.
         *
         *     `withheld` says that a figure on people would have told of too few of them.
         */
        HalfHourView: {
            abandoned: number | null;
            aht_s: number | null;
            expected_now: number | null;
            handled: number | null;
            high: number | null;
            low: number | null;
            offered: number | null;
            planned: number | null;
            required: number | null;
            rostered: number | null;
            service_level: number | null;
            signed_in: number | null;
            /** Format: date-time */
            starts_at: string;
            withheld: boolean;
        };
        /** @description Opening hours: a week of wall-clock intervals, its exceptions and its holidays. */
        HoursBody: {
            /** @default {} */
            exceptions?: {
                [key: string]: [
                    string,
                    string
                ][];
            };
            /** @default true */
            italian_holidays?: boolean;
            patron?: string | null;
            /** @default Europe/Rome */
            timezone?: string;
            weekly: {
                [key: string]: [
                    string,
                    string
                ][];
            };
        };
        /** @description An identity and whether it was proved. */
        IdentityView: {
            kind: string;
            value: string;
            verified: boolean;
        };
        /** @description What a table says and what became of it. */
        ImportAgreementsReport: {
            faults: components["schemas"]["RowFaultView"][];
            rows: number;
            written: boolean;
        };
        /** @description What a table says and what became of it. */
        ImportHistoryReport: {
            calls: number;
            faults: components["schemas"]["RowFaultView"][];
            first: string | null;
            last: string | null;
            minutes: number;
            notes: components["schemas"]["RowFaultView"][];
            rows: number;
            written: boolean;
        };
        /** @description What a table brings, row by row; `written` is false on a dry run or when a row is refused. */
        ImportReport: {
            added: number;
            changed: number;
            refused: number;
            rows: components["schemas"]["ImportRow"][];
            unchanged: number;
            written: boolean;
        };
        /** @description One line of the table and what becomes of it. */
        ImportRow: {
            email: string;
            errors: components["schemas"]["CellErrorView"][];
            line: number;
            name: string;
            /** @enum {string} */
            outcome: "added" | "changed" | "unchanged" | "refused";
        };
        /** @description A mail that came and what became of it. */
        IncomingView: {
            about_id: string | null;
            attempts: number;
            channel_id: string;
            client_id: string;
            conversation_id: string | null;
            id: string;
            kind: string | null;
            message_id: string | null;
            reason: string | null;
            /** Format: date-time */
            received_at: string;
            sender: string;
            size: number;
            source: string;
            state: string;
            subject: string;
        };
        /** @description One interval: what holds now, and the mean that the model said. */
        IntervalView: {
            high: number;
            low: number;
            made_mean: number;
            mean: number;
            median: number;
            rate_cv: number;
            /** Format: date-time */
            starts_at: string;
        };
        /** @description What was done on the floor: by whom, why, until when, and how it ended. */
        InterventionView: {
            after: {
                [key: string]: unknown;
            };
            alert: {
                [key: string]: unknown;
            };
            before: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            begun_at: string;
            by_name: string;
            client_id: string;
            ended_at: string | null;
            ended_by: string | null;
            ended_how: ("undone" | "expired") | null;
            id: string;
            /** @enum {string} */
            kind: "skill" | "overflow" | "message";
            operator_id: string | null;
            queue_id: string;
            /** Format: date-time */
            until: string;
            why: string;
        };
        /**
         * @description A queue's day by half hours, how its busyness is judged, and what was done about it.
         *
         *     `way` says how the rest is expected anew: as planned, by the day's level so far, or as past days
         *     taught; it names what counts most, by how near each was on the `judged` last days at this time.
         */
        IntradayView: {
            aht_s: number | null;
            /** Format: date-time */
            at: string;
            away: components["schemas"]["AwayView"][];
            /** Format: date */
            day: string;
            factor: number;
            forecast_id: string | null;
            half_hours: components["schemas"]["HalfHourView"][];
            judged: number;
            levers: components["schemas"]["LeverView"][];
            queue_id: string;
            ratio: number;
            smallest_group: number;
            target: number;
            target_s: number;
            timezone: string;
            told_share_most: number;
            /** @enum {string} */
            way: "plan" | "level" | "learnt";
        };
        /** @description A fresh key with its secret; shown once. */
        IssuedTokenView: {
            secret: string;
            token: components["schemas"]["TokenView"];
        };
        /**
         * @description What a published forecast was worth, beside who knew nothing but the same past.
         *
         *     `last_week` and `four_weeks` are the errors of the last week and of the mean of four of them;
         *     `chance` is the error that remains when every rate is known.
         */
        JudgedView: {
            by_day: components["schemas"]["DayScoreView"][];
            chance: number | null;
            days: number;
            forecast: components["schemas"]["ForecastView"];
            four_weeks: number | null;
            last_week: number | null;
            published: components["schemas"]["ErrorsView"];
            volume: number;
        };
        /** @description How somebody uses the keyboard: whether single keys act, and which keys they moved. */
        KeyPreferences: {
            map?: {
                [key: string]: string[];
            };
            /** @default true */
            on?: boolean;
        };
        /** @description What came in and where it is: received = handled + waiting + quarantined. */
        LedgerView: {
            balanced: boolean;
            by_state: {
                [key: string]: number;
            };
            handled: number;
            quarantined: number;
            received: number;
            waiting: number;
        };
        /**
         * @description One thing that can be done about the rest of a day.
         *
         *     `people` go, come or move; `callback` and `channel_shift` have a `share` of those who would wait
         *     instead, and a `message` to them once they are pulled. A break moves to `to_at`; people come
         *     from `other_queue_id`, which is also whose people help where a queue overflows.
         */
        LeverBody: {
            /** Format: date-time */
            from_at: string;
            /** @enum {string} */
            kind: "time_off" | "extra_hours" | "break_move" | "skill_move" | "overflow" | "callback" | "channel_shift";
            /** @default  */
            message?: string;
            other_queue_id?: string | null;
            /** @default 0 */
            people?: number;
            /** @default 0 */
            share?: number;
            to_at?: string | null;
            /** Format: date-time */
            until_at: string;
        };
        /** @description What was done about a day, and what it was said to bring. */
        LeverView: {
            effect: components["schemas"]["TriedView"];
            /** Format: date-time */
            from_at: string;
            id: string;
            kind: string;
            message: string;
            other_queue_id: string | null;
            people: number;
            /** Format: date-time */
            pulled_at: string;
            pulled_by: string;
            reached: components["schemas"]["ReachedView"];
            reason: string;
            share: number;
            to_at: string | null;
            undone_at: string | null;
            /** Format: date-time */
            until_at: string;
        };
        /**
         * @description As what somebody speaks for a customer.
         * @enum {string}
         */
        LinkRole: "relative" | "administrator" | "delegate" | "guardian";
        /** @description Another customer who speaks for this one (`acts_for_them`), or for whom this one speaks. */
        LinkView: {
            acts_for_them: boolean;
            /** Format: date-time */
            at: string;
            by_name: string;
            customer_id: string;
            id: string;
            name: string;
            role: components["schemas"]["LinkRole"];
        };
        /** @description A conversation and who else has it open. */
        LookedAtView: {
            conversation_id: string;
            viewers: components["schemas"]["ViewerView"][];
        };
        /**
         * @description What a roster came to: cost part by part, a bound, who carries how much, what it breaks.
         *
         *     No roster costs less than `bound.at_least`; that this one is the cheapest is never claimed.
         */
        MadeView: {
            bound: {
                [key: string]: number;
            };
            burdens: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            cost: {
                [key: string]: unknown;
            };
            fairness: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            notes: components["schemas"]["NoteView"][];
            people: number;
            search: {
                [key: string]: number;
            };
            shifts: number;
            violations: components["schemas"]["ViolationView"][];
        };
        /** @description How a mailbox stands; `reconciliation` lays the server's mails beside ours. */
        MailboxView: {
            /** @enum {string} */
            access: "none" | "given" | "refused";
            access_until: string | null;
            active: boolean;
            address: string;
            channel_id: string;
            client_id: string;
            fetched: boolean;
            has_dkim_secret: boolean;
            has_imap_secret: boolean;
            has_oauth_client_secret: boolean;
            has_oauth_secret: boolean;
            has_smtp_secret: boolean;
            ledger: components["schemas"]["LedgerView"];
            name: string;
            read_at: string | null;
            reconciled_at: string | null;
            reconciliation: {
                [key: string]: unknown;
            } | null;
            reconciliation_asked: boolean;
            trouble: string | null;
            trouble_since: string | null;
        };
        /** @description A note that names this operator. */
        Mention: {
            at: string | null;
            by: string | null;
            conversation_id: string;
            message_id: string;
            number: number;
        };
        /** @description A note that names one. */
        MentionView: {
            /** Format: date-time */
            at: string;
            by: string;
            conversation_id: string;
            customer_name: string;
            id: string;
            number: number;
            seen_at: string | null;
            subject: string;
            text: string;
        };
        /** @description A customer for whom this one stands. */
        MergedView: {
            /** Format: date-time */
            at: string;
            id: string;
            name: string;
        };
        /**
         * @description The mail of a message as it can be read; `headers` and `source` are its bytes as text.
         *
         *     `checks` are the results of spf, dkim, dmarc and arc that our own server wrote.
         */
        MessageMailView: {
            attachments: string[];
            blocked_images: number;
            cc: string[];
            checks: {
                [key: string]: string;
            };
            cut: boolean;
            date: string | null;
            headers: string;
            html: string;
            inbound: boolean;
            message_id: string;
            problems: string[];
            protection: string[];
            quoted: string;
            sender: string;
            signature: string;
            source: string;
            subject: string;
            text: string;
            to: string[];
            verified: boolean;
        };
        /** @description One line of a thread. */
        MessageView: {
            /** Format: date-time */
            at: string;
            attachments: components["schemas"]["ascolto__conversations__views__FileView"][];
            author: components["schemas"]["AuthorView"];
            conversation_id: string;
            delivery: string;
            id: string;
            kind: string;
            meta: {
                [key: string]: unknown;
            };
            nonce: string | null;
            origin_id: string | null;
            seq: number;
            text: string;
        };
        /** @description One answered question of the metric dictionary. */
        MetricView: {
            /** @description what was counted; null where each group says so, or nothing is */
            counting?: components["schemas"]["CountingView"] | null;
            /** @description null when each client has its own */
            formula: components["schemas"]["FormulaView"] | null;
            /** Format: date-time */
            from: string;
            group_by: string;
            groups: components["schemas"]["GroupView"][];
            metric: string;
            /** Format: date-time */
            to: string;
            /** @description null when clients are measured differently */
            total: components["schemas"]["FigureView"] | null;
        };
        /** @description What may be seen of single people now, and why. */
        MonitoringView: {
            agreements: components["schemas"]["AgreementView"][];
            all_fields: string[];
            minimum_group: number;
            mode: string;
            visible_fields: string[];
        };
        /** @description What is worth knowing: English, and a code that says it with `fields` for other words. */
        NoteView: {
            code: string;
            fields: {
                [key: string]: string;
            };
            text: string;
        };
        /** @description A work item offered to this operator. */
        Offer: {
            card: components["schemas"]["Card"];
            channel: string;
            client_id: string;
            conversation_id: string;
            expires_at: string;
            queue_id: string;
            why: components["schemas"]["Why"];
            work_item_id: string;
        };
        /** @description An offer that is no longer open. */
        OfferWithdrawn: {
            reason: string | null;
            work_item_id: string;
        };
        /** @description A screen just opened, with what its link ends in; it is shown this once. */
        OpenedScreenView: {
            screen: components["schemas"]["ScreenView"];
            secret: string;
        };
        /** @description Whether a calendar is open at a moment, and when that changes. */
        OpeningView: {
            /** Format: date-time */
            at: string;
            closes_at: string | null;
            open: boolean;
            opens_at: string | null;
        };
        /** @description So many people fewer in a queue than before, from when until when; None is any queue. */
        OpenSpanView: {
            /** Format: date-time */
            from_at: string;
            people: number;
            queue_id: string | null;
            /** Format: date-time */
            until_at: string;
        };
        /** @description What only those who plan and assign see of an operator, and the operator. */
        OperatorDetails: {
            account_id: string | null;
            budget: number;
            capacity: {
                [key: string]: number;
            };
            country: string;
            place: string;
            skills: {
                [key: string]: components["schemas"]["SkillLevelView"];
            };
        };
        /** @description An operator as colleagues see them; `details` is null for those who need none. */
        OperatorView: {
            archived_at: string | null;
            clients: string[];
            details: components["schemas"]["OperatorDetails"] | null;
            display_name: string;
            id: string;
            languages: string[];
            team: string | null;
            team_id: string | null;
            v: number;
        };
        /**
         * @description How a conversation ended.
         * @enum {string}
         */
        Outcome: "resolved" | "unresolved" | "follow_up" | "forwarded" | "no_reply" | "abandoned" | "spam" | "merged" | "unclassified";
        /** @description What the rest of the day comes to in a queue, over many lives of it. */
        OutcomeView: {
            abandoned_share: number | null;
            asa_s: number | null;
            high: number | null;
            low: number | null;
            service_level: number | null;
        };
        /** @description A mail of ours and how far it is. */
        OutMailView: {
            accepted_at: string | null;
            attempts: number;
            automatic: boolean;
            channel_id: string;
            client_id: string;
            conversation_id: string;
            /** Format: date-time */
            created_at: string;
            id: string;
            last_code: number | null;
            last_error: string | null;
            mail_id: string;
            message_id: string;
            /** Format: date-time */
            next_try_at: string;
            recipient: string;
            state: string;
            subject: string;
        };
        /** @description A promise that was not kept. */
        Overdue: {
            due_at: string | null;
            due_kind: string;
            id: string;
            number: number;
        };
        /**
         * @description After how long waiting work goes on in which queue, and how long it has waited by now.
         *
         *     Both count only the opening hours of the queue it is in; it has waited since it came.
         */
        OverflowView: {
            after_s: number;
            queue_id: string;
            waited_s: number;
        };
        /** @description Whoever is signed in. */
        OwnAccountView: {
            email: string;
            id: string;
            locale: string;
            name: string;
            roles: string[];
        };
        /** @description Something that is known of a day, and who noted it. */
        OwnEventView: {
            client_id: string | null;
            /** Format: date */
            day: string;
            id: string;
            kind: string;
            name: string;
            /** Format: date-time */
            noted_at: string;
            noted_by: string;
        };
        /** @description One's own shifts, and since when a calendar may read them. */
        OwnShiftsView: {
            feed_since: string | null;
            shifts: components["schemas"]["OwnShiftView"][];
            timezone: string;
        };
        /** @description One of one's own shifts. */
        OwnShiftView: {
            /** Format: date */
            day: string;
            /** Format: date-time */
            ends_at: string;
            parts: components["schemas"]["PartView"][];
            place: string;
            /** Format: date-time */
            starts_at: string;
        };
        /** @description What is offered to somebody now, and what of their day was changed. */
        OwnStepsView: {
            steps: components["schemas"]["OwnStepView"][];
        };
        /**
         * @description What a lever means for one's own day: an offer while `open`, else what became of it.
         *
         *     `was` and `becomes` are one's own shifts; a queue is named where one helps in another.
         */
        OwnStepView: {
            becomes: components["schemas"]["OwnShiftView"][];
            by: string;
            /** Format: date-time */
            from_at: string;
            id: string;
            kind: string;
            open: boolean;
            queue_id: string;
            reason: string;
            state: string;
            /** Format: date-time */
            until_at: string;
            was: components["schemas"]["OwnShiftView"][];
        };
        /** @description One activity of a shift; `queue_id` goes with work in a queue. */
        PartBody: {
            /** @enum {string} */
            kind: "queue" | "deferred" | "pause" | "meal" | "training" | "meeting" | "other";
            minutes: number;
            queue_id?: string | null;
        };
        /** @description One activity of a shift. */
        PartView: {
            kind: string;
            minutes: number;
            queue_id?: string | null;
        };
        /** @description One person's day, by agreement or one's own. */
        PersonAdherenceView: {
            /** Format: date */
            day: string;
            operator_id: string;
            rostered_hours: number;
            share: number | null;
        };
        /** @description One person's day in a version: shifts, what they break in these weeks, why they are so. */
        PersonDayView: {
            facts: components["schemas"]["FactsView"];
            shifts: components["schemas"]["ShiftView"][];
            v: number;
            violations: components["schemas"]["ViolationView"][];
        };
        /** @description Of one operator what may be seen: a field that is not agreed is not there. */
        PersonView: {
            /** Format: date-time */
            at: string;
            fields: {
                [key: string]: string | number | null;
            };
            name: string;
            operator_id: string;
        };
        /**
         * @description What a plan takes, beside everybody at the office; None where fewer than a group work.
         *
         *     `seats` are how many there are, None where nothing limits them.
         */
        PlanWaysView: {
            all_there: components["schemas"]["WaysView"] | null;
            commute: components["schemas"]["CommuteView"];
            plan: components["schemas"]["WaysView"] | null;
            seats: number | null;
            smallest_group: number;
        };
        /** @description How a customer wants to be reached; minutes count from local midnight. */
        PreferencesView: {
            channel?: string | null;
            from_minute?: number | null;
            /** @default  */
            note?: string;
            to_minute?: number | null;
        };
        /** @description One's own state, since when, and where the session is. */
        Presence: {
            break_due_at: string | null;
            country: string | null;
            operator_id: string;
            place: ("home" | "site") | null;
            reason: string | null;
            /** Format: date-time */
            since: string;
            /** @enum {unknown} */
            state: "available" | "busy" | "away" | "break" | "offline";
            v: number;
        };
        /** @description How far the making of a roster is. */
        ProgressView: {
            cost?: number | null;
            /** @default 0 */
            of?: number;
            phase?: string | null;
            rule?: string | null;
            /** @default 0 */
            seconds?: number;
            sweeps?: number | null;
        };
        /** @description What was promised to the customer, and until when. */
        PromiseBody: {
            /** @default  */
            text?: string;
            until?: string | null;
        };
        /** @description What was promised to a customer; with a number it is a call. */
        PromiseView: {
            /** @description Who calls, if not just anybody */
            operator_id?: string | null;
            phone?: string | null;
            text: string;
            until: string | null;
        };
        /** @description A publication and what became of it. */
        PublicationView: {
            by_name: string;
            /** Format: date-time */
            created_at: string;
            decided_at: string | null;
            /** Format: date-time */
            due_at: string;
            id: string;
            refusal: {
                [key: string]: unknown;
            } | null;
            requests: {
                [key: string]: unknown;
            }[];
            /** @enum {string} */
            state: "scheduled" | "published" | "refused" | "withdrawn";
            why: string;
        };
        /**
         * @description What a mail that nobody asked for is for.
         * @enum {string}
         */
        Purpose: "survey" | "notice";
        /** @description One queue's last half hour and its day so far; null is told where nothing is published. */
        QueueArrivalsView: {
            client_id: string;
            half_hour: components["schemas"]["ArrivalsView"];
            queue_id: string;
            today: components["schemas"]["ArrivalsView"];
        };
        /** @description A queue by name. */
        QueueRef: {
            channel: string;
            client_id: string;
            id: string;
            name: string;
        };
        /** @description A queue with its promise and its rules. */
        QueueView: {
            calendar_id: string | null;
            channel: string;
            client_id: string;
            eu_only: boolean;
            id: string;
            long_work_s: number;
            message: string;
            name: string;
            offer_timeout_s: number;
            overflow_after_s: number | null;
            overflow_queue_id: string | null;
            priority: number;
            rings: {
                [key: string]: unknown;
            }[];
            target_s: number;
            target_share: number;
            v: number;
            wrap_up_s: number;
        };
        /**
         * @description How far a lever reached: what begins later, what is done; of offers how many, never whose.
         *
         *     `failed` says by codes why what should have begun did not, each reason once.
         */
        ReachedView: {
            asked: number;
            done: number;
            due: number;
            failed: string[];
        };
        /** @description A reason, of the first level or under a parent. */
        ReasonView: {
            client_id: string | null;
            id: string;
            name: string;
            parent_id: string | null;
            position: number;
        };
        /** @description A mail that was taken back; its files are there once more, for the next answer to carry. */
        RecalledMailView: {
            accepted_at: string | null;
            attempts: number;
            automatic: boolean;
            channel_id: string;
            client_id: string;
            conversation_id: string;
            /** Format: date-time */
            created_at: string;
            files: components["schemas"]["ascolto__channels__views__FileView"][];
            id: string;
            last_code: number | null;
            last_error: string | null;
            mail_id: string;
            message_id: string;
            /** Format: date-time */
            next_try_at: string;
            recipient: string;
            state: string;
            subject: string;
        };
        /** @description Whom an answer reaches: the customer, and whoever else had their last mail. */
        RecipientsView: {
            customer: string;
            others: string[];
            sender: string;
        };
        /** @description A draft with everybody at home, and who has not agreed to work there. */
        RelocatedView: {
            at_home: number;
            cannot: string[];
            moved: number;
            roster: components["schemas"]["RosterView"];
        };
        /** @description What was asked, and what became of it; `mine` tells who asked. */
        RequestView: {
            answered_at: string | null;
            answered_by: string | null;
            /** Format: date-time */
            asked_at: string;
            becomes: components["schemas"]["OwnShiftView"][];
            /** Format: date */
            day: string;
            id: string;
            kind: string;
            mine: boolean;
            note: string;
            operator_name: string;
            other_name: string | null;
            state: string;
            until_at: string | null;
            was: components["schemas"]["OwnShiftView"][];
            why: components["schemas"]["WhyView"][];
        };
        /** @description People a queue takes in each interval of a day, from its first moment on. */
        RequiredDayView: {
            minutes: number;
            people: number[];
            queue_id: string;
        };
        /** @description The people of one interval, and what they achieve on average over what may come. */
        RequiredView: {
            abandoned: number | null;
            load: number;
            mean: number;
            occupancy: number | null;
            operators: number;
            paid: number;
            service_level: number | null;
            /** Format: date-time */
            starts_at: string;
        };
        /** @description The people that a day takes, with the promise they are for. */
        RequirementView: {
            aht_s: number;
            /** Format: date */
            day: string;
            forecast_id: string;
            intervals: components["schemas"]["RequiredView"][];
            minutes: number;
            model: string;
            paid_hours: number;
            patience_s: number;
            service_level: number;
            shrinkage: number;
            target_s: number;
        };
        /** @description What leads back, or has led back, to a version. */
        RestoreView: {
            changes: components["schemas"]["ChangeView"][];
            version: number;
        };
        /** @description One's own results, which only oneself sees. */
        ResultsView: {
            days: components["schemas"]["DayResultView"][];
            operator_id: string;
            today: components["schemas"]["DayResultView"];
            total: components["schemas"]["DayResultView"];
        };
        /** @description A circle of people that opens once work has waited; circles only add people. */
        RingBody: {
            after_s: number;
            /** @default [] */
            needs?: [
                string,
                number
            ][];
        };
        /**
         * @description What an account is for; an account may have several.
         * @enum {string}
         */
        Role: "operator" | "team_leader" | "planner" | "knowledge" | "configurator" | "analyst" | "client" | "privacy" | "admin";
        /** @description One day of a version: all shifts, what it takes and, of today, who is lent elsewhere. */
        RosterDayView: {
            away: components["schemas"]["AwayOnDayView"][];
            /** Format: date-time */
            begins_at: string;
            /** Format: date */
            day: string;
            /** Format: date-time */
            ends_at: string;
            required: components["schemas"]["RequiredDayView"][];
            roster: components["schemas"]["RosterView"];
            shifts: components["schemas"]["ShiftView"][];
            timezone: string;
        };
        /** @description A version of the roster without its shifts. */
        RosterView: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date */
            first_day: string;
            id: string;
            /** Format: date */
            last_day: string;
            published_at: string | null;
            published_by: string | null;
            reason: string;
            site_lost: boolean;
            v: number;
        };
        /**
         * @description What is said of one row (the heading is row 1); null where it is the table as a whole.
         *
         *     `what` is English; `code`, where there is one, says the same with `fields` for other words.
         */
        RowFaultView: {
            /** @default  */
            code?: string;
            /** @default {} */
            fields?: {
                [key: string]: string;
            };
            row: number | null;
            what: string;
        };
        /** @description A conversation as lists show it; `v` grows with each change. */
        RowView: {
            channel: string;
            client_id: string;
            customer: components["schemas"]["CustomerRef"];
            due_at: string | null;
            due_kind: string | null;
            id: string;
            language: string | null;
            last_from: string | null;
            last_message_at: string | null;
            last_seq: number;
            merged_into: string | null;
            number: number;
            /** Format: date-time */
            opened_at: string;
            operator_id: string | null;
            operator_name: string | null;
            outcome: string | null;
            preview: string | null;
            promise: components["schemas"]["PromiseView"] | null;
            queue_id: string | null;
            snoozed_until: string | null;
            state: string;
            subject: string | null;
            tags: string[];
            unread: number;
            v: number;
            waiting_since: string | null;
            work_item_id: string | null;
        };
        /**
         * @description One rule taken away: the roster without it, and what the rule gains.
         *
         *     `by_chance` says that as much comes of looking for the same roster twice; None where the same
         *     hours are only worked elsewhere.
         */
        RuleWorthView: {
            by_chance: boolean | null;
            hours_gained: number;
            rule: string;
            service_gained: number | null;
            without: components["schemas"]["WeighedView"];
        };
        /** @description A roster that is asked for: how far it is, or what it came to. */
        RunView: {
            /** Format: date-time */
            asked_at: string;
            asked_by: string;
            ended_at: string | null;
            failed_by: components["schemas"]["FailedByView"] | null;
            failure: string | null;
            /** Format: date */
            first_day: string;
            id: string;
            /** Format: date */
            last_day: string;
            made: components["schemas"]["MadeView"] | null;
            progress: components["schemas"]["ProgressView"];
            reason: string;
            roster_id: string | null;
            seconds: number;
            state: string;
        };
        /** @description A view that one has kept. */
        SavedViewView: {
            id: string;
            name: string;
            /** @enum {string} */
            page: "work" | "conversations";
            query: string;
        };
        /**
         * @description A scenario's day: what it takes, and what may go wrong.
         *
         *     `risk` is how likely fewer than `below` are answered in time with its own people; `held_…` is
         *     said of the first scenario's people in this one's day. `safe_paid_hours` brings the risk to one
         *     in twenty.
         */
        ScenarioView: {
            aht_s: number;
            below: number;
            held_risk: number;
            held_service_level: number;
            load_hours: number;
            most_operators: number;
            operator_hours: number;
            paid_hours: number;
            risk: number;
            safe_paid_hours: number;
            service_level: number;
            service_level_target: number;
            target_s: number;
        };
        /** @description A screen's link without its secret: the server does not know it any more. */
        ScreenView: {
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            id: string;
            name: string;
            seen_at: string | null;
        };
        /** @description From a day on so many can sit in the office at once. */
        SeatsView: {
            /** Format: date */
            from_day: string;
            seats: number | null;
        };
        /** @description Who is signed in, where, and what they may do. */
        SessionStateView: {
            account: components["schemas"]["OwnAccountView"];
            clients: components["schemas"]["ascolto__identity__views__ClientView"][];
            operator_id: string | null;
            permissions: string[];
            session_id: string | null;
            tenant: components["schemas"]["TenantView"];
        };
        /** @description A value and since when it holds; one that `inherits` is none of its own from then on. */
        SettingValueView: {
            client_id: string | null;
            inherits: boolean;
            /** Format: date-time */
            set_at: string;
            set_by: string;
            /** Format: date-time */
            valid_from: string;
            value: unknown;
        };
        /** @description A setting: what it means, its default and every value it was given, newest first. */
        SettingView: {
            default: unknown;
            key: string;
            meaning: string;
            values: components["schemas"]["SettingValueView"][];
        };
        /** @description One person's shift. */
        ShiftView: {
            /** Format: date */
            day: string;
            /** Format: date-time */
            ends_at: string;
            operator_id: string;
            parts: components["schemas"]["PartView"][];
            place: string;
            /** Format: date-time */
            starts_at: string;
        };
        /** @description How well, and until when it counts. */
        SkillLevelBody: {
            expires_at?: string | null;
            level: number;
        };
        /** @description How well somebody masters a skill, and whether it counts now. */
        SkillLevelView: {
            counts: boolean;
            expires_at: string | null;
            level: number;
        };
        /** @description A skill of the catalogue. */
        SkillView: {
            code: string;
            id: string;
            name: string;
        };
        /**
         * @description What somebody hears: how loud, from 0 (nothing) to 1, and which tune or none for what comes.
         *
         *     What comes is an offer by its channel, or a mention; what is not named has the tune of the desk.
         */
        SoundPreferences: {
            tunes?: {
                [key: string]: "two" | "rise" | "fall" | "bell" | "none";
            };
            /** @default 0.6 */
            volume?: number;
        };
        /**
         * @description How somebody said what they want: by themselves, or to a person who writes it down.
         * @enum {string}
         */
        Source: "page" | "one_click" | "phone" | "writing";
        /**
         * @description How a day may be split into two parts of work, with unpaid time between, by consent only.
         *
         *     `gap_minutes` [least, most] lie between the parts, each `part_minutes` or longer; the day is
         *     `span_minutes` at most from beginning to end (11 hours of rest in 24: D.Lgs. 66/2003 art. 7).
         */
        SplitDays: {
            /** @default 2 */
            days_per_week?: number;
            /**
             * @default [
             *       120,
             *       240
             *     ]
             */
            gap_minutes?: [
                number,
                number
            ];
            /** @default 120 */
            part_minutes?: number;
            /** @default 720 */
            span_minutes?: number;
        };
        /** @description How an address stands with one purpose; nothing was said when `given` is null. */
        StandingView: {
            address: string;
            at: string | null;
            by_name: string | null;
            given: boolean | null;
            purpose: components["schemas"]["Purpose"];
            source: components["schemas"]["Source"] | null;
            text_version: string | null;
            verified: boolean;
        };
        /**
         * @description Who stands in where a site is lost; `left_open` is what is missing as it holds now.
         *
         *     It is told against what was there before and, where that is known, what it takes.
         */
        StandInsView: {
            asked: components["schemas"]["StandInView"][];
            left_open: components["schemas"]["OpenSpanView"][];
        };
        /**
         * @description A shift on a day that was free: to be asked for at publishing, or what its person said.
         *
         *     `refused` tells of a rule that stands against it: `why` says which, by its code. What is still
         *     `waiting` at `until_at` becomes `unanswered`, and the next in line is asked.
         */
        StandInView: {
            shift: components["schemas"]["ShiftView"];
            /** @enum {string} */
            state: "to_ask" | "waiting" | "done" | "declined" | "refused" | "withdrawn" | "undone" | "unanswered";
            until_at: string | null;
            why: string[];
        };
        /** @description A tag known to a client. */
        TagView: {
            client_id: string;
            id: string;
            name: string;
        };
        /**
         * @description How a mailbox stands without its access, and what the provider made of it.
         *
         *     `revoked`: ended there too; `unnamed`: it names no address for that; `unconfirmed`: it did not
         *     say so, and `why`.
         */
        TakenBackView: {
            mailbox: components["schemas"]["MailboxView"];
            /** @enum {string} */
            provider: "revoked" | "unnamed" | "unconfirmed";
            why: string | null;
        };
        /** @description A team. */
        TeamView: {
            id: string;
            name: string;
        };
        /** @description The organisation one has come into. */
        TenantView: {
            id: string;
            name: string;
            slug: string;
        };
        /**
         * @description How long shifts are, how many in a week, within which bands.
         *
         *     `shift_minutes` are paid; a meal is added where they are more than six hours.
         */
        Terms: {
            bands: components["schemas"]["Band"][];
            /** @default [] */
            elastic_bands?: components["schemas"]["Band"][];
            /** @default 30 */
            meal_minutes?: number;
            shift_minutes: number[];
            shifts_per_week?: number | null;
            split?: components["schemas"]["SplitDays"] | null;
            /** @default 15 */
            start_every_minutes?: number;
            weekly_minutes?: [
                number,
                number
            ] | null;
        };
        /** @description A program's key without its secret. */
        TokenView: {
            account_id: string;
            clients: string[] | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            id: string;
            last_used_at: string | null;
            name: string;
            scopes: string[];
        };
        /** @description The rest of the day with a lever pulled, queue by queue. */
        TrialView: {
            paid_hours: number;
            queues: {
                [key: string]: components["schemas"]["OutcomeView"];
            };
        };
        /** @description The rest of the day as things are, and with each lever by itself. */
        TriedView: {
            as_it_is: components["schemas"]["TrialView"];
            levers: components["schemas"]["TrialView"][];
            runs: number;
        };
        /** @description A version: who, when, why and what; in a list the first of many `things` alone. */
        VersionView: {
            /** Format: date-time */
            at: string;
            by_kind: string;
            by_name: string;
            changes: components["schemas"]["ChangeView"][];
            id: number;
            publication_id: string | null;
            restores: number | null;
            things: number;
            why: string;
        };
        /** @description Somebody who has the conversation open. */
        ViewerView: {
            name: string;
            operator_id: string | null;
        };
        /** @description One look at one person. */
        ViewView: {
            /** Format: date-time */
            at: string;
            id: string;
            subject_id: string;
            subject_kind: string;
            viewer_account_id: string;
            viewer_name: string;
            what: string;
            why: string;
        };
        /**
         * @description What breaks a rule, with the article; a binding one stands against publishing.
         *
         *     Where nobody is named it is of all together, such as more people than seats. `rule` is English;
         *     `code`, where there is one, says the same with `fields` for other words.
         */
        ViolationView: {
            article: string;
            binding: boolean;
            code: string;
            /** Format: date */
            day: string;
            fields: {
                [key: string]: string;
            };
            operator_id: string | null;
            rule: string;
        };
        /** @description A shift as it is wanted; without `parts` the breaks are laid by the rules, on `queue_id`. */
        WantedShiftBody: {
            /** Format: date-time */
            ends_at: string;
            parts?: components["schemas"]["PartBody"][] | null;
            /**
             * @default site
             * @enum {string}
             */
            place?: "home" | "site";
            queue_id?: string | null;
            /** Format: date-time */
            starts_at: string;
        };
        /** @description Where providers send people back to, as they have to know it. */
        WayBackView: {
            redirect_uri: string;
        };
        /** @description Days at the office of all worked, and what they take: minutes, CO2 of the exhaust, seats. */
        WaysView: {
            commute_minutes: number;
            days: number;
            kg_co2: number;
            seats: number;
            trips: number;
        };
        /** @description A webhook without its secret. */
        WebhookView: {
            active: boolean;
            client_id: string | null;
            /** Format: date-time */
            created_at: string;
            disabled_at: string | null;
            failures: number;
            former_secret_until: string | null;
            id: string;
            kinds: string[];
            name: string;
            url: string;
            v: number;
        };
        /** @description A webhook with the secret that is shown this once. */
        WebhookWithSecret: {
            secret: string;
            webhook: components["schemas"]["WebhookView"];
        };
        /**
         * @description One roster in person-hours: too few, too many, required, paid; and the service it gives.
         *
         *     `service_level` is the share of calls answered in time by Erlang A over what may come, None
         *     where what it takes was told by hand.
         */
        WeighedView: {
            excess: number;
            missing: number;
            paid: number;
            required: number;
            service_level: number | null;
            ways: components["schemas"]["WaysView"] | null;
        };
        /** @description Why routing chose this operator. */
        Why: {
            candidates: number;
            idle_s: number;
            load: number;
            preferred: boolean;
            ring: number;
            /** @description code, level asked, level held */
            skills: [
                string,
                number,
                number
            ][];
            waited_s: number;
        };
        /**
         * @description Why something cannot be, with the article where the law says so.
         *
         *     `rule` is English or a planner's own words; `code`, where there is one, with `fields` says it.
         */
        WhyView: {
            article: string;
            code: string;
            day: string | null;
            fields: {
                [key: string]: string;
            };
            mine: boolean | null;
            rule: string;
        };
        /** @description What somebody wishes for and agrees to. */
        WishesView: {
            /** @default [] */
            days_off?: number[];
            /** @default false */
            early_offers?: boolean;
            from_minute?: number | null;
            place?: ("home" | "site") | null;
            /** @default false */
            short_shifts?: boolean;
            /** @default false */
            split_shifts?: boolean;
            until_minute?: number | null;
        };
        /** @description Where an operator works from as it is on record: what a session begins with. */
        WorkplaceView: {
            country: string;
            place: string;
        };
        /** @description What is being weighed: how far it is, or what came out. */
        WorthRunView: {
            /** Format: date-time */
            asked_at: string;
            asked_by: string;
            ended_at: string | null;
            failed_by: components["schemas"]["FailedByView"] | null;
            failure: string | null;
            /** Format: date */
            first_day: string;
            found: components["schemas"]["WorthView"] | null;
            id: string;
            /** Format: date */
            last_day: string;
            progress: components["schemas"]["ProgressView"];
            reason: string;
            state: string;
        };
        /** @description What flexibility is worth in some weeks, rule by rule, each alone against the same demand. */
        WorthView: {
            chance_hours: number;
            commute: components["schemas"]["CommuteView"];
            notes: components["schemas"]["NoteView"][];
            people: number;
            rules: components["schemas"]["RuleWorthView"][];
            seats: number | null;
            smallest_group: number;
            told: components["schemas"]["WeighedView"];
        };
        /** @description How long a contact has been written up, and until when it may be. */
        WrapUpClockView: {
            /** Format: date-time */
            began_at: string;
            /** @description When it is closed by itself; null for never */
            ends_at: string | null;
            /** @description What its queue reckons with, in seconds */
            expected_s: number;
        };
    };
}
