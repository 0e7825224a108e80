#include "cli/takeover_line.h"

#include <array>

#include "base/zone.h"
#include "engine/customer.h"

namespace cli {
namespace {

constexpr std::size_t kTextBytesMax = 128;  // as a column of a CSV import
constexpr std::size_t kReservesMax = 400;   // a sale date each, and a year of them

constexpr std::array kStatuses =
    std::to_array<Choice<bool>>({{"active", false}, {"settled", true}});
constexpr std::array kBlocks = std::to_array<Choice<store::Block>>({
    {"none", store::Block::None},
    {"until_paid", store::Block::UntilPaid},
    {"closed", store::Block::Closed},
});
constexpr std::array kPayers = std::to_array<Choice<ledger::SubsidyPayer>>({
    {"merchant", ledger::SubsidyPayer::Merchant},
    {"platform", ledger::SubsidyPayer::Platform},
});

/// The fields of a line, or of an object in it, in one currency.
class Reader {
 public:
  Reader(Fields& fields, base::Currency currency) : fields_(fields), currency_(currency) {}

  std::string ref(std::string_view name) {
    std::string value = fields_.text(name);
    if (value.empty()) throw Problem{"FIELD_EMPTY", fields_.path(name), "this field needs a value"};
    if (value.size() > kTextBytesMax) {
      throw Problem{"TEXT_TOO_LONG", fields_.path(name),
                    fmt::format("this field takes at most {} bytes", kTextBytesMax)};
    }
    for (const char c : value) {
      if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
        throw Problem{"TEXT_NOT_PLAIN", fields_.path(name),
                      "this field takes no control characters"};
      }
    }
    return value;
  }
  std::int64_t minor(std::string_view name) {
    try {
      return fields_.amount(name, currency_).minor();
    } catch (Problem& problem) {
      const Json& value = fields_.require(name);
      if (value.type == Json::Type::String && !problem.detail.contains('"')) {
        problem.detail = fmt::format("\"{}\": {}", value.text, problem.detail);
      }
      throw;
    }
  }
  std::int64_t not_negative(std::string_view name) {
    const std::int64_t amount = minor(name);
    if (amount < 0) throw Problem{"AMOUNT_NEGATIVE", fields_.path(name), "is not negative"};
    return amount;
  }
  std::int64_t minor_or_0(std::string_view name) {
    return fields_.has(name) ? not_negative(name) : 0;
  }
  std::optional<std::int64_t> minor_if_any(std::string_view name) {
    return fields_.has(name) ? std::optional(not_negative(name)) : std::nullopt;
  }

