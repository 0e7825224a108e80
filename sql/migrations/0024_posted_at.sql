-- 0024_posted_at.sql. Limit changes and what happened to plans without a posting say when they were
-- written down, as journals do, so that what was known at an instant is told of them, too. Rows from
-- before this have no such time: they are known from the seal of their date on.

ALTER TABLE limit_change ADD COLUMN posted_at timestamptz;
ALTER TABLE limit_change ALTER COLUMN posted_at SET DEFAULT clock_timestamp();
ALTER TABLE life_event ADD COLUMN posted_at timestamptz;
ALTER TABLE life_event ALTER COLUMN posted_at SET DEFAULT clock_timestamp();

-- A date that is closed stays closed, whoever asks: the book's dates only go forward, and the day it
-- opened on never changes.
CREATE FUNCTION refuse_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'the book is never deleted: its dates close for ever'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.closed_through < OLD.closed_through OR NEW.open_date < OLD.open_date THEN
    RAISE EXCEPTION 'dates close for ever: closed through % and open on % can''t become % and %',
      OLD.closed_through, OLD.open_date, NEW.closed_through, NEW.open_date
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.opens_on <> OLD.opens_on THEN
    RAISE EXCEPTION 'the book opened on %: that is history', OLD.opens_on
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.closed_through > OLD.closed_through
     AND NOT EXISTS (SELECT FROM seal WHERE business_date = NEW.closed_through) THEN
    RAISE EXCEPTION '% is not sealed, so it is not closed', NEW.closed_through
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER book_dates_only_go_forward BEFORE UPDATE OR DELETE ON book
  FOR EACH ROW EXECUTE FUNCTION refuse_reopening();
CREATE TRIGGER book_is_never_emptied BEFORE TRUNCATE ON book
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_reopening();
