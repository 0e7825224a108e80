-- 0020_payout_file.sql. How payouts reach the bank and what it answers: where a merchant is paid to,
-- the files made for the bank, and payouts that the bank refused.

-- A payout made by a settlement (kind 1) is of exactly what that settlement pays, and the settlement
-- row adds up (settlement_adds_up): a payout that its lines don't explain can't be created.
ALTER TABLE settlement ADD CONSTRAINT settlement_names_its_payout
  UNIQUE (merchant_id, currency, settled_on, payout_minor);
ALTER TABLE payout
  ADD COLUMN explained_minor bigint
    GENERATED ALWAYS AS (CASE WHEN kind = 1 THEN amount_minor END) STORED,
  ADD COLUMN rejected_on date,                       -- the bank never sent it; status 3
  ADD CONSTRAINT payout_is_what_its_settlement_pays
    FOREIGN KEY (merchant_id, currency, settled_on, explained_minor)
    REFERENCES settlement (merchant_id, currency, settled_on, payout_minor)
    DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT payout_left_once CHECK (confirmed_on IS NULL OR rejected_on IS NULL);
CREATE UNIQUE INDEX payout_of_a_settlement_is_one ON payout (merchant_id, currency, settled_on)
  WHERE kind = 1;
CREATE INDEX payout_by_rejection ON payout (rejected_on) WHERE rejected_on IS NOT NULL;

-- Where a merchant is paid to: the last row counts, the others say since when.
CREATE TABLE payout_account (
  merchant_id   bigint      NOT NULL,
  event_id      bigint      NOT NULL,
  changed_at    timestamptz NOT NULL,                -- not before the book learned of it
  name          text        NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 128),
  account       text        NOT NULL CHECK (octet_length(account) BETWEEN 1 AND 34),
  bank_code     text        NOT NULL CHECK (octet_length(bank_code) BETWEEN 1 AND 34),
  business_date date        NOT NULL,
  PRIMARY KEY (merchant_id, event_id)
);

-- A file made for the bank, and the payouts in it with the account as it was then. A payout is in
-- one file at most, so that it is never paid twice.
CREATE TABLE payout_file (
  message_id       text        PRIMARY KEY CHECK (octet_length(message_id) <= 35),
  pay_on           date        NOT NULL,
  number           int         NOT NULL,             -- within the date, from 1
  made_at          timestamptz NOT NULL,
  debtor_name      text        NOT NULL,
  debtor_account   text        NOT NULL,
  debtor_bank_code text        NOT NULL,
  UNIQUE (pay_on, number)
);
CREATE TABLE payout_file_line (
  payout_ref   text    PRIMARY KEY REFERENCES payout (payout_ref),
  message_id   text    NOT NULL REFERENCES payout_file,
  merchant_id  bigint  NOT NULL,
  currency     char(3) NOT NULL,
  amount_minor bigint  NOT NULL CHECK (amount_minor > 0),
  name         text    NOT NULL,
  account      text    NOT NULL,
  bank_code    text    NOT NULL
);
CREATE INDEX payout_file_line_by_message ON payout_file_line (message_id, payout_ref COLLATE "C");

CREATE TRIGGER payout_account_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payout_file_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_file
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payout_file_line_is_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_file_line
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %1$I.payout_account, %1$I.payout_file, '
                 '%1$I.payout_file_line TO fenqi_app', current_schema());
END $$;
