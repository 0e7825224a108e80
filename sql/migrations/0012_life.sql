-- 0012_life.sql. The rest of a receivable's life: disputes, waivers, money taken back or lying in
-- suspense, impairment and charge-off, and what merchants are owed or owe beside their sales.

ALTER TABLE plan
  ADD COLUMN dispute_fee_minor    bigint   NOT NULL DEFAULT 0,  -- taken when the dispute began
  ADD COLUMN disputed_on          date,                         -- since when; NULL: not in dispute
  ADD COLUMN ecl_stage            smallint NOT NULL DEFAULT 0,  -- 0 none, 1 to 3 of IFRS 9
  ADD COLUMN allowance_minor      bigint   NOT NULL DEFAULT 0,  -- 119x of the stage
  ADD COLUMN charged_off_minor    bigint   NOT NULL DEFAULT 0,  -- principal written off
  ADD COLUMN claim_minor          bigint   NOT NULL DEFAULT 0,  -- 9201: charged off, not recovered
  ADD CONSTRAINT plan_allowance_is_never_negative
    CHECK (allowance_minor >= 0 AND charged_off_minor >= 0 AND claim_minor >= 0);

-- What an event undoes or pays out, at most once: a repayment charged back, a refund paid.
ALTER TABLE life_event ADD COLUMN subject_event bigint, ADD COLUMN amount_minor bigint;
CREATE UNIQUE INDEX life_event_undoes_once ON life_event (party_id, subject_event)
  WHERE subject_event IS NOT NULL;

-- Refunds that were paid in cash.
CREATE TABLE refund_payout (
  party_id      bigint  NOT NULL,
  event_id      bigint  NOT NULL,
  refund_event  bigint  NOT NULL,
  channel_id    bigint,                                         -- NULL: by bank
  currency      char(3) NOT NULL,
  amount_minor  bigint  NOT NULL CHECK (amount_minor > 0),
  business_date date    NOT NULL,
  PRIMARY KEY (party_id, refund_event)
);

-- Money nobody has been found for (2901), and money missing (1901), until it is cleared.
CREATE TABLE suspense (
  suspense_ref  text     PRIMARY KEY,
  code          int      NOT NULL CHECK (code IN (1901, 2901)),
  event_id      bigint   NOT NULL,
  currency      char(3)  NOT NULL,
  amount_minor  bigint   NOT NULL CHECK (amount_minor > 0),
  cleared_minor bigint   NOT NULL DEFAULT 0,
  business_date date     NOT NULL,
  CONSTRAINT suspense_is_cleared_once CHECK (cleared_minor BETWEEN 0 AND amount_minor)
);

ALTER TABLE settlement ADD COLUMN adjustments_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE settlement DROP CONSTRAINT settlement_adds_up;
ALTER TABLE settlement ADD CONSTRAINT settlement_adds_up CHECK (
  opening_minor + sales_minor + refunds_minor + discount_minor + subsidy_minor
  + returned_discount_minor + returned_subsidy_minor + releases_minor + reserve_minor
  + adjustments_minor = payout_minor + carried_minor);
-- 1 made by a settlement, 2 by another event (an advance, a currency exchange, factoring)
ALTER TABLE payout ADD COLUMN kind smallint NOT NULL DEFAULT 1;

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %1$I.refund_payout, %1$I.suspense TO fenqi_app',
                 current_schema());
  EXECUTE format('GRANT UPDATE ON %I.suspense TO fenqi_app', current_schema());
END $$;
