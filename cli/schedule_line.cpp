#include "cli/schedule_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/money.h"
#include "base/rate.h"
#include "scheduling/annual_rate.h"
#include "scheduling/schedule.h"

namespace cli {
namespace {

using nlohmann::json;

/// What is wrong with a line: a stable code, the field, and a sentence for a person.
struct Problem {
  std::string code;
  std::string field;
  std::string detail;
};

template <class T>
struct Choice {
  std::string_view name;
  T value;
};

enum class Remainder { Last, First, Cumulative, LargestRemainder };

constexpr std::array kMethods = std::to_array<Choice<scheduling::Method>>({
    {"interest_free", scheduling::Method::InterestFree},
    {"flat_fee", scheduling::Method::FlatFee},
    {"equal_principal", scheduling::Method::EqualPrincipal},
    {"level_payment", scheduling::Method::LevelPayment},
});
constexpr std::array kUnits = std::to_array<Choice<scheduling::PeriodUnit>>({
    {"day", scheduling::PeriodUnit::Day},
    {"week", scheduling::PeriodUnit::Week},
    {"half_month", scheduling::PeriodUnit::HalfMonth},
    {"month", scheduling::PeriodUnit::Month},
});
constexpr std::array kBases = std::to_array<Choice<base::RateBasis>>({
    {"period", base::RateBasis::PerPeriod},
    {"day", base::RateBasis::PerDay},
    {"month", base::RateBasis::PerMonth},
    {"year365", base::RateBasis::PerYear365},
    {"year360", base::RateBasis::PerYear360},
});
constexpr std::array kModes = std::to_array<Choice<base::Rounding>>({
    {"DOWN", base::Rounding::Down},
    {"UP", base::Rounding::Up},
    {"HALF_UP", base::Rounding::HalfUp},
    {"HALF_EVEN", base::Rounding::HalfEven},
    {"CEILING", base::Rounding::Ceiling},
    {"FLOOR", base::Rounding::Floor},
});
constexpr std::array kRemainders = std::to_array<Choice<Remainder>>({
    {"LAST", Remainder::Last},
    {"FIRST", Remainder::First},
    {"CUMULATIVE", Remainder::Cumulative},
    {"LARGEST_REMAINDER", Remainder::LargestRemainder},
});

// The contract's other words: known, and refused by name rather than taken for a typing error.
constexpr std::array<std::string_view, 4> kMethodsToCome = {"upfront_fee", "daily_interest",
                                                            "flat_interest", "balloon"};
constexpr std::array<std::string_view, 9> kDayCounts = {
    "ACT/365F",  "ACT/360", "ACT/ACT",      "ACT/ACT-31DEC", "30/360-US",
    "30/360-BB", "30E/360", "30E/360-ISDA", "NL/365"};
constexpr int kDepthMax = 8;  // terms need two
constexpr std::string_view kSameAsPeriod = "SAME_AS_PERIOD";
constexpr std::array<std::string_view, 10> kFieldsToCome = {
    "multiples_of", "down_payment_percent", "grace",      "balloon", "disbursements",
    "business_day", "end_of_month",         "emi_adjust", "fees",    "subsidy_percent"};

bool is_one_of(std::string_view word, auto& words) {
  return std::ranges::find(words, word) != std::end(words);
}

std::string_view type_name(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "true or false";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float:
      return "a number";
    default:
      return "something else";
  }
}

/// The fields of one object; every field must be taken, what is left over is refused by name.
class Fields {
 public:
  Fields(const json& object, std::string prefix) : object_(object), prefix_(std::move(prefix)) {}

  std::string path(std::string_view name) const { return prefix_ + std::string(name); }

