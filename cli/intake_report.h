// What imports and replays have in common: catalogs from files, control totals as table and JSON.
#pragma once

#include <array>
#include <iosfwd>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "engine/catalog.h"
#include "engine/input/columns.h"
#include "engine/input/totals.h"
#include "scheduling/price_cap.h"

namespace cli {

/// Parses a catalog's text; throws input::InputError with file, field, value and rule.
engine::Catalog parse_catalog_text(std::string text, const std::string& file);
engine::Catalog read_catalog_file(const std::string& path);
scheduling::PriceCapTable read_price_caps_file(const std::string& path);

struct KindTotals {
  input::Kind kind;
  input::Totals totals;
};

/// One block a kind: read, posted, repeated, declined, rejected, with count and amounts.
void print_totals(std::ostream& out, std::span<const KindTotals> kinds, base::Currency currency);

/// {"read": {"count": 2, "amount": "3.00"}, …}, amounts in `currency`; where other currencies
/// occur, "others" holds theirs.
nlohmann::ordered_json totals_json(const input::Totals& totals, base::Currency currency);

/// The first rejects are worth a line each on standard error; the rest is in the file.
class RejectLines {
 public:
  void add(input::Kind kind, std::int64_t line, const std::string& code, const std::string& field,
           const std::string& value, const std::string& detail);

 private:
  int shown_ = 0;
};

}  // namespace cli
