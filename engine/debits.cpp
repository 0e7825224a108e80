#include "engine/debits.h"

#include <fmt/format.h>

#include <map>

#include "base/check.h"
#include "engine/csv_export.h"
#include "engine/due_customers.h"
#include "sql/store/statement_store.h"

namespace engine {
namespace {

constexpr std::string_view kHeader =
    "debit_ref,message_id,debit_on,customer,amount,currency,attempt,channel,pays";

store::DebitRow debit_of(const DueCustomer& customer, const store::DebitFileRow& file,
                         std::int64_t number, int attempt) {
  store::DebitRow debit{.debit_ref = fmt::format("{}-{:06}", file.message_id, number),
                        .party = customer.party,
                        .currency = customer.currency,
                        .amount = customer.owed(),
                        .attempt = static_cast<std::int16_t>(attempt),
                        .oldest_due = customer.oldest_due.value(),
                        .plan_ids = {},
                        .installments = {}};
  for (const DueInstallment& installment : customer.installments) {
    debit.plan_ids.push_back(installment.plan.value);
    debit.installments.push_back(installment.number);
  }
  return debit;
}

}  // namespace

int debits_allowed(int days_late, std::chrono::microseconds time_of_day) {
  if (days_late < 0 || days_late > kDebitDpdMax) return 0;
  if (days_late > 0) return 1;
  int allowed = 1;  // the first may be sent ahead
  for (std::size_t i = 1; i < kDebitTimes.size(); ++i) {
    if (time_of_day >= kDebitTimes.at(i)) ++allowed;
  }
  return allowed;
}

std::string_view code(DebitFileRefusal refusal) {
  switch (refusal) {
    case DebitFileRefusal::BookMissing:
      return "BOOK_MISSING";
    case DebitFileRefusal::ChannelUnknown:
      return "CHANNEL_UNKNOWN";
    case DebitFileRefusal::DateOver:
      return "DATE_OVER";
    case DebitFileRefusal::MessageUnknown:
      return "MESSAGE_UNKNOWN";
  }
  std::unreachable();
}

std::string sentence(DebitFileRefusal refusal, const DebitFileRequest& request) {
  switch (refusal) {
    case DebitFileRefusal::BookMissing:
      return "the database has no book yet";
    case DebitFileRefusal::ChannelUnknown:
      return fmt::format("the catalog has no channel \"{}\"", request.channel);
    case DebitFileRefusal::DateOver:
      return fmt::format("{} is over: nothing is debited on a date before today",
                         base::to_string(request.debit_on));
    case DebitFileRefusal::MessageUnknown:
      return fmt::format("no debit file has the message id \"{}\"", request.message_id);
  }
  std::unreachable();
}

struct DebitFile::Impl {
  store::Session& session;
  store::Transaction transaction;
  DebitFileHeader header = {};
  std::optional<store::DebitFileCursor> cursor = {};
  bool is_done = false;

  explicit Impl(store::Session& s) : session(s), transaction(s) {}

