// The catalog: policy as data. One readable TOML file, parsed once, checked whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/rate.h"
#include "base/result.h"
#include "base/zone.h"
#include "engine/account_row.h"
#include "ledger/posting.h"
#include "scheduling/calendar.h"
#include "scheduling/partial_refund.h"
#include "scheduling/price_cap.h"
#include "scheduling/schedule.h"
#include "scheduling/waterfall.h"

namespace engine {

/// Parameters that are money, so that they are given per currency.
struct CurrencyTerms {
  base::Currency currency;
  std::int64_t tolerance_minor = 0;  ///< late only above min(this, tolerance share)
  std::int64_t payout_minor_min = 0;
  std::int64_t principal_minor_min = 0;    ///< per installment
  std::int64_t opening_capital_minor = 0;  ///< posted on the book's first date; may be 0
};

struct LateFeeTerms {
  base::Rate per_day;  ///< 0: no late fee
  int grace_days = 3;
  std::int64_t tolerance_share_bps = 1000;  ///< 10 % of the installment
};

enum class DueMode { Order, Statement };

struct Subsidy {
  ledger::SubsidyPayer payer = ledger::SubsidyPayer::None;
  std::map<int, base::Rate> rate_by_count;  ///< of the financed amount; absent: none
};

/// What a refund of part of the goods does to the plan.
struct RefundTerms {
  scheduling::UnbilledOrder unbilled = scheduling::UnbilledOrder::ProRata;
  scheduling::PaidFee paid_fee = scheduling::PaidFee::Retain;
};

struct Product {
  std::string name;
  scheduling::Method method = scheduling::Method::InterestFree;
  int count_min = 1;
  int count_max = 60;
  DueMode due_mode = DueMode::Order;
  scheduling::StatementTerms statement;
  base::Rate rate;                                     ///< of all but InterestFree
  std::optional<scheduling::DayCount> day_count = {};  ///< how interest counts days, if it does
  base::SplitRule split_rule = base::SplitRule::DownLast;
  base::Rounding rounding = base::Rounding::HalfUp;
  Subsidy subsidy;
  LateFeeTerms late_fee;
  std::string jurisdiction;  ///< whose price caps bind it; empty: not checked (price_check.h)
  std::string lender;        ///< the kind of lender that some caps are for
  RefundTerms refund;
};

/// Expected credit loss (domain §4.5). Absent from a catalog, nothing is impaired or charged off.
struct ImpairmentTerms {
  base::Rate pd_12m;
  base::Rate pd_lifetime;
  base::Rate lgd;
  int stage_2_dpd = 31;
  int stage_3_dpd = 91;
  int charge_off_dpd = 181;
};

enum class Frequency { Daily, Weekly, Monthly };

struct MerchantTerms {
  std::string name;
  base::Rate discount;           ///< of G - Cm, half up
  base::Rate vat;                ///< contained in the discount; 0: none
  bool returns_discount = true;  ///< mdr_on_refund = RETURN_PRORATA
  int delay_days = 1;
  bool delay_in_business_days = true;  ///< T+n; else D+n rolled FOLLOWING
  std::string calendar;
  Frequency frequency = Frequency::Daily;
  int frequency_day = 1;  ///< ISO weekday 1..7 or day of the month 1..28
  base::Rate reserve;     ///< of new sales; 0: none
  int reserve_days = 90;
};

struct CustomerTerms {
  std::string name;
  std::map<std::string, std::int64_t> limit_minor;  ///< by currency code
};

struct Channel {
  std::string name;
  bool auto_settle = false;  ///< simulated outside world
  int settle_business_days = 1;
  base::Rate fee;  ///< per repayment, half up
  /// A month is sealed only when two people have signed each of its dates (month_sign_offs.h).
  bool requires_sign_off = false;
};

/// Whether a policy decline stops a purchase, or history is recorded as it was.
enum class Decisions { Enforce, Record };

/// Whose account merchants are paid from.
struct PayoutDebtor {
  std::string name;
  std::string account;    ///< an IBAN, or the bank's own number
  std::string bank_code;  ///< a BIC, or the number of the clearing system
};

struct Catalog {
  std::string name;
  int version = 0;          ///< as stored; 0 until it is
  std::string body;         ///< the text it was parsed from
  base::Currency currency;  ///< default of input without one
  base::Zone zone;
  std::string calendar;  ///< of the book: channels, business days of the close
  std::chrono::minutes cutoff{24 * 60};
  int year_ends_in = 12;              ///< month whose last date closes the financial year
  std::optional<base::Day> opens_on;  ///< absent: the date of the first event
  Decisions decisions = Decisions::Enforce;
  std::optional<int> payout_auto_confirm_days;  ///< simulated outside world
  std::optional<PayoutDebtor> payout_debtor;    ///< absent: no files for the bank
  std::string bank = "BANK";
  std::vector<CurrencyTerms> currencies;
  std::vector<Product> products;  ///< the first is the default
  std::vector<MerchantTerms> merchants;
  std::vector<CustomerTerms> customers;
  std::vector<Channel> channels;  ///< the first is the default
  std::vector<scheduling::Calendar> calendars;
  scheduling::PriceCapTable price_caps;  ///< of the jurisdictions that products name
  /// Order of payment; a row for every type and number of days past due.
  std::vector<scheduling::WaterfallRow> waterfalls{scheduling::default_waterfalls().begin(),
                                                   scheduling::default_waterfalls().end()};
  std::vector<AccountRow> accounts;  ///< the user's own account numbers; empty: none
  std::optional<ImpairmentTerms> impairment;
  bool limit_policy = true;            ///< the DPD rows of the dynamic limit policy
  std::string created_customer_terms;  ///< terms of parties made by --create-parties
  std::string created_merchant_terms;
  /// canonical column -> source column(s) joined by ':', per kind ("purchases", "repayments", ...)
  std::map<std::string, std::map<std::string, std::string>> import_map;
  /// canonical column -> value read -> value meant, e.g. installments: "0" -> "1"
  std::map<std::string, std::map<std::string, std::map<std::string, std::string>>> import_values;
  std::optional<base::Day> demo_through;  ///< the last date `fenqi demo` closes

  const CurrencyTerms* find_currency(std::string_view code) const;
  const Product* find_product(std::string_view product_name) const;  ///< "" is the default
  const MerchantTerms* find_merchant_terms(std::string_view terms_name) const;
  const CustomerTerms* find_customer_terms(std::string_view terms_name) const;
  const Channel* find_channel(std::string_view channel_name) const;  ///< "" is the default
  const scheduling::Calendar* find_calendar(std::string_view calendar_name) const;
};

/// What is wrong with a catalog: where ("merchant.standard.discount_percent"), the value, and the
/// rule it breaks, which reads on from the field: "is a percentage, like "0.60"".
struct CatalogError {
  std::string field;
  std::string value;
  std::string rule;
};

/// Parses and checks the whole text; the first thing wrong is the answer. docs/catalog.md lists the
/// keys. A key that catalogs don't have is refused, so that a misspelt one never means the default.
base::Result<Catalog, CatalogError> parse_catalog(std::string body);

}  // namespace engine
