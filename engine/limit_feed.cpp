#include "engine/limit_feed.h"

#include <fmt/format.h>

#include "base/check.h"
#include "engine/csv_export.h"
#include "engine/exports.h"
#include "engine/report_text.h"
#include "sql/store/statement_store.h"

namespace engine {
namespace {

constexpr int kListedAtOnce = 10'000;
constexpr std::string_view kHeader =
    "position,id,listed_at,business_date,customer,reason,action,currency,old_limit,new_limit,"
    "old_block,new_block,outstanding,dpd,purchase_refs";

void append_record(std::string& out, std::string_view feed, const base::Zone& zone,
                   const store::ListedLimitChange& listed) {
  const store::ReportedLimitChange& change = listed.change;
  CsvRecord(out)
      .number(listed.position)
      .ready(limit_change_id(feed, listed.position))
      .ready(to_rfc3339(listed.listed_at, zone))
      .day(change.business_date)
      .text(change.customer)
      .text(change.reason)
      .ready(name(change.action))
      .ready(change.currency.code())
      .amount(change.old_base, change.currency)
      .amount(change.new_base, change.currency)
      .ready(name(change.old_block))
      .ready(name(change.new_block))
      .amount(change.outstanding, change.currency)
      .number(change.dpd)
      .text(fmt::format("{}", fmt::join(change.purchase_refs, " ")));
}

}  // namespace

void list_limit_changes(store::Session& session) {
  while (store::list_limit_changes(session, kListedAtOnce) == kListedAtOnce) {
  }
}

std::string limit_change_id(std::string_view feed, std::int64_t position) {
  return fmt::format("lc_{}_{}", feed, position);
}

void append_limit_change(std::string& out, std::string_view feed, const base::Zone& zone,
                         const store::ListedLimitChange& listed) {
  const store::ReportedLimitChange& change = listed.change;
  const auto money = [&](std::string_view key, std::int64_t minor) {
    fmt::format_to(std::back_inserter(out), ",\"{}\":", key);
    append_json_money(out, {minor, change.currency});
  };
  fmt::format_to(std::back_inserter(out),
                 R"({{"position":{},"id":"{}","listed_at":"{}","business_date":"{}","customer":)",
                 listed.position, limit_change_id(feed, listed.position),
                 to_rfc3339(listed.listed_at, zone), base::to_string(change.business_date));
  append_json(out, change.customer);
  out += ",\"reason\":";
  append_json(out, change.reason);
  fmt::format_to(std::back_inserter(out), R"(,"action":"{}")", name(change.action));
  money("old_limit", change.old_base);
  money("new_limit", change.new_base);
  fmt::format_to(std::back_inserter(out), R"(,"old_block":"{}","new_block":"{}")",
                 name(change.old_block), name(change.new_block));
  money("outstanding", change.outstanding);
  fmt::format_to(std::back_inserter(out), R"(,"dpd":{},"purchase_refs":[)", change.dpd);
  for (std::size_t i = 0; i < change.purchase_refs.size(); ++i) {
    if (i > 0) out += ',';
    append_json(out, change.purchase_refs[i]);
  }
  out += "]}";
}

base::Result<FeedPage, FeedRefusal> read_limit_feed(store::Session& session,
                                                    const FeedRequest& request, FeedFormat format) {
  const auto book = store::find_book_dates(session);
  if (!book) return std::unexpected(FeedRefusal::BookMissing);
  const auto zone = base::Zone::find(book->zone);
  CHECK(zone.has_value(), "the book's zone {} is unknown here", book->zone);
  list_limit_changes(session);
  if (request.after > store::find_last_position(session)) {
    return std::unexpected(FeedRefusal::CursorUnknown);
  }
  const auto changes = store::load_limit_feed(session, request.after, request.count);
  FeedPage page{.text = {},
                .feed = store::find_limit_feed_name(session),
                .next = changes.empty() ? request.after : changes.back().position,
                .is_full = std::ssize(changes) == request.count};
  std::int64_t position = request.after;
  for (const store::ListedLimitChange& change : changes) {
    CHECK(change.position == ++position, "position {} of the feed is missing", position);
  }
  if (format == FeedFormat::Csv) {
    page.text += kHeader;
    page.text += kCsvLineEnd;
  }
  if (format == FeedFormat::Json) {
    fmt::format_to(std::back_inserter(page.text), R"({{"feed":"{}","limit_changes":[)", page.feed);
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (format == FeedFormat::Csv) {
      append_record(page.text, page.feed, *zone, changes[i]);
      continue;
    }
    if (format == FeedFormat::Json && i > 0) page.text += ',';
    append_limit_change(page.text, page.feed, *zone, changes[i]);
    if (format == FeedFormat::Ndjson) page.text += '\n';
  }
  if (format == FeedFormat::Json) {
    fmt::format_to(std::back_inserter(page.text), "],\"next\":\"{}\"}}\n", page.next);
  }
  return page;
}

}  // namespace engine
