-- 0019_bills.sql. What channels and banks say: the files that were taken, and their rows. A file is
-- taken whole, after its totals or balances have been proven, or not at all.

CREATE SEQUENCE bill_file_id;

CREATE TABLE bill_file (
  file_id       bigint      PRIMARY KEY,
  party_id      bigint      NOT NULL,                -- the channel, or the bank
  kind          smallint    NOT NULL CHECK (kind IN (1, 2, 3)),  -- trade bill, fund bill, bank
  format        text        NOT NULL,
  variant       text        NOT NULL DEFAULT '',     -- ALL, SUCCESS or REFUND of a trade bill
  merchant_no   text        NOT NULL,                -- or the bank account
  bill_date     date        NOT NULL,                -- of a statement that of its closing balance
  currency      char(3),
  state         smallint    NOT NULL CHECK (state IN (1, 2)),    -- 1 taken; 2 another file of that
                                                     --   date came later: a finding, without rows
  file_name     text        NOT NULL,
  sha256        bytea       NOT NULL CHECK (octet_length(sha256) = 32),  -- of the unpacked bytes
  byte_count    bigint      NOT NULL,
  row_count     bigint      NOT NULL,
  in_count      bigint      NOT NULL,                -- payments, credits
  in_minor      bigint      NOT NULL,
  out_count     bigint      NOT NULL,                -- refunds, debits
  out_minor     bigint      NOT NULL,                -- negative
  fee_e5        bigint      NOT NULL,                -- 10^-5 of the currency
  opening_minor bigint,                              -- of a statement
  closing_minor bigint,
  taken_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX bill_file_is_taken_once
  ON bill_file (party_id, kind, merchant_no, bill_date, variant) WHERE state = 1;
CREATE UNIQUE INDEX bill_file_is_told_once
  ON bill_file (party_id, kind, merchant_no, bill_date, variant, sha256);

-- A payment or refund of a trade bill, or a movement of a fund bill. Positive is what came in.
CREATE TABLE bill_row (
  file_id        bigint      NOT NULL,
  row_no         bigint      NOT NULL,               -- from 1
  line           bigint      NOT NULL,               -- of the file
  type           smallint    NOT NULL CHECK (type IN (1, 2, 3, 4)),  -- payment, refund, revoked,
                                                     --   movement
  bill_date      date        NOT NULL,
  happened_at    timestamptz NOT NULL,
  channel_txn    text        NOT NULL,
  our_ref        text        NOT NULL,
  refund_txn     text        NOT NULL,
  our_refund_ref text        NOT NULL,
  status         text        NOT NULL,               -- as the channel writes it
  business       text        NOT NULL,
  payer          text        NOT NULL,
  currency       char(3)     NOT NULL,
  amount_minor   bigint      NOT NULL,
  fee_e5         bigint      NOT NULL,
  balance_minor  bigint,
  PRIMARY KEY (file_id, row_no)
);

CREATE TABLE bank_line (
  file_id       bigint  NOT NULL,
  row_no        bigint  NOT NULL,
  line          bigint  NOT NULL,
  booked_on     date    NOT NULL,
  value_on      date    NOT NULL,
  currency      char(3) NOT NULL,
  amount_minor  bigint  NOT NULL,                    -- credits positive
  balance_minor bigint,
  bank_ref      text    NOT NULL,
  our_ref       text    NOT NULL,
  counterparty  text    NOT NULL,
  remark        text    NOT NULL,
  PRIMARY KEY (file_id, row_no)
);

CREATE TRIGGER bill_file_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_file
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bill_row_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_row
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bank_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_line
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %1$I.bill_file, %1$I.bill_row, %1$I.bank_line '
                 'TO fenqi_app', current_schema());
  EXECUTE format('GRANT USAGE ON SEQUENCE %I.bill_file_id TO fenqi_app', current_schema());
END $$;
