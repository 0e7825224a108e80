#include "engine/profile_report.h"

#include <fmt/format.h>

#include <map>

#include "base/check.h"
#include "base/wide.h"
#include "engine/profile_row.h"
#include "engine/report_text.h"
#include "sql/store/party_store.h"

namespace engine {
namespace {

constexpr std::string_view kTotals[] = {"count", "in_count", "in_sum", "out_count", "out_sum"};

ProfileKind kind_of(store::ItemType type) {
  switch (type) {
    case store::ItemType::Sale:
      return ProfileKind::Sale;
    case store::ItemType::Refund:
      return ProfileKind::Refund;
    case store::ItemType::Reserve:
      return ProfileKind::Reserve;
    case store::ItemType::Release:
      return ProfileKind::Release;
    case store::ItemType::Payout:
      return ProfileKind::Payout;
    case store::ItemType::Adjustment:
      return ProfileKind::Adjustment;
  }
  std::unreachable();
}

/// Money in and out of all rows, for the totals behind them.
struct InAndOut {
  std::int64_t in_count = 0;
  std::int64_t in = 0;
  std::int64_t out_count = 0;
  std::int64_t out = 0;
};

}  // namespace

std::vector<std::string_view> profile_totals() { return {std::begin(kTotals), std::end(kTotals)}; }

struct ProfileReport::Impl {
  store::Session& session;
  store::Transaction transaction;
  ProfileContext context = {};
  base::PartyId merchant = {};
  std::vector<store::SettlementTotals> settlements = {};

  // Where the reading stands.
  std::size_t at = 0;  // the settlement
  std::optional<store::SettledItemCursor> cursor = {};
  std::vector<store::ItemRow> items = {};
  std::size_t item = 0;
  bool is_open = false;  // the settlement has begun
  bool is_begun = false;
  bool is_done = false;
  std::int64_t number = 0;
  std::int64_t lines = 0;
  std::int64_t balance = 0;
  std::map<base::Currency, InAndOut> moved = {};

