#include "sql/store/bill_store.h"

namespace store {
namespace {

/// Advisory locks of bills have a number of their own, beside a hash of the party.
constexpr std::int32_t kBillLock = 1019;

#define FENQI_BILL_COLUMNS                                                               \
  "file_id, party_id, kind, format, variant, merchant_no, bill_date, currency, state, "  \
  "file_name, sha256, byte_count, row_count, in_count, in_minor, out_count, out_minor, " \
  "fee_e5, opening_minor, closing_minor"

BillFileRow read_file(const Rows& rows, int i) {
  BillFileRow row{.id = rows.int8(i, 0),
                  .party = {rows.int8(i, 1)},
                  .kind = rows.int2(i, 2),
                  .format = std::string(rows.text(i, 3)),
                  .variant = std::string(rows.text(i, 4)),
                  .merchant_no = std::string(rows.text(i, 5)),
                  .day = rows.day(i, 6)};
  if (!rows.is_null(i, 7)) row.currency = base::Currency::find(rows.text(i, 7));
  row.state = static_cast<BillState>(rows.int2(i, 8));
  row.file_name = rows.text(i, 9);
  row.sha256 = rows.text(i, 10);
  row.bytes = rows.int8(i, 11);
  row.rows = rows.int8(i, 12);
  row.in_count = rows.int8(i, 13);
  row.in = rows.int8(i, 14);
  row.out_count = rows.int8(i, 15);
  row.out = rows.int8(i, 16);
  row.fee_e5 = rows.int8(i, 17);
  row.opening = rows.int8_or_null(i, 18);
  row.closing = rows.int8_or_null(i, 19);
  return row;
}

std::vector<BillFileRow> read_files(const Rows& rows) {
  std::vector<BillFileRow> files;
  for (int i = 0; i < rows.size(); ++i) files.push_back(read_file(rows, i));
  return files;
}

std::optional<BillFileRow> read_one(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_file(rows, 0);
}

Params file_params(const BillFileRow& row) {
  const auto optional = [](Params& params, std::optional<std::int64_t> value) {
    value ? params.int8(*value) : params.null();
  };
  Params params;
  params.int8(row.id).int8(row.party.value).int2(row.kind).text(row.format).text(row.variant);
  params.text(row.merchant_no).day(row.day);
  row.currency ? params.text(row.currency->code()) : params.null();
  params.int2(static_cast<std::int16_t>(row.state)).text(row.file_name).bytes(row.sha256);
  params.int8(row.bytes).int8(row.rows).int8(row.in_count).int8(row.in).int8(row.out_count);
  params.int8(row.out).int8(row.fee_e5);
  optional(params, row.opening);
  optional(params, row.closing);
  return params;
}

constexpr const char* kInsert =
    "INSERT INTO bill_file (" FENQI_BILL_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19, $20)";

}  // namespace

void lock_bills(Session& session, base::PartyId party) {
  query(session, "SELECT pg_advisory_xact_lock($1, hashint8($2))",
        Params().int4(kBillLock).int8(party.value));
}

std::int64_t next_bill_file_id(Session& session) {
  return query(session, "SELECT nextval('bill_file_id')").int8(0, 0);
}

std::vector<BillFileRow> find_bill_files(Session& session, base::PartyId party, std::int16_t kind,
                                         const std::string& merchant_no, base::Day day) {
  return read_files(query(
      session,
      "SELECT " FENQI_BILL_COLUMNS
      " FROM bill_file WHERE party_id = $1 AND kind = $2 AND merchant_no = $3 AND bill_date = $4 "
      "AND state = 1 ORDER BY file_id",
      Params().int8(party.value).int2(kind).text(merchant_no).day(day)));
}

