#include "engine/life_event.h"

#include <array>

namespace engine {

bool needs_second_person(const LifeChange& change) {
  return std::holds_alternative<Extend>(change) || std::holds_alternative<ReAge>(change) ||
         std::holds_alternative<ReAmortize>(change) ||
         std::holds_alternative<PauseInterest>(change) ||
         std::holds_alternative<ChangeRate>(change) || std::holds_alternative<Goodwill>(change) ||
         std::holds_alternative<Waive>(change);
}

std::optional<base::Money> amount_of(const LifeChange& change) {
  struct Visitor {
    using Amount = std::optional<base::Money>;
    Amount operator()(const PayOff& c) const { return c.amount; }
    Amount operator()(const PrepayPart& c) const { return c.amount; }
    Amount operator()(const AllocateSuspense& c) const { return c.amount; }
    Amount operator()(const Goodwill& c) const { return c.amount; }
    Amount operator()(const RefundCredit& c) const { return c.amount; }
    Amount operator()(const Waive& c) const { return c.amount; }
    Amount operator()(const Recover& c) const { return c.amount; }
    Amount operator()(const Extend&) const { return std::nullopt; }
    Amount operator()(const ReAge&) const { return std::nullopt; }
    Amount operator()(const ReAmortize&) const { return std::nullopt; }
    Amount operator()(const PauseInterest&) const { return std::nullopt; }
    Amount operator()(const ChangeRate&) const { return std::nullopt; }
    Amount operator()(const PayRefund&) const { return std::nullopt; }
    Amount operator()(const OpenDispute&) const { return std::nullopt; }
    Amount operator()(const LoseDispute&) const { return std::nullopt; }
    Amount operator()(const WinDispute&) const { return std::nullopt; }
    Amount operator()(const ChargeBack&) const { return std::nullopt; }
  };
  return std::visit(Visitor{}, change);
}

std::string channel_of(const LifeChange& change) {
  if (const auto* payoff = std::get_if<PayOff>(&change)) return payoff->channel;
  if (const auto* prepayment = std::get_if<PrepayPart>(&change)) return prepayment->channel;
  if (const auto* refund = std::get_if<PayRefund>(&change)) return refund->channel;
  return "";
}

std::string suspense_of(const LifeChange& change) {
  if (const auto* payoff = std::get_if<PayOff>(&change)) return payoff->suspense;
  if (const auto* receipt = std::get_if<AllocateSuspense>(&change)) return receipt->suspense;
  return "";
}

std::string_view name_of(const LifeChange& change) {
  constexpr std::array<std::string_view, std::variant_size_v<LifeChange>> kNames = {
      "payoff",         "prepay",         "extend",      "re_age",
      "re_amortize",    "pause_interest", "change_rate", "allocate_suspense",
      "goodwill",       "refund_credit",  "pay_refund",  "waive",
      "dispute_opened", "dispute_lost",   "dispute_won", "chargeback",
      "recovery"};
  return kNames[change.index()];
}

}  // namespace engine
