// One row of a profile report, and what its columns can show of it.
#pragma once

#include <string>
#include <string_view>

#include "base/zone.h"
#include "engine/statement_profile.h"
#include "sql/store/statement_store.h"

namespace engine {

struct ProfileRow {
  ProfileKind kind = ProfileKind::Sale;
  ProfileKind item_kind = ProfileKind::Sale;  ///< of the item a split fee belongs to
  store::ItemRow item = {};                   ///< without amounts where it is split
  std::int64_t gross = 0;
  std::int64_t discount = 0;
  std::int64_t subsidy = 0;
  std::int64_t vat = 0;
  std::int64_t balance = 0;  ///< of the settlement, after this row
  std::int64_t number = 0;   ///< of the item within its settlement, from 1
  std::int64_t line = 0;     ///< of the row within the report, from 1
  const store::SettlementTotals* settlement = nullptr;

  std::int64_t net() const { return gross + discount + subsidy; }
};

/// What all rows share.
struct ProfileContext {
  const StatementProfile* profile = nullptr;
  std::string merchant = {};
  std::string book = {};
  base::Zone zone = {};
};

/// The field of a column that has a value.
std::string profile_field(std::string_view value, const ProfileRow& row,
                          const ProfileContext& context);

}  // namespace engine
