#include "engine/input/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace input {
namespace {

constexpr std::size_t kRefBytesMax = 200;   // of the party and command tables
constexpr std::size_t kNoteBytesMax = 500;  // category, reason: kept for people only

/// Stops the reading of a row.
struct Stop {
  Reject reject;
};

/// Reads the columns of one record by their position in columns_of(kind).
class Fields {
 public:
  Fields(Columns& columns, const Record& record) : columns_(columns), record_(record) {}

  std::string_view raw(std::size_t column) { return columns_.value(column, record_); }

  [[noreturn]] void stop(std::size_t column, std::string code, std::string detail) {
    throw Stop{{record_.line, std::move(code),
                std::string(columns_of(columns_.kind())[column].name), cut(raw(column)),
                std::move(detail)}};
  }

  /// A name or reference: no control characters, so that it prints on one line everywhere.
  std::string ref(std::size_t column, bool is_required, std::size_t bytes_max = kRefBytesMax) {
    const std::string_view value = raw(column);
    if (value.empty() && is_required) stop(column, "FIELD_EMPTY", "this column needs a value");
    if (value.size() > bytes_max) {
      stop(column, "TEXT_TOO_LONG", fmt::format("this column takes at most {} bytes", bytes_max));
    }
    const bool is_plain = std::ranges::none_of(
        value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (!is_plain) stop(column, "TEXT_NOT_PLAIN", "this column takes no control characters");
    return std::string(value);
  }

  base::Instant time(std::size_t column, const base::Zone& zone) {
    const std::string_view value = raw(column);
    if (value.empty()) stop(column, "FIELD_EMPTY", "this column needs a value");
    const std::optional<base::Instant> instant = base::parse_instant(value, zone);
    if (!instant) {
      stop(column, "TIME_INVALID",
           "a time is YYYY-MM-DD HH:MM:SS in the book's zone, or RFC 3339 with an offset");
    }
    return *instant;
  }

  base::Currency currency(std::size_t column, const engine::Catalog& catalog) {
    const std::string_view code = raw(column);
    if (code.empty()) return catalog.currency;
    const std::optional<base::Currency> currency = base::Currency::find(code);
    if (!currency) stop(column, "CURRENCY_UNKNOWN", "a currency is a code of ISO 4217");
    return *currency;
  }

  base::Money amount(std::size_t column, base::Currency currency) {
    const std::string_view value = raw(column);
    if (value.empty()) stop(column, "FIELD_EMPTY", "this column needs a value");
    const auto amount = base::parse_money(value, currency);
    if (!amount) {
      switch (amount.error()) {
        case base::AmountRefusal::NotANumber:
          stop(column, "AMOUNT_NOT_A_NUMBER", "an amount is digits with a decimal point");
        case base::AmountRefusal::TooManyDecimals:
          stop(column, "AMOUNT_TOO_MANY_DECIMALS",
               fmt::format("{} has {} decimals; nothing is rounded", currency.code(),
                           currency.exponent()));
        case base::AmountRefusal::TooLarge:
          stop(column, "AMOUNT_TOO_LARGE", "an amount is at most 10^18 minor units");
      }
    }
    return *amount;
  }

  int installments(std::size_t column) {
    const std::string_view value = raw(column);
    if (value.empty()) return 1;
    int count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    const bool is_whole = error == std::errc() && end == value.data() + value.size();
    if (!is_whole || count < 1 || count > scheduling::kProductInstallmentCountMax) {
      stop(column, std::string(engine::code(engine::Refusal::InstallmentsOutOfRange)),
           fmt::format("installments are a whole number from 1 to {}",
                       scheduling::kProductInstallmentCountMax));
    }
    return count;
  }

 private:
  Columns& columns_;
  const Record& record_;
};

/// The amount first, because it counts in the totals whatever else is wrong.
base::Money read_amount(Fields& fields, std::size_t amount_column, const engine::Catalog& catalog,
                        Row& row) {
  const base::Currency currency = fields.currency(amount_column + 1, catalog);
  row.amount = fields.amount(amount_column, currency);
  if (!row.amount->is_positive()) {
    fields.stop(amount_column, std::string(engine::code(engine::Refusal::AmountNotPositive)),
                "an amount is above zero");
  }
  return *row.amount;
}

Event read_purchase(Fields& fields, const engine::Catalog& catalog, Row& row) {
  engine::Purchase purchase;
  purchase.amount = read_amount(fields, 4, catalog, row);
  purchase.ref = fields.ref(0, true);
  purchase.customer = fields.ref(1, true);
  purchase.merchant = fields.ref(2, true);
  purchase.purchased_at = fields.time(3, catalog.zone);
  purchase.product = fields.ref(6, false);
  purchase.installments = fields.installments(7);
  purchase.channel = fields.ref(8, false);
  purchase.category = fields.ref(9, false, kNoteBytesMax);
  return purchase;
}

Event read_repayment(Fields& fields, const engine::Catalog& catalog, Row& row) {
  engine::Repayment repayment;
  repayment.amount = read_amount(fields, 3, catalog, row);
  repayment.ref = fields.ref(0, true);
  repayment.customer = fields.ref(1, true);
  repayment.paid_at = fields.time(2, catalog.zone);
  repayment.channel = fields.ref(5, false);
  repayment.purchase_ref = fields.ref(6, false);
  return repayment;
}

Event read_refund(Fields& fields, const engine::Catalog& catalog, Row& row) {
  engine::RefundRequest refund;
  refund.amount = read_amount(fields, 3, catalog, row);
  refund.ref = fields.ref(0, true);
  refund.purchase_ref = fields.ref(1, true);
  refund.refunded_at = fields.time(2, catalog.zone);
  refund.reason = fields.ref(5, false, kNoteBytesMax);
  return refund;
}

/// Where each kind of file has what the engine calls "ref" and "time".
std::string_view column_of(std::string_view engine_field, const Event& event) {
  const std::size_t kind = event.index();
  constexpr std::array<std::string_view, 3> kRefs = {"purchase_ref", "repayment_id", "refund_id"};
  constexpr std::array<std::string_view, 3> kTimes = {"purchased_at", "paid_at", "refunded_at"};
  if (engine_field == "ref") return kRefs[kind];
  if (engine_field == "time") return kTimes[kind];
  return engine_field;
}

std::string local_time(base::Instant instant, const base::Zone& zone) {
  const auto local = zone.to_local(instant);
  const auto day = date::floor<date::days>(local);
  const date::hh_mm_ss<std::chrono::microseconds> time{local - day};
  return fmt::format("{} {:02}:{:02}:{:02}", base::to_string(base::Day{day}), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

/// What the row said in that column.
std::string value_of(std::string_view column, const Event& event, const engine::Catalog& catalog) {
  auto common = [&](const auto& one) -> std::string {
    if (column == "amount") return base::to_decimal(one.amount);
    if (column == "currency") return std::string(one.amount.currency().code());
    return "";
  };
  struct Visitor {
    std::string_view column;
    const base::Zone& zone;
    std::string operator()(const engine::Purchase& p) const {
      if (column == "purchase_ref") return p.ref;
      if (column == "customer") return p.customer;
      if (column == "merchant") return p.merchant;
      if (column == "purchased_at") return local_time(p.purchased_at, zone);
      if (column == "product") return p.product;
      if (column == "installments") return std::to_string(p.installments);
      if (column == "channel") return p.channel;
      return "";
    }
    std::string operator()(const engine::Repayment& r) const {
      if (column == "repayment_id") return r.ref;
      if (column == "customer") return r.customer;
      if (column == "paid_at") return local_time(r.paid_at, zone);
      if (column == "channel") return r.channel;
      if (column == "purchase_ref") return r.purchase_ref;
      return "";
    }
    std::string operator()(const engine::RefundRequest& r) const {
      if (column == "refund_id") return r.ref;
      if (column == "purchase_ref") return r.purchase_ref;
      if (column == "refunded_at") return local_time(r.refunded_at, zone);
      return "";
    }
  };
  const std::string value = std::visit(common, event);
  return value.empty() ? std::visit(Visitor{column, catalog.zone}, event) : value;
}

}  // namespace

std::string_view ref_of(const Event& event) {
  return std::visit([](const auto& one) -> std::string_view { return one.ref; }, event);
}

base::Instant time_of(const Event& event) {
  struct Visitor {
    base::Instant operator()(const engine::Purchase& p) const { return p.purchased_at; }
    base::Instant operator()(const engine::Repayment& r) const { return r.paid_at; }
    base::Instant operator()(const engine::RefundRequest& r) const { return r.refunded_at; }
  };
  return std::visit(Visitor{}, event);
}

std::string cut(std::string_view value) {
  constexpr std::string_view kDots = "...";
  std::string text;
  for (char c : value.substr(0, kRejectValueBytesMax + 1)) {
    // A rejects file is read by people and by line-based tools.
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    text += is_control ? ' ' : c;
  }
  if (text.size() <= kRejectValueBytesMax && is_utf8(text)) return text;
  if (!is_utf8(value)) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  if (text.size() <= kRejectValueBytesMax) return text;
  text.resize(kRejectValueBytesMax - kDots.size());
  while (!is_utf8(text)) text.pop_back();  // not in the middle of a character
  return text + std::string(kDots);
}

Row read_row(Columns& columns, const Record& record, const engine::Catalog& catalog) {
  Row row;
  row.line = record.line;
  if (record.fault != RecordFault::None) {
    row.reject = {record.line, std::string(code(record.fault)), "",
                  record.fields.empty() ? "" : cut(record.fields.front()),
                  std::string(sentence(record.fault))};
    return row;
  }
  if (record.fields.size() != columns.field_count()) {
    row.reject = {record.line, "FIELD_COUNT", "", cut(record.fields.front()),
                  fmt::format("the header has {} fields, the row has {}", columns.field_count(),
                              record.fields.size())};
    return row;
  }
  Fields fields(columns, record);
  try {
    switch (columns.kind()) {
      case Kind::Purchases:
        row.event = read_purchase(fields, catalog, row);
        break;
      case Kind::Repayments:
        row.event = read_repayment(fields, catalog, row);
        break;
      case Kind::Refunds:
        row.event = read_refund(fields, catalog, row);
        break;
    }
  } catch (const Stop& stop) {
    row.reject = stop.reject;
  }
  return row;
}

Reject reject_of(std::int64_t line, const Event& event, engine::Refusal refusal,
                 const engine::Catalog& catalog) {
  const std::string_view column = column_of(engine::field(refusal), event);
  return {line, std::string(engine::code(refusal)), std::string(column),
          cut(value_of(column, event, catalog)), std::string(engine::sentence(refusal))};
}

}  // namespace input
