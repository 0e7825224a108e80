// A ledger and bills made by hand, row by row, for a channel of a book: what is in them does not
// depend on what reads bills or posts events.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "engine/reconcile_run.h"
#include "sql/store/bill_store.h"
#include "tests/engine/book_fixture.h"

namespace tests {

struct OurRow {
  std::string ref = {};
  base::Day day = {};
  std::int64_t amount = 0;  ///< of a refund below 0
  bool is_refund = false;
  bool is_paid = true;
};

struct TheirRow {
  std::string ref = {};
  std::string txn = {};
  base::Day day = {};
  std::int64_t amount = 0;
  bool is_refund = false;
  std::int64_t fee_e5 = 0;
  std::string currency = "CNY";
};

/// What a break is recognized by, whatever ids it has.
struct Seen {
  std::string key = {};
  std::string type = {};
  std::string state = {};
  std::int64_t difference = 0;
  std::string why = {};

  auto operator<=>(const Seen&) const = default;
};

class RawBook {
 public:
  void add_ours(base::PartyId channel, const std::vector<OurRow>& rows) {
    store::Transaction transaction(owner_);
    for (const OurRow& row : rows) {
      const std::int64_t event = ++last_id_;
      const auto at = book_.noon(row.day);
      if (row.is_refund) {
        store::query(
            owner_, R"(
          INSERT INTO refund (party_id, event_id, refund_ref, plan_id, currency, amount_minor,
            principal_minor, cash_minor, refunded_at, business_date, value_date)
          VALUES (1, $1, $2, 1, 'CNY', $3, 0, $3, $4, $5, $5))",
            store::Params().int8(event).text(row.ref).int8(-row.amount).instant(at).day(row.day));
        store::query(
            owner_, R"(
          INSERT INTO refund_payout VALUES (1, $1 + 100000000, $1, $2, 'CNY', $3, $4))",
            store::Params().int8(event).int8(channel.value).int8(-row.amount).day(row.day));
        continue;
      }
      store::query(owner_, R"(
        INSERT INTO repayment VALUES (1, $1, $2, $3, 'CNY', $4, $5, $6, $6))",
                   store::Params()
                       .int8(event)
                       .text(row.ref)
                       .int8(channel.value)
                       .int8(row.amount)
                       .instant(at)
                       .day(row.day));
      if (row.is_paid) continue;
      store::query(owner_, R"(
        INSERT INTO life_event (party_id, event_id, event_ref, kind, currency, happened_at,
          business_date, value_date, subject_event)
        VALUES (1, $1 + 100000000, $2, 'chargeback', 'CNY', $3, $4, $4, $1))",
                   store::Params().int8(event).text(row.ref).instant(at).day(row.day));
    }
    transaction.commit();
  }

  /// A trade bill of that date.
  void add_bill(base::PartyId channel, base::Day day, const std::vector<TheirRow>& rows,
                const std::string& name) {
    store::Transaction transaction(owner_);
    store::BillFileRow file{.id = store::next_bill_file_id(owner_),
                            .party = channel,
                            .kind = 1,
                            .format = "csv",
                            .merchant_no = name,
                            .day = day,
                            .currency = cny(),
                            .file_name = name,
                            .sha256 = std::string(32, static_cast<char>(++last_id_ % 128)),
                            .rows = static_cast<std::int64_t>(rows.size())};
    store::BillRowCopy copy(owner_, file.id);
    for (const TheirRow& row : rows) {
      (row.amount > 0 ? file.in : file.out) += row.amount;
      copy.add({.type = static_cast<std::int16_t>(row.is_refund ? 2 : 1),
                .day = row.day,
                .at = book_.noon(row.day),
                .channel_txn = row.is_refund ? "" : std::string_view(row.txn),
                .our_ref = row.is_refund ? "" : std::string_view(row.ref),
                .refund_txn = row.is_refund ? std::string_view(row.txn) : "",
                .our_refund_ref = row.is_refund ? std::string_view(row.ref) : "",
                .status = "SUCCESS",
                .business = "JSAPI",
                .payer = "",
                .currency = base::Currency::find(row.currency).value(),
                .amount = row.amount,
                .fee_e5 = row.fee_e5});
    }
    copy.finish();
    store::insert_bill_file(owner_, file);
    transaction.commit();
  }

  /// Channels with an even number are compared by two connections: the answer is the same.
  store::Comparison comparison(base::PartyId channel, base::Day as_of) const {
    const bool is_even = channel.value % 2 == 0;
    return {.channel = channel,
            .from = base::plus_days(as_of, -29),
            .to = as_of,
            .fee_e8 = 300'000,
            .workers = is_even ? 1 : 0,
            .conninfo = is_even ? book_.database.conninfo() : ""};
  }

  /// Runs, and counts what happened: "opened MISSING_BILL" 3.
  std::map<std::string, int> run(base::PartyId channel, base::Day as_of, bool is_dry_run = false) {
    std::map<std::string, int> counts;
    const auto found = engine::run_reconciliation(
        app_, comparison(channel, as_of), is_dry_run,
        [&](const store::BreakChange& c) { ++counts[c.happened + " " + c.type]; });
    if (!found) ++counts[found.error().code];
    return counts;
  }

  std::vector<Seen> breaks(base::PartyId channel) {
    const store::Rows rows = store::query(app_, R"(
      SELECT key_ref, type, state, difference, why FROM reconcile_break
      WHERE channel_id = $1 ORDER BY key_ref COLLATE "C", type)",
                                          store::Params().int8(channel.value));
    std::vector<Seen> list;
    for (int i = 0; i < rows.size(); ++i) {
      list.push_back({std::string(rows.text(i, 0)), std::string(rows.text(i, 1)),
                      std::string(rows.text(i, 2)), rows.int8(i, 3), std::string(rows.text(i, 4))});
    }
    return list;
  }

  std::vector<std::string> history(base::PartyId channel) {
    const store::Rows rows = store::query(app_, R"(
      SELECT format('%s %s: %s', b.key_ref, h.happened, h.detail)
      FROM reconcile_history h JOIN reconcile_break b USING (break_id)
      WHERE b.channel_id = $1 ORDER BY h.history_id)",
                                          store::Params().int8(channel.value));
    std::vector<std::string> lines;
    for (int i = 0; i < rows.size(); ++i) lines.emplace_back(rows.text(i, 0));
    return lines;
  }

  BookFixture book_;
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
  store::Session app_{book_.database.conninfo()};

 private:
  std::int64_t last_id_ = 1'000;
};

}  // namespace tests
