-- 0002_party.sql. Who takes part, and the accounts of the chart that are in use.

CREATE TABLE party (
  party_id   bigint PRIMARY KEY,
  kind       smallint NOT NULL,          -- 1 customer 2 merchant 3 channel 4 sponsor 5 bank 6 platform
  ref        text   NOT NULL,            -- the name the outside world uses
  terms      text   NOT NULL,            -- the catalog terms it was created under
  created_on date   NOT NULL,            -- a business date
  CONSTRAINT party_kind_is_known CHECK (kind BETWEEN 1 AND 6),
  CONSTRAINT party_ref_is_short CHECK (octet_length(ref) BETWEEN 1 AND 200)
);
CREATE UNIQUE INDEX party_by_ref ON party (kind, ref);

-- Few rows: what has no owner (1101, 1102, ...) is one row a currency, because the journal's party
-- says whose it is.
CREATE TABLE account (
  account_id int     PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  code       int     NOT NULL,           -- the chart of accounts, docs/accounting.md
  owner_id   bigint,                     -- a merchant, channel, bank or sponsor
  tag        text    NOT NULL DEFAULT '',
  currency   char(3) NOT NULL,
  CONSTRAINT account_is_named_once UNIQUE NULLS NOT DISTINCT (code, owner_id, tag, currency)
);
