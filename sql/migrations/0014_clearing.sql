-- 0014_clearing.sql. Sub-ledgers of what was proved in sums only: channel clearing by bill date, the
-- FX position, who looks after an open suspense item, and what the bank said it held.

-- Everything that moves 1011 but repayments (a row each already), and everything that moves 3001.
CREATE TABLE clearing_item (
  party_id      bigint   NOT NULL,
  journal_id    bigint   NOT NULL,
  transfer      smallint NOT NULL,                   -- of the journal's transfers, from 1
  code          int      NOT NULL CHECK (code IN (1011, 3001)),
  owner_id      bigint   NOT NULL,                   -- the channel; 0 for 3001
  currency      char(3)  NOT NULL,
  bill_date     date     NOT NULL,                   -- whose bill has it, or whose bill it settles
  business_date date     NOT NULL,
  amount_minor  bigint   NOT NULL CHECK (amount_minor <> 0),  -- debits positive
  PRIMARY KEY (party_id, journal_id, transfer)
);
CREATE INDEX clearing_item_by_bill ON clearing_item (owner_id, currency, bill_date);
CREATE INDEX clearing_item_by_day ON clearing_item USING brin (business_date);
CREATE TRIGGER clearing_item_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON clearing_item
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO clearing_item
  SELECT j.party_id, j.journal_id, t.transfer, a.code, coalesce(a.owner_id, 0), j.currency,
         CASE WHEN j.rule = 7 THEN coalesce(j.source_ref::date, j.business_date)
              ELSE j.business_date END,
         j.business_date, s.sign * t.amount
  FROM journal j
    CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
      WITH ORDINALITY AS t (debit, credit, amount, transfer)
    CROSS JOIN LATERAL (VALUES (t.debit, 1), (t.credit, -1)) AS s (account_id, sign)
    JOIN account a ON a.account_id = s.account_id AND a.code IN (1011, 3001)
  WHERE j.rule <> 5;

-- Who looks after an open item: an item without an owner for long is a finding.
ALTER TABLE suspense ADD COLUMN owner text NOT NULL DEFAULT '';
CREATE INDEX suspense_open ON suspense (code, currency) WHERE cleared_minor < amount_minor;

-- What a bank says it held at the end of a date, and what of ours it had not seen yet, or had beside
-- ours. Our 1001 at that date is the closing balance and these items.
CREATE TABLE bank_statement (
  bank_id       bigint  NOT NULL,
  currency      char(3) NOT NULL,
  as_of         date    NOT NULL,
  closing_minor bigint  NOT NULL,
  event_id      bigint  NOT NULL,
  business_date date    NOT NULL,
  PRIMARY KEY (bank_id, currency, as_of)
);
CREATE TABLE bank_transit (
  bank_id      bigint  NOT NULL,
  currency     char(3) NOT NULL,
  as_of        date    NOT NULL,
  item_ref     text    NOT NULL CHECK (octet_length(item_ref) BETWEEN 1 AND 200),
  amount_minor bigint  NOT NULL CHECK (amount_minor <> 0),  -- to be added to the bank's balance
  PRIMARY KEY (bank_id, currency, as_of, item_ref)
);
CREATE TRIGGER bank_statement_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bank_transit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_transit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %1$I.clearing_item, %1$I.bank_statement, '
                 '%1$I.bank_transit TO fenqi_app', current_schema());
END $$;
