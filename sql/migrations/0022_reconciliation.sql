-- 0022_reconciliation.sql. What channels, banks and our books don't have in common, who looks after it
-- and how it ended; and the dates that two people have signed.

CREATE SEQUENCE reconcile_break_id;

-- One row or pair that does not match. The row says how it stands now; reconcile_history how it came
-- to that.
CREATE TABLE reconcile_break (
  break_id        bigint   PRIMARY KEY,
  channel_id      bigint   NOT NULL,
  stage           smallint NOT NULL CHECK (stage IN (1, 2)),    -- 1 ledger and trade bill; 2 fund bill
                                                                --   and bank
  side            smallint NOT NULL CHECK (side IN (1, 2)),     -- whose row it is known by: 1 the
                                                                --   ledger's (or the fund bill's)
  subject_id      bigint   NOT NULL,                  -- that row: an event, or file * 10^8 + row
  type            text     NOT NULL,
  state           text     NOT NULL DEFAULT 'open'
                  CHECK (state IN ('open', 'approved', 'resolved', 'closed')),
  present         boolean  NOT NULL DEFAULT true,     -- it was found by the last run that looked there
  day             date     NOT NULL,                  -- of the later of its rows
  currency        char(3)  NOT NULL,
  amount_minor    bigint   NOT NULL,
  difference      bigint   NOT NULL,                  -- minor units, 10^-5 of a fee; more there: above 0
  ledger_id       bigint,
  bill_id         bigint,
  ledger_minor    bigint   NOT NULL DEFAULT 0,        -- what each side has, 0 where it has nothing
  bill_minor      bigint   NOT NULL DEFAULT 0,
  bill_currency   char(3)  NOT NULL,
  key_ref         text     NOT NULL DEFAULT '',       -- by which its other side would be found
  is_refund       boolean  NOT NULL DEFAULT false,
  our_ref         text     NOT NULL DEFAULT '',
  their_ref       text     NOT NULL DEFAULT '',
  field           text     NOT NULL DEFAULT '',
  ours            text     NOT NULL DEFAULT '',
  theirs          text     NOT NULL DEFAULT '',
  nearest         text     NOT NULL DEFAULT '',
  why             text     NOT NULL,
  opened_on       date     NOT NULL,                  -- the date of the run that found it first
  owner           text     NOT NULL DEFAULT '' CHECK (octet_length(owner) <= 200),
  proposed_action text     NOT NULL DEFAULT '',
  proposed_by     text     NOT NULL DEFAULT '' CHECK (octet_length(proposed_by) <= 200),
  reason          text     NOT NULL DEFAULT '' CHECK (octet_length(reason) <= 2000),
  action          text     NOT NULL DEFAULT '',
  approved_by     text     NOT NULL DEFAULT '' CHECK (octet_length(approved_by) <= 200),
  approved_at     timestamptz,
  approvals       int      NOT NULL DEFAULT 0,        -- journals of a second one have other references
  posted_minor    bigint   NOT NULL DEFAULT 0,        -- by the journals of the action
  UNIQUE (channel_id, stage, side, subject_id),
  CONSTRAINT nobody_resolves_alone CHECK (
    state NOT IN ('approved', 'resolved')
    OR (proposed_by <> '' AND approved_by <> '' AND proposed_by <> approved_by))
);
CREATE INDEX reconcile_break_standing ON reconcile_break (channel_id, day) WHERE present;

CREATE TABLE reconcile_history (
  history_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  break_id   bigint      NOT NULL,
  happened   text        NOT NULL,                    -- opened, changed, assigned, proposed, ...
  as_of      date,                                    -- of the run that did it
  by_whom    text        NOT NULL DEFAULT '',
  detail     text        NOT NULL DEFAULT '',
  at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX reconcile_history_by_break ON reconcile_history (break_id, history_id);

-- Up to which date a channel's breaks are known.
CREATE TABLE reconcile_run (
  channel_id bigint PRIMARY KEY,
  as_of      date   NOT NULL
);

-- What two people have signed for a date of a channel, as it was then.
CREATE TABLE reconcile_signoff (
  channel_id  bigint      NOT NULL,
  signed_date date        NOT NULL,
  days        int         NOT NULL,
  signed_by   text        NOT NULL CHECK (octet_length(signed_by) BETWEEN 1 AND 200),
  approved_by text        NOT NULL CHECK (octet_length(approved_by) BETWEEN 1 AND 200),
  signed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  files       text[]      NOT NULL,                   -- "name sha256", of the dates looked at
  files_hash  bytea       NOT NULL CHECK (octet_length(files_hash) = 32),
  PRIMARY KEY (channel_id, signed_date),
  CONSTRAINT nobody_signs_alone CHECK (signed_by <> approved_by)
);
CREATE TABLE reconcile_signoff_sum (
  channel_id     bigint  NOT NULL,
  signed_date    date    NOT NULL,
  currency       char(3) NOT NULL,
  matched_count  bigint  NOT NULL,
  matched_minor  bigint  NOT NULL,
  timing_count   bigint  NOT NULL,
  timing_minor   bigint  NOT NULL,
  resolved_count bigint  NOT NULL,
  resolved_minor bigint  NOT NULL,
  ledger_minor   bigint  NOT NULL,                    -- balance of 1011
  billed_minor   bigint  NOT NULL,                    -- all the bills
  paid_minor     bigint  NOT NULL,                    -- settled by the channel, below 0
  other_minor    bigint  NOT NULL,                    -- what else moved 1011: suspense, shortages
  apart_minor    bigint  NOT NULL,                    -- breaks: bill less ledger
  later_minor    bigint  NOT NULL,                    -- of these dates, but posted after them
  PRIMARY KEY (channel_id, signed_date, currency),
  CONSTRAINT a_signed_balance_is_proven CHECK (
    ledger_minor = billed_minor + paid_minor + other_minor - apart_minor - later_minor)
);
CREATE TABLE reconcile_signoff_break (
  channel_id   bigint  NOT NULL,
  signed_date  date    NOT NULL,
  break_id     bigint  NOT NULL,
  stage        smallint NOT NULL,
  type         text    NOT NULL,
  state        text    NOT NULL,
  action       text    NOT NULL,
  day          date    NOT NULL,
  currency     char(3) NOT NULL,
  amount_minor bigint  NOT NULL,
  difference   bigint  NOT NULL,
  our_ref      text    NOT NULL,
  their_ref    text    NOT NULL,
  why          text    NOT NULL,
  PRIMARY KEY (channel_id, signed_date, break_id)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['reconcile_history', 'reconcile_signoff', 'reconcile_signoff_sum',
                              'reconcile_signoff_break'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
                   name || '_is_append_only', name);
    EXECUTE format('GRANT SELECT, INSERT ON %I.%I TO fenqi_app', current_schema(), name);
  END LOOP;
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %1$I.reconcile_break, %1$I.reconcile_run '
                 'TO fenqi_app', current_schema());
  EXECUTE format('GRANT USAGE ON SEQUENCE %I.reconcile_break_id TO fenqi_app', current_schema());
END $$;
