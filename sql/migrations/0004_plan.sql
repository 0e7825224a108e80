-- 0004_plan.sql. What a customer owes: the exposure, the plans with their schedules, and the
-- append-only history of what paid for what.

-- One row a customer and currency. The posting itself updates it, on its version, so it is also
-- what serialises the events of one customer.
CREATE TABLE credit_account (
  party_id             bigint   NOT NULL,
  currency             char(3)  NOT NULL,
  version              bigint   NOT NULL DEFAULT 0,
  closed_through       date     NOT NULL,            -- the last date this customer was closed for
  base_limit_minor     bigint   NOT NULL,
  held_minor           bigint   NOT NULL DEFAULT 0,  -- open authorization holds, I9
  outstanding_minor    bigint   NOT NULL DEFAULT 0,  -- unpaid principal, I10
  credit_balance_minor bigint   NOT NULL DEFAULT 0,  -- 2201 of this customer
  dpd                  smallint NOT NULL DEFAULT 0,  -- the largest over the plans, as of closed_through
  block                smallint NOT NULL DEFAULT 0,  -- 0 none, 1 until paid (L01, L02), 2 closed (L03)
  episode_base_minor   bigint,                       -- base limit when DPD left 0; NULL outside one
  episode_rows         smallint NOT NULL DEFAULT 0,  -- policy rows applied in this episode, a bit each
  episode_peak_dpd     smallint NOT NULL DEFAULT 0,
  former_base_minor    bigint,                       -- the limit before any cut; NULL when not cut
  clean_cycles         smallint NOT NULL DEFAULT 0,  -- on-time cycles since the last cut or step back
  late_episodes        date[]   NOT NULL DEFAULT '{}',  -- when DPD first exceeded grace, last 6 months
  PRIMARY KEY (party_id, currency),
  CONSTRAINT credit_account_has_no_negative_debt CHECK (outstanding_minor >= 0 AND held_minor >= 0),
  CONSTRAINT credit_balance_is_never_negative CHECK (credit_balance_minor >= 0),
  CONSTRAINT base_limit_is_never_negative CHECK (base_limit_minor >= 0)
) WITH (fillfactor = 70);
CREATE INDEX credit_account_cut ON credit_account (party_id) WHERE former_base_minor IS NOT NULL;

