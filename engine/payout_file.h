// Payouts as files for the bank: ISO 20022 pain.001.001.09 and CSV. A payout gets into one file and
// no other; a file can be written again, the same bytes each time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "base/zone.h"
#include "engine/catalog.h"
#include "sql/store/payout_file_store.h"
#include "sql/store/session.h"

namespace engine {

/// A payout is held while its merchant's account took another's place less than this ago: whoever
/// changes an account should not be paid before the merchant could notice (domain §5.3).
inline constexpr std::chrono::hours kAccountCooling{24};

enum class PayoutFileFormat {
  Pain001,  ///< ISO 20022 customer credit transfer initiation, a payment block a currency
  Csv,      ///< RFC 4180: a header record a currency, payouts, a trailer with a hash
};

struct PayoutFileRequest {
  base::Day pay_on;
  base::Instant now;            ///< the file's time, and what cooling is counted to
  std::string message_id = {};  ///< an earlier file again; empty: what is not in a file yet
};

enum class PayoutFileRefusal { BookMissing, DebtorMissing, MessageUnknown };
std::string_view code(PayoutFileRefusal refusal);
std::string sentence(PayoutFileRefusal refusal, const PayoutFileRequest& request);

struct PayoutFileHeader {
  store::PayoutFileRow file;           ///< without message_id: there is nothing to pay
  bool is_new = false;                 ///< made now; else it was made before
  std::vector<store::PayoutSum> sums;  ///< by currency
  std::vector<store::PayoutSum> held;  ///< not in it, by currency and reason
  base::Zone zone;

  bool is_empty() const { return file.message_id.empty(); }
};

/// One file for the bank.
class PayoutFile {
 public:
  ~PayoutFile();

  /// Makes a file of the payouts instructed through `pay_on` that are on their way, in no file and
  /// not held. If there are none, it is the last file of that date, to be written again. The
  /// session must be in no transaction, and is in one until the file goes away.
  static base::Result<std::unique_ptr<PayoutFile>, PayoutFileRefusal> open(
      store::Session& session, const Catalog& catalog, const PayoutFileRequest& request);

  const PayoutFileHeader& header() const;

  /// Appends the next piece of the file; false: there is nothing left. The lines are proved to sum
  /// to the header. An empty file has no text.
  bool next(PayoutFileFormat format, std::string& out);

 private:
  struct Impl;
  explicit PayoutFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

std::string_view sentence(store::PayoutHold hold);

}  // namespace engine
