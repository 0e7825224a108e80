#include "engine/exports.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "base/check.h"
#include "base/wide.h"
#include "engine/report_text.h"
#include "ledger/chart.h"
#include "sql/store/seal_store.h"

namespace engine {
namespace {

constexpr std::string_view kTrialBalanceHeader =
    "as_of,account,name,owner,tag,currency,debit,credit,balance";
constexpr std::string_view kLinesHeader =
    "business_date,voucher,line,rule,value_date,account,name,owner,tag,party,purchase_ref,"
    "source_ref,currency,debit,credit";
constexpr std::string_view kInstallmentsHeader =
    "purchase_ref,customer,merchant,product,plan_status,installment,due,status,currency,principal,"
    "fee,interest,paid_principal,paid_fee,paid_interest,unpaid";
constexpr std::string_view kLimitChangesHeader =
    "business_date,customer,reason,action,currency,old_limit,new_limit,old_block,new_block,"
    "outstanding,dpd,purchase_refs";

std::unexpected<ReportRefused> refused(ReportRefusal refusal, std::string sentence) {
  return std::unexpected(ReportRefused{refusal, std::move(sentence)});
}

/// Joins fields into one record.
class CsvRecord {
 public:
  explicit CsvRecord(std::string& out) : out_(out) {}
  ~CsvRecord() { out_ += kCsvLineEnd; }
  CsvRecord(const CsvRecord&) = delete;
  CsvRecord& operator=(const CsvRecord&) = delete;

  CsvRecord& text(std::string_view field) {
    begin();
    append_csv(out_, field);
    return *this;
  }
  CsvRecord& ready(std::string_view fields) {  // one or several, escaped already
    begin();
    out_ += fields;
    return *this;
  }
  CsvRecord& day(base::Day day) { return ready(base::to_string(day)); }
  CsvRecord& number(std::int64_t number) { return ready(std::to_string(number)); }
  CsvRecord& amount(std::int64_t minor, base::Currency currency) {
    return ready(base::to_decimal(minor, currency.exponent()));
  }

 private:
  void begin() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  std::string& out_;
  bool first_ = true;
};

/// account, name, owner, tag: as the lines and the trial balance both say it.
std::string account_fields(const store::AccountName& account) {
  std::string out = std::to_string(static_cast<std::int32_t>(account.code));
  for (const std::string_view field :
       {ledger::entry(account.code).name, std::string_view(account.owner),
        std::string_view(account.tag)}) {
    out += ',';
    append_csv(out, field);
  }
  return out;
}

/// The header once, then what `rows` appends until it returns false.
class CsvExport : public Export {
 public:
  CsvExport(store::Session& session, std::string_view header)
      : transaction_(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), header_(header) {}

  bool next(std::string& out) final {
    if (done_) return false;
    if (!begun_) {
      out += header_;
      out += kCsvLineEnd;
    }
    begun_ = true;
    done_ = !append_rows(out);
    return true;
  }

 protected:
  /// Appends some records; false after the last.
  virtual bool append_rows(std::string& out) = 0;

 private:
  store::Transaction transaction_;
  std::string_view header_;
  bool begun_ = false;
  bool done_ = false;
};

class TrialBalanceExport : public CsvExport {
 public:
  TrialBalanceExport(store::Session& session, TrialBalance balance)
      : CsvExport(session, kTrialBalanceHeader), balance_(std::move(balance)) {}

  bool append_rows(std::string& out) override {
    for (const auto& [account, minor] : balance_.rows) {
      CsvRecord(out)
          .day(balance_.as_of)
          .ready(account_fields(account))
          .text(account.currency.code())
          .amount(std::max<std::int64_t>(minor, 0), account.currency)
          .amount(std::max<std::int64_t>(-minor, 0), account.currency)
          .amount(minor, account.currency);
    }
    return false;
  }

 private:
  TrialBalance balance_;
};

class LinesExport : public CsvExport {
 public:
  LinesExport(store::Session& session, base::Day from, base::Day to)
      : CsvExport(session, kLinesHeader), journals_(session, from, to) {
    for (const store::AccountName& account : store::list_accounts(session)) {
      accounts_.emplace(account.id, account_fields(account));
    }
  }

  bool append_rows(std::string& out) override {
    const auto journals = journals_.next();
    for (const store::ReportedJournal& journal : journals) {
      for (std::size_t i = 0; i < journal.amount_minor.size(); ++i) {
        const auto number = static_cast<std::int64_t>(2 * i);
        append_line(out, journal, number + 1, journal.debit_account[i], journal.amount_minor[i], 0);
        append_line(out, journal, number + 2, journal.credit_account[i], 0,
                    journal.amount_minor[i]);
      }
    }
    return !journals.empty();
  }

 private:
  void append_line(std::string& out, const store::ReportedJournal& journal, std::int64_t number,
                   std::int64_t account, std::int64_t debit, std::int64_t credit) const {
    CsvRecord(out)
        .day(journal.business_date)
        .number(journal.number)
        .number(number)
        .ready(ledger::name(journal.rule))
        .day(journal.value_date)
        .ready(accounts_.at(account))
        .text(journal.party)
        .text(journal.purchase_ref)
        .text(journal.source_ref)
        .text(journal.currency.code())
        .amount(debit, journal.currency)
        .amount(credit, journal.currency);
  }

