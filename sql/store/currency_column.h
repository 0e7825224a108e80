// A currency as a column holds it.
#pragma once

#include "base/check.h"
#include "base/money.h"
#include "sql/store/rows.h"

namespace store {

inline base::Currency currency_in(const Rows& rows, int row, int column) {
  const auto currency = base::Currency::find(rows.text(row, column));
  CHECK(currency.has_value(), "the database holds a currency we don't know: {}",
        rows.text(row, column));
  return *currency;
}

}  // namespace store
