-- 0015_takeover.sql. Plans that another system kept before this book took them over. Their rows are
-- like any other's; what they had earned before is here, because this book never posted it.

-- On these dates there are opening entries of accounts that nothing else moves without a record.
CREATE TABLE takeover (
  takeover_id   bigint      PRIMARY KEY,                -- before every other id of the takeover
  business_date date        NOT NULL,
  control_code  int         NOT NULL,
  taken_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE takeover_plan (
  party_id                 bigint  NOT NULL,
  plan_id                  bigint  NOT NULL,
  product                  text    NOT NULL,
  currency                 char(3) NOT NULL,
  business_date            date    NOT NULL,            -- of the takeover
  fee_recognized_minor     bigint  NOT NULL CHECK (fee_recognized_minor >= 0),
  subsidy_recognized_minor bigint  NOT NULL CHECK (subsidy_recognized_minor >= 0),
  PRIMARY KEY (party_id, plan_id)
);

-- Credit accounts that a takeover opened: their limits begin as the other system left them.
CREATE TABLE takeover_account (
  party_id      bigint  NOT NULL,
  currency      char(3) NOT NULL,
  business_date date    NOT NULL,
  PRIMARY KEY (party_id, currency)
);

CREATE TRIGGER takeover_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON takeover
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER takeover_plan_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON takeover_plan
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER takeover_account_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
  ON takeover_account FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %1$I.takeover, %1$I.takeover_plan, %1$I.takeover_account '
                 'TO fenqi_app', current_schema());
END $$;
