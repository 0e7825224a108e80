#include "engine/product_terms.h"

namespace engine {

scheduling::Terms product_terms(const Product& product, const CurrencyTerms& currency,
                                std::int64_t financed_minor, int count, base::Day start_on) {
  scheduling::Terms terms;
  terms.principal = {financed_minor, currency.currency};
  terms.installment_count = count;
  terms.disbursed_on = start_on;
  terms.dues = product.due_mode == DueMode::Order
                   ? scheduling::order_mode(start_on)
                   : scheduling::statement_mode(start_on, product.statement);
  terms.method = product.method;
  terms.rate = product.rate;
  terms.split_rule = product.split_rule;
  terms.interest_rounding = product.rounding;
  terms.day_count = product.day_count;
  // One installment is never too small: there is nothing to split.
  if (count > 1) terms.principal_minor_min = currency.principal_minor_min;
  return terms;
}

bool bears_interest(const Product& product) {
  using scheduling::Method;
  return product.method == Method::EqualPrincipal || product.method == Method::LevelPayment ||
         product.method == Method::DailyInterest;
}

}  // namespace engine
