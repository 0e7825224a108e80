// The exports in CSV; docs/exports.md has the columns.
#include <fmt/format.h>

#include <unordered_map>

#include "base/check.h"
#include "engine/csv_export.h"
#include "engine/exports.h"
#include "ledger/chart.h"
#include "sql/store/seal_store.h"

namespace engine {
namespace {

constexpr std::string_view kInstallmentsHeader =
    "purchase_ref,customer,merchant,product,plan_status,installment,due,status,currency,principal,"
    "fee,interest,paid_principal,paid_fee,paid_interest,unpaid";
constexpr std::string_view kLimitChangesHeader =
    "business_date,customer,reason,action,currency,old_limit,new_limit,old_block,new_block,"
    "outstanding,dpd,purchase_refs";

class InstallmentsExport : public CsvExport {
 public:
  explicit InstallmentsExport(store::Session& session)
      : CsvExport(session, kInstallmentsHeader), plans_(session) {
    const auto book = store::find_book_dates(session);
    CHECK(book.has_value(), "the book has gone");
    closed_through_ = book->closed_through;
  }

  bool append_rows(std::string& out) override {
    const auto plans = plans_.next();
    for (const store::ReportedPlan& plan : plans) {
      for (std::size_t i = 0; i < plan.due.size(); ++i) append_installment(out, plan, i);
    }
    return !plans.empty();
  }

 private:
  void append_installment(std::string& out, const store::ReportedPlan& plan, std::size_t i) const {
    const std::int64_t unpaid = plan.principal[i] + plan.fee[i] + plan.interest[i] -
                                plan.paid_principal[i] - plan.paid_fee[i] - plan.paid_interest[i];
    const char* status = unpaid <= 0 ? "paid" : plan.due[i] < closed_through_ ? "overdue" : "open";
    CsvRecord record(out);
    record.text(plan.purchase_ref).text(plan.customer).text(plan.merchant).text(plan.product);
    record.ready(name(plan.status)).number(static_cast<std::int64_t>(i) + 1).day(plan.due[i]);
    record.ready(status).text(plan.currency.code());
    for (const auto* amounts : {&plan.principal, &plan.fee, &plan.interest, &plan.paid_principal,
                                &plan.paid_fee, &plan.paid_interest}) {
      record.amount((*amounts)[i], plan.currency);
    }
    record.amount(unpaid, plan.currency);
  }

  base::Day closed_through_;
  store::PlanCursor plans_;
};

class LimitChangesExport : public CsvExport {
 public:
  LimitChangesExport(store::Session& session, base::Day from, base::Day to)
      : CsvExport(session, kLimitChangesHeader), changes_(session, from, to) {}

  bool append_rows(std::string& out) override {
    const auto changes = changes_.next();
    for (const store::ReportedLimitChange& change : changes) {
      CsvRecord(out)
          .day(change.business_date)
          .text(change.customer)
          .text(change.reason)
          .ready(name(change.action))
          .text(change.currency.code())
          .amount(change.old_base, change.currency)
          .amount(change.new_base, change.currency)
          .ready(name(change.old_block))
          .ready(name(change.new_block))
          .amount(change.outstanding, change.currency)
          .number(change.dpd)
          .text(fmt::format("{}", fmt::join(change.purchase_refs, " ")));
    }
    return !changes.empty();
  }

 private:
  store::LimitChangeCursor changes_;
};

class SealsExport : public CsvExport {
 public:
  SealsExport(store::Session& session, base::Day from, base::Day to)
      : CsvExport(session, kSealsHeader), seals_(store::list_seals(session, from, to)) {}

  bool append_rows(std::string& out) override {
    for (const ledger::SignedSeal& sealed : seals_) {
      CsvRecord record(out);
      record.text(sealed.seal.book).day(sealed.seal.business_date).text(sealed.seal.format);
      record.number(static_cast<std::int64_t>(sealed.seal.journal_count));
      record.ready(base::to_hex(sealed.seal.content_hash));
      record.ready(base::to_hex(sealed.seal.previous_hash)).ready(base::to_hex(sealed.hash));
      record.ready(sealed.signature ? base::to_hex(sealed.signature->key) : "");
      record.ready(sealed.signature ? base::to_hex(sealed.signature->signature) : "");
    }
    return false;
  }

 private:
  std::vector<ledger::SignedSeal> seals_;  // one a day
};

}  // namespace

ExportResult export_installments(store::Session& session) {
  if (!store::find_book_dates(session)) {
    return refused(ReportRefusal::BookMissing, "the database has no book yet");
  }
  return std::make_unique<InstallmentsExport>(session);
}

ExportResult export_limit_changes(store::Session& session, std::optional<base::Day> from,
                                  std::optional<base::Day> to) {
  const auto book = store::find_book_dates(session);
  if (!book) return refused(ReportRefusal::BookMissing, "the database has no book yet");
  const base::Day first = from.value_or(book->opens_on);
  const base::Day last = to.value_or(std::max(book->open_date, first));
  const auto dates = in_order(first, last);
  if (!dates) return std::unexpected(dates.error());
  return std::make_unique<LimitChangesExport>(session, first, last);
}

ExportResult export_seals(store::Session& session, std::optional<base::Day> from,
                          std::optional<base::Day> to) {
  const auto last = closed_date(session, to);
  if (!last) return std::unexpected(last.error());
  const base::Day first = from.value_or(store::find_book_dates(session)->opens_on);
  const auto dates = in_order(first, *last);
  if (!dates) return std::unexpected(dates.error());
  return std::make_unique<SealsExport>(session, first, *last);
}

}  // namespace engine
