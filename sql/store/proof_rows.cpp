#include "sql/store/proof_rows.h"

#include <fmt/format.h>

#include <array>
#include <tuple>

#include "sql/store/seal_store.h"
#include "sql/store/verify_pass.h"

namespace store {
namespace {

/// For statements that read whole tables: these are hashed, nothing is looked up row by row, and
/// the other processors are for the other passes.
CopyOut copy_whole(Session& session, const std::string& select) {
  session.execute(
      "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; "
      "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '256MB'");
  return CopyOut(session, select);
}

/// `condition` chooses the journals j; `of_share` is the WHERE of the relations with the rows that
/// those journals can refer to.
std::string journals_statement(std::string_view condition, std::string_view of_share) {
  return fmt::format(R"(
    SELECT j.party_id, j.journal_id, j.rule, j.plan_id, j.currency, j.business_date, j.value_date, j.source_ref, j.reverses, j.debit_account, j.credit_account, j.amount_minor,
           p.currency, p.purchase_ref, w.kind, w.ref
    FROM (SELECT * FROM journal j WHERE {0}) j
      LEFT JOIN (SELECT party_id, plan_id, currency, purchase_ref FROM plan {1}) p
        ON p.party_id = j.party_id AND p.plan_id = j.plan_id
      LEFT JOIN (SELECT party_id, kind, ref FROM party {1}) w ON w.party_id = j.party_id)",
                     condition, of_share);
}

/// A date has few of the rows that its journals refer to: they are looked up, not read along.
CopyOut copy_day(Session& session, base::Day day) {
  session.execute(
      "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; "
      "SET LOCAL enable_mergejoin = off; SET LOCAL max_parallel_workers_per_gather = 0; "
      "SET LOCAL enable_memoize = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'");
  return CopyOut(session,
                 journals_statement(fmt::format("business_date = '{}'", base::to_string(day)), "") +
                     R"( ORDER BY (octet_length(w.kind::text) || ':' || w.kind || ','
                         || octet_length(w.ref) || ':' || w.ref) COLLATE "C")");
}

/// By the lowest bits, which two's complement has for numbers below 0 too. The planner takes an
/// equation for rare: it hashes what has one.
std::string in_share(Share share) {
  return fmt::format("(party_id & {}) = {}", share.count - 1, share.index);
}
/// The same, but less rare in the eyes of the planner: it reads along what has this.
std::string many_in_share(Share share) {
  return fmt::format("((party_id # {}) & {}) < 1", share.index, share.count - 1);
}

/// By the pages of a table; the last share has what is added meanwhile, too.
std::string pages_in_share(Session& session, const char* table, Share share) {
  const std::int64_t pages =
      query(session,
            fmt::format("SELECT pg_relation_size('{}') / current_setting('block_size')::bigint",
                        table)
                .c_str())
          .int8(0, 0);
  const auto page = [&](int index) { return pages * index / share.count; };
  std::string condition = fmt::format("p.ctid >= '({},0)'", page(share.index));
  if (share.index + 1 < share.count) {
    condition += fmt::format(" AND p.ctid < '({},0)'", page(share.index + 1));
  }
  return condition;
}

/// A date of a book, or one beside its bounds: of other ages, or infinite.
base::Day date_at(const CopiedRows& rows, int row, int column) {
  return rows.day_within(row, column, base::plus_days(kFirstDay, -1), base::plus_days(kLastDay, 1));
}
bool is_of_a_book(base::Day day) { return day >= kFirstDay && day <= kLastDay; }

/// The sum of a list of amounts; nothing if it is no list or does not fit.
std::optional<std::int64_t> sum_of(const CopiedRows& rows, int row, int column,
                                   std::vector<std::int64_t>& list) {
  if (!rows.try_int8s(row, column, list)) return std::nullopt;
  std::int64_t sum = 0;
  for (const std::int64_t value : list) {
    if (__builtin_add_overflow(sum, value, &sum)) return std::nullopt;
  }
  return sum;
}

/// False if a list is none.
bool read_transfers(const CopiedRows& rows, int row,
                    std::array<std::vector<std::int64_t>, 3>& lists,
                    std::vector<ProofTransfer>& transfers) {
  for (int i = 0; i < 3; ++i) {
    if (!rows.try_int8s(row, 9 + i, lists[static_cast<std::size_t>(i)])) return false;
  }
  const auto& [debits, credits, amounts] = lists;
  if (debits.size() != amounts.size() || credits.size() != amounts.size()) return false;
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    transfers.push_back(
        {static_cast<std::int32_t>(debits[i]), static_cast<std::int32_t>(credits[i]), amounts[i]});
  }
  return true;
}

}  // namespace

