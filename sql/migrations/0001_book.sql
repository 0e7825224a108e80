-- 0001_book.sql. One database is one book: a zone, a calendar, a cut-off and a catalog, and the
-- business dates that are open. Whoever posts takes the book's advisory lock shared and then reads
-- open_date; the close takes it exclusively for the moment it moves open_date on.

CREATE TABLE catalog_version (
  version    int         PRIMARY KEY,
  name       text        NOT NULL,
  body       text        NOT NULL,                     -- the TOML as applied
  sha256     bytea       NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE book (
  singleton       boolean  PRIMARY KEY DEFAULT true CHECK (singleton),
  catalog_name    text     NOT NULL,
  zone            text     NOT NULL,
  calendar        text     NOT NULL,
  cutoff_minute   smallint NOT NULL,                   -- minutes after midnight; 1440 is 24:00
  opens_on        date     NOT NULL,                   -- the first business date ever
  open_date       date     NOT NULL,                   -- the first date that accepts postings
  closed_through  date     NOT NULL,                   -- the last sealed date
  CONSTRAINT book_dates_are_in_order
    CHECK (opens_on - 1 <= closed_through AND closed_through < open_date
           AND open_date <= closed_through + 2),
  CONSTRAINT book_cutoff_is_a_time_of_day CHECK (cutoff_minute BETWEEN 1 AND 1440)
);

-- Ids of events, journals, plans, items and settlements come from here in blocks, so that COPY
-- needs no round trip for them. Gaps are fine.
CREATE SEQUENCE id_block INCREMENT BY 1000;
