-- 0028_close_chunk.sql. The customers of a night in pieces that any number of workers share out, on one machine or many.
CREATE TABLE close_chunk (
  chunk_id       bigint  PRIMARY KEY,
  business_date  date    NOT NULL,
  catalog        int     NOT NULL,              -- by whose rules
  currency       char(3),                       -- of `parties`; NULL: quiet customers by number
  parties        bigint[] NOT NULL DEFAULT '{}',
  first_party    bigint,
  last_party     bigint,
  is_done        boolean NOT NULL DEFAULT false,
  -- what it came to
  customers      bigint  NOT NULL DEFAULT 0,
  late_fees      bigint  NOT NULL DEFAULT 0,
  late_fee_minor bigint  NOT NULL DEFAULT 0,
  limit_changes  bigint  NOT NULL DEFAULT 0,
  lost           bigint  NOT NULL DEFAULT 0,
  parked         bigint  NOT NULL DEFAULT 0,
  CONSTRAINT chunk_names_its_customers CHECK (
    CASE WHEN currency IS NULL THEN first_party <= last_party
         ELSE cardinality(parties) > 0 AND first_party IS NULL END)
);

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.close_chunk TO fenqi_app',
                 current_schema());
END $$;
