#include "cli/payout_responses.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <map>
#include <set>

#include "cli/clock.h"
#include "cli/instant_option.h"
#include "cli/tables.h"
#include "engine/answer_payouts.h"
#include "engine/book.h"
#include "engine/input/rejects_file.h"
#include "sql/store/database.h"
#include "sql/store/payout_file_store.h"

namespace cli {
namespace {

using engine::AnsweredPayout;
using engine::PayoutAnswer;
using engine::PayoutOutcome;

constexpr std::size_t kBatch = 5'000;
constexpr int kShownRejects = 10;

constexpr std::array kOutcomes = std::to_array<std::pair<PayoutOutcome, const char*>>({
    {PayoutOutcome::Confirmed, "confirmed"},
    {PayoutOutcome::Rejected, "rejected"},
    {PayoutOutcome::Returned, "returned"},
    {PayoutOutcome::Pending, "pending"},
    {PayoutOutcome::Repeated, "as before"},
});

class ResponseImport {
 public:
  ResponseImport(const PayoutResponseOptions& options, const std::string& conninfo,
                 std::shared_ptr<const engine::Catalog> catalog, base::Instant at)
      : options_(options),
        engine_(conninfo, catalog),
        rejects_(options.rejects),
        at_(at),
        context_{.today = today_in(*catalog)} {}

  void run(engine::PayoutAnswers& answers) {
    PayoutAnswer answer;
    while (answers.next(answer)) {
      if (answer.payout_ref.empty() && answer.fault.empty()) {
        take_whole(answer);
      } else {
        take(answer);
      }
    }
    post();
    rejects_.commit();
  }

  Exit report(const engine::PayoutAnswers& answers) const {
    TextTable table;
    table.column("payouts", TextTable::Align::Left).column("", TextTable::Align::Left);
    table.column("count", TextTable::Align::Right).column("amount", TextTable::Align::Right);
    for (const auto& [outcome, word] : kOutcomes) {
      for (const auto& [key, sum] : sums_) {
        if (key.first != outcome) continue;
        table.row({word, std::string(key.second.code()), std::to_string(sum.first),
                   base::to_decimal(sum.second, key.second.exponent())});
      }
    }
    table.rule().row({"refused", "", std::to_string(rejects_.count()), ""});
    table.print(std::cout);
    if (options_.is_dry_run) std::cout << "dry run: nothing was posted\n";
    if (answers.source().fault()) {
      std::cerr << "fenqi: " << *answers.source().fault() << "; what came before it was taken\n";
    }
    return rejects_.count() > 0 || answers.source().fault() ? Exit::BadData : Exit::Done;
  }

 private:
  void take(const PayoutAnswer& answer) {
    if (batch_.size() == kBatch ||
        (answer.fault.empty() && !refs_.insert(answer.payout_ref).second)) {
      post();
      refs_.insert(answer.payout_ref);
    }
    batch_.push_back(answer);
  }

  /// An answer about a whole file, or all of it in one currency.
  void take_whole(const PayoutAnswer& answer) {
    std::string after;
    bool any = false;
    while (true) {
      const auto refs = store::list_payout_refs(engine_.session(), answer.message_id,
                                                answer.block_currency, after, kBatch);
      if (refs.empty()) break;
      any = true;
      for (const std::string& ref : refs) {
        PayoutAnswer one = answer;
        one.payout_ref = ref;
        take(one);
      }
      after = refs.back();
    }
    if (any) return;
    reject({.line = answer.line,
            .code = "MESSAGE_UNKNOWN",
            .field = "OrgnlMsgId",
            .value = answer.message_id,
            .detail = "no payout file has this message id"});
  }

  void post() {
    const auto results =
        engine::answer_payouts(engine_, batch_, at_, context_, options_.is_dry_run);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const AnsweredPayout& result = results[i];
      if (result.outcome == PayoutOutcome::Refused) {
        reject({batch_[i].line, result.code, result.field, result.value, result.detail});
        continue;
      }
      auto& [count, minor] = sums_[{result.outcome, result.currency}];
      ++count;
      minor += result.amount;
    }
    batch_.clear();
    refs_.clear();
  }

  void reject(const input::Reject& reject) {
    rejects_.add(reject);
    if (++shown_ > kShownRejects) return;
    std::cerr << fmt::format("fenqi: line {}: {}{}{}: {}\n", reject.line, reject.code,
                             reject.value.empty() ? "" : " ", reject.value, reject.detail);
    if (shown_ == kShownRejects) std::cerr << "fenqi: further ones are in the rejects file only\n";
  }

  const PayoutResponseOptions& options_;
  engine::Engine engine_;
  input::RejectsFile rejects_;
  base::Instant at_;
  engine::BatchContext context_;
  std::vector<PayoutAnswer> batch_;
  std::set<std::string> refs_;  // in the batch
  std::map<std::pair<PayoutOutcome, base::Currency>, std::pair<std::int64_t, std::int64_t>> sums_;
  int shown_ = 0;
};

}  // namespace

Exit import_payout_response(const PayoutResponseOptions& options) {
  if (options.file == "-" && options.format.empty()) {
    throw CLI::ValidationError("--format", "standard input needs --format pain002 or csv");
  }
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const auto catalog = engine::load_catalog(session);
  if (!catalog) {
    std::cerr << "fenqi: no catalog is applied: fenqi catalog apply F\n";
    return Exit::Refused;
  }
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const base::Instant at =
      instant_of(session, "--at", options.at).value_or(base::Instant(now.time_since_epoch()));
  const auto format = options.format == "csv"       ? engine::ResponseFormat::Csv
                      : options.format == "pain002" ? engine::ResponseFormat::Pain002
                                                    : engine::find_response_format(options.file);
  const auto answers = engine::read_payout_answers(options.file, format);
  ResponseImport import(options, conninfo, catalog, at);
  import.run(*answers);
  return import.report(*answers);
}

}  // namespace cli
