#include "cli/schedule_terms.h"

#include <optional>
#include <utility>

#include "base/rounding.h"
#include "scheduling/day_count.h"
#include "scheduling/due_dates.h"

namespace cli {
namespace {

using scheduling::BusinessDayConvention;
using scheduling::EmiAdjust;
using scheduling::LaterDisbursement;
using scheduling::Method;
using scheduling::Remainder;
using scheduling::Terms;
using scheduling::UnpaidInterest;

constexpr std::array kMethods = std::to_array<Choice<Method>>({
    {"interest_free", Method::InterestFree},
    {"flat_fee", Method::FlatFee},
    {"upfront_fee", Method::UpfrontFee},
    {"equal_principal", Method::EqualPrincipal},
    {"level_payment", Method::LevelPayment},
    {"daily_interest", Method::DailyInterest},
    {"flat_interest", Method::FlatInterest},
    {"balloon", Method::Balloon},
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
constexpr std::array kConventions = std::to_array<Choice<BusinessDayConvention>>({
    {"UNADJUSTED", BusinessDayConvention::Unadjusted},
    {"FOLLOWING", BusinessDayConvention::Following},
    {"MODIFIED_FOLLOWING", BusinessDayConvention::ModifiedFollowing},
    {"PRECEDING", BusinessDayConvention::Preceding},
    {"MODIFIED_PRECEDING", BusinessDayConvention::ModifiedPreceding},
});
constexpr std::array kEmiAdjusts = std::to_array<Choice<EmiAdjust>>({
    {"none", EmiAdjust::None},
    {"fineract", EmiAdjust::Fineract},
});
constexpr std::array kLaterDisbursements = std::to_array<Choice<LaterDisbursement>>({
    {"reamortize", LaterDisbursement::Reamortize},
    {"spread_over_all", LaterDisbursement::SpreadOverAll},
    {"added_on_top", LaterDisbursement::AddedOnTop},
});
constexpr std::array kUnpaidInterests = std::to_array<Choice<UnpaidInterest>>({
    {"paid_next", UnpaidInterest::PaidNext},
    {"capitalized", UnpaidInterest::Capitalized},
});
constexpr std::array kUpfrontDays = std::to_array<Choice<bool>>({
    {"first_installment", false},
    {"disbursement", true},
});
constexpr std::string_view kSameAsPeriod = "SAME_AS_PERIOD";

base::Currency read_currency(Fields& fields) {
  const std::string& code = fields.text("currency");
  const auto currency = base::Currency::find(code);
  if (!currency) {
    throw Problem{"unknown_currency", "currency",
                  fmt::format("\"{}\" is no currency we know", code)};
  }
  return *currency;
}

base::Rate read_rate(Fields fields) {
  const base::RateBasis basis = fields.choice("per", kBases);
  const base::Rate rate = fields.percent("percent", basis);
  fields.refuse_others();
  return rate;
}

bool read_flag(Fields& fields, std::string_view name) {
  const Json* value = fields.find(name);
  if (value == nullptr) return false;
  if (value->type != Json::Type::Boolean) {
    throw Problem{"wrong_type", fields.path(name),
                  fmt::format("\"{}\" must be true or false", fields.path(name))};
  }
  return value->boolean;
}

void read_rounding(Fields fields, Terms& terms) {
  const base::Rounding mode = fields.choice("mode", kModes);
  const Remainder remainder = fields.choice("remainder", kRemainders);
  fields.refuse_others();
  terms.interest_rounding = mode;
  const bool is_annuity = terms.method == Method::LevelPayment || terms.method == Method::Balloon;
  if (is_annuity && remainder != Remainder::Last) {
    // Nothing is split: the last payment takes what the rounded ones leave.
    throw Problem{"unsupported", "rounding.remainder",
                  "level payments leave the rest to the last installment: LAST"};
  }
  terms.split_rule = {mode, remainder};
}

/// A rate per period needs no days, so there a day count changes nothing.
void read_day_count(Fields& fields, Terms& terms) {
  if (!fields.has("day_count")) return;
  const std::string& name = fields.text("day_count");
  if (name == kSameAsPeriod) return;
  const auto convention = scheduling::find_day_count(name);
  if (!convention) {
    throw Problem{"unknown_value", "day_count", fmt::format("\"{}\" is no day count", name)};
  }
  if (terms.rate.basis != base::RateBasis::PerPeriod) terms.day_count = convention;
}

scheduling::DueRule read_dues(Fields& fields, base::Day disbursed_on) {
  scheduling::Period every;
  if (fields.has("every")) {
    Fields step = fields.object("every");
    every = {step.whole("count"), step.choice("unit", kUnits)};
    step.refuse_others();
  }
  scheduling::DueRule dues = fields.has("first_due_on")
                                 ? scheduling::dues_from(fields.day("first_due_on"), every)
                                 : scheduling::order_mode(disbursed_on, every);
  dues.end_of_month = read_flag(fields, "end_of_month");
  return dues;
}

scheduling::Calendar read_calendar(Fields& fields, const FindCalendar& find_calendar) {
  const Json& written = fields.require("calendar");
  std::vector<scheduling::Calendar> calendars;
  const auto add = [&](const Json& name) {
    if (name.type != Json::Type::String) {
      throw Problem{"wrong_type", fields.path("calendar"),
                    "a calendar is a name, or an array of names whose business days all share"};
    }
    const scheduling::Calendar* found = find_calendar(name.text);
    if (found == nullptr) {
      throw Problem{"unknown_calendar", fields.path("calendar"),
                    fmt::format("no calendar \"{}\" is loaded: name the catalog that has it "
                                "(--catalog)",
                                name.text)};
    }
    calendars.push_back(*found);
  };
  constexpr std::size_t kJointMax = 8;
  if (written.type != Json::Type::Array) {
    add(written);
  } else if (written.values.empty() || written.values.size() > kJointMax) {
    throw Problem{"too_many", fields.path("calendar"),
                  fmt::format("from 1 to {} calendars", kJointMax)};
  } else {
    for (const Json& name : written.values) add(name);
  }
  if (calendars.size() == 1) return calendars.front();
  auto joint = scheduling::Calendar::joint("joint", calendars);
  if (joint) return *std::move(joint);
  throw Problem{"calendar_year_missing", fields.path("calendar"),
                "the calendars have no year in common, or no day they all work"};
}

/// Due dates moved to business days, one by one: a year that is not loaded is named.
void read_business_day(Fields fields, Terms& terms, const FindCalendar& find_calendar) {
  const BusinessDayConvention convention = fields.choice("convention", kConventions);
  const scheduling::Calendar calendar = read_calendar(fields, find_calendar);
  fields.refuse_others();
  const bool is_countable =
      terms.installment_count >= 1 && terms.installment_count <= scheduling::kInstallmentCountMax &&
      terms.dues.every.count >= 1 && terms.dues.every.count <= scheduling::kPeriodCountMax;
  if (!is_countable) return;  // refused by make_schedule, with its own reason
  for (int k = 1; k <= terms.installment_count; ++k) {
    const auto due = scheduling::due_date_adjusted(terms.dues, k, calendar, convention);
    if (!due) {
      throw Problem{
          "calendar_year_missing", "business_day.calendar",
          fmt::format("installment {} needs {}, and {} is loaded for {} to {}", k, due.error().year,
                      calendar.name(), calendar.first_year(), calendar.last_year())};
    }
    terms.due_on.push_back(*due);
  }
}

void read_disbursements(Fields& fields, base::Currency currency, Terms& terms) {
  if (fields.has("disbursements")) {
    for (Fields& one : fields.objects("disbursements", scheduling::kDisbursementCountMax)) {
      terms.disbursements.push_back({one.day("date"), one.amount("amount", currency).minor()});
      one.refuse_others();
    }
  }
  if (fields.has("later_disbursement")) {
    terms.later_disbursement = fields.choice("later_disbursement", kLaterDisbursements);
  }
}

void read_fees(Fields& fields, base::Currency currency, Terms& terms) {
  if (fields.has("fees")) {
    for (Fields& one : fields.objects("fees", scheduling::kDatedFeeCountMax)) {
      terms.fees.push_back({one.day("date"), one.amount("amount", currency).minor()});
      one.refuse_others();
    }
  }
  if (fields.has("upfront_fee_on")) {
    terms.upfront_on_day_0 = fields.choice("upfront_fee_on", kUpfrontDays);
  }
}

void read_grace(Fields fields, Terms& terms) {
  if (fields.has("principal")) terms.grace.principal = fields.whole("principal");
  if (fields.has("interest")) terms.grace.interest = fields.whole("interest");
  if (fields.has("interest_free")) terms.grace.interest_free = fields.whole("interest_free");
  if (fields.has("unpaid_interest")) {
    terms.unpaid_interest = fields.choice("unpaid_interest", kUnpaidInterests);
  }
  fields.refuse_others();
}

/// A part of the rate, in hundredths of a percent.
int read_subsidy(Fields& fields) {
  constexpr std::int64_t kScalePerBps = base::kRateScale / 10'000;
  const base::Rate share = fields.percent("subsidy_percent", base::RateBasis::Flat);
  if (share.e8 % kScalePerBps != 0 || share.e8 > base::kRateScale) {
    throw Problem{"bad_rate", "subsidy_percent",
                  "a subsidy is from 0 to 100 % of the rate, with at most two decimals"};
  }
  return static_cast<int>(share.e8 / kScalePerBps);
}

void read_options(Fields& fields, base::Currency currency, Terms& terms) {
  read_disbursements(fields, currency, terms);
  read_fees(fields, currency, terms);
  if (fields.has("down_payment_percent")) {
    terms.down_payment_e8 = fields.percent("down_payment_percent", base::RateBasis::Flat).e8;
  }
  if (fields.has("grace")) read_grace(fields.object("grace"), terms);
  if (fields.has("balloon")) terms.balloon_minor = fields.amount("balloon", currency).minor();
  if (fields.has("multiples_of")) {
    terms.multiples_of_minor = fields.amount("multiples_of", currency).minor();
    if (terms.multiples_of_minor <= 0) {
      throw Problem{"multiple_out_of_range", "multiples_of", "a multiple is above zero"};
    }
  }
  if (fields.has("emi_adjust")) terms.emi_adjust = fields.choice("emi_adjust", kEmiAdjusts);
  if (fields.has("last_due_on")) terms.last_due_on = fields.day("last_due_on");
  if (fields.has("subsidy_percent")) terms.subsidy_bps = read_subsidy(fields);
}

/// The first option that is set and not every method has.
Problem option_not_for_method(const Terms& terms) {
  std::string field = "rounding.remainder";
  if (terms.multiples_of_minor > 0) field = "multiples_of";
  if (terms.unpaid_interest == UnpaidInterest::Capitalized) field = "grace.unpaid_interest";
  if (terms.later_disbursement != LaterDisbursement::Reamortize) field = "later_disbursement";
  if (terms.emi_adjust != EmiAdjust::None) field = "emi_adjust";
  if (terms.upfront_on_day_0) field = "upfront_fee_on";
  return {"option_not_for_method", field,
          fmt::format("\"{}\" does not go with this method and its other options: docs/schedule.md",
                      field)};
}

}  // namespace

Terms read_terms(Fields& fields, const FindCalendar& find_calendar) {
  Terms terms;
  terms.method = fields.choice("method", kMethods);
  const base::Currency currency = read_currency(fields);
  terms.principal = fields.amount("principal", currency);
  terms.installment_count = fields.whole("installments");
  terms.disbursed_on = fields.day("disbursed_on");
  terms.dues = read_dues(fields, terms.disbursed_on);
  if (fields.has("rate") || terms.method != Method::InterestFree) {
    terms.rate = read_rate(fields.object("rate"));
  } else {
    terms.rate.basis = base::RateBasis::PerPeriod;
  }
  read_day_count(fields, terms);
  if (fields.has("rounding")) read_rounding(fields.object("rounding"), terms);
  read_options(fields, currency, terms);
  if (fields.has("business_day")) {
    read_business_day(fields.object("business_day"), terms, find_calendar);
  }
  fields.refuse_others();
  // One whole unit of the currency an installment: 1.00, 1 yen, 1.000 dinar (domain minimum).
  terms.principal_minor_min = 1;
  for (int i = 0; i < currency.exponent(); ++i) terms.principal_minor_min *= 10;
  return terms;
}

Problem problem_of(scheduling::TermsRefusal refusal, const Terms& terms) {
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
      if (terms.method == Method::InterestFree) {
        return {"rate_on_interest_free", "rate", "an interest-free plan has no rate"};
      }
      return {"rate_has_no_period", "rate.per",
              "a rate per day needs a day count, or periods of days or weeks"};
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
      return option_not_for_method(terms);
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

}  // namespace cli
