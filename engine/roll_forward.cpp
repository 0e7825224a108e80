// Opening balance, movements by posting rule, closing balance; the sum is proved to be the
// ledger's.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "engine/account_class.h"
#include "engine/financial_reports.h"
#include "engine/roll_forward_rules.h"

namespace engine {
namespace {

/// Where an amount of a rolled balance stands.
struct Place {
  base::Currency currency;
  std::string product;
  std::size_t balance = 0;

  auto operator<=>(const Place&) const = default;
};

struct Rolled {
  std::int64_t opening = 0;
  std::map<std::string_view, std::int64_t> movements;
};

std::vector<std::int32_t> all_codes() {
  std::set<std::int32_t> codes;
  for (const RolledBalance& balance : rolled_balances()) {
    for (const ledger::Code code : balance.codes) codes.insert(static_cast<std::int32_t>(code));
  }
  return {codes.begin(), codes.end()};
}

bool has(const RolledBalance& balance, ledger::Code code) {
  return std::ranges::find(balance.codes, code) != balance.codes.end();
}

std::int64_t signed_for(const RolledBalance& balance, std::int64_t minor) {
  return balance.side == ledger::Side::Debit ? minor : -minor;
}

class RollForward : public TableSource {
 public:
  RollForward(store::Session& session, const PeriodReading& period, bool by_product,
              const AccountMap& accounts)
      : period_(period), by_product_(by_product), map_(accounts) {
    if (!by_product) {
      const Reading before = period.reading.through(base::plus_days(period.from, -1));
      add_balances(store::list_balances(session, before),
                   [&](std::size_t balance, auto& account, std::int64_t minor) {
                     rolled_[{account.currency, "", balance}].opening += minor;
                   });
    }
    for (const store::Movement& movement :
         store::sum_movements(session, all_codes(), period.from, period.reading, by_product)) {
      add(movement);
    }
    const auto closing = store::list_balances(session, period.reading);
    for (const auto& [account, minor] : closing) accounts_.push_back(account);
    add_balances(closing, [&](std::size_t balance, auto& account, std::int64_t minor) {
      closing_[{account.currency, balance}] += minor;
    });
  }

  bool append_rows(TableWriter& out) override {
    for (const auto& [place, rolled] : rolled_) append_balance(out, place, rolled);
    // What the movements came to, product by product, is the ledger's balance.
    for (const auto& [key, minor] : closing_) {
      CHECK(proved_[key] == minor, "{} in {} rolls forward to {} on {}, the ledger has {}",
            rolled_balances()[key.second].name, key.first.code(), proved_[key],
            base::to_string(period_.reading.as_of), minor);
    }
    return false;
  }

 private:
  template <class Add>
  static void add_balances(const std::vector<store::AccountBalance>& balances, Add add) {
    for (const auto& [account, minor] : balances) {
      for (std::size_t i = 0; i < rolled_balances().size(); ++i) {
        const RolledBalance& balance = rolled_balances()[i];
        if (has(balance, account.code)) add(i, account, signed_for(balance, minor));
      }
    }
  }

  void add(const store::Movement& movement) {
    for (std::size_t i = 0; i < rolled_balances().size(); ++i) {
      const RolledBalance& balance = rolled_balances()[i];
      if (!has(balance, movement.code)) continue;
      Rolled& rolled = rolled_[{movement.currency, movement.product, i}];
      const std::int64_t amount = signed_for(balance, movement.minor);
      if (movement.is_before) {
        rolled.opening += amount;
      } else {
        rolled.movements[balance.movement_of(movement)] += amount;
      }
    }
  }

  void append_balance(TableWriter& out, const Place& place, const Rolled& rolled) {
    const RolledBalance& balance = rolled_balances()[place.balance];
    std::int64_t closing = rolled.opening;
    bool is_empty = rolled.opening == 0;
    for (const auto& [name, amount] : rolled.movements) {
      closing += amount;
      is_empty = is_empty && amount == 0;
    }
    proved_[{place.currency, place.balance}] += closing;
    if (is_empty) return;
    append_line(out, place, "opening", rolled.opening);
    for (const std::string_view name : balance.movements) {
      const auto found = rolled.movements.find(name);
      append_line(out, place, name, found == rolled.movements.end() ? 0 : found->second);
    }
    append_line(out, place, "closing", closing);
    out.rule();
  }

  void append_line(TableWriter& out, const Place& place, std::string_view movement,
                   std::int64_t amount) const {
    const RolledBalance& balance = rolled_balances()[place.balance];
    Row row(out);
    row.day(period_.from).day(period_.reading.as_of).text(place.currency.code());
    if (by_product_) row.text(place.product);
    row.text(balance.name).text(numbers_of(place)).text(movement).amount(amount, place.currency);
  }

  /// Of the accounts of the balance, as they are printed.
  const std::string& numbers_of(const Place& place) const {
    std::string& numbers = numbers_[{place.currency, place.balance}];
    if (numbers.empty()) {
      numbers = show_codes(map_, accounts_, rolled_balances()[place.balance].codes, place.currency)
                    .numbers;
    }
    return numbers;
  }

  PeriodReading period_;
  bool by_product_;
  AccountMap map_;
  std::vector<store::AccountName> accounts_;
  mutable std::map<std::pair<base::Currency, std::size_t>, std::string> numbers_;
  std::map<Place, Rolled> rolled_;
  std::map<std::pair<base::Currency, std::size_t>, std::int64_t> closing_;
  std::map<std::pair<base::Currency, std::size_t>, std::int64_t> proved_;
};

std::vector<TableColumn> columns(bool by_product) {
  using Columns = std::vector<TableColumn>;
  if (by_product) {
    return Columns{{"from", 12},    {"to", 12},       {"currency", 9},  {"product", 18},
                   {"balance", 20}, {"accounts", 16}, {"movement", 22}, {"amount", 18}};
  }
  return Columns{{"from", 12},     {"to", 12},       {"currency", 9}, {"balance", 20},
                 {"accounts", 16}, {"movement", 22}, {"amount", 18}};
}

}  // namespace

ReportAnswer report_roll_forward(store::Session& session, std::optional<base::Day> from,
                                 const ReadingRequest& request, bool by_product,
                                 const AccountMap& accounts) {
  const auto period = take_month_reading(session, from, request);
  if (!period) return std::unexpected(period.error());
  return Report{.head = {.name = "roll-forward",
                         .columns = columns(by_product),
                         .created = period->reading.as_of},
                .open =
                    [period = *period, by_product, accounts](store::Session& snapshot) {
                      return std::make_unique<RollForward>(snapshot, period, by_product, accounts);
                    },
                .key_columns = columns(by_product).size() - 1};
}

}  // namespace engine