std::optional<std::string> find_bill_merchant(Session& session, base::PartyId party,
                                              std::int16_t kind) {
  const Rows rows = query(session, R"(
    SELECT merchant_no FROM bill_file
    WHERE party_id = $1 AND kind = $2 AND state = 1 AND merchant_no <> ''
    ORDER BY file_id DESC LIMIT 1)",
                          Params().int8(party.value).int2(kind));
  if (rows.empty()) return std::nullopt;
  return std::string(rows.text(0, 0));
}

std::optional<BillFileRow> find_statement_before(Session& session, base::PartyId bank,
                                                 const std::string& account, base::Day day) {
  return read_one(query(session,
                        "SELECT " FENQI_BILL_COLUMNS
                        " FROM bill_file WHERE party_id = $1 AND kind = 3 AND merchant_no = $2 AND "
                        "bill_date < $3 AND state = 1 ORDER BY bill_date DESC LIMIT 1",
                        Params().int8(bank.value).text(account).day(day)));
}

std::optional<BillFileRow> find_statement_after(Session& session, base::PartyId bank,
                                                const std::string& account, base::Day day) {
  return read_one(query(session,
                        "SELECT " FENQI_BILL_COLUMNS
                        " FROM bill_file WHERE party_id = $1 AND kind = 3 AND merchant_no = $2 AND "
                        "bill_date > $3 AND state = 1 ORDER BY bill_date LIMIT 1",
                        Params().int8(bank.value).text(account).day(day)));
}

std::vector<BillFileRow> list_bill_files(Session& session, base::PartyId party, base::Day from,
                                         base::Day to) {
  return read_files(query(session,
                          "SELECT " FENQI_BILL_COLUMNS
                          " FROM bill_file WHERE party_id = $1 AND bill_date BETWEEN $2 AND $3 "
                          "ORDER BY bill_date, kind, variant, file_id",
                          Params().int8(party.value).day(from).day(to)));
}

void insert_bill_file(Session& session, const BillFileRow& row) {
  query(session, kInsert, file_params(row));
}

bool tell_changed_bill(Session& session, const BillFileRow& row) {
  const std::string statement = std::string(kInsert) + " ON CONFLICT DO NOTHING";
  return query(session, statement.c_str(), file_params(row)).affected() == 1;
}

BillRowCopy::BillRowCopy(Session& session, std::int64_t file_id)
    : copy_(session, R"(
        COPY bill_row (file_id, row_no, line, type, bill_date, happened_at, channel_txn, our_ref,
                       refund_txn, our_refund_ref, status, business, payer, currency,
                       amount_minor, fee_e5, balance_minor)
        FROM STDIN (FORMAT binary))"),
      file_id_(file_id) {}

void BillRowCopy::add(const Row& row) {
  copy_.row(17)
      .int8(file_id_)
      .int8(++number_)
      .int8(row.line)
      .int2(row.type)
      .day(row.day)
      .instant(row.at)
      .text(row.channel_txn)
      .text(row.our_ref)
      .text(row.refund_txn)
      .text(row.our_refund_ref)
      .text(row.status)
      .text(row.business)
      .text(row.payer)
      .text(row.currency.code())
      .int8(row.amount)
      .int8(row.fee_e5)
      .int8_or_null(row.balance);
}

BankLineCopy::BankLineCopy(Session& session, std::int64_t file_id)
    : copy_(session, R"(
        COPY bank_line (file_id, row_no, line, booked_on, value_on, currency, amount_minor,
                        balance_minor, bank_ref, our_ref, counterparty, remark)
        FROM STDIN (FORMAT binary))"),
      file_id_(file_id) {}

void BankLineCopy::add(const Row& row) {
  copy_.row(12)
      .int8(file_id_)
      .int8(++number_)
      .int8(row.line)
      .day(row.booked_on)
      .day(row.value_on)
      .text(row.currency.code())
      .int8(row.amount)
      .int8_or_null(row.balance)
      .text(row.bank_ref)
      .text(row.our_ref)
      .text(row.counterparty)
      .text(row.remark);
}

}  // namespace store
