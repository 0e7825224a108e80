#include <array>
#include <map>
#include <optional>

#include "engine/financial_reports.h"
#include "sql/store/merchant_debt_store.h"

namespace engine {
namespace {

struct DayRange {
  std::string_view name;
  int from;
  std::optional<int> to;  ///< nothing: no end
};
constexpr std::array<DayRange, 5> kRanges = {{{"0-30", 0, 30},
                                              {"31-60", 31, 60},
                                              {"61-90", 61, 90},
                                              {"91-180", 91, 180},
                                              {"181+", 181, std::nullopt}}};

std::size_t range_of(int days) {
  std::size_t i = 0;
  while (kRanges[i].to && days > *kRanges[i].to) ++i;
  return i;
}

int days_since(const store::OwingMerchant& merchant, base::Day as_of) {
  return static_cast<int>((as_of - merchant.since).count());
}

class OwingMerchants : public TableSource {
 public:
  OwingMerchants(store::Session& session, const Reading& reading)
      : as_of_(reading.as_of), merchants_(session, reading) {}

  bool append_rows(TableWriter& out) override {
    const auto merchants = merchants_.next();
    for (const store::OwingMerchant& m : merchants) {
      const int days = days_since(m, as_of_);
      Row(out)
          .day(as_of_)
          .text(m.currency.code())
          .text(m.merchant)
          .amount(m.payable, m.currency)
          .amount(m.claim, m.currency)
          .amount(m.owed(), m.currency)
          .amount(m.reserve, m.currency)
          .day(m.since)
          .number(days)
          .text(kRanges[range_of(days)].name);
    }
    return !merchants.empty();
  }

 private:
  base::Day as_of_;
  store::OwingMerchantCursor merchants_;
};

class MerchantAgeing : public TableSource {
 public:
  MerchantAgeing(store::Session& session, const Reading& reading) : as_of_(reading.as_of) {
    store::OwingMerchantCursor cursor(session, reading);
    for (auto merchants = cursor.next(); !merchants.empty(); merchants = cursor.next()) {
      for (const store::OwingMerchant& m : merchants) {
        Sums& sums = by_currency_[m.currency][range_of(days_since(m, as_of_))];
        ++sums.merchants;
        sums.owed += m.owed();
        sums.reserve += m.reserve;
      }
    }
  }

  bool append_rows(TableWriter& out) override {
    for (const auto& [currency, buckets] : by_currency_) {
      for (std::size_t i = 0; i < kRanges.size(); ++i) {
        Row row(out);
        row.day(as_of_).text(currency.code()).text(kRanges[i].name).number(kRanges[i].from);
        kRanges[i].to ? row.number(*kRanges[i].to) : row.absent();
        row.number(buckets[i].merchants).amount(buckets[i].owed, currency);
        row.amount(buckets[i].reserve, currency);
      }
    }
    return false;
  }

 private:
  struct Sums {
    std::int64_t merchants = 0;
    std::int64_t owed = 0;
    std::int64_t reserve = 0;
  };
  base::Day as_of_;
  std::map<base::Currency, std::array<Sums, kRanges.size()>> by_currency_;
};

TableHead head(base::Day as_of, bool lists_merchants) {
  const std::vector<TableColumn> of_merchants = {
      {"as_of", 12}, {"currency", 9}, {"merchant", 16}, {"payable", 18}, {"claim", 18},
      {"owed", 18},  {"reserve", 18}, {"since", 12},    {"days", 7},     {"bucket", 9}};
  const std::vector<TableColumn> of_buckets = {
      {"as_of", 12},  {"currency", 9},   {"bucket", 9}, {"days_from", 10},
      {"days_to", 9}, {"merchants", 10}, {"owed", 18},  {"reserve", 18}};
  return {.name = "merchant ageing",
          .columns = lists_merchants ? of_merchants : of_buckets,
          .created = as_of};
}

}  // namespace

ReportAnswer report_merchant_ageing(store::Session& session, const ReadingRequest& request,
                                    bool lists_merchants) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  return Report{.head = head(reading->as_of, lists_merchants),
                .open = [reading = *reading, lists_merchants](
                            store::Session& snapshot) -> std::unique_ptr<TableSource> {
                  if (lists_merchants) return std::make_unique<OwingMerchants>(snapshot, reading);
                  return std::make_unique<MerchantAgeing>(snapshot, reading);
                },
                .key_columns = 3};
}

}  // namespace engine
