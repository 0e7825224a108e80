#include "engine/bill_import.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/wide.h"
#include "engine/bills/decimal.h"

namespace engine {
namespace {

/// Rows straight into COPY; none while nothing is to be kept.
class CopySink : public bills::RowSink {
 public:
  CopySink(store::Session& session, std::int64_t file_id) : session_(session), file_(file_id) {}

  void bill(const bills::BillRow& row) override {
    if (!rows_) rows_.emplace(session_, file_);
    rows_->add({.line = row.line,
                .type = static_cast<std::int16_t>(row.type),
                .day = row.day,
                .at = row.at,
                .channel_txn = row.channel_txn,
                .our_ref = row.our_ref,
                .refund_txn = row.refund_txn,
                .our_refund_ref = row.our_refund_ref,
                .status = row.status,
                .business = row.business,
                .payer = row.payer,
                .currency = row.currency,
                .amount = row.amount,
                .fee_e5 = row.fee_e5,
                .balance = row.balance});
  }
  void bank(const bills::BankLine& line) override {
    if (!lines_) lines_.emplace(session_, file_);
    lines_->add({.line = line.line,
                 .booked_on = line.booked_on,
                 .value_on = line.value_on,
                 .currency = line.currency,
                 .amount = line.amount,
                 .balance = line.balance,
                 .bank_ref = line.bank_ref,
                 .our_ref = line.our_ref,
                 .counterparty = line.counterparty,
                 .remark = line.remark});
  }
  void finish() {
    if (rows_) rows_->finish();
    if (lines_) lines_->finish();
  }

 private:
  store::Session& session_;
  std::int64_t file_;
  std::optional<store::BillRowCopy> rows_;
  std::optional<store::BankLineCopy> lines_;
};

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

store::BillFileRow file_row(const BillImport& import, const bills::Summary& s, std::int64_t id) {
  store::BillFileRow row{.id = id,
                         .party = import.party,
                         .kind = static_cast<std::int16_t>(s.kind),
                         .format = std::string(bills::name(s.format)),
                         .variant = s.variant,
                         .merchant_no = s.merchant_no,
                         .day = s.day.value(),
                         .currency = s.currency,
                         .state = store::BillState::Taken,
                         .file_name = import.file_name,
                         .sha256 = bytes_of(s.sha256),
                         .bytes = static_cast<std::int64_t>(s.bytes),
                         .rows = s.rows,
                         .in_count = s.in.count,
                         .in = base::narrow(s.in.amount),
                         .out_count = s.out.count,
                         .out = base::narrow(s.out.amount),
                         .fee_e5 = base::narrow(s.fee_e5)};
  if (!s.statements.empty()) {
    row.opening = s.statements.front().opening;
    row.closing = s.statements.back().closing;
  }
  return row;
}

/// What only the date, the books' own records and the other files can say about a file.
class FileCheck {
 public:
  FileCheck(store::Session& session, const BillImport& import, bills::Summary& summary)
      : session_(session), import_(import), summary_(summary) {}

  void run() {
    if (!summary_.day) {
      return add("DATE_UNKNOWN", "", "", "a file without rows does not say of which date it is");
    }
    if (*summary_.day > import_.today) {
      add("OTHER_DATE", "", base::to_string(*summary_.day), "this date is still to come");
    }
    if (summary_.kind == bills::Kind::Bank) return check_chain();
    check_merchant();
    const auto taken = files();
    for (const store::BillFileRow& file : taken) {
      if (file.variant != summary_.variant &&
          (file.variant == "ALL" || summary_.variant == "ALL")) {
        add("VARIANT_COVERED", "", summary_.variant,
            fmt::format("{} of this date has been taken ({}): its rows would count twice",
                        file.variant, file.file_name));
      }
    }
  }

  std::vector<store::BillFileRow> files() const {
    return store::find_bill_files(session_, import_.party, static_cast<std::int16_t>(summary_.kind),
                                  summary_.merchant_no, summary_.day.value());
  }

 private:
  void add(std::string code, std::string field, std::string value, std::string detail) {
    summary_.findings.add(
        {std::move(code), 0, std::move(field), std::move(value), std::move(detail)});
  }

  /// Nobody said whose bill it should be: then it is whose the last one of its kind was.
  void check_merchant() {
    if (!import_.read.expected.merchant_no.empty()) return;
    const auto before = store::find_bill_merchant(session_, import_.party,
                                                  static_cast<std::int16_t>(summary_.kind));
    if (!before || *before == summary_.merchant_no || summary_.rows == 0) return;
    add("OTHER_MERCHANT", "merchant", summary_.merchant_no,
        fmt::format(
            "the bills of this channel were those of {}; name the merchant to take another's",
            *before));
  }

  /// A statement begins where the one before it ended, and ends where the one after it began.
  void check_chain() {
    if (summary_.statements.empty() || import_.after_gap) return;
    const std::string& account = summary_.merchant_no;
    const auto& first = summary_.statements.front();
    const auto& last = summary_.statements.back();
    const int decimals = first.currency.exponent();
    const auto before =
        store::find_statement_before(session_, import_.party, account, *summary_.day);
    if (before && before->closing != first.opening) {
      add("BALANCE_BROKEN", "opening balance", base::to_decimal(first.opening, decimals),
          fmt::format("the statement of {} closed with {}: one between is missing, or one is wrong",
                      base::to_string(before->day),
                      base::to_decimal(before->closing.value_or(0), decimals)));
    }
    const auto after = store::find_statement_after(session_, import_.party, account, *summary_.day);
    if (after && after->opening != last.closing) {
      add("BALANCE_BROKEN", "closing balance", base::to_decimal(last.closing, decimals),
          fmt::format("the statement of {} opened with {}: one between is missing, or one is wrong",
                      base::to_string(after->day),
                      base::to_decimal(after->opening.value_or(0), decimals)));
    }
  }

  store::Session& session_;
  const BillImport& import_;
  bills::Summary& summary_;
};

}  // namespace

BillAnswer import_bill(store::Session& session, const BillImport& import) {
  auto bytes = bills::open_bytes(import.path);
  BillAnswer answer;
  std::optional<store::BillFileRow> changed;
  {
    store::Transaction transaction(session);
    store::lock_bills(session, import.party);
    const std::int64_t id = store::next_bill_file_id(session);
    CopySink sink(session, id);
    bills::RowSink nothing;
    answer.summary =
        bills::read_bill(std::move(bytes), import.read,
                         import.is_dry_run ? nothing : static_cast<bills::RowSink&>(sink));
    sink.finish();
    FileCheck check(session, import, answer.summary);
    if (answer.summary.is_sound()) check.run();
    if (!answer.summary.is_sound()) return answer;
    store::BillFileRow row = file_row(import, answer.summary, id);
    for (const store::BillFileRow& file : check.files()) {
      if (file.variant != row.variant) continue;
      answer.file_id = file.id;
      answer.before = file.file_name;
      answer.outcome = file.sha256 == row.sha256 ? BillOutcome::Same : BillOutcome::Changed;
      if (answer.outcome == BillOutcome::Same || import.is_dry_run) return answer;
      row.state = store::BillState::Changed;
      changed = row;
    }
    if (!changed) {
      answer.outcome = BillOutcome::Taken;
      answer.file_id = id;
      if (import.is_dry_run) return answer;
      store::insert_bill_file(session, row);
      transaction.commit();
      return answer;
    }
  }
  // Its rows are gone with the transaction; that it came is remembered.
  store::Transaction transaction(session);
  store::tell_changed_bill(session, *changed);
  transaction.commit();
  return answer;
}

}  // namespace engine
