#include "cli/event_line.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/zone.h"

namespace cli {
namespace {

constexpr std::size_t kTextBytesMax = 128;  // as a column of a CSV import

constexpr std::array kPayoffMethods = std::to_array<Choice<scheduling::PayoffMethod>>({
    {"waive_unbilled", scheduling::PayoffMethod::WaiveUnbilled},
    {"prorata_days", scheduling::PayoffMethod::ProrataDays},
    {"charge_all", scheduling::PayoffMethod::ChargeAll},
    {"actuarial", scheduling::PayoffMethod::Actuarial},
    {"rule_of_78", scheduling::PayoffMethod::RuleOf78},
});
constexpr std::array kPrepaidEffects = std::to_array<Choice<scheduling::PrepaidEffect>>({
    {"smaller_installments", scheduling::PrepaidEffect::SmallerInstallments},
    {"fewer_installments", scheduling::PrepaidEffect::FewerInstallments},
});
constexpr std::array kPrepaidFees = std::to_array<Choice<scheduling::PrepaidFee>>({
    {"keep_of_remaining", scheduling::PrepaidFee::KeepOfRemaining},
    {"reduce", scheduling::PrepaidFee::Reduce},
    {"charge_all", scheduling::PrepaidFee::ChargeAll},
});
constexpr std::array kRateBases = std::to_array<Choice<base::RateBasis>>({
    {"period", base::RateBasis::PerPeriod},
    {"day", base::RateBasis::PerDay},
    {"month", base::RateBasis::PerMonth},
    {"year365", base::RateBasis::PerYear365},
    {"year360", base::RateBasis::PerYear360},
});

constexpr std::array kWaived = std::to_array<Choice<engine::Waive::Component>>({
    {"late_fee", engine::Waive::Component::LateFee},
    {"fee", engine::Waive::Component::Fee},
});

/// A line's fields with the catalog that gives what they leave out.
class EventFields {
 public:
  EventFields(const Json& line, const engine::Catalog& catalog)
      : fields_(line, ""), catalog_(catalog) {
    if (!fields_.has("currency")) {
      currency_ = catalog.currency;
      return;
    }
    const std::string code = fields_.text("currency");
    const auto found = base::Currency::find(code);
    if (!found) {
      throw Problem{"CURRENCY_UNKNOWN", "currency",
                    fmt::format("\"{}\" is no currency of ISO 4217", code)};
    }
    currency_ = *found;
  }

  base::Currency currency() const { return currency_; }
  Fields& raw() { return fields_; }

  /// A name or reference: no control characters, so that it prints on one line everywhere.
  std::string ref(std::string_view name) {
    std::string value = fields_.text(name);
    if (value.empty()) throw Problem{"FIELD_EMPTY", std::string(name), "this field needs a value"};
    return plain(name, std::move(value));
  }
  std::string ref_if_any(std::string_view name) {
    return fields_.has(name) ? plain(name, fields_.text(name)) : std::string();
  }

  base::Instant at() {
    const std::string value = fields_.text("at");
    const auto instant = base::parse_instant(value, catalog_.zone);
    if (instant) return *instant;
    throw Problem{"TIME_INVALID", "at",
                  fmt::format("\"{}\" is no time: YYYY-MM-DD HH:MM:SS in the book's zone, or RFC "
                              "3339 with an offset",
                              value)};
  }

  base::Money amount(std::string_view name) { return fields_.amount(name, currency_); }
  std::int64_t minor_if_any(std::string_view name) {
    return fields_.has(name) ? amount(name).minor() : 0;
  }
  int whole_or(std::string_view name, int fallback) {
    return fields_.has(name) ? fields_.whole(name) : fallback;
  }
  bool flag(std::string_view name) {
    const Json* value = fields_.find(name);
    if (value == nullptr) return false;
    if (value->type != Json::Type::Boolean) {
      throw Problem{"wrong_type", std::string(name),
                    fmt::format("\"{}\" must be true or false", name)};
    }
    return value->boolean;
  }
  template <class T, std::size_t N>
  T choice_or(std::string_view name, const std::array<Choice<T>, N>& choices, T fallback) {
    return fields_.has(name) ? fields_.choice(name, choices) : fallback;
  }