-- A plan's schedule is a value in arrays, the i-th element of each belonging to installment i. An
-- empty fee, interest or paid array stands for all zeros.
CREATE TABLE plan (
  party_id           bigint   NOT NULL,
  plan_id            bigint   NOT NULL,
  event_id           bigint   NOT NULL,              -- the capture
  purchase_ref       text     NOT NULL,
  merchant_id        bigint   NOT NULL,
  product            text     NOT NULL,
  catalog_version    int      NOT NULL,
  currency           char(3)  NOT NULL,
  status             smallint NOT NULL DEFAULT 1,    -- 1 active 2 settled 3 refunded
  purchased_at       timestamptz NOT NULL,
  business_date      date     NOT NULL,
  start_on           date     NOT NULL,              -- value date of the capture: fee period 1 starts
  goods_minor        bigint   NOT NULL,              -- G = F + Cp + Cm + Cs
  financed_minor     bigint   NOT NULL,              -- F
  coupon_platform_minor bigint NOT NULL DEFAULT 0,   -- Cp
  coupon_merchant_minor bigint NOT NULL DEFAULT 0,   -- Cm
  coupon_sponsor_minor  bigint NOT NULL DEFAULT 0,   -- Cs
  sponsor_id         bigint,
  discount_minor     bigint   NOT NULL DEFAULT 0,    -- merchant discount, VAT included
  discount_vat_minor bigint   NOT NULL DEFAULT 0,
  fee_minor          bigint   NOT NULL DEFAULT 0,    -- current total fee
  subsidy_minor      bigint   NOT NULL DEFAULT 0,    -- current total subsidy
  subsidy_payer      smallint NOT NULL DEFAULT 0,    -- 0 none 1 merchant 2 platform 3 sponsor
  available_on       date     NOT NULL,              -- of its sale item
  schedule_version   smallint NOT NULL DEFAULT 1,
  schedule_cause     smallint NOT NULL DEFAULT 1,    -- 1 capture 2 refund
  due                date[]   NOT NULL,
  principal          bigint[] NOT NULL,
  fee                bigint[] NOT NULL DEFAULT '{}',
  interest           bigint[] NOT NULL DEFAULT '{}',
  paid_principal     bigint[] NOT NULL DEFAULT '{}',
  paid_fee           bigint[] NOT NULL DEFAULT '{}',
  paid_interest      bigint[] NOT NULL DEFAULT '{}',
  outstanding_minor  bigint   NOT NULL,              -- unpaid principal, I5
  refunded_minor     bigint   NOT NULL DEFAULT 0,    -- principal taken back by refunds
  late_fee_minor     bigint   NOT NULL DEFAULT 0,    -- posted so far
  late_fee_paid_minor bigint  NOT NULL DEFAULT 0,
  late_through       date,                           -- the last day late_fee_minor covers
  dpd                smallint NOT NULL DEFAULT 0,
  next_due           date,                           -- due date of the oldest late or coming installment
  fee_recognized_minor     bigint NOT NULL DEFAULT 0,
  subsidy_recognized_minor bigint NOT NULL DEFAULT 0,
  recognize_on       date,                           -- the next date with income to recognize
  act_on             date,                           -- least(next_due, recognize_on): when a close must look
  PRIMARY KEY (party_id, plan_id),
  CONSTRAINT plan_schedule_is_whole CHECK (
    cardinality(due) BETWEEN 1 AND 60 AND cardinality(principal) = cardinality(due)
    AND cardinality(fee) IN (0, cardinality(due)) AND cardinality(interest) IN (0, cardinality(due))
    AND cardinality(paid_principal) IN (0, cardinality(due))
    AND cardinality(paid_fee) IN (0, cardinality(due))
    AND cardinality(paid_interest) IN (0, cardinality(due))),
  CONSTRAINT plan_amounts_are_in_range CHECK (
    financed_minor > 0 AND outstanding_minor BETWEEN 0 AND financed_minor AND fee_minor >= 0
    AND subsidy_minor >= 0 AND late_fee_minor >= late_fee_paid_minor),
  CONSTRAINT plan_goods_are_paid_for CHECK (
    goods_minor = financed_minor + coupon_platform_minor + coupon_merchant_minor
                  + coupon_sponsor_minor)
) WITH (fillfactor = 80);
CREATE INDEX plan_to_act_on ON plan (act_on) WHERE act_on IS NOT NULL;

-- Earlier versions of a schedule, kept as they were.
CREATE TABLE plan_version (
  party_id         bigint   NOT NULL,
  plan_id          bigint   NOT NULL,
  schedule_version smallint NOT NULL,
  schedule_cause   smallint NOT NULL,
  replaced_by      bigint   NOT NULL,                -- the event
  replaced_on      date     NOT NULL,
  due              date[]   NOT NULL,
  principal        bigint[] NOT NULL,
  fee              bigint[] NOT NULL,
  interest         bigint[] NOT NULL,
  paid_principal   bigint[] NOT NULL,
  paid_fee         bigint[] NOT NULL,
  paid_interest    bigint[] NOT NULL,
  PRIMARY KEY (party_id, plan_id, schedule_version)
);

CREATE VIEW installment AS
  SELECT p.party_id, p.plan_id, p.currency, p.purchase_ref, i.number::int AS number, i.due,
         i.principal, coalesce(p.fee[i.number], 0) AS fee, coalesce(p.interest[i.number], 0) AS interest,
         coalesce(p.paid_principal[i.number], 0) AS paid_principal,
         coalesce(p.paid_fee[i.number], 0) AS paid_fee,
         coalesce(p.paid_interest[i.number], 0) AS paid_interest, p.status AS plan_status
  FROM plan p, LATERAL unnest(p.due, p.principal) WITH ORDINALITY AS i (due, principal, number);

CREATE TABLE hold (
  party_id      bigint   NOT NULL,
  hold_id       bigint   NOT NULL,
  event_id      bigint   NOT NULL,
  hold_ref      text     NOT NULL,
  merchant_id   bigint   NOT NULL,
  currency      char(3)  NOT NULL,
  amount_minor  bigint   NOT NULL CHECK (amount_minor > 0),
  business_date date     NOT NULL,
  expires_on    date     NOT NULL,
  status        smallint NOT NULL DEFAULT 1,         -- 1 held 2 captured 3 voided 4 expired
  PRIMARY KEY (party_id, hold_id)
);