  void make(const Catalog& catalog, const DebitFileRequest& request, const std::string& channel);
  std::vector<store::DebitRow> choose(const std::vector<DueCustomer>& customers,
                                      std::chrono::microseconds time, std::int64_t& number);
};

/// Those of the customers that may be tried now.
std::vector<store::DebitRow> DebitFile::Impl::choose(const std::vector<DueCustomer>& customers,
                                                     std::chrono::microseconds time,
                                                     std::int64_t& number) {
  const base::Day day = header.file.debit_on;
  std::vector<std::int64_t> parties;
  for (const DueCustomer& customer : customers) parties.push_back(customer.party.value);
  std::map<std::pair<std::int64_t, base::Currency>, store::DebitsMade> made;
  for (const auto& debits : store::load_debits_made(session, parties, day)) {
    made.emplace(std::pair(debits.party.value, debits.currency), debits);
  }
  std::vector<store::DebitRow> chosen;
  for (const DueCustomer& customer : customers) {
    if (customer.owed() == 0) continue;
    const auto found = made.find({customer.party.value, customer.currency});
    const bool is_open = found != made.end() && found->second.is_open;
    const int attempts = found == made.end() ? 0 : found->second.attempts;
    const int allowed = debits_allowed(customer.dpd, time);
    if (is_open) ++header.waiting;
    if (!is_open && allowed == 0) ++header.given_up;
    if (is_open || attempts >= allowed) continue;
    chosen.push_back(debit_of(customer, header.file, ++number, attempts + 1));
  }
  return chosen;
}

void DebitFile::Impl::make(const Catalog& catalog, const DebitFileRequest& request,
                           const std::string& channel) {
  store::lock_debit_files(session);
  const auto last = store::find_last_debit_file(session, request.debit_on);
  const int file_number = last ? last->number + 1 : 1;
  const auto ymd = base::ymd(request.debit_on);
  header.file = {.message_id = fmt::format("FENQI-D-{:04}{:02}{:02}-{}", int(ymd.year()),
                                           unsigned(ymd.month()), unsigned(ymd.day()), file_number),
                 .debit_on = request.debit_on,
                 .number = file_number,
                 .made_at = std::chrono::floor<std::chrono::seconds>(request.now),
                 .channel = channel};
  const auto time =
      catalog.zone.to_local(request.now) -
      date::local_time<std::chrono::microseconds>(request.debit_on.time_since_epoch());
  std::int64_t number = 0;
  DueCustomers customers(session, catalog, request.debit_on, request.debit_on);
  for (auto some = customers.next(); !some.empty(); some = customers.next()) {
    const auto debits = choose(some, time, number);
    if (debits.empty()) continue;
    if (!header.is_new) store::insert_debit_file(session, header.file);
    header.is_new = true;
    store::insert_debits(session, header.file, debits);
  }
  // A channel that gets a file twice may debit twice, so an earlier one is written by name only.
  if (!header.is_new) header.file = {};
  if (!header.is_new && last) header.last_message = last->message_id;
}

DebitFile::DebitFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DebitFile::~DebitFile() = default;

const DebitFileHeader& DebitFile::header() const { return impl_->header; }

base::Result<std::unique_ptr<DebitFile>, DebitFileRefusal> DebitFile::open(
    store::Session& session, const Catalog& catalog, const DebitFileRequest& request) {
  if (!store::find_book_dates(session)) return std::unexpected(DebitFileRefusal::BookMissing);
  DebitFileHeader header;
  if (!request.message_id.empty()) {
    const auto found = store::find_debit_file(session, request.message_id);
    if (!found) return std::unexpected(DebitFileRefusal::MessageUnknown);
    header.file = *found;
  } else {
    const Channel* channel = catalog.find_channel(request.channel);
    if (!channel) return std::unexpected(DebitFileRefusal::ChannelUnknown);
    if (request.debit_on < catalog.zone.day_of(request.now, std::chrono::hours{24})) {
      return std::unexpected(DebitFileRefusal::DateOver);
    }
    // What is in the file is settled before a byte of it is written: the channel may have got it
    // even if this program dies now, and the same file can be written again.
    Impl making(session);
    making.make(catalog, request, channel->name);
    making.transaction.commit();
    header = making.header;
  }
  auto impl = std::make_unique<Impl>(session);
  if (!header.is_empty()) header.sums = store::sum_debit_file(session, header.file.message_id);
  impl->header = std::move(header);
  return std::unique_ptr<DebitFile>(new DebitFile(std::move(impl)));
}

bool DebitFile::next(std::string& out) {
  Impl& impl = *impl_;
  if (impl.is_done || impl.header.is_empty()) return false;
  if (!impl.cursor) {
    impl.cursor.emplace(impl.session, impl.header.file.message_id);
    out += kHeader;
    out += kCsvLineEnd;
  }
  const auto debits = impl.cursor->next();
  for (const store::DebitStanding& debit : debits) {
    CsvRecord(out)
        .text(debit.debit_ref)
        .text(debit.message_id)
        .day(debit.debit_on)
        .text(debit.customer)
        .amount(debit.amount, debit.currency)
        .ready(debit.currency.code())
        .number(debit.attempt)
        .text(debit.channel)
        .text(debit.purchase_refs);
  }
  impl.is_done = debits.empty();
  return true;
}

}  // namespace engine
