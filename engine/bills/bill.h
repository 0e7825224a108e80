// What bills and bank statements say, whatever their format: rows, control totals, findings.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/wide.h"
#include "engine/bills/format.h"

namespace bills {

/// Why a file can't be taken: docs/reconciliation.md lists the codes.
struct Finding {
  std::string code;       ///< "TOTALS_DISAGREE"
  std::int64_t line = 0;  ///< from 1; 0: the file as a whole
  std::string field = {};
  std::string value = {};
  std::string detail = {};
};

/// As many findings as are kept; the others are counted.
inline constexpr std::size_t kFindingsMax = 1000;

class Findings {
 public:
  void add(Finding finding);
  bool empty() const { return count_ == 0; }
  std::int64_t count() const { return count_; }
  const std::vector<Finding>& kept() const { return kept_; }

 private:
  std::vector<Finding> kept_;
  std::int64_t count_ = 0;
};

enum class RowType { Payment = 1, Refund = 2, Revoked = 3, Movement = 4 };

/// One row of a trade or fund bill. Amounts are from the book's side: what came in is positive.
struct BillRow {
  std::int64_t line = 0;
  RowType type = RowType::Payment;
  std::string channel_txn;  ///< the channel's number of the payment, or of the movement's document
  std::string our_ref;      ///< the number we gave: of the order, of a movement's voucher
  std::string refund_txn;   ///< the channel's number of the refund, or of the movement itself
  std::string our_refund_ref;  ///< ours of the refund
  std::string status;          ///< as written: SUCCESS, 退款, 收入
  std::string business;        ///< as written: JSAPI, 交易, 扣除交易手续费
  std::string payer;           ///< token of the payer
  base::Day day;               ///< of the channel, in China
  base::Instant at;
  base::Currency currency;
  std::int64_t amount = 0;              ///< minor units, negative for refunds and for what went out
  std::int64_t fee_e5 = 0;              ///< 10^-5 of the currency; positive is what we pay
  std::optional<std::int64_t> balance;  ///< after the movement
};

/// One entry of a bank statement.
struct BankLine {
  std::int64_t line = 0;
  std::int64_t statement = 0;  ///< which of the file's, from 1
  std::string account;
  base::Day booked_on;
  base::Day value_on;
  base::Currency currency;
  std::int64_t amount = 0;  ///< minor units; credits positive
  std::optional<std::int64_t> balance;
  std::string bank_ref;
  std::string our_ref;  ///< end-to-end id, or the batch it belongs to
  std::string counterparty;
  std::string remark;
};

/// Takes the rows as they are read. Nothing may be kept until the summary is without findings.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void bill(const BillRow&) {}
  virtual void bank(const BankLine&) {}
};

/// A total that the file declares beside the one that was counted.
struct ControlTotal {
  std::string name;      ///< as the file has it
  std::string declared;  ///< decimal
  std::string counted;
  bool agrees() const { return declared == counted; }
};

/// One statement of a bank file.
struct BankStatement {
  std::string account;
  std::string id;
  base::Currency currency;
  std::optional<base::Day> from;
  std::optional<base::Day> to;  ///< the date of the closing balance
  std::int64_t opening = 0;
  std::int64_t closing = 0;
  std::int64_t lines = 0;
};

struct Tally {
  std::int64_t count = 0;
  base::int128 amount = 0;

  void add(std::int64_t value) {
    ++count;
    amount += value;
  }
};

/// What a file is as a whole.
struct Summary {
  Format format = Format::Csv;
  Kind kind = Kind::Trade;
  std::string variant;      ///< ALL, SUCCESS or REFUND of a WeChat Pay trade bill
  std::string merchant_no;  ///< or the bank account
  std::optional<base::Day> day;
  std::optional<base::Currency> currency;
  std::int64_t rows = 0;
  Tally in;   ///< payments; credits
  Tally out;  ///< refunds; debits; the amount is negative
  base::int128 fee_e5 = 0;
  std::vector<ControlTotal> totals;
  std::optional<bool> chains;  ///< each balance follows from the one before; nothing: has none
  std::vector<BankStatement> statements;
  std::uint64_t bytes = 0;
  std::string sha1;
  std::string sha256;
  Findings findings;

  /// All of it was read, and what it declares is what was counted.
  bool is_sound() const { return findings.empty(); }
};

/// What the importer knows about the file beforehand; what is there is checked.
struct Expected {
  std::optional<base::Day> day;  ///< of the bill, or among the dates of a statement
  std::string merchant_no;       ///< or the bank account
  std::string sha1;              ///< of the unpacked bytes, in hexadecimal
  std::string sha256;
  std::optional<std::int64_t> rows;   ///< of a CSV, which has no totals of its own
  std::optional<std::string> amount;  ///< likewise, a decimal: the sum of the rows' amounts
};

}  // namespace bills
