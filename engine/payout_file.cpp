#include "engine/payout_file.h"

#include <fmt/format.h>

#include "base/check.h"
#include "engine/payout_text.h"
#include "sql/store/statement_store.h"

namespace engine {

std::string_view code(PayoutFileRefusal refusal) {
  switch (refusal) {
    case PayoutFileRefusal::BookMissing:
      return "BOOK_MISSING";
    case PayoutFileRefusal::DebtorMissing:
      return "DEBTOR_MISSING";
    case PayoutFileRefusal::MessageUnknown:
      return "MESSAGE_UNKNOWN";
  }
  std::unreachable();
}

std::string sentence(PayoutFileRefusal refusal, const PayoutFileRequest& request) {
  switch (refusal) {
    case PayoutFileRefusal::BookMissing:
      return "the database has no book yet";
    case PayoutFileRefusal::DebtorMissing:
      return "the catalog doesn't say whose account payouts come from: [payout] needs debtor_name, "
             "debtor_account and debtor_bank_code";
    case PayoutFileRefusal::MessageUnknown:
      return fmt::format("no payout file has the message id \"{}\"", request.message_id);
  }
  std::unreachable();
}

std::string_view sentence(store::PayoutHold hold) {
  switch (hold) {
    case store::PayoutHold::None:
      return "";
    case store::PayoutHold::NoAccount:
      return "the merchant has no payout account";
    case store::PayoutHold::Cooling:
      return "the payout account changed less than 24 hours ago";
  }
  std::unreachable();
}

struct PayoutFile::Impl {
  store::Session& session;
  store::Transaction transaction;
  PayoutFileHeader header = {};
  std::optional<store::PayoutLineCursor> cursor = {};
  std::unique_ptr<PayoutText> text = {};
  bool is_done = false;

  explicit Impl(store::Session& s) : session(s), transaction(s) {}

  void make(const PayoutDebtor& debtor, const PayoutFileRequest& request);
};

void PayoutFile::Impl::make(const PayoutDebtor& debtor, const PayoutFileRequest& request) {
  store::lock_payout_files(session);
  const auto last = store::find_last_payout_file(session, request.pay_on);
  const int number = last ? last->number + 1 : 1;
  const auto day = base::ymd(request.pay_on);
  store::PayoutFileRow file{
      .message_id = fmt::format("FENQI-{:04}{:02}{:02}-{}", int(day.year()), unsigned(day.month()),
                                unsigned(day.day()), number),
      .pay_on = request.pay_on,
      .number = number,
      .made_at = std::chrono::floor<std::chrono::seconds>(request.now),
      .debtor_name = debtor.name,
      .debtor_account = debtor.account,
      .debtor_bank_code = debtor.bank_code};
  header.is_new = store::insert_payout_file(session, file, request.now - kAccountCooling) > 0;
  if (header.is_new) {
    header.file = std::move(file);
  } else if (last) {
    header.file = *last;
  }
}

PayoutFile::PayoutFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PayoutFile::~PayoutFile() = default;

const PayoutFileHeader& PayoutFile::header() const { return impl_->header; }

base::Result<std::unique_ptr<PayoutFile>, PayoutFileRefusal> PayoutFile::open(
    store::Session& session, const Catalog& catalog, const PayoutFileRequest& request) {
  if (!store::find_book_dates(session)) return std::unexpected(PayoutFileRefusal::BookMissing);
  PayoutFileHeader header;
  header.zone = catalog.zone;
  if (!request.message_id.empty()) {
    const auto found = store::find_payout_file(session, request.message_id);
    if (!found) return std::unexpected(PayoutFileRefusal::MessageUnknown);
    header.file = *found;
  } else {
    if (!catalog.payout_debtor) return std::unexpected(PayoutFileRefusal::DebtorMissing);
    // What is in the file is settled before a byte of it is written: a bank may have got it even if
    // this program dies now, and the same file can be written again.
    Impl making(session);
    making.make(*catalog.payout_debtor, request);
    making.transaction.commit();
    header.file = making.header.file;
    header.is_new = making.header.is_new;
  }
  auto impl = std::make_unique<Impl>(session);
  header.held =
      store::sum_held_payouts(session, header.is_empty() ? request.pay_on : header.file.pay_on,
                              request.now - kAccountCooling);
  if (!header.is_empty()) header.sums = store::sum_payout_file(session, header.file.message_id);
  impl->header = std::move(header);
  return std::unique_ptr<PayoutFile>(new PayoutFile(std::move(impl)));
}

bool PayoutFile::next(PayoutFileFormat format, std::string& out) {
  Impl& impl = *impl_;
  if (impl.is_done || impl.header.is_empty()) return false;
  if (!impl.cursor) {
    impl.cursor.emplace(impl.session, impl.header.file.message_id);
    impl.text = make_payout_text(format, impl.header);
    impl.text->begin(out);
  }
  const auto lines = impl.cursor->next();
  for (const store::PayoutFileLine& line : lines) impl.text->line(out, line);
  if (lines.empty()) {
    impl.text->end(out);
    impl.is_done = true;
  }
  return true;
}

}  // namespace engine
