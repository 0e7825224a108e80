-- 0006_close.sql. What the nightly close leaves behind.

CREATE TABLE close_lease (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  holder    text NOT NULL,                           -- host, process and since when, for people
  taken_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A step of a date's close that is done. Steps are idempotent; this row makes them cheap to skip.
CREATE TABLE close_step (
  business_date date        NOT NULL,
  step          text        NOT NULL,
  units         bigint      NOT NULL,
  amount_minor  bigint      NOT NULL DEFAULT 0,
  seconds       real        NOT NULL DEFAULT 0,
  done_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (business_date, step)
);

-- Income a chunk of plans earned on a date, to be posted as one journal a product and account pair.
-- A negative amount takes back what was recognized too early.
CREATE TABLE accrual_part (
  business_date date    NOT NULL,
  part_id       bigint  NOT NULL,
  kind          smallint NOT NULL,                   -- 1 fee 2 subsidy
  product       text    NOT NULL,
  currency      char(3) NOT NULL,
  amount_minor  bigint  NOT NULL,
  plans         int     NOT NULL,
  PRIMARY KEY (business_date, part_id)
);

-- One row an account and business date on which it moved.
CREATE TABLE account_day (
  account_id    int    NOT NULL,
  business_date date   NOT NULL,
  debit_minor   bigint NOT NULL,
  credit_minor  bigint NOT NULL,
  balance_minor bigint NOT NULL,                     -- debits less credits, through this date
  PRIMARY KEY (account_id, business_date)
);

-- The number of each journal within its date, and the hash of its canonical content
-- (docs/evidence.md).
CREATE TABLE voucher (
  business_date date   NOT NULL,
  number        int    NOT NULL,
  party_id      bigint NOT NULL,
  journal_id    bigint NOT NULL,
  leaf          bytea  NOT NULL,
  PRIMARY KEY (business_date, number)
);

CREATE TABLE seal (
  business_date date        PRIMARY KEY,
  format        text        NOT NULL,                -- 'plain-1': a hash over the leaves in order
  journal_count bigint      NOT NULL,
  content_hash  bytea       NOT NULL,
  previous_hash bytea       NOT NULL,                -- chain_hash of the date before; zeros at the start
  chain_hash    bytea       NOT NULL,
  sealed_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE api_key (
  key_id      text        PRIMARY KEY,
  secret_hash bytea       NOT NULL,
  name        text        NOT NULL,
  merchant_id bigint,                                -- NULL: every merchant
  scopes      text[]      NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  revoked_at  timestamptz
);

CREATE TRIGGER account_day_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_day
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER voucher_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON voucher
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
