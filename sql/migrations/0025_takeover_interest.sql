-- 0025_takeover_interest.sql. Interest of plans taken over that was income of the time before, as their fee and subsidy.
ALTER TABLE takeover_plan
  ADD COLUMN interest_recognized_minor bigint NOT NULL DEFAULT 0
    CHECK (interest_recognized_minor >= 0);
