// Trial balance and limit changes for people.
#include <fmt/format.h>

#include <map>
#include <ostream>

#include "base/check.h"
#include "base/rounding.h"
#include "base/wide.h"
#include "cli/tables.h"
#include "engine/ageing.h"
#include "engine/exports.h"
#include "ledger/chart.h"
#include "sql/store/report_store.h"

namespace cli {
namespace {

using enum TextTable::Align;

std::string percent_off(std::int64_t from, std::int64_t to) {
  if (from <= 0) return "";
  const auto tenths =
      base::narrow(base::div_round(base::int128{from - to} * 1000, from, base::Rounding::HalfUp));
  return fmt::format("{}%", base::to_decimal(-tenths, 1));
}

std::string share_of_all(std::int64_t part, std::int64_t all) {
  if (all <= 0) return "";
  const auto tenths =
      base::narrow(base::div_round(base::int128{part} * 1000, all, base::Rounding::HalfUp));
  return fmt::format("{}%", base::to_decimal(tenths, 1));
}

}  // namespace

void print_trial_balance(std::ostream& out, store::Session& session, base::Day as_of) {
  const auto balance = engine::trial_balance(session, as_of);
  if (!balance) throw std::runtime_error(balance.error().sentence);
  struct Sum {
    std::int64_t minor = 0;
    std::int64_t accounts = 0;
  };
  std::map<base::Currency, std::map<ledger::Code, Sum>> by_currency;
  for (const auto& [account, minor] : balance->rows) {
    Sum& sum = by_currency[account.currency][account.code];
    sum.minor += minor;
    ++sum.accounts;
  }
  for (const auto& [currency, by_code] : by_currency) {
    const int exponent = currency.exponent();
    TextTable table;
    table.column("account", Left).column("name", Left).column("", Left);
    table.column("accounts", Right).column("debit", Right).column("credit", Right);
    base::Money debit = base::Money::zero(currency);
    base::Money credit = base::Money::zero(currency);
    for (const auto& [code, sum] : by_code) {
      const ledger::ChartEntry& entry = ledger::entry(code);
      const base::Money amount{sum.minor < 0 ? -sum.minor : sum.minor, currency};
      (sum.minor < 0 ? credit : debit) += amount;
      table.row({std::to_string(static_cast<int>(code)), std::string(entry.name),
                 std::string(entry.name_zh), std::to_string(sum.accounts),
                 sum.minor > 0 ? base::to_decimal(amount) : "",
                 sum.minor < 0    ? base::to_decimal(amount)
                 : sum.minor == 0 ? base::to_decimal(0, exponent)
                                  : ""});
    }
    CHECK(debit == credit, "debits {} and credits {} differ", base::to_decimal(debit),
          base::to_decimal(credit));
    table.rule().row({"", "", "", "", base::to_decimal(debit), base::to_decimal(credit)});
    out << fmt::format("Trial balance at the close of {}, {}\n\n", base::to_string(balance->as_of),
                       currency.code());
    table.print(out);
    out << '\n';
  }
}

void print_ageing(std::ostream& out, store::Session& session, const engine::Catalog& catalog,
                  base::Day as_of) {
  const auto reading = engine::take_reading(session, {.as_of = as_of});
  if (!reading) throw std::runtime_error(reading.error().sentence);
  const engine::Ageing ageing = engine::age_receivables(session, catalog, *reading);
  for (const auto& [currency, buckets] : ageing.by_currency) {
    const auto amount = [&](std::int64_t minor) {
      return base::to_decimal(minor, currency.exponent());
    };
    engine::AgeingBucket all;
    for (const engine::AgeingBucket& bucket : buckets) {
      all.plans += bucket.plans;
      all.outstanding += bucket.outstanding;
      all.overdue += bucket.overdue;
    }
    TextTable table;
    table.column("bucket", Left).column("days past due", Left).column("plans", Right);
    table.column("customers", Right).column("outstanding", Right).column("", Right);
    table.column("overdue", Right);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      const engine::AgeingBucket& bucket = buckets[i];
      const engine::BucketRange range = engine::bucket_range(i);
      const std::string days = !range.dpd_to ? fmt::format("over {}", range.dpd_from - 1)
                               : *range.dpd_to == 0
                                   ? "0"
                                   : fmt::format("{} to {}", range.dpd_from, *range.dpd_to);
      table.row({std::string(range.name), days, std::to_string(bucket.plans),
                 std::to_string(bucket.customers), amount(bucket.outstanding),
                 share_of_all(bucket.outstanding, all.outstanding), amount(bucket.overdue)});
    }
    table.rule().row(
        {"", "", std::to_string(all.plans), "", amount(all.outstanding), "", amount(all.overdue)});
    out << fmt::format("Ageing of principal at the close of {}, {}\n\n",
                       base::to_string(ageing.as_of), currency.code());
    table.print(out);
    out << '\n';
  }
  if (ageing.by_currency.empty()) {
    out << fmt::format("Nobody owes anything at the close of {}.\n", base::to_string(ageing.as_of));
  }
}

void print_limit_summary(std::ostream& out, store::Session& session, base::Day from, base::Day to) {
  constexpr int kLargest = 5;
  const auto counts = store::count_limit_changes(session, from, to);
  out << fmt::format("Limit changes, {} to {}\n\n", base::to_string(from), base::to_string(to));
  if (counts.empty()) {
    out << "None.\n";
    return;
  }
  TextTable table;
  table.column("reason", Left).column("action", Left).column("changes", Right);
  table.column("customers", Right).column("", Left).column("limits before", Right);
  table.column("after", Right).column("", Right);
  for (const store::LimitChangeCount& count : counts) {
    const bool moves = count.old_base != count.new_base;
    table.row({count.reason, std::string(engine::name(count.action)), std::to_string(count.changes),
               std::to_string(count.customers), std::string(count.currency.code()),
               base::to_decimal(count.old_base, count.currency.exponent()),
               base::to_decimal(count.new_base, count.currency.exponent()),
               moves ? percent_off(count.old_base, count.new_base) : ""});
  }
  table.print(out);

  const auto cuts = store::list_largest_cuts(session, from, to, kLargest);
  if (cuts.empty()) return;
  TextTable largest;
  largest.column("largest cuts", Left).column("customer", Left).column("reason", Left);
  largest.column("dpd", Right).column("", Left).column("limit before", Right);
  largest.column("after", Right).column("because of", Left);
  for (const store::ReportedLimitChange& cut : cuts) {
    std::string because;
    if (!cut.purchase_refs.empty()) because = shorten(cut.purchase_refs.front(), 26);
    if (cut.purchase_refs.size() > 1) because += fmt::format(" +{}", cut.purchase_refs.size() - 1);
    largest.row({base::to_string(cut.business_date), shorten(cut.customer, 26), cut.reason,
                 std::to_string(cut.dpd), std::string(cut.currency.code()),
                 base::to_decimal(cut.old_base, cut.currency.exponent()),
                 base::to_decimal(cut.new_base, cut.currency.exponent()), because});
  }
  out << '\n';
  largest.print(out);
}

}  // namespace cli