ProofJournals::ProofJournals(Session& session, Share share)
    : rows_(copy_whole(session,
                       journals_statement(many_in_share(share), "WHERE " + in_share(share)))) {}

ProofJournals::ProofJournals(Session& session, base::Day day) : rows_(copy_day(session, day)) {}

std::span<const ProofJournal> ProofJournals::next() { return read(piece_, rows_.next()); }

std::span<const ProofJournal> ProofJournals::find_originals(
    Session& session, std::span<const ProofJournal> reversals) {
  std::string keys;
  for (const ProofJournal& reversal : reversals) {
    if (!reversal.reverses) continue;
    keys += fmt::format("{}({}::bigint, {}::bigint)", keys.empty() ? "" : ", ", reversal.party,
                        *reversal.reverses);
  }
  if (keys.empty()) return {};
  originals_rows_.emplace(
      session,
      journals_statement(fmt::format("(j.party_id, j.journal_id) IN (VALUES {})", keys), ""),
      reversals.size() + 2);  // and the end of the data: the session is free afterwards
  return read(originals_, originals_rows_->next());
}

std::span<const ProofJournal> ProofJournals::read(Piece& piece, const CopiedRows& rows) {
  piece.journals.clear();
  piece.transfers.clear();
  std::vector<std::size_t> ends;
  for (int i = 0; i < rows.size(); ++i) {
    const bool has_lists = read_transfers(rows, i, lists_, piece.transfers);
    ends.push_back(piece.transfers.size());
    piece.journals.push_back(
        {.party = rows.int8(i, 0),
         .journal = rows.int8(i, 1),
         .rule = rows.int2(i, 2),
         .plan = rows.int8_or_null(i, 3),
         .currency = rows.text(i, 4),
         .business_date = date_at(rows, i, 5),
         .value_date = date_at(rows, i, 6),
         .source_ref = rows.text_or_null(i, 7),
         .reverses = rows.int8_or_null(i, 8),
         .plan_currency = rows.text_or_null(i, 12),
         .purchase_ref = rows.text_or_null(i, 13),
         .party_kind = rows.is_null(i, 14) ? std::nullopt : std::optional(rows.int2(i, 14)),
         .party_ref = rows.text_or_null(i, 15),
         .is_whole =
             has_lists && is_of_a_book(date_at(rows, i, 5)) && is_of_a_book(date_at(rows, i, 6))});
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    piece.journals[i].transfers = std::span(piece.transfers).subspan(begin, ends[i] - begin);
    begin = ends[i];
  }
  return piece.journals;
}

std::vector<ProofAccount> find_accounts(Session& session, std::span<const std::int32_t> accounts) {
  const Rows rows = query(session, R"(
      SELECT a.account_id, a.code, a.owner_id, o.ref, a.tag, a.currency
      FROM account a LEFT JOIN party o ON o.party_id = a.owner_id
      WHERE a.account_id = ANY ($1))",
                          Params().int4s(accounts));
  std::vector<ProofAccount> found;
  for (int i = 0; i < rows.size(); ++i) {
    found.push_back({.account = rows.int4(i, 0),
                     .code = rows.int4(i, 1),
                     .owner = rows.int8_or_null(i, 2),
                     .owner_ref = rows.is_null(i, 3) ? std::nullopt
                                                     : std::optional<std::string>(rows.text(i, 3)),
                     .tag = std::string(rows.text(i, 4)),
                     .currency = std::string(rows.text(i, 5))});
  }
  return found;
}

// An amount of 0 is sent as NULL: that takes the server a quarter of the time, and most are 0.
ProofPlans::ProofPlans(Session& session, Share share)
    : rows_(copy_whole(session, fmt::format(R"(
        SELECT p.party_id, plan_id, p.currency, product, status, ecl_stage, subsidy_payer,
               sponsor_id, recognize_on, p.outstanding_minor, financed_minor,
               nullif(refunded_minor, 0), nullif(charged_off_minor, 0), nullif(fee_minor, 0),
               nullif(fee_recognized_minor, 0), nullif(subsidy_minor, 0),
               nullif(subsidy_recognized_minor, 0), nullif(interest_recognized_minor, 0),
               nullif(late_fee_minor, 0), nullif(late_fee_paid_minor, 0), nullif(claim_minor, 0),
               nullif(allowance_minor, 0), principal, fee, paid_principal, paid_fee, paid_interest,
               c.party_id IS NOT NULL
        FROM plan p
          LEFT JOIN credit_account c ON c.party_id = p.party_id AND c.currency = p.currency
        WHERE {})",
                                            pages_in_share(session, "plan", share)))) {}