  explicit Impl(store::Session& s)
      : session(s), transaction(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {}

  const StatementProfile& profile() const { return *context.profile; }
  void header(std::string& out, const std::vector<ProfileColumn>& columns) const;
  void write(std::string& out, ProfileRow row);
  void write_item(std::string& out, const store::ItemRow& item);
  void write_edge(std::string& out, ProfileKind kind, std::int64_t minor);
  void begin_settlement(std::string& out);
  void end_settlement(std::string& out);
  const store::ItemRow* peek();
  void write_totals(std::string& out) const;
};

void ProfileReport::Impl::header(std::string& out,
                                 const std::vector<ProfileColumn>& columns) const {
  for (const ProfileColumn& column : columns) {
    if (&column != &columns.front()) out += ',';
    append_csv(out, column.name);
  }
  out += kCsvLineEnd;
}

void ProfileReport::Impl::write(std::string& out, ProfileRow row) {
  row.settlement = &settlements[at];
  row.number = number;
  row.line = ++lines;
  balance += row.net();
  row.balance = balance;
  InAndOut& sums = moved[row.settlement->currency];
  ++(row.net() < 0 ? sums.out_count : sums.in_count);
  (row.net() < 0 ? sums.out : sums.in) += row.net();
  for (const ProfileColumn& column : profile().columns) {
    if (&column != &profile().columns.front()) out += ',';
    append_csv(
        out, profile().prefix +
                 (column.value.empty() ? column.text : profile_field(column.value, row, context)));
  }
  out += kCsvLineEnd;
}

void ProfileReport::Impl::write_item(std::string& out, const store::ItemRow& one) {
  ++number;
  ProfileRow row{.kind = kind_of(one.type), .item_kind = kind_of(one.type), .item = one};
  if (!profile().is_split) {
    row.gross = one.gross;
    row.discount = one.discount;
    row.subsidy = one.subsidy;
    row.vat = one.vat;
    return write(out, std::move(row));
  }
  row.gross = one.gross;
  write(out, row);
  row.gross = 0;
  for (const auto& [charge, vat] : {std::pair(one.discount, one.vat), {one.subsidy, 0}}) {
    if (charge == 0) continue;
    row.kind = charge < 0 ? ProfileKind::Fee : ProfileKind::FeeReturned;
    row.gross = charge;
    row.vat = vat;
    write(out, row);
  }
}

/// A row that no item stands for: of the settlement's own date.
void ProfileReport::Impl::write_edge(std::string& out, ProfileKind kind, std::int64_t minor) {
  const base::Day day = settlements[at].settled_on;
  ++number;
  ProfileRow row{.kind = kind, .item_kind = kind, .gross = minor};
  row.item.business_date = row.item.available_on = day;
  row.item.occurred_at =
      context.zone.to_instant(date::local_time<std::chrono::microseconds>(day.time_since_epoch()));
  write(out, std::move(row));
}

void ProfileReport::Impl::begin_settlement(std::string& out) {
  const store::SettlementTotals& settlement = settlements[at];
  is_open = true;
  balance = number = 0;
  const bool is_first = at == 0 || settlements[at - 1].currency != settlement.currency;
  if (is_first) {
    std::size_t last = at;
    while (last + 1 < settlements.size() && settlements[last + 1].currency == settlement.currency) {
      ++last;
    }
    cursor.emplace(session, merchant, settlement.currency, settlement.window_from,
                   settlements[last].settled_on);
    items.clear();
    item = 0;
  }
  if (settlement.opening != 0) write_edge(out, ProfileKind::CarriedIn, settlement.opening);
}

void ProfileReport::Impl::end_settlement(std::string& out) {
  const store::SettlementTotals& settlement = settlements[at];
  if (settlement.carried != 0) write_edge(out, ProfileKind::CarriedOut, -settlement.carried);
  CHECK(balance == settlement.payout,
        "the rows of the settlement of {} in {} sum to {}, it paid {}",
        base::to_string(settlement.settled_on), settlement.currency.code(), balance,
        settlement.payout);
  if (profile().has_payout && settlement.payout > 0) {
    write_edge(out, ProfileKind::Payout, -settlement.payout);
  }
  is_open = false;
  ++at;
}

const store::ItemRow* ProfileReport::Impl::peek() {
  if (item == items.size()) {
    items = cursor->next();
    item = 0;
  }
  return item == items.size() ? nullptr : &items[item];
}

void ProfileReport::Impl::write_totals(std::string& out) const {
  header(out, profile().totals);
  for (const auto& [currency, sums] : moved) {
    for (const ProfileColumn& column : profile().totals) {
      if (&column != &profile().totals.front()) out += ',';
      const std::string& value = column.value;
      append_csv(out, profile().prefix +
                          (value == "count"       ? std::to_string(sums.in_count + sums.out_count)
                           : value == "in_count"  ? std::to_string(sums.in_count)
                           : value == "in_sum"    ? base::to_decimal(sums.in, currency.exponent())
                           : value == "out_count" ? std::to_string(sums.out_count)
                           : value == "out_sum"   ? base::to_decimal(-sums.out, currency.exponent())
                                                  : column.text));
    }
    out += kCsvLineEnd;
  }
}

ProfileReport::ProfileReport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProfileReport::~ProfileReport() = default;

base::Result<std::unique_ptr<ProfileReport>, StatementRefusal> ProfileReport::open(
    store::Session& session, const StatementRequest& request, const StatementProfile& profile) {
  CHECK(!request.known_at, "a profile is of settlements, which are the same for ever");
  const auto dates = store::find_book_dates(session);
  if (!dates) return std::unexpected(StatementRefusal::BookMissing);
  if (request.from > request.to) return std::unexpected(StatementRefusal::DatesReversed);
  auto impl = std::make_unique<Impl>(session);
  const auto merchant = store::find_merchant(session, request.merchant);
  if (!merchant) return std::unexpected(StatementRefusal::MerchantUnknown);
  const auto zone = base::Zone::find(dates->zone);
  CHECK(zone.has_value(), "the book's zone {} is unknown here", dates->zone);
  impl->merchant = *merchant;
  impl->context = {.profile = &profile,
                   .merchant = request.merchant,
                   .book = store::load_book(session)->catalog_name,
                   .zone = *zone};
  impl->settlements = store::list_settlement_totals(session, *merchant, request.from, request.to);
  return std::unique_ptr<ProfileReport>(new ProfileReport(std::move(impl)));
}

bool ProfileReport::next(std::string& out) {
  Impl& impl = *impl_;
  if (impl.is_done) return false;
  if (!impl.is_begun) {
    impl.is_begun = true;
    impl.header(out, impl.profile().columns);
  }
  constexpr std::size_t kPieceBytes = 128 << 10;
  const std::size_t full = out.size() + kPieceBytes;
  while (impl.at < impl.settlements.size() && out.size() < full) {
    if (!impl.is_open) impl.begin_settlement(out);
    const store::ItemRow* item = impl.peek();
    if (item != nullptr && item->available_on <= impl.settlements[impl.at].settled_on) {
      impl.write_item(out, *item);
      ++impl.item;
    } else {
      impl.end_settlement(out);
    }
  }
  if (impl.at < impl.settlements.size()) return true;
  if (!impl.profile().totals.empty()) impl.write_totals(out);
  impl.is_done = true;
  return true;
}

std::int64_t ProfileReport::rows() const { return impl_->lines; }

std::string ProfileReport::paid() const {
  std::map<base::Currency, base::int128> sums;
  for (const auto& settlement : impl_->settlements) sums[settlement.currency] += settlement.payout;
  std::string out;
  for (const auto& [currency, minor] : sums) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ",
                       base::to_decimal(static_cast<std::int64_t>(minor), currency.exponent()),
                       currency.code());
  }
  return out.empty() ? "nothing" : out;
}

}  // namespace engine
