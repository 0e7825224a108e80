// Reads a bill or a bank statement of any format: rows to a sink, and what the file is as a whole.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/bills/bill.h"
#include "engine/bills/bytes.h"

namespace bills {

/// A CSV has no format of its own: which column of the file is which of ours.
///   of a bill:  time, txn, ref, type, amount, fee, currency
///   of a bank:  booked, value, amount or credit and debit, balance, ref, our_ref, counterparty,
///               remark, currency
using Declared = std::map<std::string, std::string, std::less<>>;

struct ReadOptions {
  std::optional<Format> format = {};  ///< nothing: told by the content
  Kind csv_kind = Kind::Trade;        ///< what a CSV is
  Declared columns = {};              ///< of a CSV
  base::Currency currency = {};       ///< of a CSV without that column
  Expected expected = {};
};

/// Streams: memory does not grow with the file. What is wrong with it is in the summary's findings,
/// each with its line and field; reading goes on behind a bad row. The sink has seen rows of a file
/// that turns out to be unsound: whoever keeps them does so in one transaction.
Summary read_bill(std::unique_ptr<Bytes> bytes, const ReadOptions& options, RowSink& sink);

}  // namespace bills
