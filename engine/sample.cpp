#include "engine/sample.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/check.h"
#include "engine/input/byte_source.h"
#include "scheduling/schedule.h"

namespace engine {
namespace {

/// splitmix64: the same numbers everywhere and for ever.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) : state_(seed * 0x9e3779b97f4a7c15 + stream) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n));
  }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + below(most - least + 1);
  }
  bool chance(int per_mille) { return below(1'000) < per_mille; }

  /// Few of `n` come often, most seldom.
  std::int64_t skewed(std::int64_t n) { return std::min(below(n), below(n)); }

  /// Nearly normal with mean 0 and deviation 1, in 65536ths: the sum of twelve.
  std::int64_t normal() {
    std::int64_t sum = -6 * 65536;
    for (int i = 0; i < 12; ++i) sum += below(65536);
    return sum;
  }

 private:
  std::uint64_t state_;
};

/// value * 2^(exponent / 65536), whole numbers only.
std::int64_t times_power_of_two(std::int64_t value, std::int64_t exponent) {
  // 2^(1/2), 2^(1/4), ... in 2^30ths.
  constexpr std::array<std::int64_t, 8> kRoots = {1518500250, 1276901417, 1170923762, 1121280436,
                                                  1097253708, 1085434106, 1079572136, 1076653033};
  const std::int64_t whole = exponent >> 16;
  base::int128 result = value;
  for (std::size_t i = 0; i < kRoots.size(); ++i) {
    if (((exponent >> (15 - i)) & 1) != 0) result = result * kRoots[i] >> 30;
  }
  return base::narrow(whole >= 0 ? result << whole : result >> -whole);
}

struct Category {
  const char* name;
  std::int64_t median;  // in whole currency units
  int weight;
};
constexpr std::array<Category, 7> kCategories = {{{"3C", 1'600, 18},
                                                  {"appliances", 1'300, 12},
                                                  {"furniture", 900, 8},
                                                  {"apparel", 260, 25},
                                                  {"groceries", 120, 22},
                                                  {"books", 80, 8},
                                                  {"travel", 700, 7}}};

const Category& pick_category(Random& random) {
  std::int64_t at = random.below(100);
  for (const Category& category : kCategories) {
    at -= category.weight;
    if (at < 0) return category;
  }
  return kCategories.front();
}

/// How busy a date is, 100 being an ordinary one.
std::int64_t weight_of(base::Day day) {
  const date::year_month_day d = base::ymd(day);
  const unsigned m = static_cast<unsigned>(d.month()), n = static_cast<unsigned>(d.day());
  if (m == 6 && n == 18) return 700;
  if (m == 11 && n == 11) return 900;
  if (m == 12 && n == 12) return 300;
  if (m == 6 && n < 18) return 180;
  if (m == 11 && n < 11) return 200;
  const auto weekday = date::weekday{day};
  return weekday == date::Saturday || weekday == date::Sunday ? 125 : 100;
}

enum class Payer { Punctual, SometimesLate, OftenLate, Defaulting };

Payer pick_payer(Random& random) {
  const std::int64_t at = random.below(100);
  if (at < 78) return Payer::Punctual;
  if (at < 92) return Payer::SometimesLate;
  return at < 97 ? Payer::OftenLate : Payer::Defaulting;
}

int days_late(Payer payer, Random& random) {
  const int early = -static_cast<int>(random.below(5));
  switch (payer) {
    case Payer::Punctual:
      return random.chance(30) ? static_cast<int>(random.between(1, 3)) : early;
    case Payer::SometimesLate:
      return random.chance(200) ? static_cast<int>(random.between(4, 25)) : early;
    case Payer::OftenLate:
    case Payer::Defaulting:
      return random.chance(500) ? static_cast<int>(random.between(5, 60)) : early;
  }
  return early;
}

struct Bought {
  std::int64_t customer = 0;
  std::int64_t number = 0;  // in the order of time, from 1
  base::Day day;
  std::int64_t second = 0;  // of the day
  std::int64_t merchant = 0;
  std::int64_t amount = 0;
  int installments = 1;
  const Product* product = nullptr;
  const char* category = "";
};

/// A line of a file, with what sorts it.
struct Line {
  base::Day day;
  std::int64_t second;
  std::string text;
};

class Sample {
 public:
  Sample(const SampleSettings& settings, const Catalog& catalog)
      : settings_(settings),
        catalog_(catalog),
        currency_(catalog.currency),
        end_(base::plus_days(settings.start, settings.days - 1)) {
    const CustomerTerms* terms = catalog.find_customer_terms(catalog.created_customer_terms);
    if (terms == nullptr) throw input::InputError("the catalog has no [created] terms");
    const auto limit = terms->limit_minor.find(std::string(currency_.code()));
    limit_ = limit == terms->limit_minor.end() ? 0 : limit->second;
    for (int i = 0; i < currency_.exponent(); ++i) unit_ *= 10;
  }

  void make() {
    buy();
    std::ranges::stable_sort(bought_, {}, &Bought::customer);
    for (std::size_t from = 0; from < bought_.size();) {
      std::size_t to = from;
      while (to < bought_.size() && bought_[to].customer == bought_[from].customer) ++to;
      live(std::span(bought_).subspan(from, to - from));
      from = to;
    }
    for (std::vector<Line>* lines : {&purchases, &repayments, &refunds}) {
      std::ranges::stable_sort(*lines, [](const Line& a, const Line& b) {
        return std::tie(a.day, a.second) < std::tie(b.day, b.second);
      });
    }
  }

  std::vector<Line> purchases;
  std::vector<Line> repayments;
  std::vector<Line> refunds;

 private:
  std::int64_t least_amount() const { return 10 * unit_; }

  std::int64_t pick_amount(const Category& category, Random& random) const {
    constexpr std::int64_t kSpread = 101;  // percent: 0.7 of the natural logarithm
    const std::int64_t amount =
        times_power_of_two(category.median * unit_, random.normal() * kSpread / 100);
    return std::clamp(amount, least_amount(), 6'000 * unit_);
  }

  void pick_terms(Bought& bought, Random& random) const {
    constexpr std::array<int, 10> kCounts = {1, 1, 1, 3, 3, 3, 6, 6, 12, 24};
    bought.installments = kCounts[static_cast<std::size_t>(random.below(kCounts.size()))];
    const CurrencyTerms* terms = catalog_.find_currency(currency_.code());
    if (bought.amount < 100 * unit_ ||
        bought.amount / bought.installments < std::max(unit_, terms->principal_minor_min)) {
      bought.installments = 1;
    }
    std::vector<const Product*> offered;
    for (const Product& product : catalog_.products) {
      const bool fits =
          bought.installments >= product.count_min && bought.installments <= product.count_max;
      // An interest-free plan is offered where somebody pays for it.
      const bool is_paid = product.method != scheduling::Method::InterestFree ||
                           product.subsidy.rate_by_count.empty() || bought.installments == 1 ||
                           product.subsidy.rate_by_count.contains(bought.installments);
      if (fits && is_paid) offered.push_back(&product);
    }
    if (offered.empty()) {
      offered.push_back(&catalog_.products.front());
      bought.installments = offered.front()->count_min;
    }
    bought.product =
        offered[static_cast<std::size_t>(random.skewed(static_cast<std::int64_t>(offered.size())))];
  }

  void buy() {
    std::vector<std::int64_t> weights;  // running sums
    std::int64_t total = 0;
    for (int i = 0; i < settings_.days; ++i) {
      weights.push_back(total += weight_of(base::plus_days(settings_.start, i)));
    }
    Random random(settings_.seed, 1);
    for (std::int64_t i = 0; i < settings_.purchases; ++i) {
      Bought one;
      const std::int64_t at = random.below(total);
      one.day = base::plus_days(
          settings_.start,
          static_cast<int>(std::ranges::upper_bound(weights, at) - weights.begin()));
      // Nobody sleeps through a sale, but most buy between 8:00 and 23:30.
      one.second = random.chance(50) ? random.below(86'400) : random.between(28'800, 84'600);
      one.customer = random.skewed(settings_.customers);
      one.merchant = random.skewed(settings_.merchants);
      const Category& category = pick_category(random);
      one.category = category.name;
      one.amount = pick_amount(category, random);
      pick_terms(one, random);
      bought_.push_back(one);
    }
    std::ranges::stable_sort(bought_, [](const Bought& a, const Bought& b) {
      return std::tie(a.day, a.second) < std::tie(b.day, b.second);
    });
    std::int64_t number = 0;
    for (Bought& one : bought_) one.number = ++number;
  }

  scheduling::Schedule schedule_of(const Bought& bought) const {
    const Product& product = *bought.product;
    const auto schedule = scheduling::make_schedule(
        {.principal = base::Money(bought.amount, currency_),
         .installment_count = bought.installments,
         .disbursed_on = bought.day,
         .dues = product.due_mode == DueMode::Order
                     ? scheduling::order_mode(bought.day)
                     : scheduling::statement_mode(bought.day, product.statement),
         .method = product.method,
         .rate = product.rate,
         .split_rule = product.split_rule,
         .interest_rounding = product.rounding});
    CHECK(schedule.has_value(), "a sample plan of {} in {}", bought.amount, bought.installments);
    return *schedule;
  }

  struct Owed {
    base::Day due;
    std::optional<base::Day> paid;  // nothing: never
    std::int64_t principal;
  };

  bool is_overdue(const std::vector<Owed>& owed, base::Day day) const {
    return std::ranges::any_of(owed, [day](const Owed& one) {
      return base::plus_days(one.due, 3) < day && (!one.paid || *one.paid >= day);
    });
  }

  std::int64_t open_principal(const std::vector<Owed>& owed, base::Day day) const {
    std::int64_t open = 0;
    for (const Owed& one : owed) {
      if (!one.paid || *one.paid >= day) open += one.principal;
    }
    return open;
  }

  /// One customer's purchases in the order of time, and what comes of them.
  void live(std::span<Bought> bought) {
    Random random(settings_.seed, 1'000'003 + static_cast<std::uint64_t>(bought[0].customer));
    const Payer payer = pick_payer(random);
    const base::Day gives_up =
        payer == Payer::Defaulting
            ? base::plus_days(settings_.start, static_cast<int>(random.below(settings_.days)))
            : base::plus_days(end_, 1);
    std::vector<Owed> owed;
    for (Bought& one : bought) {
      const std::int64_t room = limit_ - open_principal(owed, one.day);
      // Who is short of room usually takes something smaller.
      if (one.amount > room && room > 100 * unit_ && !random.chance(100)) {
        one.amount = std::max(least_amount(), room / 2);
        pick_terms(one, random);
      }
      const bool is_declined = one.amount > room || is_overdue(owed, one.day);
      write_purchase(one, random);
      if (is_declined) continue;
      const std::optional<base::Day> refunded =
          random.chance(20)
              ? std::optional(base::plus_days(one.day, static_cast<int>(random.between(1, 10))))
              : std::nullopt;
      if (refunded && *refunded <= end_) {
        refunds.push_back(
            {*refunded, one.second,
             fmt::format("F{:08},P{:08},{},{},{},{}", one.number, one.number,
                         time_text(*refunded, one.second), amount_text(one.amount),
                         currency_.code(), random.chance(600) ? "returned" : "canceled")});
        continue;
      }
      repay(one, payer, gives_up, owed, random);
    }
  }

  void repay(const Bought& bought, Payer payer, base::Day gives_up, std::vector<Owed>& owed,
             Random& random) {
    for (const scheduling::Installment& installment : schedule_of(bought).installments) {
      const base::Day pays = std::max(base::plus_days(installment.due, days_late(payer, random)),
                                      base::plus_days(bought.day, 1));
      const bool is_paid = pays < gives_up;
      owed.push_back({installment.due, is_paid ? std::optional(pays) : std::nullopt,
                      installment.principal_minor});
      if (!is_paid) return;  // nor any later one
      if (pays > end_) continue;
      const std::string id = fmt::format("R{:08}-{:02}", bought.number, installment.number);
      const std::int64_t second = random.between(25'200, 82'800);
      std::int64_t amount = installment.total_minor();
      if (random.chance(5)) amount += 10 * unit_;  // pays too much
      if (random.chance(20) && amount > 2 && pays < end_) {
        const std::int64_t first = amount / 2;
        write_repayment(bought, id + "a", pays, second, first, random);
        write_repayment(bought, id + "b", base::plus_days(pays, 1), second, amount - first, random);
      } else {
        write_repayment(bought, id, pays, second, amount, random);
      }
    }
  }

  std::string time_text(base::Day day, std::int64_t second) const {
    return fmt::format("{} {:02}:{:02}:{:02}", base::to_string(day), second / 3600,
                       second / 60 % 60, second % 60);
  }
  std::string amount_text(std::int64_t amount) const {
    return base::to_decimal(amount, currency_.exponent());
  }

  void write_purchase(const Bought& one, Random& random) {
    const Line line{
        one.day, one.second,
        fmt::format("P{:08},C{:07},M{:05},{},{},{},{},{},{}", one.number, one.customer + 1,
                    one.merchant + 1, time_text(one.day, one.second), amount_text(one.amount),
                    currency_.code(), one.product->name, one.installments, one.category)};
    purchases.push_back(line);
    if (random.chance(1)) purchases.push_back(line);  // sent twice
  }

  void write_repayment(const Bought& bought, const std::string& id, base::Day day,
                       std::int64_t second, std::int64_t amount, Random& random) {
    const std::string& channel =
        catalog_.channels[static_cast<std::size_t>(random.skewed(std::ssize(catalog_.channels)))]
            .name;
    auto line = [&](std::int64_t written) {
      return Line{
          day, second,
          fmt::format("{},C{:07},{},{},{},{},", id, bought.customer + 1, time_text(day, second),
                      amount_text(written), currency_.code(), channel)};
    };
    repayments.push_back(line(amount));
    if (random.chance(2)) repayments.push_back(line(amount));          // sent twice
    if (random.chance(1)) repayments.push_back(line(amount + unit_));  // same id, other amount
  }

  const SampleSettings& settings_;
  const Catalog& catalog_;
  base::Currency currency_;
  base::Day end_;
  std::int64_t limit_ = 0;
  std::int64_t unit_ = 1;  // of the currency, in minor units
  std::vector<Bought> bought_;
};

/// Written beside its place, so that a file is whole or not there.
void write_file(const std::string& directory, const std::string& name, const char* header,
                const std::vector<Line>& lines) {
  const std::string path = directory + "/" + name;
  const std::string partial = path + ".partial";
  gzFile file = gzopen(partial.c_str(), "wb6");  // no name, no time in it
  if (file == nullptr) throw input::InputError(path + " can't be written");
  bool is_written = gzputs(file, header) > 0;
  for (const Line& line : lines) {
    is_written = is_written && gzputs(file, (line.text + "\n").c_str()) > 0;
  }
  is_written = gzclose(file) == Z_OK && is_written;
  if (!is_written) throw input::InputError(path + " could not be written whole");
  std::filesystem::rename(partial, path);
}

}  // namespace

SampleSummary write_sample(const SampleSettings& settings, const Catalog& catalog,
                           const std::string& directory) {
  CHECK(settings.customers > 0 && settings.merchants > 0 && settings.purchases >= 0 &&
            settings.days > 0,
        "a sample of nothing");
  Sample sample(settings, catalog);
  sample.make();
  std::filesystem::create_directories(directory);
  write_file(directory, "purchases.csv.gz",
             "purchase_ref,customer,merchant,purchased_at,amount,currency,product,installments,"
             "category\n",
             sample.purchases);
  write_file(directory, "repayments.csv.gz",
             "repayment_id,customer,paid_at,amount,currency,channel,purchase_ref\n",
             sample.repayments);
  write_file(directory, "refunds.csv.gz",
             "refund_id,purchase_ref,refunded_at,amount,currency,reason\n", sample.refunds);
  return {.purchases = std::ssize(sample.purchases),
          .repayments = std::ssize(sample.repayments),
          .refunds = std::ssize(sample.refunds),
          .last = base::plus_days(settings.start, settings.days - 1)};
}

}  // namespace engine
