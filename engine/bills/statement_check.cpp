#include "engine/bills/statement_check.h"

#include <fmt/format.h>

namespace bills {

void StatementCheck::begin() {
  opening.reset();
  closing.reset();
  credits_ = {};
  debits_ = {};
  currency_.reset();
}

void StatementCheck::add(const BankLine& line) {
  Tally& tally = line.amount < 0 ? debits_ : credits_;
  Tally& all = line.amount < 0 ? parse_.summary.out : parse_.summary.in;
  tally.add(line.amount);
  all.add(line.amount);
  ++parse_.summary.rows;
  if (!currency_) currency_ = line.currency;
  if (*currency_ != line.currency) {
    parse_.finding("CURRENCY_MIXED", line.line, "currency", line.currency.code(),
                   fmt::format("the entries before are in {}", currency_->code()));
  }
}

bool StatementCheck::is_whole(std::int64_t line) const {
  if (!opening || !closing) {
    parse_.finding("BALANCE_MISSING", line, opening ? "closing balance" : "opening balance", "",
                   "without both balances nothing says that the entries are all");
    return false;
  }
  if (opening->currency != closing->currency) {
    parse_.finding("BALANCE_CURRENCY", closing->line, "closing balance", closing->currency.code(),
                   fmt::format("the opening balance is in {}", opening->currency.code()));
    return false;
  }
  if (currency_ && *currency_ != opening->currency) {
    parse_.finding("BALANCE_CURRENCY", opening->line, "opening balance", opening->currency.code(),
                   fmt::format("the entries are in {}", currency_->code()));
    return false;
  }
  return true;
}

void StatementCheck::end(std::int64_t line, const std::string& account, const std::string& id) {
  Summary& summary = parse_.summary;
  check_merchant(parse_, line, "account", account);
  if (!is_whole(line)) return;
  const int decimals = opening->currency.exponent();
  const base::int128 reached = base::int128{opening->amount} + credits_.amount + debits_.amount;
  const ControlTotal total{"closing balance", to_decimal(closing->amount, decimals),
                           to_decimal(reached, decimals)};
  summary.totals.push_back(total);
  bool chains = total.agrees();
  if (!chains) {
    parse_.finding(
        "BALANCE_BROKEN", closing->line, "closing balance", total.declared,
        fmt::format("opening {}, credits {}, debits {}: comes to {}",
                    to_decimal(opening->amount, decimals), to_decimal(credits_.amount, decimals),
                    to_decimal(debits_.amount, decimals), total.counted));
  }
  const auto before = closed_.find({account, opening->currency});
  if (before != closed_.end() && before->second != opening->amount) {
    chains = false;
    parse_.finding(
        "BALANCE_BROKEN", opening->line, "opening balance", to_decimal(opening->amount, decimals),
        fmt::format("the statement before closed with {}", to_decimal(before->second, decimals)));
  }
  closed_[{account, opening->currency}] = closing->amount;
  summary.chains = summary.chains.value_or(true) && chains;
  summary.currency = opening->currency;
  summary.statements.push_back({account, id, opening->currency, opening->day, closing->day,
                                opening->amount, closing->amount, credits_.count + debits_.count});
  if (closing->day && (!summary.day || *closing->day > *summary.day)) summary.day = closing->day;
}

}  // namespace bills
