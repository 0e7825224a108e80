-- 0023_collections.sql. What collectors agree with customers and how they reached them, and what
-- customers' accounts are debited with.

-- A customer promised to pay. Whether it was kept is read from the repayments, never stored.
CREATE TABLE payment_promise (
  party_id     bigint      NOT NULL,
  promise_id   bigint      GENERATED ALWAYS AS IDENTITY,
  currency     char(3)     NOT NULL,
  amount_minor bigint      NOT NULL CHECK (amount_minor > 0),
  made_at      timestamptz NOT NULL,
  made_on      date        NOT NULL,                 -- in the book's zone; what is paid from then on
  by_date      date        NOT NULL,                 --   through this date counts
  taken_by     text        NOT NULL CHECK (octet_length(taken_by) BETWEEN 1 AND 100),
  PRIMARY KEY (party_id, promise_id),
  CONSTRAINT promise_is_for_a_day_to_come CHECK (by_date >= made_on)
);

-- Every attempt to reach a customer.
CREATE TABLE customer_contact (
  party_id     bigint      NOT NULL,
  contact_id   bigint      GENERATED ALWAYS AS IDENTITY,
  contacted_at timestamptz NOT NULL,
  channel      text        NOT NULL CHECK (octet_length(channel) BETWEEN 1 AND 30),
  outcome      text        NOT NULL CHECK (octet_length(outcome) BETWEEN 1 AND 100),
  note         text        NOT NULL DEFAULT '' CHECK (octet_length(note) <= 2000),
  taken_by     text        NOT NULL CHECK (octet_length(taken_by) BETWEEN 1 AND 100),
  PRIMARY KEY (party_id, contact_id)
);

-- A file of instructions for a channel, made once and written as often as is asked for.
CREATE TABLE debit_file (
  message_id text        PRIMARY KEY CHECK (octet_length(message_id) <= 35),
  debit_on   date        NOT NULL,
  number     int         NOT NULL,                   -- within the date, from 1
  made_at    timestamptz NOT NULL,
  channel    text        NOT NULL,
  UNIQUE (debit_on, number)
);

-- One attempt to take from a customer's account what is due.
CREATE TABLE debit_instruction (
  debit_ref      text       PRIMARY KEY CHECK (octet_length(debit_ref) <= 35),
  message_id     text       NOT NULL REFERENCES debit_file,
  debit_on       date       NOT NULL,
  party_id       bigint     NOT NULL,
  currency       char(3)    NOT NULL,
  amount_minor   bigint     NOT NULL CHECK (amount_minor > 0),
  attempt        smallint   NOT NULL CHECK (attempt > 0),  -- of this customer and date
  oldest_due     date       NOT NULL,
  plan_ids       bigint[]   NOT NULL,                -- the i-th installment it pays
  installments   smallint[] NOT NULL,
  status         smallint   NOT NULL DEFAULT 1       -- 1 instructed 2 paid 3 failed 4 unknown
                 CHECK (status BETWEEN 1 AND 4),
  answered_at    timestamptz,
  reason         text       NOT NULL DEFAULT '' CHECK (octet_length(reason) <= 500),
  CONSTRAINT debit_names_installments CHECK (cardinality(plan_ids) = cardinality(installments))
);
-- Never twice: nobody is debited again while an answer is out or unknown.
CREATE UNIQUE INDEX debit_is_open_once ON debit_instruction (party_id, currency)
  WHERE status IN (1, 4);
CREATE INDEX debit_by_customer ON debit_instruction (party_id, debit_on);
CREATE INDEX debit_by_message ON debit_instruction (message_id, debit_ref COLLATE "C");
CREATE INDEX debit_by_date ON debit_instruction (debit_on);

CREATE TRIGGER payment_promise_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_promise
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER customer_contact_is_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_contact
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER debit_file_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debit_file
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %1$I.payment_promise, %1$I.customer_contact, '
                 '%1$I.debit_file, %1$I.debit_instruction TO fenqi_app', current_schema());
  EXECUTE format('GRANT UPDATE (status, answered_at, reason) ON %I.debit_instruction TO fenqi_app',
                 current_schema());
  EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %1$I.payment_promise_promise_id_seq, '
                 '%1$I.customer_contact_contact_id_seq TO fenqi_app', current_schema());
END $$;