std::span<const ProofPlan> ProofPlans::next() {
  const CopiedRows& rows = rows_.next();
  plans_.clear();
  for (int i = 0; i < rows.size(); ++i) {
    const auto sum = [&](int column) { return sum_of(rows, i, column, list_); };
    const auto amount = [&](int row, int column) { return rows.int8_or(row, column, 0); };
    const auto due_principal = sum(22), due_fee = sum(23), paid_principal = sum(24),
               paid_fee = sum(25), paid_interest = sum(26);
    plans_.push_back(
        {.party = rows.int8(i, 0),
         .plan = rows.int8(i, 1),
         .currency = rows.text(i, 2),
         .product = rows.text(i, 3),
         .status = rows.int2(i, 4),
         .ecl_stage = rows.int2(i, 5),
         .subsidy_payer = rows.int2(i, 6),
         .sponsor = rows.int8_or_null(i, 7),
         .recognize_on = rows.is_null(i, 8) ? base::plus_days(kFirstDay, -1) : date_at(rows, i, 8),
         .outstanding = rows.int8(i, 9),
         .financed = rows.int8(i, 10),
         .refunded = amount(i, 11),
         .charged_off = amount(i, 12),
         .fee = amount(i, 13),
         .fee_recognized = amount(i, 14),
         .subsidy = amount(i, 15),
         .subsidy_recognized = amount(i, 16),
         .interest_recognized = amount(i, 17),
         .late_fee = amount(i, 18),
         .late_fee_paid = amount(i, 19),
         .claim = amount(i, 20),
         .allowance = amount(i, 21),
         .due_principal = due_principal.value_or(0),
         .due_fee = due_fee.value_or(0),
         .paid_principal = paid_principal.value_or(0),
         .paid_fee = paid_fee.value_or(0),
         .paid_interest = paid_interest.value_or(0),
         .has_account = rows.boolean(i, 27),
         .is_whole = due_principal && due_fee && paid_principal && paid_fee && paid_interest});
  }
  return plans_;
}

