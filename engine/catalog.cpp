#include "engine/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "engine/account_map.h"
#include "engine/calendars.h"
#include "engine/channel_contract.h"
#include "engine/payout_account.h"
#include "engine/price_caps.h"
#include "engine/toml_section.h"
#include "engine/waterfalls.h"

namespace engine {
namespace {

using base::Rate;
using base::RateBasis;

constexpr int kDaysMax = 366;

base::Currency currency_named(const std::string& code, const std::string& where) {
  const std::optional<base::Currency> currency = base::Currency::find(code);
  if (!currency) wrong(where, code, "is not a currency of ISO 4217");
  return *currency;
}

std::chrono::minutes parse_cutoff(const std::string& text, const std::string& where) {
  auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4)) {
    const int hours = (text[0] - '0') * 10 + (text[1] - '0');
    const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    const int total = hours * 60 + minutes;
    if (minutes < 60 && total >= 1 && total <= 24 * 60) return std::chrono::minutes{total};
  }
  wrong(where, text, "is a time from 00:01 to 24:00");
}

void read_book(Section book, Catalog& catalog) {
  catalog.name = book.name("name");
  catalog.currency = currency_named(book.text("currency"), book.path("currency"));
  const std::string zone = book.text("zone");
  const std::optional<base::Zone> found = base::Zone::find(zone);
  if (!found) wrong(book.path("zone"), zone, "is not a zone of the system's time zone database");
  catalog.zone = *found;
  catalog.calendar = book.name("calendar");
  catalog.cutoff = parse_cutoff(book.text_or("cutoff", "24:00"), book.path("cutoff"));
  if (book.find("year_ends_in") != nullptr)
    catalog.year_ends_in = book.whole("year_ends_in", 1, 12);
  catalog.opens_on = book.day_if_any("opens_on");
  catalog.decisions =
      book.choice<Decisions>("decisions", book.text_or("decisions", "enforce"),
                             {{"enforce", Decisions::Enforce}, {"record", Decisions::Record}});
  catalog.limit_policy = book.flag_or("limit_policy", true);
  if (book.find("bank") != nullptr) catalog.bank = book.name("bank");
  book.done();
}

void read_currencies(Section currencies, Catalog& catalog) {
  for (const auto& [key, node] : currencies.raw()) {
    Section one = currencies.section(key.str());
    CurrencyTerms terms;
    terms.currency = currency_named(std::string(key.str()), currencies.path(key.str()));
    terms.tolerance_minor = one.money_or("tolerance", 0, terms.currency);
    terms.payout_minor_min = one.money_or("payout_min", 0, terms.currency);
    terms.principal_minor_min = one.money_or("installment_min", 1, terms.currency);
    terms.opening_capital_minor = one.money_or("opening_capital", 0, terms.currency);
    one.done();
    catalog.currencies.push_back(terms);
  }
}

int count_named(const std::string& key, const std::string& where) {
  int count = 0;
  for (char c : key) {
    if (c < '0' || c > '9' || count > scheduling::kProductInstallmentCountMax) {
      wrong(where, key, "is a number of installments");
    }
    count = count * 10 + (c - '0');
  }
  return count;
}

Subsidy read_subsidy(Section section, const Product& product) {
  Subsidy subsidy;
  subsidy.payer = section.choice<ledger::SubsidyPayer>(
      "payer", section.text("payer"),
      {{"merchant", ledger::SubsidyPayer::Merchant}, {"platform", ledger::SubsidyPayer::Platform}});
  Section percents = section.section("percent_by_installments");
  for (const auto& [key, node] : percents.raw()) {
    const std::string where = percents.path(key.str());
    const int count = count_named(std::string(key.str()), where);
    if (count < product.count_min || count > product.count_max) {
      wrong(where, std::string(key.str()),
            fmt::format("is a number of installments from {} to {}", product.count_min,
                        product.count_max));
    }
    const Rate rate = Section::percent(node, where, RateBasis::Flat);
    if (rate.e8 > base::kRateScale) wrong(where, text_of(node), "is at most 100 %");
    subsidy.rate_by_count[count] = rate;
  }
  section.done();
  return subsidy;
}