 private:
  Fields& fields_;
  base::Currency currency_;
};

base::Instant instant_of(Fields& fields, std::string_view name, const base::Zone& zone) {
  std::string value = fields.text(name);
  if (value.size() == std::string_view("2026-06-18").size()) value += " 00:00:00";
  const auto instant = base::parse_instant(value, zone);
  if (instant) return *instant;
  throw Problem{"TIME_INVALID", fields.path(name),
                fmt::format("\"{}\" is no date or time: YYYY-MM-DD, YYYY-MM-DD HH:MM:SS in the "
                            "book's zone, or RFC 3339",
                            value)};
}

engine::TakenInstallment read_installment(Fields fields, base::Currency currency) {
  Reader reader(fields, currency);
  engine::TakenInstallment one;
  one.due = fields.day("due");
  one.principal = reader.not_negative("principal");
  one.fee = reader.minor_or_0("fee");
  one.paid_principal = reader.minor_or_0("paid_principal");
  one.paid_fee = reader.minor_or_0("paid_fee");
  one.interest = reader.minor_or_0("interest");
  one.paid_interest = reader.minor_or_0("paid_interest");
  fields.refuse_others();
  return one;
}

engine::TakenRecord read_plan(Fields& fields, base::Currency currency,
                              const engine::Catalog& catalog) {
  Reader reader(fields, currency);
  engine::TakenPlan plan;
  plan.currency = currency;
  plan.ref = reader.ref("purchase_ref");
  plan.customer = reader.ref("customer");
  plan.merchant = reader.ref("merchant");
  if (fields.has("product")) plan.product = reader.ref("product");
  plan.purchased_at = instant_of(fields, "purchased_at", catalog.zone);
  plan.financed = reader.not_negative("financed");
  for (Fields& one : fields.objects("installments", engine::kPlanInstallmentsMax)) {
    plan.installments.push_back(read_installment(std::move(one), currency));
  }
  plan.paid = reader.minor_if_any("paid");
  plan.late_fee_owed = reader.minor_or_0("late_fee_owed");
  plan.late_fee_paid = reader.minor_or_0("late_fee_paid");
  if (fields.has("dpd")) plan.dpd = fields.whole("dpd");
  if (fields.has("status")) plan.is_settled = fields.choice("status", kStatuses);
  plan.fee_recognized = reader.minor_if_any("fee_recognized");
  plan.interest_recognized = reader.minor_if_any("interest_recognized");
  plan.subsidy = reader.minor_or_0("subsidy");
  if (fields.has("subsidy_payer")) plan.subsidy_payer = fields.choice("subsidy_payer", kPayers);
  plan.discount = reader.minor_if_any("discount");
  plan.discount_vat = reader.minor_or_0("discount_vat");
  if (fields.has("ecl_stage")) plan.ecl_stage = fields.whole("ecl_stage");
  plan.allowance = reader.minor_or_0("allowance");
  return plan;
}

engine::TakenRecord read_customer(Fields& fields, base::Currency currency, const engine::Catalog&) {
  Reader reader(fields, currency);
  engine::TakenCustomer customer;
  customer.currency = currency;
  customer.customer = reader.ref("customer");
  customer.limit = reader.minor_if_any("limit");
  customer.limit_before = reader.minor_if_any("limit_before");
  customer.credit_balance = reader.minor_or_0("credit_balance");
  if (fields.has("block")) customer.block = fields.choice("block", kBlocks);
  if (customer.limit_before && (!customer.limit || *customer.limit_before < *customer.limit)) {
    throw Problem{"LIMIT_OUT_OF_RANGE", "limit_before",
                  "is at least the limit in force, which has to be there, too"};
  }
  return customer;
}

engine::TakenRecord read_merchant(Fields& fields, base::Currency currency, const engine::Catalog&) {
  Reader reader(fields, currency);
  engine::TakenMerchant merchant;
  merchant.currency = currency;
  merchant.merchant = reader.ref("merchant");
  merchant.payable = fields.has("payable") ? reader.minor("payable") : 0;
  if (fields.has("available_on")) merchant.available_on = fields.day("available_on");
  if (fields.has("reserve")) {
    for (Fields& one : fields.objects("reserve", kReservesMax)) {
      Reader of_one(one, currency);
      engine::TakenReserve reserve;
      reserve.amount = of_one.not_negative("amount");
      if (reserve.amount == 0) {
        throw Problem{"AMOUNT_NOT_POSITIVE", one.path("amount"), "is above 0"};
      }
      reserve.sale_date = one.day("sale_date");
      reserve.release_on = one.day("release_on");
      one.refuse_others();
      merchant.reserve.push_back(reserve);
    }
  }
  return merchant;
}

using Read = engine::TakenRecord (*)(Fields&, base::Currency, const engine::Catalog&);
constexpr std::array kTypes = std::to_array<Choice<Read>>({
    {"plan", read_plan},
    {"customer", read_customer},
    {"merchant", read_merchant},
});

}  // namespace

engine::TakenRecord read_taken_record(std::string_view line, const engine::Catalog& catalog) {
  const Json parsed = parse_json(line);
  if (parsed.type != Json::Type::Object) {
    throw Problem{"not_an_object", "", "a line is one JSON object"};
  }
  Fields fields(parsed, "");
  base::Currency currency = catalog.currency;
  if (fields.has("currency")) {
    const auto found = base::Currency::find(fields.text("currency"));
    if (!found) {
      throw Problem{"CURRENCY_UNKNOWN", "currency",
                    fmt::format("\"{}\" is no currency of ISO 4217", fields.text("currency"))};
    }
    currency = *found;
  }
  const Read read = fields.has("type") ? fields.choice("type", kTypes) : Read(read_plan);
  engine::TakenRecord record = read(fields, currency, catalog);
  fields.refuse_others();
  return record;
}

std::string_view type_of(const engine::TakenRecord& record) { return kTypes[record.index()].name; }

const std::string& ref_of(const engine::TakenRecord& record) {
  if (const auto* plan = std::get_if<engine::TakenPlan>(&record)) return plan->ref;
  if (const auto* customer = std::get_if<engine::TakenCustomer>(&record)) return customer->customer;
  return std::get<engine::TakenMerchant>(record).merchant;
}

}  // namespace cli
