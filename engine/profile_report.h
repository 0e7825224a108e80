// A merchant's settlements as rows of a profile.
#pragma once

#include <memory>
#include <string>

#include "engine/statement.h"
#include "engine/statement_profile.h"

namespace engine {

class ProfileReport {
 public:
  ~ProfileReport();

  /// The settlements of the request's dates, by currency and date, each with all that went into it
  /// whenever it happened. The session must be in no transaction, and is in one until the report
  /// goes away. `profile` must outlive it.
  ///
  /// The rows of a settlement, its payout left out, sum to the payout: proved for each (CHECK).
  /// With the payout they sum to 0.
  static base::Result<std::unique_ptr<ProfileReport>, StatementRefusal> open(
      store::Session& session, const StatementRequest& request, const StatementProfile& profile);

  /// Appends the next piece of the CSV. False: there is nothing left.
  bool next(std::string& out);

  std::int64_t rows() const;
  /// What was paid out, by currency code, as "1000.64 CNY, 20 JPY".
  std::string paid() const;

 private:
  struct Impl;
  explicit ProfileReport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace engine
