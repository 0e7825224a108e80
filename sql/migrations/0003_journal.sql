-- 0003_journal.sql. A journal is what one business event did to one plan (or to nobody's plan) in
-- one currency. It moves money by transfers, each from one account to another, so debits equal
-- credits by the shape of the row. Rows are only ever added: a mistake is put right by a journal
-- that mirrors it.

CREATE FUNCTION is_transfer_list(debit int[], credit int[], amount bigint[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  n int := cardinality(debit);
BEGIN
  IF n < 1 OR cardinality(credit) <> n OR cardinality(amount) <> n
     OR array_ndims(debit) <> 1 OR array_ndims(credit) <> 1 OR array_ndims(amount) <> 1
     OR array_lower(debit, 1) <> 1 OR array_lower(credit, 1) <> 1 OR array_lower(amount, 1) <> 1
  THEN
    RETURN false;
  END IF;
  FOR i IN 1 .. n LOOP
    -- a NULL makes the condition NULL, which is not true either
    IF (amount[i] > 0 AND debit[i] <> credit[i]) IS NOT TRUE THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END $$;

CREATE TABLE journal (
  party_id       bigint      NOT NULL,               -- whose event it is; also where the row lives
  journal_id     bigint      NOT NULL,
  event_id       bigint      NOT NULL,               -- the business event, shared by its journals
  rule           smallint    NOT NULL,               -- posting rule, docs/accounting.md
  plan_id        bigint,                             -- the plan it concerns, if any
  currency       char(3)     NOT NULL,
  business_date  date        NOT NULL,               -- the book's logical day
  value_date     date        NOT NULL,               -- the day from which it counts
  posted_at      timestamptz NOT NULL DEFAULT clock_timestamp(),  -- under the book's lock
  source_ref     text,                               -- outside reference; NULL: the plan's purchase
  reverses       bigint,
  debit_account  int[]       NOT NULL,               -- the i-th transfer goes from credit_account[i]
  credit_account int[]       NOT NULL,               --   to debit_account[i]
  amount_minor   bigint[]    NOT NULL,               --   and moves amount_minor[i]
  PRIMARY KEY (party_id, journal_id),
  CONSTRAINT journal_has_whole_transfers
    CHECK (is_transfer_list(debit_account, credit_account, amount_minor))
);
CREATE UNIQUE INDEX journal_reversed_once ON journal (party_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX journal_by_day ON journal USING brin (business_date) WITH (pages_per_range = 16);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What accountants call lines: two a transfer, the debit positive, the credit negative.
CREATE VIEW journal_line AS
  SELECT j.party_id, j.journal_id, j.event_id, j.rule, j.plan_id, j.currency, j.business_date,
         j.value_date, j.posted_at, j.source_ref, t.transfer::int AS transfer,
         CASE side.sign WHEN 1 THEN t.debit ELSE t.credit END AS account_id,
         side.sign * t.amount AS amount_minor
  FROM journal j,
       LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
         WITH ORDINALITY AS t (debit, credit, amount, transfer),
       (VALUES (1), (-1)) AS side (sign);

-- command(kind, scope, key) makes a request happen once. A repeat finds the row and its answer.
CREATE TABLE command (
  kind          smallint NOT NULL,                   -- 1 purchase 2 repayment 3 refund 4 hold 5 release 6 reversal
  scope         bigint   NOT NULL,                   -- the caller or merchant; 0 is the operator
  key           text     NOT NULL,                   -- the outside reference
  party_id      bigint   NOT NULL,
  event_id      bigint   NOT NULL,
  subject_id    bigint   NOT NULL DEFAULT 0,         -- what it made: the plan of a purchase
  request_hash  bytea    NOT NULL,                   -- of the canonical fields
  outcome       smallint NOT NULL DEFAULT 0,         -- 0 posted, else the reason it was declined for
  business_date date     NOT NULL,
  PRIMARY KEY (kind, scope, key),
  CONSTRAINT command_key_is_short CHECK (octet_length(key) BETWEEN 1 AND 200)
);