LateFeeTerms read_late_fee(Section section) {
  LateFeeTerms terms;
  terms.per_day = section.percent("percent_per_day", RateBasis::PerDay);
  terms.grace_days = section.whole_or("grace_days", terms.grace_days, 0, kDaysMax);
  if (section.find("tolerance_percent") != nullptr) {
    const Rate share = section.percent("tolerance_percent", RateBasis::Flat);
    constexpr std::int64_t kE8PerBasisPoint = base::kRateScale / 10'000;
    if (share.e8 > base::kRateScale || share.e8 % kE8PerBasisPoint != 0) {
      wrong(section.path("tolerance_percent"), text_of(section.require("tolerance_percent")),
            "is at most 100 % and has at most 2 decimals");
    }
    terms.tolerance_share_bps = share.e8 / kE8PerBasisPoint;
  }
  section.done();
  return terms;
}

RefundTerms read_refund(Section section) {
  RefundTerms terms;
  terms.unbilled = section.choice<scheduling::UnbilledOrder>(
      "unbilled", section.text_or("unbilled", "PRO_RATA"),
      {{"PRO_RATA", scheduling::UnbilledOrder::ProRata},
       {"LAST_FIRST", scheduling::UnbilledOrder::LastFirst},
       {"NEXT_FIRST", scheduling::UnbilledOrder::NextFirst}});
  terms.paid_fee =
      section.choice<scheduling::PaidFee>("fee_paid", section.text_or("fee_paid", "RETAIN"),
                                          {{"RETAIN", scheduling::PaidFee::Retain},
                                           {"RETURN_PRORATA", scheduling::PaidFee::ReturnProrata}});
  section.done();
  return terms;
}

PayoutDebtor read_debtor(Section& payout) {
  PayoutDebtor debtor{payout.text("debtor_name"), payout.text("debtor_account"),
                      payout.text("debtor_bank_code")};
  const PayoutAccount account{debtor.name, debtor.account, debtor.bank_code};
  switch (check_payout_account(account)) {
    case PayoutAccountFault::None:
      break;
    case PayoutAccountFault::Name:
      wrong(payout.path("debtor_name"), debtor.name, "is a name of 1 to 128 bytes on one line");
    case PayoutAccountFault::Account:
      wrong(payout.path("debtor_account"), debtor.account,
            "is 1 to 34 letters, digits or '-'; an IBAN with the right check digits");
    case PayoutAccountFault::BankCode:
      wrong(payout.path("debtor_bank_code"), debtor.bank_code,
            "is a BIC, or up to 34 letters and digits of a clearing system");
  }
  return debtor;
}

ImpairmentTerms read_impairment(Section section) {
  ImpairmentTerms terms;
  terms.pd_12m = section.percent("pd_12m_percent", RateBasis::Flat);
  terms.pd_lifetime = section.percent("pd_lifetime_percent", RateBasis::Flat);
  terms.lgd = section.percent("lgd_percent", RateBasis::Flat);
  for (const char* key : {"pd_12m_percent", "pd_lifetime_percent", "lgd_percent"}) {
    if (section.percent(key, RateBasis::Flat).e8 > base::kRateScale) {
      wrong(section.path(key), text_of(section.require(key)), "is at most 100 %");
    }
  }
  terms.stage_2_dpd = section.whole_or("stage_2_dpd", terms.stage_2_dpd, 1, kDaysMax);
  terms.stage_3_dpd =
      section.whole_or("stage_3_dpd", terms.stage_3_dpd, terms.stage_2_dpd + 1, kDaysMax);
  terms.charge_off_dpd =
      section.whole_or("charge_off_dpd", terms.charge_off_dpd, terms.stage_3_dpd + 1, kDaysMax);
  section.done();
  return terms;
}

