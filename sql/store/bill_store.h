// Channels' bills and bank statements as they were taken: files and their rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"

namespace store {

enum class BillState : std::int16_t { Taken = 1, Changed = 2 };

struct BillFileRow {
  std::int64_t id = 0;
  base::PartyId party;    ///< the channel or the bank
  std::int16_t kind = 0;  ///< bills::Kind
  std::string format = {};
  std::string variant = {};
  std::string merchant_no = {};
  base::Day day;
  std::optional<base::Currency> currency = {};
  BillState state = BillState::Taken;
  std::string file_name = {};
  std::string sha256 = {};  ///< 32 bytes
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
  std::int64_t in_count = 0;
  std::int64_t in = 0;
  std::int64_t out_count = 0;
  std::int64_t out = 0;
  std::int64_t fee_e5 = 0;
  std::optional<std::int64_t> opening = {};
  std::optional<std::int64_t> closing = {};
};

/// Until the transaction ends, nobody else takes a file of this channel or bank.
void lock_bills(Session& session, base::PartyId party);

std::int64_t next_bill_file_id(Session& session);

/// The taken files of a date, of any variant.
std::vector<BillFileRow> find_bill_files(Session& session, base::PartyId party, std::int16_t kind,
                                         const std::string& merchant_no, base::Day day);

/// Whose the last file of this kind was: its merchant number; nothing if none named one (a date
/// without transactions doesn't).
std::optional<std::string> find_bill_merchant(Session& session, base::PartyId party,
                                              std::int16_t kind);

/// The taken statements of an account next before and next after a date.
std::optional<BillFileRow> find_statement_before(Session& session, base::PartyId bank,
                                                 const std::string& account, base::Day day);
std::optional<BillFileRow> find_statement_after(Session& session, base::PartyId bank,
                                                const std::string& account, base::Day day);

/// The files of a channel or bank from `from` to `to`, by date; changed ones, too.
std::vector<BillFileRow> list_bill_files(Session& session, base::PartyId party, base::Day from,
                                         base::Day to);

void insert_bill_file(Session& session, const BillFileRow& row);
/// Says that another file of the date came; false if that was said before.
bool tell_changed_bill(Session& session, const BillFileRow& row);

/// COPY of one file's rows, numbered as they come.
class BillRowCopy {
 public:
  struct Row {
    std::int64_t line = 0;
    std::int16_t type = 0;
    base::Day day;
    base::Instant at;
    std::string_view channel_txn;
    std::string_view our_ref;
    std::string_view refund_txn;
    std::string_view our_refund_ref;
    std::string_view status;
    std::string_view business;
    std::string_view payer;
    base::Currency currency;
    std::int64_t amount = 0;
    std::int64_t fee_e5 = 0;
    std::optional<std::int64_t> balance = {};
  };

  BillRowCopy(Session& session, std::int64_t file_id);
  void add(const Row& row);
  void finish() { copy_.finish(); }

 private:
  CopyIn copy_;
  std::int64_t file_id_;
  std::int64_t number_ = 0;
};

class BankLineCopy {
 public:
  struct Row {
    std::int64_t line = 0;
    base::Day booked_on;
    base::Day value_on;
    base::Currency currency;
    std::int64_t amount = 0;
    std::optional<std::int64_t> balance = {};
    std::string_view bank_ref;
    std::string_view our_ref;
    std::string_view counterparty;
    std::string_view remark;
  };

  BankLineCopy(Session& session, std::int64_t file_id);
  void add(const Row& row);
  void finish() { copy_.finish(); }

 private:
  CopyIn copy_;
  std::int64_t file_id_;
  std::int64_t number_ = 0;
};

}  // namespace store
