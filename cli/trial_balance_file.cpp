#include "cli/trial_balance_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <tuple>

#include "engine/input/csv.h"

namespace cli {
namespace {

/// Every account of a chart, with owners and tags: far more than any book has.
constexpr std::size_t kRowsMax = 1'000'000;

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), csv_(input::ByteSource(path)) {}

  std::vector<engine::GivenBalance> read() {
    input::Record record;
    if (!csv_.next(record)) wrong(1, "", "", "is empty: a header is the least there is");
    read_header(record);
    std::vector<engine::GivenBalance> balances;
    while (csv_.next(record)) {
      if (record.fault != input::RecordFault::None) {
        wrong(record.line, "", "", std::string(sentence(record.fault)));
      }
      if (record.fields.size() != columns_.size()) {
        wrong(record.line, "", std::to_string(record.fields.size()),
              fmt::format("is not the header's {} fields", columns_.size()));
      }
      balances.push_back(read_row(record));
      if (balances.size() > kRowsMax) wrong(record.line, "", "", "has too many rows");
    }
    if (csv_.source().fault()) wrong(0, "", "", *csv_.source().fault());
    return balances;
  }

 private:
  [[noreturn]] void wrong(std::int64_t line, const std::string& field, const std::string& value,
                          const std::string& rule) const {
    throw input::InputError(fmt::format("{}: line {}: {}{}{}", path_, line, field,
                                        field.empty() ? "" : fmt::format(" \"{}\" ", value), rule));
  }

  void read_header(const input::Record& record) {
    for (const std::string_view name : record.fields) columns_.emplace_back(name);
    for (const char* needed : {"account", "currency", "debit", "credit"}) {
      if (std::ranges::count(columns_, needed) != 1) {
        wrong(record.line, needed, "", "is a column that has to be there once");
      }
    }
  }

  std::string field(const input::Record& record, std::string_view name) const {
    const auto found = std::ranges::find(columns_, name);
    if (found == columns_.end()) return "";
    return std::string(record.fields[static_cast<std::size_t>(found - columns_.begin())]);
  }

  std::int64_t amount(const input::Record& record, const char* name, base::Currency currency) {
    const std::string text = field(record, name);
    if (text.empty()) return 0;
    const auto amount = base::parse_money(text, currency);
    if (!amount || amount->is_negative()) {
      wrong(record.line, name, text,
            fmt::format("is an amount from 0 with at most {} decimals", currency.exponent()));
    }
    return amount->minor();
  }

  engine::GivenBalance read_row(const input::Record& record) {
    engine::GivenBalance row;
    const std::string account = field(record, "account");
    int number = 0;
    const auto [end, error] =
        std::from_chars(account.data(), account.data() + account.size(), number);
    const auto code = ledger::find_code(number);
    if (error != std::errc() || end != account.data() + account.size() || !code) {
      wrong(record.line, "account", account, "is a code of our chart (docs/accounting.md)");
    }
    row.code = *code;
    row.owner = field(record, "owner");
    row.tag = field(record, "tag");
    const std::string currency = field(record, "currency");
    const auto found = base::Currency::find(currency);
    if (!found) wrong(record.line, "currency", currency, "is a currency of ISO 4217");
    row.currency = *found;
    row.minor = amount(record, "debit", row.currency) - amount(record, "credit", row.currency);
    const ledger::ChartEntry& entry = ledger::entry(row.code);
    if ((entry.owner == ledger::Owner::None) != row.owner.empty()) {
      wrong(record.line, "owner", row.owner,
            fmt::format("{} an owner: account {} has {}", row.owner.empty() ? "needs" : "is not",
                        account, row.owner.empty() ? "one" : "none"));
    }
    if (ledger::is_memo(row.code) && row.minor != 0) {
      wrong(record.line, "account", account, "is a memo account, which opens with nothing");
    }
    if (!seen_.emplace(row.code, row.owner, row.tag, row.currency).second) {
      wrong(record.line, "account", account, "is there once for an owner, tag and currency");
    }
    return row;
  }

  std::string path_;
  input::CsvReader csv_;
  std::vector<std::string> columns_;
  std::set<std::tuple<ledger::Code, std::string, std::string, base::Currency>> seen_;
};

}  // namespace

std::vector<engine::GivenBalance> read_trial_balance(const std::string& path) {
  return Reader(path).read();
}

}  // namespace cli