ProofAllocations::ProofAllocations(Session& session)
    : rows_(copy_whole(session, R"(
        SELECT party_id, event_id, plan_id, kind, currency, penalty_minor, credit_minor, principal,
               fee, interest
        FROM allocation)")) {}

std::span<const ProofAllocation> ProofAllocations::next() {
  const CopiedRows& rows = rows_.next();
  allocations_.clear();
  for (int i = 0; i < rows.size(); ++i) {
    const auto principal = sum_of(rows, i, 7, list_), fee = sum_of(rows, i, 8, list_),
               interest = sum_of(rows, i, 9, list_);
    allocations_.push_back({.party = rows.int8(i, 0),
                            .event = rows.int8(i, 1),
                            .plan = rows.int8(i, 2),
                            .kind = rows.int2(i, 3),
                            .currency = rows.text(i, 4),
                            .penalty = rows.int8(i, 5),
                            .credit = rows.int8(i, 6),
                            .principal = principal.value_or(0),
                            .fee = fee.value_or(0),
                            .interest = interest.value_or(0),
                            .is_whole = principal && fee && interest});
  }
  return allocations_;
}

namespace {

const char* amounts_statement(AmountTable table) {
  switch (table) {
    case AmountTable::Events:
      return "SELECT party_id, event_id, currency, amount_minor, 0::bigint, 0::bigint "
             "FROM repayment "
             "UNION ALL SELECT party_id, event_id, currency, principal_minor, 0, 0 FROM refund";
    case AmountTable::CreditAccounts:
      return "SELECT party_id, 0::bigint, currency, outstanding_minor, credit_balance_minor, "
             "held_minor FROM credit_account";
    case AmountTable::Holds:
      return "SELECT party_id, 0::bigint, currency, amount_minor, 0::bigint, 0::bigint "
             "FROM hold WHERE status = 1";
    case AmountTable::TakenOver:
      return "SELECT party_id, plan_id, currency, fee_recognized_minor, 0::bigint, 0::bigint "
             "FROM takeover_plan";
    case AmountTable::AccountDays:
      return "SELECT account_id::bigint, (business_date - '1970-01-01'::date)::bigint, ''::text, "
             "debit_minor, credit_minor, 0::bigint FROM account_day "
             "WHERE business_date <= (SELECT closed_through FROM book)";
  }
  return "";
}

}  // namespace

ProofAmountRows::ProofAmountRows(Session& session, AmountTable table)
    : rows_(copy_whole(session, amounts_statement(table))) {}

std::span<const ProofAmounts> ProofAmountRows::next() {
  const CopiedRows& rows = rows_.next();
  amounts_.clear();
  for (int i = 0; i < rows.size(); ++i) {
    amounts_.push_back({.key = rows.int8(i, 0),
                        .key2 = rows.int8(i, 1),
                        .currency = rows.text(i, 2),
                        .amounts = {rows.int8(i, 3), rows.int8(i, 4), rows.int8(i, 5)}});
  }
  return amounts_;
}

std::int64_t count_orphans(Session& session) {
  return query(session, R"(
      SELECT (SELECT count(*) FROM hold h
              WHERE NOT EXISTS (SELECT FROM credit_account c
                                WHERE c.party_id = h.party_id AND c.currency = h.currency))
           + (SELECT count(*) FROM allocation a
              WHERE a.plan_id <> 0
                AND NOT EXISTS (SELECT FROM plan p
                                WHERE p.party_id = a.party_id AND p.plan_id = a.plan_id))
           + (SELECT count(*) FROM allocation a
              WHERE a.kind IN (1, 3)
                AND NOT EXISTS (SELECT FROM repayment r
                                WHERE r.party_id = a.party_id AND r.event_id = a.event_id
                                  AND r.currency = a.currency)
                AND NOT EXISTS (SELECT FROM refund r
                                WHERE r.party_id = a.party_id AND r.event_id = a.event_id
                                  AND r.currency = a.currency)))")
      .int8(0, 0);
}

Session connect_beside(Session& session) {
  std::string conninfo;
  PQconninfoOption* const options = PQconninfo(session.pg());
  for (const PQconninfoOption* option = options; option != nullptr && option->keyword != nullptr;
       ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    std::string value;
    for (const char c : std::string_view(option->val)) {
      if (c == '\'' || c == '\\') value += '\\';
      value += c;
    }
    conninfo += fmt::format("{}='{}' ", option->keyword, value);
  }
  PQconninfoFree(options);
  return Session(conninfo);
}

void copy_vouchers(Session& session, std::span<const VoucherRow> rows) {
  if (rows.empty()) return;
  CopyIn copy(session,
              "COPY voucher (business_date, number, party_id, journal_id, leaf) "
              "FROM STDIN (FORMAT binary)");
  for (const VoucherRow& row : rows) {
    copy.row(5)
        .day(row.business_date)
        .int4(row.number)
        .int8(row.party)
        .int8(row.journal)
        .text(base::bytes_of(row.leaf));
  }
  copy.finish();
}

VoucherRows::VoucherRows(Session& session, const DayRange& range)
    : rows_(copy_whole(session,
                       fmt::format("SELECT business_date, number, party_id, journal_id, leaf "
                                   "FROM voucher WHERE business_date BETWEEN '{}' AND '{}' "
                                   "ORDER BY business_date, number",
                                   base::to_string(range.from.value_or(kFirstDay)),
                                   base::to_string(range.to.value_or(kLastDay))))) {}

std::span<const VoucherRow> VoucherRows::next() {
  const CopiedRows& rows = rows_.next();
  vouchers_.clear();
  for (int i = 0; i < rows.size(); ++i) {
    vouchers_.push_back({.business_date = date_at(rows, i, 0),
                         .number = rows.int4(i, 1),
                         .party = rows.int8(i, 2),
                         .journal = rows.int8(i, 3),
                         .leaf = read_hash(rows.text(i, 4))});
  }
  return vouchers_;
}

base::Day find_closed_through(Session& session) {
  return query(session, "SELECT closed_through FROM book").day(0, 0);
}

std::int64_t estimate_plans(Session& session) {
  return query(session,
               "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'plan'::regclass")
      .int8(0, 0);
}

}  // namespace store