  const json* find(std::string_view name) {
    taken_.push_back(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  const json& require(std::string_view name) {
    const json* value = find(name);
    if (value == nullptr) {
      throw Problem{"missing_field", path(name), fmt::format("\"{}\" is missing", path(name))};
    }
    return *value;
  }
  std::string text(std::string_view name) {
    const json& value = require(name);
    if (!value.is_string()) {
      throw Problem{"wrong_type", path(name),
                    fmt::format("\"{}\" must be a string, not {}", path(name), type_name(value))};
    }
    return value.get<std::string>();
  }
  int whole(std::string_view name) {
    const json& value = require(name);
    if (!value.is_number_integer()) {
      throw Problem{
          "wrong_type", path(name),
          fmt::format("\"{}\" must be a whole number, not {}", path(name), type_name(value))};
    }
    constexpr std::int64_t kMost = 1'000'000'000;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost) return kMost;
    return static_cast<int>(std::clamp<std::int64_t>(value.get<std::int64_t>(), -kMost, kMost));
  }
  Fields object(std::string_view name) {
    const json& value = require(name);
    if (!value.is_object()) {
      throw Problem{"wrong_type", path(name),
                    fmt::format("\"{}\" must be an object, not {}", path(name), type_name(value))};
    }
    return {value, path(name) + "."};
  }
  base::Day day(std::string_view name) {
    const std::string written = text(name);
    const auto day = base::parse_day(written);
    if (!day) {
      throw Problem{"bad_date", path(name),
                    fmt::format("\"{}\" is no date YYYY-MM-DD from 1900 to 2199", written)};
    }
    return *day;
  }
  template <class T, std::size_t N>
  T choice(std::string_view name, const std::array<Choice<T>, N>& choices) {
    const std::string written = text(name);
    std::string known;
    for (const Choice<T>& c : choices) {
      if (c.name == written) return c.value;
      known += fmt::format("{}{}", known.empty() ? "" : ", ", c.name);
    }
    throw Problem{"unknown_value", path(name),
                  fmt::format("\"{}\" is none of: {}", written, known)};
  }

  /// Takes a field if it says `value`; with anything else it is left over, and refused.
  void accept_only(std::string_view name, const json& value) {
    const auto found = object_.find(name);
    if (found != object_.end() && *found == value) taken_.push_back(name);
  }

  void refuse_others(auto& to_come) const {
    for (const auto& [name, value] : object_.items()) {
      if (is_one_of(name, taken_)) continue;
      if (is_one_of(name, to_come)) {
        throw Problem{"unsupported", path(name),
                      fmt::format("\"{}\" is not supported", path(name))};
      }
      throw Problem{"unknown_field", path(name), fmt::format("\"{}\" is no field", path(name))};
    }
  }
  void refuse_others() const { refuse_others(kNothing); }

 private:
  static constexpr std::array<std::string_view, 0> kNothing = {};

  const json& object_;
  std::string prefix_;
  std::vector<std::string_view> taken_;
};

base::Currency read_currency(Fields& fields) {
  const std::string code = fields.text("currency");
  const auto currency = base::Currency::find(code);
  if (!currency) {
    throw Problem{"unknown_currency", "currency",
                  fmt::format("\"{}\" is no currency we know", code)};
  }
  return *currency;
}

base::Money read_principal(Fields& fields, base::Currency currency) {
  const std::string written = fields.text("principal");
  const auto principal = base::parse_money(written, currency);
  if (principal) return *principal;
  switch (principal.error()) {
    case base::AmountRefusal::NotANumber:
      throw Problem{"bad_amount", "principal", fmt::format("\"{}\" is no decimal number", written)};
    case base::AmountRefusal::TooManyDecimals:
      throw Problem{"bad_amount", "principal",
                    fmt::format("{} has {} decimals, amounts are not rounded", currency.code(),
                                currency.exponent())};
    case base::AmountRefusal::TooLarge:
      throw Problem{"principal_too_large", "principal", "the amount is too large for the books"};
  }
  std::unreachable();
}

base::Rate read_rate(Fields fields) {
  const std::string written = fields.text("percent");
  const base::RateBasis basis = fields.choice("per", kBases);
  fields.refuse_others();
  const auto rate = base::parse_percent(written, basis);
  if (rate) return *rate;
  switch (rate.error()) {
    case base::RateRefusal::NotANumber:
      throw Problem{"bad_rate", "rate.percent",
                    fmt::format("\"{}\" is no decimal number from 0", written)};
    case base::RateRefusal::TooManyDecimals:
      throw Problem{"bad_rate", "rate.percent", "a percentage has at most six decimals"};
    case base::RateRefusal::TooLarge:
      throw Problem{"rate_out_of_range", "rate.percent", "a rate is at most 1000 %"};
  }
  std::unreachable();
}

scheduling::Period read_period(Fields fields) {
  const scheduling::Period period{fields.whole("count"), fields.choice("unit", kUnits)};
  fields.refuse_others();
  return period;
}

/// The split rule that rounds so and leaves the rest there, if there is one.
std::optional<base::SplitRule> split_rule(base::Rounding mode, Remainder remainder) {
  const bool down = mode == base::Rounding::Down || mode == base::Rounding::Floor;
  const bool half_up = mode == base::Rounding::HalfUp;
  switch (remainder) {
    case Remainder::Last:
      if (down) return base::SplitRule::DownLast;
      if (half_up) return base::SplitRule::HalfUpLast;
      return std::nullopt;
    case Remainder::First:
      if (down) return base::SplitRule::DownFirst;
      return std::nullopt;
    case Remainder::Cumulative:
      if (half_up) return base::SplitRule::Cumulative;
      return std::nullopt;
    case Remainder::LargestRemainder:
      return base::SplitRule::LargestRemainder;
  }
  return std::nullopt;
}

void read_rounding(Fields fields, scheduling::Terms& terms) {
  const base::Rounding mode = fields.choice("mode", kModes);
  const Remainder remainder = fields.choice("remainder", kRemainders);
  fields.refuse_others();
  terms.interest_rounding = mode;
  if (terms.method == scheduling::Method::LevelPayment) {
    // Nothing is split: the last payment takes what the rounded ones leave.
    if (remainder == Remainder::Last) return;
    throw Problem{"unsupported", "rounding.remainder",
                  "level payments leave the rest to the last installment: LAST"};
  }
  const auto rule = split_rule(mode, remainder);
  if (!rule) {
    throw Problem{
        "unsupported", "rounding",
        "a split is DOWN or FLOOR with LAST or FIRST, HALF_UP with LAST or CUMULATIVE, or "
        "LARGEST_REMAINDER"};
  }
  terms.split_rule = *rule;
}

void check_day_count(Fields& fields, base::RateBasis basis) {
  if (fields.find("day_count") == nullptr) return;
  const std::string name = fields.text("day_count");
  if (name == kSameAsPeriod) return;
  if (!is_one_of(name, kDayCounts)) {
    throw Problem{"unknown_value", "day_count", fmt::format("\"{}\" is no day count", name)};
  }
  // A rate per period needs no days, so any day count says the same.
  if (basis == base::RateBasis::PerPeriod) return;
  throw Problem{"unsupported", "day_count",
                fmt::format("\"{}\" is not supported with a rate that is not per period; use "
                            "SAME_AS_PERIOD",
                            name)};
}

scheduling::Method read_method(Fields& fields) {
  const std::string method = fields.text("method");
  if (is_one_of(method, kMethodsToCome)) {
    throw Problem{"unsupported", "method", fmt::format("method \"{}\" is not supported", method)};
  }
  return fields.choice("method", kMethods);
}

scheduling::Terms read_terms(Fields& fields) {
  fields.find("id");
  scheduling::Terms terms;
  terms.method = read_method(fields);
  const base::Currency currency = read_currency(fields);
  terms.principal = read_principal(fields, currency);
  terms.installment_count = fields.whole("installments");
  terms.disbursed_on = fields.day("disbursed_on");
  const scheduling::Period every =
      fields.find("every") != nullptr ? read_period(fields.object("every")) : scheduling::Period{};
  terms.dues = fields.find("first_due_on") != nullptr
                   ? scheduling::dues_from(fields.day("first_due_on"), every)
                   : scheduling::order_mode(terms.disbursed_on, every);
  if (fields.find("rate") != nullptr || terms.method != scheduling::Method::InterestFree) {
    terms.rate = read_rate(fields.object("rate"));
  } else {
    terms.rate.basis = base::RateBasis::PerPeriod;
  }
  check_day_count(fields, terms.rate.basis);
  if (fields.find("rounding") != nullptr) read_rounding(fields.object("rounding"), terms);
  // Fields to come, where they say what is done anyway.
  for (const auto& [name, value] :
       {std::pair{"emi_adjust", json("none")}, std::pair{"end_of_month", json(false)}}) {
    fields.accept_only(name, value);
  }
  fields.refuse_others(kFieldsToCome);
  // One whole unit of the currency an installment: 1.00, 1 yen, 1.000 dinar (domain minimum).
  terms.principal_minor_min = 1;
  for (int i = 0; i < currency.exponent(); ++i) terms.principal_minor_min *= 10;
  return terms;
}

Problem problem_of(scheduling::TermsRefusal refusal, const scheduling::Terms& terms) {
  using scheduling::TermsRefusal;
  switch (refusal) {
    case TermsRefusal::PrincipalNotPositive:
      return {"principal_not_positive", "principal", "the principal must be above zero"};
    case TermsRefusal::PrincipalTooLarge:
      return {"principal_too_large", "principal", "the amount is too large for the books"};
    case TermsRefusal::CountOutOfRange:
      return {"installments_out_of_range", "installments",
              fmt::format("from 1 to {} installments", scheduling::kInstallmentCountMax)};
    case TermsRefusal::PeriodOutOfRange:
      return {"period_out_of_range", "every",
              fmt::format("a step has 1 to {} units, and the last installment is due by 2199",
                          scheduling::kPeriodCountMax)};
    case TermsRefusal::FirstDueBeforeDisbursement:
      return {"first_due_before_disbursement", "first_due_on",
              "the first installment is due before the money is paid out"};
    case TermsRefusal::RateOutOfRange:
      return {"rate_out_of_range", "rate", "a rate is from 0 to 100 % a period"};
    case TermsRefusal::RateHasNoPeriod:
      if (terms.method == scheduling::Method::InterestFree) {
        return {"rate_on_interest_free", "rate", "an interest-free plan has no rate"};
      }
      return {"unsupported", "rate.per", "a rate per day needs periods of days or weeks"};
    case TermsRefusal::PrincipalTooSmallToSplit:
      return {
          "principal_too_small", "principal",
          fmt::format("an installment would have less than {} of principal",
                      base::to_decimal({terms.principal_minor_min, terms.principal.currency()}))};
    case TermsRefusal::RoundingLeavesNegativeRest:
      return {"rounding_leaves_negative_rest", "rounding",
              "rounded up, the earlier installments leave nothing for the last"};
    case TermsRefusal::DueDatesOutOfOrder:
      return {"due_dates_out_of_order", "every", "each installment is due after the one before"};
    case TermsRefusal::DisbursementsOutOfOrder:
      return {"disbursements_out_of_order", "disbursements",
              "disbursements are positive, in order of date, from the start to before the last "
              "installment, and sum to the principal"};
    case TermsRefusal::DownPaymentOutOfRange:
      return {"down_payment_out_of_range", "down_payment_percent",
              "a down payment is from 0 to less than 100 %"};
    case TermsRefusal::GraceOutOfRange:
      return {"grace_out_of_range", "grace", "a grace is shorter than the plan"};
    case TermsRefusal::FeeOutOfRange:
      return {"fee_out_of_range", "fees", "a fee is positive and not before the start"};
    case TermsRefusal::BalloonOutOfRange:
      return {"balloon_out_of_range", "balloon",
              "a balloon is for the method balloon, from 0 to what is financed"};
    case TermsRefusal::OptionNotForMethod:
      return {"option_not_for_method", "method", "the method does not go with one of the options"};
    case TermsRefusal::MultipleOutOfRange:
      return {"multiple_out_of_range", "multiples_of",
              "a multiple is above zero and not above the installment"};
    case TermsRefusal::PaymentBelowInterest:
      return {"payment_below_interest", "installments",
              "a level payment would not cover the interest of a period"};
    case TermsRefusal::CostTooLarge:
      return {"cost_too_large", "rate", "fee or interest is too large for the books"};
  }
  std::unreachable();
}

/// Half up, as disclosed; no rate is negative here. "null" where there is none.
std::string rate_text(std::optional<double> percent, int decimals) {
  if (!percent) return "null";
  const double scale = std::pow(10.0, decimals);
  // A hair above, so that the bisection's last digit does not decide a zero.
  const double rounded = std::floor(std::max(0.0, *percent) * scale + 0.5 + 1e-9) / scale;
  return fmt::format("\"{:.{}f}\"", rounded, decimals);
}

std::string render(const std::string& id, const scheduling::Schedule& schedule,
                   const scheduling::AnnualRates& rates) {
  const int exponent = schedule.currency.exponent();
  fmt::memory_buffer out;
  auto to = fmt::appender(out);
  const auto amount = [&](std::int64_t minor) { return base::to_decimal(minor, exponent); };
  fmt::format_to(to, R"({{"id":{},"installments":[)", id);
  std::int64_t balance = schedule.principal_minor();
  for (const scheduling::Installment& i : schedule.installments) {
    balance -= i.principal_minor;
    fmt::format_to(
        to,
        R"({}{{"number":{},"due_on":"{}","principal":"{}","interest":"{}","fee":"{}","total":"{}","balance":"{}"}})",
        i.number == 1 ? "" : ",", i.number, base::to_string(i.due), amount(i.principal_minor),
        amount(i.interest_minor), amount(i.fee_minor), amount(i.total_minor()), amount(balance));
  }
  const std::int64_t principal = schedule.principal_minor();
  const std::int64_t interest = schedule.interest_minor();
  const std::int64_t fee = schedule.fee_minor();
  fmt::format_to(to, R"(],"totals":{{"principal":"{}","interest":"{}","fee":"{}","total":"{}"}},)",
                 amount(principal), amount(interest), amount(fee),
                 amount(principal + interest + fee));
  fmt::format_to(
      to,
      R"("annual_rate_percent":{{"nominal":{},"irr_effective":{},"reg_z":{},"eu":{},"act365_effective":{}}}}})",
      rate_text(rates.nominal, 2), rate_text(rates.irr_effective, 2), rate_text(rates.reg_z, 2),
      rate_text(rates.eu, 1), rate_text(rates.act365_effective, 2));
  return fmt::to_string(out);
}

ScheduleLine failure(const json& id, const Problem& problem) {
  nlohmann::ordered_json error;
  error["id"] = id;
  error["error"]["code"] = problem.code;
  if (!problem.field.empty()) error["error"]["field"] = problem.field;
  error["error"]["detail"] = problem.detail;
  return {error.dump(-1, ' ', false, json::error_handler_t::replace), true};
}

/// Parses, refusing a name that an object has twice: one of the two would be lost silently.
json parse(std::string_view line) {
  std::vector<std::vector<std::string>> open;
  std::string doubled;
  const json::parser_callback_t watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDepthMax) {
      throw Problem{"too_deep", "", fmt::format("terms nest at most {} deep", kDepthMax)};
    }
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key) {
      auto& names = open.back();
      const std::string name = parsed.get<std::string>();
      if (is_one_of(name, names)) doubled = name;
      names.push_back(name);
    }
    return true;
  };
  json parsed;
  try {
    parsed = json::parse(line, watch);
  } catch (const json::exception& error) {
    throw Problem{"not_json", "", error.what()};
  }
  if (!doubled.empty()) {
    throw Problem{"duplicate_field", doubled, fmt::format("\"{}\" is there twice", doubled)};
  }
  return parsed;
}

}  // namespace

ScheduleLine schedule_line(std::string_view line) {
  json id;
  try {
    const json parsed = parse(line);
    if (!parsed.is_object()) throw Problem{"not_an_object", "", "a line is one JSON object"};
    Fields fields(parsed, "");
    const json& written_id = fields.require("id");
    if (!written_id.is_string() && !written_id.is_number_integer()) {
      throw Problem{"wrong_type", "id", "\"id\" must be a string or a whole number"};
    }
    id = written_id;
    const scheduling::Terms terms = read_terms(fields);
    const auto schedule = scheduling::make_schedule(terms);
    if (!schedule) return failure(id, problem_of(schedule.error(), terms));
    return {render(id.dump(), *schedule, scheduling::annual_rates(*schedule, terms.dues.every)),
            false};
  } catch (const Problem& problem) {
    return failure(id, problem);
  }
}

ScheduleLine schedule_line_too_long(std::size_t max) {
  return failure(nullptr, {"line_too_long", "", fmt::format("a line has at most {} bytes", max)});
}

}  // namespace cli