 private:
  static std::string plain(std::string_view name, std::string value) {
    if (value.size() > kTextBytesMax) {
      throw Problem{"TEXT_TOO_LONG", std::string(name),
                    fmt::format("this field takes at most {} bytes", kTextBytesMax)};
    }
    const bool is_plain = std::ranges::none_of(
        value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (!is_plain) {
      throw Problem{"TEXT_NOT_PLAIN", std::string(name), "this field takes no control characters"};
    }
    return value;
  }

  Fields fields_;
  const engine::Catalog& catalog_;
  base::Currency currency_;
};

LifecycleEvent read_purchase(EventFields& fields) {
  engine::Purchase purchase;
  purchase.ref = fields.ref("ref");
  purchase.customer = fields.ref("customer");
  purchase.merchant = fields.ref("merchant");
  purchase.purchased_at = fields.at();
  purchase.amount = fields.amount("amount");
  purchase.product = fields.ref_if_any("product");
  purchase.installments = fields.whole_or("installments", 1);
  purchase.channel = fields.ref_if_any("channel");
  purchase.category = fields.ref_if_any("category");
  purchase.coupon_platform = fields.minor_if_any("coupon_platform");
  purchase.coupon_merchant = fields.minor_if_any("coupon_merchant");
  purchase.coupon_sponsor = fields.minor_if_any("coupon_sponsor");
  purchase.sponsor = fields.ref_if_any("sponsor");
  purchase.hold_ref = fields.ref_if_any("hold");
  return purchase;
}

LifecycleEvent read_repayment(EventFields& fields) {
  engine::Repayment repayment;
  repayment.ref = fields.ref("ref");
  repayment.customer = fields.ref("customer");
  repayment.paid_at = fields.at();
  repayment.amount = fields.amount("amount");
  repayment.channel = fields.ref_if_any("channel");
  repayment.purchase_ref = fields.ref_if_any("purchase");
  return repayment;
}

LifecycleEvent read_refund(EventFields& fields) {
  engine::RefundRequest refund;
  refund.ref = fields.ref("ref");
  refund.purchase_ref = fields.ref("purchase");
  refund.refunded_at = fields.at();
  refund.amount = fields.amount("amount");
  refund.reason = fields.ref_if_any("reason");
  refund.is_merchants_fault = fields.flag("merchants_fault");
  return refund;
}

LifecycleEvent read_hold(EventFields& fields) {
  return engine::HoldRequest{fields.ref("ref"), fields.ref("customer"), fields.ref("merchant"),
                             fields.at(), fields.amount("amount")};
}

LifecycleEvent read_release(EventFields& fields) {
  return engine::HoldRelease{fields.ref("ref"), fields.ref("hold"), fields.at(),
                             fields.amount("amount")};
}

engine::LifeChange read_payoff(EventFields& fields) {
  engine::PayOff payoff{.amount = fields.amount("amount"), .channel = fields.ref_if_any("channel")};
  if (fields.raw().has("method")) payoff.method = fields.raw().choice("method", kPayoffMethods);
  payoff.suspense = fields.ref_if_any("suspense");
  return payoff;
}

engine::LifeChange read_allocate_suspense(EventFields& fields) {
  return engine::AllocateSuspense{fields.amount("amount"), fields.ref("suspense")};
}
engine::LifeChange read_goodwill(EventFields& fields) {
  return engine::Goodwill{fields.amount("amount")};
}
engine::LifeChange read_refund_credit(EventFields& fields) {
  return engine::RefundCredit{fields.amount("amount")};
}
engine::LifeChange read_pay_refund(EventFields& fields) {
  return engine::PayRefund{fields.ref("refund"), fields.ref_if_any("channel")};
}
engine::LifeChange read_waive(EventFields& fields) {
  return engine::Waive{fields.raw().choice("component", kWaived), fields.amount("amount")};
}
engine::LifeChange read_dispute(EventFields& fields) {
  return engine::OpenDispute{{fields.minor_if_any("fee"), fields.currency()}};
}
engine::LifeChange read_dispute_lost(EventFields&) { return engine::LoseDispute{}; }
engine::LifeChange read_dispute_won(EventFields&) { return engine::WinDispute{}; }
engine::LifeChange read_chargeback(EventFields& fields) {
  return engine::ChargeBack{fields.ref("repayment"), fields.ref_if_any("shortage")};
}
engine::LifeChange read_recovery(EventFields& fields) {
  return engine::Recover{fields.amount("amount"),
                         {fields.minor_if_any("fee"), fields.currency()},
                         fields.ref_if_any("collector")};
}

engine::LifeChange read_prepay(EventFields& fields) {
  return engine::PrepayPart{
      fields.amount("amount"), fields.ref_if_any("channel"),
      fields.choice_or("effect", kPrepaidEffects, scheduling::PrepaidEffect::SmallerInstallments),
      fields.choice_or("fee", kPrepaidFees, scheduling::PrepaidFee::KeepOfRemaining)};
}

engine::LifeChange read_extend(EventFields& fields) {
  return engine::Extend{fields.raw().whole("first"), fields.whole_or("count", 1),
                        fields.raw().whole("months")};
}

engine::LifeChange read_re_age(EventFields& fields) {
  return engine::ReAge{fields.raw().whole("count"), fields.raw().day("first_due_on"),
                       fields.flag("documented")};
}

engine::LifeChange read_re_amortize(EventFields&) { return engine::ReAmortize{}; }

engine::LifeChange read_pause(EventFields& fields) {
  return engine::PauseInterest{fields.raw().day("from"), fields.raw().day("to")};
}

engine::LifeChange read_rate(EventFields& fields) {
  const base::Day from = fields.raw().day("from");
  Fields rate = fields.raw().object("rate");
  const base::RateBasis basis = rate.choice("per", kRateBases);
  engine::ChangeRate change{from, rate.percent("percent", basis)};
  rate.refuse_others();
  return change;
}

template <engine::LifeChange (*read)(EventFields&)>
LifecycleEvent read_life(EventFields& fields) {
  engine::LifeEvent event{.ref = fields.ref("ref"),
                          .purchase_ref = fields.ref_if_any("purchase"),
                          .at = fields.at(),
                          .currency = fields.currency(),
                          .change = read(fields)};
  event.customer = fields.ref_if_any("customer");
  event.reason = fields.ref_if_any("reason");
  event.requested_by = fields.ref_if_any("requested_by");
  event.approved_by = fields.ref_if_any("approved_by");
  return event;
}

void read_pairs(EventFields& fields, engine::BookEvent& event) {
  for (Fields& pair : fields.raw().objects("pairs", 100)) {
    event.pairs.push_back({pair.whole("debit"), pair.whole("credit"),
                           pair.amount("amount", fields.currency()).minor()});
    pair.refuse_others();
  }
}

void read_stated(EventFields& fields, engine::BookEvent& event) {
  engine::StatedBalance stated{.as_of = fields.raw().day("as_of"),
                               .closing = fields.amount("closing").minor()};
  if (fields.raw().has("transit")) {
    for (Fields& item : fields.raw().objects("transit", 10'000)) {
      stated.transit.push_back(
          {item.text("ref"), item.amount("amount", fields.currency()).minor()});
      item.refuse_others();
    }
  }
  event.stated = std::move(stated);
}

/// Events of the book have the amounts that their rule names.
LifecycleEvent read_book_event(EventFields& fields, const engine::BookRule& rule) {
  engine::BookEvent event{.ref = fields.ref("ref"),
                          .type = std::string(rule.type),
                          .at = fields.at(),
                          .currency = fields.currency(),
                          .amounts = {}};
  event.merchant = fields.ref_if_any("merchant");
  event.channel = fields.ref_if_any("channel");
  event.sponsor = fields.ref_if_any("sponsor");
  event.tag = fields.ref_if_any("batch");
  event.suspense = fields.ref_if_any("suspense");
  event.payout = fields.ref_if_any("payout");
  event.reason = fields.ref_if_any("reason");
  event.requested_by = fields.ref_if_any("requested_by");
  event.approved_by = fields.ref_if_any("approved_by");
  if (fields.raw().has("other_currency")) {
    const std::string code = fields.raw().text("other_currency");
    event.other_currency = base::Currency::find(code);
    if (!event.other_currency) {
      throw Problem{"CURRENCY_UNKNOWN", "other_currency",
                    fmt::format("\"{}\" is no currency of ISO 4217", code)};
    }
  }
  for (const engine::RuleLeg& leg : rule.legs) {
    if (event.amounts.contains(std::string(leg.amount)) || !fields.raw().has(leg.amount)) continue;
    const base::Currency currency =
        leg.is_other && event.other_currency ? *event.other_currency : fields.currency();
    event.amounts.emplace(leg.amount, fields.raw().amount(leg.amount, currency).minor());
  }
  if (rule.type == "manual") read_pairs(fields, event);
  if (rule.effect == engine::BookEffect::StatesBank) read_stated(fields, event);
  if (rule.effect == engine::BookEffect::NamesAccount) {
    event.account =
        engine::PayoutAccount{fields.ref("name"), fields.ref("account"), fields.ref("bank_code")};
  }
  if (rule.effect == engine::BookEffect::OwnsSuspense) event.owner = fields.ref("owner");
  return event;
}

using Reader = LifecycleEvent (*)(EventFields&);
constexpr std::array kTypes = std::to_array<Choice<Reader>>({
    {"purchase", read_purchase},
    {"repayment", read_repayment},
    {"refund", read_refund},
    {"hold", read_hold},
    {"release", read_release},
    {"payoff", read_life<read_payoff>},
    {"prepay", read_life<read_prepay>},
    {"extend", read_life<read_extend>},
    {"re_age", read_life<read_re_age>},
    {"re_amortize", read_life<read_re_amortize>},
    {"pause_interest", read_life<read_pause>},
    {"change_rate", read_life<read_rate>},
    {"allocate_suspense", read_life<read_allocate_suspense>},
    {"goodwill", read_life<read_goodwill>},
    {"refund_credit", read_life<read_refund_credit>},
    {"pay_refund", read_life<read_pay_refund>},
    {"waive", read_life<read_waive>},
    {"dispute_opened", read_life<read_dispute>},
    {"dispute_lost", read_life<read_dispute_lost>},
    {"dispute_won", read_life<read_dispute_won>},
    {"chargeback", read_life<read_chargeback>},
    {"recovery", read_life<read_recovery>},
});

}  // namespace

LifecycleEvent read_event(std::string_view line, const engine::Catalog& catalog) {
  const Json parsed = parse_json(line);
  if (parsed.type != Json::Type::Object) {
    throw Problem{"not_an_object", "", "a line is one JSON object"};
  }
  EventFields fields(parsed, catalog);
  const engine::BookRule* rule = engine::find_book_rule(fields.raw().text("type"));
  LifecycleEvent event = rule != nullptr ? read_book_event(fields, *rule)
                                         : fields.raw().choice("type", kTypes)(fields);
  fields.raw().refuse_others();
  return event;
}

std::string_view type_of(const LifecycleEvent& event) {
  if (const auto* life = std::get_if<engine::LifeEvent>(&event)) return name_of(life->change);
  if (const auto* book = std::get_if<engine::BookEvent>(&event)) return book->type;
  constexpr std::array<std::string_view, 5> kNames = {"purchase", "repayment", "refund", "hold",
                                                      "release"};
  return kNames[event.index()];
}

std::string_view ref_of(const LifecycleEvent& event) {
  return std::visit([](const auto& one) -> std::string_view { return one.ref; }, event);
}

}  // namespace cli