Product read_product(Section section) {
  using scheduling::Method;
  Product product;
  product.name = section.name("name");
  section.rename("product." + product.name);
  product.method = section.choice<Method>("method", section.text("method"),
                                          {{"interest_free", Method::InterestFree},
                                           {"flat_fee", Method::FlatFee},
                                           {"equal_principal", Method::EqualPrincipal},
                                           {"level_payment", Method::LevelPayment},
                                           {"daily_interest", Method::DailyInterest},
                                           {"flat_interest", Method::FlatInterest}});
  product.count_min = section.whole("installments_min", 1, scheduling::kProductInstallmentCountMax);
  product.count_max =
      section.whole("installments_max", product.count_min, scheduling::kProductInstallmentCountMax);
  product.due_mode =
      section.choice<DueMode>("due", section.text_or("due", "order"),
                              {{"order", DueMode::Order}, {"statement", DueMode::Statement}});
  if (product.due_mode == DueMode::Statement) {
    product.statement.bill_day = section.whole("bill_day", 1, scheduling::kBillDayMax);
    product.statement.days_to_due =
        section.whole_or("days_to_due", product.statement.days_to_due, 0, 60);
  }
  if (product.method == Method::InterestFree) {
    product.rate = {0, RateBasis::PerPeriod};
  } else {
    const RateBasis basis =
        section.choice<RateBasis>("rate_per", section.text_or("rate_per", "period"),
                                  {{"period", RateBasis::PerPeriod},
                                   {"day", RateBasis::PerDay},
                                   {"month", RateBasis::PerMonth},
                                   {"year365", RateBasis::PerYear365},
                                   {"year360", RateBasis::PerYear360}});
    product.rate = section.percent("rate_percent", basis);
    if (product.method == Method::FlatFee && basis == RateBasis::PerDay) {
      wrong(section.path("rate_per"), section.text("rate_per"),
            "is not a day for a fee: it counts no days");
    }
    if (product.rate.e8 > base::kRateScale) {
      wrong(section.path("rate_percent"), text_of(section.require("rate_percent")),
            "is at most 100 %");
    }
  }
  if (section.find("day_count") != nullptr) {
    product.day_count = scheduling::find_day_count(section.text("day_count"));
    if (!product.day_count) {
      wrong(section.path("day_count"), section.text("day_count"),
            "is ACT/365F, ACT/360, ACT/ACT, 30E/360 or another convention of docs/schedule.md");
    }
    if (product.method == Method::InterestFree || product.method == Method::FlatFee) {
      wrong(section.path("day_count"), section.text("day_count"),
            "is for products with interest: a fee counts no days");
    }
  }
  product.split_rule =
      section.choice<base::SplitRule>("split", section.text_or("split", "DOWN_LAST"),
                                      {{"DOWN_LAST", base::SplitRule::DownLast},
                                       {"DOWN_FIRST", base::SplitRule::DownFirst},
                                       {"HALF_UP_LAST", base::SplitRule::HalfUpLast},
                                       {"CUMULATIVE", base::SplitRule::Cumulative},
                                       {"LARGEST_REMAINDER", base::SplitRule::LargestRemainder}});
  product.rounding =
      section.choice<base::Rounding>("rounding", section.text_or("rounding", "HALF_UP"),
                                     {{"HALF_UP", base::Rounding::HalfUp},
                                      {"HALF_EVEN", base::Rounding::HalfEven},
                                      {"DOWN", base::Rounding::Down},
                                      {"UP", base::Rounding::Up},
                                      {"CEILING", base::Rounding::Ceiling},
                                      {"FLOOR", base::Rounding::Floor}});
  if (auto subsidy = section.section_if_any("subsidy")) {
    product.subsidy = read_subsidy(std::move(*subsidy), product);
  }
  product.late_fee.per_day = {0, RateBasis::PerDay};
  if (auto late_fee = section.section_if_any("late_fee")) {
    product.late_fee = read_late_fee(std::move(*late_fee));
  }
  if (section.find("jurisdiction") != nullptr) product.jurisdiction = section.name("jurisdiction");
  if (section.find("lender") != nullptr) {
    product.lender = section.name("lender");
    if (product.jurisdiction.empty()) wrong(section.path("jurisdiction"), "", "is missing");
  }
  if (auto refund = section.section_if_any("refund")) {
    product.refund = read_refund(std::move(*refund));
  }
  section.done();
  return product;
}