CREATE INDEX hold_to_expire ON hold (expires_on) WHERE status = 1;

CREATE TABLE repayment (
  party_id      bigint      NOT NULL,
  event_id      bigint      NOT NULL,
  repayment_ref text        NOT NULL,
  channel_id    bigint,                              -- NULL: from the credit balance
  currency      char(3)     NOT NULL,
  amount_minor  bigint      NOT NULL CHECK (amount_minor > 0),
  paid_at       timestamptz NOT NULL,
  business_date date        NOT NULL,
  value_date    date        NOT NULL,
  PRIMARY KEY (party_id, event_id)
);
CREATE INDEX repayment_by_day ON repayment USING brin (business_date) WITH (pages_per_range = 16);

CREATE TABLE refund (
  party_id        bigint      NOT NULL,
  event_id        bigint      NOT NULL,
  refund_ref      text        NOT NULL,
  plan_id         bigint      NOT NULL,
  currency        char(3)     NOT NULL,
  amount_minor    bigint      NOT NULL CHECK (amount_minor > 0),  -- goods value R
  principal_minor bigint      NOT NULL,              -- taken off the receivable
  cash_minor      bigint      NOT NULL,              -- owed back to the customer, 2202
  refunded_at     timestamptz NOT NULL,
  business_date   date        NOT NULL,
  value_date      date        NOT NULL,
  reason          text        NOT NULL DEFAULT '',
  PRIMARY KEY (party_id, event_id)
);
CREATE INDEX refund_by_day ON refund USING brin (business_date) WITH (pages_per_range = 16);

-- Where each cent of a repayment or refund went: one row an event and plan. plan_id 0 is the part
-- that became credit balance.
CREATE TABLE allocation (
  party_id      bigint     NOT NULL,
  event_id      bigint     NOT NULL,
  plan_id       bigint     NOT NULL,
  kind          smallint   NOT NULL,                 -- 1 repayment 2 from credit balance 3 refund
  currency      char(3)    NOT NULL,
  business_date date       NOT NULL,
  value_date    date       NOT NULL,
  penalty_minor bigint     NOT NULL DEFAULT 0,
  credit_minor  bigint     NOT NULL DEFAULT 0,       -- to the credit balance
  installment   smallint[] NOT NULL DEFAULT '{}',
  principal     bigint[]   NOT NULL DEFAULT '{}',
  fee           bigint[]   NOT NULL DEFAULT '{}',
  interest      bigint[]   NOT NULL DEFAULT '{}',
  PRIMARY KEY (party_id, event_id, plan_id),
  CONSTRAINT allocation_parts_are_whole CHECK (
    cardinality(principal) = cardinality(installment)
    AND cardinality(fee) = cardinality(installment)
    AND cardinality(interest) = cardinality(installment)
    AND penalty_minor >= 0 AND credit_minor >= 0)
);
CREATE INDEX allocation_by_day ON allocation USING brin (business_date) WITH (pages_per_range = 16);

-- The feed of limit decisions, with the plans that caused each.
CREATE TABLE limit_change (
  party_id          bigint   NOT NULL,
  change_id         bigint   NOT NULL,
  currency          char(3)  NOT NULL,
  business_date     date     NOT NULL,
  reason            text     NOT NULL,               -- L01 ... of the policy, or RESTORE, UNBLOCK
  action            smallint NOT NULL,               -- 1 block 2 cut 3 close 4 unblock 5 restore
  old_base_minor    bigint   NOT NULL,
  new_base_minor    bigint   NOT NULL,
  old_block         smallint NOT NULL,
  new_block         smallint NOT NULL,
  outstanding_minor bigint   NOT NULL,
  dpd               smallint NOT NULL,
  plans             bigint[] NOT NULL,
  PRIMARY KEY (party_id, change_id)
);
CREATE INDEX limit_change_by_day ON limit_change USING brin (business_date);

CREATE TRIGGER plan_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER repayment_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON repayment
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refund_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refund
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER allocation_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON allocation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER limit_change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON limit_change
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