  std::unordered_map<std::int64_t, std::string> accounts_;
  store::JournalCursor journals_;
};

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

std::string_view code(ReportRefusal refusal) {
  switch (refusal) {
    case ReportRefusal::BookMissing:
      return "BOOK_MISSING";
    case ReportRefusal::DateNotClosed:
      return "DATE_NOT_CLOSED";
    case ReportRefusal::DateBeforeBook:
      return "DATE_BEFORE_BOOK";
    case ReportRefusal::DatesReversed:
      return "DATES_REVERSED";
  }
  std::unreachable();
}

std::string_view name(store::PlanStatus status) {
  switch (status) {
    case store::PlanStatus::Active:
      return "active";
    case store::PlanStatus::Settled:
      return "settled";
    case store::PlanStatus::Refunded:
      return "refunded";
  }
  std::unreachable();
}

std::string_view name(store::LimitAction action) {
  switch (action) {
    case store::LimitAction::Block:
      return "block";
    case store::LimitAction::Cut:
      return "cut";
    case store::LimitAction::Close:
      return "close";
    case store::LimitAction::Unblock:
      return "unblock";
    case store::LimitAction::Restore:
      return "restore";
  }
  std::unreachable();
}

std::string_view name(store::Block block) {
  switch (block) {
    case store::Block::None:
      return "none";
    case store::Block::UntilPaid:
      return "until_paid";
    case store::Block::Closed:
      return "closed";
  }
  std::unreachable();
}

ReportResult<base::Day> closed_date(store::Session& session, std::optional<base::Day> asked) {
  const auto book = store::find_book_dates(session);
  if (!book) return refused(ReportRefusal::BookMissing, "the database has no book yet");
  if (book->closed_through < book->opens_on) {
    return refused(ReportRefusal::DateNotClosed,
                   fmt::format("no date of the book is closed yet; it opened on {}",
                               base::to_string(book->opens_on)));
  }
  if (!asked) return book->closed_through;
  if (*asked > book->closed_through) {
    return refused(ReportRefusal::DateNotClosed,
                   fmt::format("{} is not closed: the book is closed through {}",
                               base::to_string(*asked), base::to_string(book->closed_through)));
  }
  if (*asked < book->opens_on) {
    return refused(ReportRefusal::DateBeforeBook,
                   fmt::format("{} is before the book opened, on {}", base::to_string(*asked),
                               base::to_string(book->opens_on)));
  }
  return *asked;
}

ReportResult<TrialBalance> trial_balance(store::Session& session, std::optional<base::Day> as_of) {
  const auto day = closed_date(session, as_of);
  if (!day) return std::unexpected(day.error());
  TrialBalance balance{*day, store::list_balances(session, *day)};
  std::map<std::pair<base::Currency, bool>, base::int128> sums;
  for (const auto& [account, minor] : balance.rows) {
    sums[{account.currency, ledger::is_memo(account.code)}] += minor;
  }
  for (const auto& [key, sum] : sums) {
    CHECK(sum == 0, "debits exceed credits by {} minor units of {} on {}", base::narrow(sum),
          key.first.code(), base::to_string(*day));
  }
  return balance;
}

ExportResult export_trial_balance(store::Session& session, std::optional<base::Day> as_of) {
  auto balance = trial_balance(session, as_of);
  if (!balance) return std::unexpected(balance.error());
  return std::make_unique<TrialBalanceExport>(session, std::move(*balance));
}

ExportResult export_lines(store::Session& session, std::optional<base::Day> from,
                          std::optional<base::Day> to) {
  const auto last = closed_date(session, to);
  if (!last) return std::unexpected(last.error());
  const auto first = closed_date(session, from ? from : *last);
  if (!first) return std::unexpected(first.error());
  if (*first > *last) {
    return refused(ReportRefusal::DatesReversed,
                   fmt::format("the dates start on {}, after their end on {}",
                               base::to_string(*first), base::to_string(*last)));
  }
  return std::make_unique<LinesExport>(session, *first, *last);
}

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
  if (first > last) {
    return refused(ReportRefusal::DatesReversed,
                   fmt::format("the dates start on {}, after their end on {}",
                               base::to_string(first), base::to_string(last)));
  }
  return std::make_unique<LimitChangesExport>(session, first, last);
}

ExportResult export_seals(store::Session& session, std::optional<base::Day> from,
                          std::optional<base::Day> to) {
  const auto last = closed_date(session, to);
  if (!last) return std::unexpected(last.error());
  const base::Day first = from.value_or(store::find_book_dates(session)->opens_on);
  if (first > *last) {
    return refused(ReportRefusal::DatesReversed,
                   fmt::format("the dates start on {}, after their end on {}",
                               base::to_string(first), base::to_string(*last)));
  }
  return std::make_unique<SealsExport>(session, first, *last);
}

}  // namespace engine
