// What makes a bank statement sound: opening balance and entries come to the closing balance.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/bills/parse.h"

namespace bills {

/// A balance as the file has it, with the line it is in.
struct StatedAmount {
  std::int64_t line = 0;
  std::int64_t amount = 0;
  base::Currency currency;
  std::optional<base::Day> day;
};

/// One statement on its way, whatever its format.
class StatementCheck {
 public:
  explicit StatementCheck(Parse& parse) : parse_(parse) {}

  std::optional<StatedAmount> opening;
  std::optional<StatedAmount> closing;

  void begin();
  void add(const BankLine& line);
  /// Compares, and adds the statement to the summary.
  void end(std::int64_t line, const std::string& account, const std::string& id);

  const Tally& credits() const { return credits_; }
  const Tally& debits() const { return debits_; }

 private:
  bool is_whole(std::int64_t line) const;

  Parse& parse_;
  Tally credits_;
  Tally debits_;
  std::optional<base::Currency> currency_;                                 // of the entries
  std::map<std::pair<std::string, base::Currency>, std::int64_t> closed_;  // by account
};

}  // namespace bills