/// "T+1" counts business days, "D+1" calendar days.
void read_delay(Section& section, MerchantTerms& terms) {
  const std::string text = section.text_or("settle", "T+1");
  const bool shape =
      text.size() >= 3 && text.size() <= 4 && (text[0] == 'T' || text[0] == 'D') &&
      text[1] == '+' &&
      std::all_of(text.begin() + 2, text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!shape) {
    wrong(section.path("settle"), text, "is T+n (business days) or D+n (calendar days), n to 99");
  }
  terms.delay_in_business_days = text[0] == 'T';
  terms.delay_days = std::stoi(text.substr(2));
}

MerchantTerms read_merchant(Section section, const std::string& book_calendar) {
  MerchantTerms terms;
  terms.name = section.name("name");
  section.rename("merchant." + terms.name);
  terms.discount = section.percent("discount_percent", RateBasis::Flat);
  if (terms.discount.e8 > base::kRateScale) {
    wrong(section.path("discount_percent"), text_of(section.require("discount_percent")),
          "is at most 100 %");
  }
  terms.vat = section.percent_or_zero("vat_percent", RateBasis::Flat);
  terms.returns_discount = section.flag_or("returns_discount", true);
  read_delay(section, terms);
  terms.calendar = section.text_or("calendar", book_calendar);
  terms.frequency = section.choice<Frequency>("frequency", section.text_or("frequency", "daily"),
                                              {{"daily", Frequency::Daily},
                                               {"weekly", Frequency::Weekly},
                                               {"monthly", Frequency::Monthly}});
  if (terms.frequency == Frequency::Weekly) {
    terms.frequency_day = section.whole("weekday", 1, 7);
  } else if (terms.frequency == Frequency::Monthly) {
    terms.frequency_day = section.whole("month_day", 1, 28);
  }
  terms.reserve = section.percent_or_zero("reserve_percent", RateBasis::Flat);
  if (terms.reserve.e8 > base::kRateScale) {
    wrong(section.path("reserve_percent"), text_of(section.require("reserve_percent")),
          "is at most 100 %");
  }
  terms.reserve_days = section.whole_or("reserve_days", terms.reserve_days, 1, 3 * kDaysMax);
  section.done();
  return terms;
}

CustomerTerms read_customer(Section section, const Catalog& catalog) {
  CustomerTerms terms;
  terms.name = section.name("name");
  section.rename("customer." + terms.name);
  Section limits = section.section("limit");
  for (const auto& [key, node] : limits.raw()) {
    const std::string code(key.str());
    const CurrencyTerms* currency = catalog.find_currency(code);
    if (currency == nullptr) {
      wrong(limits.path(code), code, "is a currency with terms under [currency]");
    }
    terms.limit_minor[code] = Section::money(node, limits.path(code), currency->currency);
  }
  section.done();
  return terms;
}

/// `calendars` gets the one that its contract names.
Channel read_channel(Section section, std::map<std::string, std::string>& calendars) {
  Channel channel;
  channel.name = section.name("name");
  section.rename("channel." + channel.name);
  channel.fee = {0, RateBasis::Flat};
  if (auto settle = section.section_if_any("auto_settle")) {
    channel.auto_settle = true;
    channel.settle_business_days = settle->whole("days", 0, 30);
    channel.fee = settle->percent_or_zero("fee_percent", RateBasis::Flat);
    if (channel.fee.e8 > base::kRateScale) {
      wrong(settle->path("fee_percent"), text_of(settle->require("fee_percent")),
            "is at most 100 %");
    }
    settle->done();
  }
  channel.requires_sign_off = section.flag_or("requires_sign_off", false);
  if (auto contract = section.section_if_any("contract")) {
    calendars[channel.name] = read_contract(*std::move(contract)).calendar_name;
  }
  section.done();
  return channel;
}

