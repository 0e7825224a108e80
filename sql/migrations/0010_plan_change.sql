-- 0010_plan_change.sql. Changes in the life of a plan: payoff, prepayment, partial refund, other
-- dates. Each makes a new version of the schedule and keeps the one before.

ALTER TABLE plan
  -- The value date the current version counts from; NULL: the capture's. Days past due and late fee
  -- until then were those of the version before.
  ADD COLUMN changed_on date,
  ADD COLUMN late_fee_before_minor bigint NOT NULL DEFAULT 0,   -- late fee through changed_on
  -- Sums over the plan's partial refunds, empty for none: goods, Cp, Cm and Cs given back, discount
  -- and its VAT returned, fee returned.
  ADD COLUMN returned bigint[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT plan_returned_is_whole CHECK (cardinality(returned) IN (0, 7)),
  ADD CONSTRAINT plan_late_fee_only_grows CHECK (late_fee_before_minor >= 0);

-- Who wanted a change of a plan or an account, and who approved it.
CREATE TABLE life_event (
  party_id      bigint      NOT NULL,
  event_id      bigint      NOT NULL,
  event_ref     text        NOT NULL,
  kind          text        NOT NULL,                           -- payoff, extend, ...
  plan_id       bigint,                                         -- NULL: of the account
  currency      char(3)     NOT NULL,
  happened_at   timestamptz NOT NULL,
  business_date date        NOT NULL,
  value_date    date        NOT NULL,
  reason        text        NOT NULL DEFAULT '',
  requested_by  text        NOT NULL DEFAULT '',
  approved_by   text        NOT NULL DEFAULT '',
  PRIMARY KEY (party_id, event_id),
  CONSTRAINT nobody_approves_alone CHECK (approved_by = '' OR approved_by <> requested_by)
);
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %I.life_event TO fenqi_app', current_schema());
END $$;

ALTER TABLE plan_version ADD COLUMN valued_on date;             -- the value date of the change
