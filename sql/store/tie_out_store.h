// Control accounts beside the records they control, of a reading.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "ledger/chart.h"
#include "ledger/journal.h"
#include "sql/store/cursor.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

/// What the parts of a control account belong to.
enum class PartOf : std::int8_t { Plan, Customer, Merchant, Channel, Product, Book };

/// A control account and where its parts are kept.
struct ControlAccount {
  ledger::Code code;
  PartOf part_of;
  std::string records;  ///< what they are, for people
  /// $1 is the last sealed date of the reading, $2 its last, $3 its instant; the answer's rows are
  /// (key, currency, amount), debits positive: the key is a plan's, party's or 0, for Product its
  /// name.
  std::string parts;
  /// Single records behind a part that does not agree, where a part has several: rows (key, record,
  /// currency, amount). Empty: the part is the record.
  std::string items = {};
  /// Only what this rule posted is controlled; 0: the balance.
  std::int16_t rule = 0;
};
std::span<const ControlAccount> control_accounts();

struct TieOut {
  base::Currency currency;
  std::int64_t ledger = 0;  ///< debits less credits
  std::int64_t parts = 0;

  std::int64_t difference() const { return ledger - parts; }
};
/// The account and the sum of its parts in a reading, a row a currency in use.
std::vector<TieOut> tie_out(Session& session, const ControlAccount& control,
                            const Reading& reading);

struct TieOutPart {
  std::string kind;    ///< "plan", "customer", "merchant", "channel", "product" or "book"
  std::string party;   ///< the customer of a plan; who it is of the others
  std::string record;  ///< the plan's purchase; of single records what they are called
  TieOut amounts;
  bool is_item = false;  ///< one record behind the part before: `ledger` says nothing
};

/// The parts whose amount is not what the ledger says of them, by party, record and currency;
/// behind each its single records.
class TieOutDifferences {
 public:
  TieOutDifferences(Session& session, const ControlAccount& control, const Reading& reading);
  std::vector<TieOutPart> next();

 private:
  Cursor cursor_;
};

}  // namespace store