/// The columns that input files have, by kind; docs/import.md.
const std::map<std::string, std::vector<std::string_view>>& canonical_columns() {
  static const std::map<std::string, std::vector<std::string_view>> columns = {
      {"purchases",
       {"purchase_ref", "customer", "merchant", "purchased_at", "amount", "currency", "product",
        "installments", "channel", "category"}},
      {"repayments",
       {"repayment_id", "customer", "paid_at", "amount", "currency", "channel", "purchase_ref"}},
      {"refunds", {"refund_id", "purchase_ref", "refunded_at", "amount", "currency", "reason"}}};
  return columns;
}

void read_import(Section import, Catalog& catalog) {
  for (const auto& [kind, columns] : canonical_columns()) {
    std::optional<Section> of_kind = import.section_if_any(kind);
    if (!of_kind) continue;
    auto check_column = [&columns = columns](const Section& in, const std::string& column) {
      if (std::ranges::find(columns, column) == columns.end()) {
        wrong(in.path(column), column, "is not a column of this kind of file");
      }
    };
    if (auto map = of_kind->section_if_any("columns")) {
      for (const auto& [key, node] : map->raw()) {
        const std::string column(key.str());
        check_column(*map, column);
        std::string source = map->text(column);
        if (source.empty()) wrong(map->path(column), "", "names the columns of the file");
        catalog.import_map[kind][column] = std::move(source);
      }
    }
    if (auto values = of_kind->section_if_any("values")) {
      for (const auto& [key, node] : values->raw()) {
        const std::string column(key.str());
        check_column(*values, column);
        Section pairs = values->section(column);
        for (const auto& [from, to] : pairs.raw()) {
          catalog.import_values[kind][column][std::string(from.str())] = pairs.text(from.str());
        }
      }
    }
    of_kind->done();
  }
  import.done();
}

/// Refuses two things of one name.
template <class T>
void check_names_differ(const std::vector<T>& things, std::string_view kind) {
  std::set<std::string> names;
  for (const T& thing : things) {
    if (!names.insert(thing.name).second) {
      wrong(fmt::format("{}.name", kind), thing.name, "is used once");
    }
  }
}

void read_created(Section created, Catalog& catalog) {
  catalog.created_customer_terms = created.name("customer");
  if (catalog.find_customer_terms(catalog.created_customer_terms) == nullptr) {
    wrong(created.path("customer"), catalog.created_customer_terms,
          "is the name of terms under [[customer]]");
  }
  catalog.created_merchant_terms = created.name("merchant");
  if (catalog.find_merchant_terms(catalog.created_merchant_terms) == nullptr) {
    wrong(created.path("merchant"), catalog.created_merchant_terms,
          "is the name of terms under [[merchant]]");
  }
  created.done();
}

void check_calendars(const Catalog& catalog,
                     const std::map<std::string, std::string>& of_channels) {
  if (catalog.find_calendar(catalog.calendar) == nullptr) {
    wrong("book.calendar", catalog.calendar, "is the name of a calendar under [calendar]");
  }
  for (const MerchantTerms& terms : catalog.merchants) {
    if (catalog.find_calendar(terms.calendar) == nullptr) {
      wrong("merchant." + terms.name + ".calendar", terms.calendar,
            "is the name of a calendar under [calendar]");
    }
  }
  for (const auto& [channel, name] : of_channels) {
    if (!name.empty() && catalog.find_calendar(name) == nullptr) {
      wrong("channel." + channel + ".contract.calendar", name,
            "is the name of a calendar under [calendar]");
    }
  }
}

/// Where a jurisdiction has no cap the table says so: what it doesn't name is never taken for
/// free.
void check_jurisdictions(const Catalog& catalog) {
  for (const Product& product : catalog.products) {
    if (!product.jurisdiction.empty() && !catalog.price_caps.knows(product.jurisdiction)) {
      wrong("product." + product.name + ".jurisdiction", product.jurisdiction,
            "is a jurisdiction that [price_caps] has a cap for, or names in without_cap");
    }
  }
}

