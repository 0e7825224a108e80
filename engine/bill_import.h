// Takes a channel's bill or a bank's statement into the books' own records, whole or not at all.
#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "engine/bills/reader.h"
#include "sql/store/bill_store.h"
#include "sql/store/session.h"

namespace engine {

struct BillImport {
  base::PartyId party;    ///< the channel, or the bank
  std::string path;       ///< "-": standard input
  std::string file_name;  ///< as it is remembered
  bills::ReadOptions read = {};
  base::Day today;         ///< no bill is of a later date
  bool after_gap = false;  ///< a statement between the last one and this one is never coming
  bool is_dry_run = false;
};

enum class BillOutcome {
  Taken,
  Same,     ///< it was taken before: nothing changed
  Changed,  ///< another file of this date was taken before; remembered, its rows are not
  Unsound,  ///< see the findings; nothing is stored
};

struct BillAnswer {
  BillOutcome outcome = BillOutcome::Unsound;
  bills::Summary summary = {};
  std::int64_t file_id = 0;  ///< of the file that was taken, now or before
  std::string before = {};   ///< the name of the file that was taken before
};

/// One transaction: rows are copied while they are read, and kept if the file as a whole is sound
/// and new. Constant memory. Throws input::InputError for what can't be opened.
BillAnswer import_bill(store::Session& session, const BillImport& import);

}  // namespace engine
