// The seals as CSV, in the columns that `fenqi check-proof` reads.
#include "engine/csv_export.h"
#include "engine/exports.h"
#include "sql/store/seal_store.h"

namespace engine {
namespace {

class SealsExport : public CsvExport {
 public:
  SealsExport(store::Session& session, base::Day from, base::Day to)
      : CsvExport(session, kSealsHeader), seals_(store::list_seals(session, from, to)) {}

  bool append_rows(std::string& out) override {
    for (const ledger::SignedSeal& sealed : seals_) {
      CsvRecord record(out);
      record.text(sealed.seal.book).day(sealed.seal.business_date).text(sealed.seal.format);
      record.number(static_cast<std::int64_t>(sealed.seal.journal_count));
      record.ready(base::to_hex(sealed.seal.content_hash));
      record.ready(base::to_hex(sealed.seal.previous_hash)).ready(base::to_hex(sealed.hash));
      record.ready(sealed.signature ? base::to_hex(sealed.signature->key) : "");
      record.ready(sealed.signature ? base::to_hex(sealed.signature->signature) : "");
    }
    return false;
  }

 private:
  std::vector<ledger::SignedSeal> seals_;  // one a day
};

}  // namespace

ExportResult export_seals(store::Session& session, std::optional<base::Day> from,
                          std::optional<base::Day> to) {
  const auto last = closed_date(session, to);
  if (!last) return std::unexpected(last.error());
  const base::Day first = from.value_or(store::find_book_dates(session)->opens_on);
  const auto dates = in_order(first, *last);
  if (!dates) return std::unexpected(dates.error());
  return std::make_unique<SealsExport>(session, first, *last);
}

}  // namespace engine