Catalog read_catalog(Section root) {
  Catalog catalog;
  read_book(root.section("book"), catalog);
  read_currencies(root.section("currency"), catalog);
  if (catalog.find_currency(catalog.currency.code()) == nullptr) {
    wrong("book.currency", std::string(catalog.currency.code()),
          "is a currency with terms under [currency]");
  }
  for (Section& product : root.sections("product")) {
    catalog.products.push_back(read_product(std::move(product)));
  }
  for (Section& merchant : root.sections("merchant")) {
    catalog.merchants.push_back(read_merchant(std::move(merchant), catalog.calendar));
  }
  for (Section& customer : root.sections("customer")) {
    catalog.customers.push_back(read_customer(std::move(customer), catalog));
  }
  std::map<std::string, std::string> calendars;
  for (Section& channel : root.sections("channel")) {
    catalog.channels.push_back(read_channel(std::move(channel), calendars));
  }
  check_names_differ(catalog.products, "product");
  check_names_differ(catalog.merchants, "merchant");
  check_names_differ(catalog.customers, "customer");
  check_names_differ(catalog.channels, "channel");
  catalog.calendars = read_calendars(root.section("calendar"));
  check_calendars(catalog, calendars);
  if (auto caps = root.section_if_any("price_caps")) {
    catalog.price_caps = read_price_caps(std::move(*caps));
  }
  check_jurisdictions(catalog);
  catalog.waterfalls = read_waterfalls(root);
  catalog.accounts = read_account_rows(root);
  if (auto impairment = root.section_if_any("impairment")) {
    catalog.impairment = read_impairment(std::move(*impairment));
  }
  if (auto created = root.section_if_any("created")) read_created(std::move(*created), catalog);
  if (auto payout = root.section_if_any("payout")) {
    if (auto confirm = payout->section_if_any("auto_confirm")) {
      catalog.payout_auto_confirm_days = confirm->whole("days", 0, 30);
      confirm->done();
    }
    if (payout->find("debtor_name") != nullptr) catalog.payout_debtor = read_debtor(*payout);
    payout->done();
  }
  if (auto import = root.section_if_any("import")) read_import(std::move(*import), catalog);
  if (auto demo = root.section_if_any("demo")) {
    catalog.demo_through = demo->day_if_any("through");
    demo->done();
  }
  root.done();
  return catalog;
}

template <class T>
const T* find_named(const std::vector<T>& things, std::string_view name) {
  const auto found = std::ranges::find(things, name, &T::name);
  return found == things.end() ? nullptr : &*found;
}

}  // namespace

const CurrencyTerms* Catalog::find_currency(std::string_view code) const {
  const auto found = std::ranges::find_if(
      currencies, [code](const CurrencyTerms& terms) { return terms.currency.code() == code; });
  return found == currencies.end() ? nullptr : &*found;
}

const Product* Catalog::find_product(std::string_view product_name) const {
  if (product_name.empty()) return &products.front();
  return find_named(products, product_name);
}

const MerchantTerms* Catalog::find_merchant_terms(std::string_view terms_name) const {
  return find_named(merchants, terms_name);
}

const CustomerTerms* Catalog::find_customer_terms(std::string_view terms_name) const {
  return find_named(customers, terms_name);
}

const Channel* Catalog::find_channel(std::string_view channel_name) const {
  if (channel_name.empty()) return &channels.front();
  return find_named(channels, channel_name);
}

const scheduling::Calendar* Catalog::find_calendar(std::string_view calendar_name) const {
  const auto found = std::ranges::find(calendars, calendar_name, &scheduling::Calendar::name);
  return found == calendars.end() ? nullptr : &*found;
}

base::Result<Catalog, CatalogError> parse_catalog(std::string body) {
  auto catalog = parse_toml(body, "catalog", read_catalog);
  if (catalog) catalog->body = std::move(body);
  return catalog;
}

}  // namespace engine
