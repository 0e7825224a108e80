// Auto-debits: instructions to take what is due from customers' accounts through a channel. Nobody
// is debited again while an answer is out or unknown (domain §1.4).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "engine/catalog.h"
#include "sql/store/debit_store.h"
#include "sql/store/session.h"

namespace engine {

/// On the due date a customer is tried at most so often by these times, in the book's zone.
inline constexpr std::array<std::chrono::hours, 3> kDebitTimes = {
    std::chrono::hours{8}, std::chrono::hours{14}, std::chrono::hours{20}};
/// Then once a day through this many days past due; afterwards it is the collectors' case.
inline constexpr int kDebitDpdMax = 5;

/// How many attempts a customer may have had after the next one, on a date that is `days_late` days
/// after the oldest due date, at a local time of that date (before it: negative). 0: none.
int debits_allowed(int days_late, std::chrono::microseconds time_of_day);

struct DebitFileRequest {
  base::Day debit_on;
  base::Instant now;
  std::string channel = {};     ///< "": the catalog's first
  std::string message_id = {};  ///< an earlier file again; empty: what is due and not instructed
};

enum class DebitFileRefusal { BookMissing, ChannelUnknown, DateOver, MessageUnknown };
std::string_view code(DebitFileRefusal refusal);
std::string sentence(DebitFileRefusal refusal, const DebitFileRequest& request);

struct DebitFileHeader {
  store::DebitFileRow file;           ///< without message_id: there is nothing to take
  bool is_new = false;                ///< made now; else it was made before and asked for by name
  std::string last_message = {};      ///< of the date, where there is nothing new
  std::vector<store::DebitSum> sums;  ///< by currency
  std::int64_t waiting = 0;           ///< due customers whose last debit has no answer yet
  std::int64_t given_up = 0;          ///< those too many days past due

  bool is_empty() const { return file.message_id.empty(); }
};

/// One file of instructions, as CSV.
class DebitFile {
 public:
  ~DebitFile();

  /// Makes instructions for customers who owe something that is due on or before `debit_on`, one a
  /// customer and currency, where an attempt is allowed. What was instructed before is in no new
  /// file; its own is written again, the same bytes, if its message id is asked for. The session
  /// must be in no transaction, and is in one until the file goes away.
  static base::Result<std::unique_ptr<DebitFile>, DebitFileRefusal> open(
      store::Session& session, const Catalog& catalog, const DebitFileRequest& request);

  const DebitFileHeader& header() const;

  /// Appends the next piece; false: there is nothing left. An empty file has no text.
  bool next(std::string& out);

 private:
  struct Impl;
  explicit DebitFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace engine
