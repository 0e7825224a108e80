-- 0017_parked_unit.sql. Customers whose close of a date failed: the others go on, and the date is not
-- sealed before each of them succeeds or two people have waived it.

CREATE TABLE parked_unit (
  unit_id       bigint      PRIMARY KEY,
  business_date date        NOT NULL,                -- whose close it holds up
  party_id      bigint      NOT NULL,
  currency      char(3)     NOT NULL,
  reason        text        NOT NULL CHECK (octet_length(reason) <= 2000),
  state         smallint    NOT NULL DEFAULT 1,      -- 1 parked 2 to be tried again 3 done 4 waived
  tries         int         NOT NULL DEFAULT 1,
  waived_by     text        NOT NULL DEFAULT '',
  approved_by   text        NOT NULL DEFAULT '',
  parked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  waived_at     timestamptz,
  UNIQUE (business_date, party_id, currency),
  CONSTRAINT nobody_waives_alone CHECK (
    state <> 4 OR (waived_by <> '' AND approved_by <> '' AND waived_by <> approved_by))
);
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I.parked_unit TO fenqi_app', current_schema());
END $$;
