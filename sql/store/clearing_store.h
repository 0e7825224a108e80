// Sub-ledgers beside the journals: channel clearing by bill date, the FX position, and what banks
// say they hold.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// One transfer to or from 1011 or 3001.
struct ClearingItem {
  base::PartyId party;  ///< of the journal
  base::JournalId journal;
  std::int16_t transfer = 0;  ///< from 1
  std::int32_t code = 0;
  base::PartyId owner;  ///< the channel; {} for 3001
  base::Currency currency;
  base::Day bill_date;
  base::Day business_date;
  std::int64_t amount = 0;  ///< debits positive
};
void copy_clearing_items(Session& session, std::span<const ClearingItem> items);

/// What a bank held at the end of a date, and what makes the difference to our books.
struct BankStatementRow {
  base::PartyId bank;
  base::Currency currency;
  base::Day as_of;
  std::int64_t closing = 0;
  base::EventId event;
  base::Day business_date;
  struct Transit {
    std::string ref;
    std::int64_t amount = 0;  ///< to be added to the bank's balance
  };
  std::vector<Transit> transit = {};
};
/// False, and nothing done, if the bank's balance of the date is known.
bool insert_bank_statement(Session& session, const BankStatementRow& row);

/// 1001 of the bank at the close of a date; nothing if the date is not sealed.
std::optional<std::int64_t> find_bank_balance(Session& session, base::PartyId bank,
                                              base::Currency currency, base::Day as_of);

/// False if there is no such open item.
bool set_suspense_owner(Session& session, const std::string& ref, const std::string& owner);

}  // namespace store
