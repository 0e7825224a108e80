#include "api/limit_feed_page.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "api/request.h"
#include "engine/limit_feed.h"

namespace api {
namespace {

struct Offer {
  std::string_view accept;
  const char* content_type;
  engine::FeedFormat format;
  const char* name;
};
constexpr std::array kOffers = std::to_array<Offer>({
    {"application/json", "application/json", engine::FeedFormat::Json, "json"},
    {"application/x-ndjson", "application/x-ndjson", engine::FeedFormat::Ndjson, "ndjson"},
    {"text/csv", "text/csv; charset=utf-8; header=present", engine::FeedFormat::Csv, "csv"},
});

// Of what is said: fields may be added, and then the number changes.
constexpr int kShape = 1;

/// A number from `least` to `most`; as it is if the parameter is not there.
std::optional<Problem> read_number(const httplib::Request& request, const char* name,
                                   std::int64_t least, std::int64_t most, std::int64_t& number) {
  const std::size_t count = request.get_param_value_count(name);
  if (count == 0) return std::nullopt;
  const std::string value = request.get_param_value(name);
  if (count > 1) return parameter_invalid(name, value, "is there more than once");
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < least ||
      number > most) {
    return parameter_invalid(name, value,
                             fmt::format("is no whole number from {} to {}", least, most));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Problem> answer_limit_changes(const httplib::Request& request,
                                            httplib::Response& response, store::Session& session) {
  std::vector<std::string_view> accepted;
  for (const Offer& offer : kOffers) accepted.push_back(offer.accept);
  const auto chosen = preferred(request.get_header_value("Accept"), accepted);
  if (!chosen) return not_acceptable();
  const Offer& offer = kOffers.at(*chosen);
  engine::FeedRequest asked;
  std::int64_t count = asked.count;
  if (auto problem = read_number(request, "after", 0, std::numeric_limits<std::int64_t>::max() - 1,
                                 asked.after)) {
    return problem;
  }
  if (auto problem = read_number(request, "limit", 1, engine::kFeedPageMax, count)) return problem;
  asked.count = static_cast<int>(count);
  auto page = engine::read_limit_feed(session, asked, offer.format);
  if (!page) {
    switch (page.error()) {
      case engine::FeedRefusal::BookMissing:
        return book_missing();
      case engine::FeedRefusal::CursorUnknown:
        return parameter_invalid("after", std::to_string(asked.after),
                                 "is no cursor that was ever given here");
    }
  }
  response.set_header("Vary", "Accept, Authorization");
  response.set_header("Fenqi-Next", std::to_string(page->next));
  response.set_header("Link", fmt::format("</v1/limit-changes?after={}&limit={}>; rel=\"next\"",
                                          page->next, asked.count));
  if (page->is_full) {
    const std::string etag = fmt::format("W/\"{}-{}-{}-{}-{}\"", kShape, offer.name, page->feed,
                                         asked.after, asked.count);
    response.set_header("ETag", etag);
    response.set_header("Cache-Control", "private, no-cache");
    if (names_etag(request.get_header_value("If-None-Match"), etag)) {
      response.status = 304;
      return std::nullopt;
    }
  } else {
    response.set_header("Cache-Control", "no-store");  // it may be longer the next time
  }
  response.set_content(std::move(page->text), offer.content_type);
  return std::nullopt;
}

}  // namespace api
