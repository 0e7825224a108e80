#include "engine/webhooks.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "engine/limit_feed.h"
#include "engine/webhook_signature.h"
#include "sql/store/limit_feed_store.h"

namespace engine {
namespace {

constexpr std::size_t kUrlMax = 2'000;
constexpr std::chrono::hours kRetryAfterMax{24};
constexpr std::size_t kIdBytes = 6;

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

/// "host", "host:port", "[::1]:port" into host and port; a port of -1: that is none.
std::pair<std::string, int> parse_authority(std::string_view text, int default_port) {
  std::string_view host, rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {"", -1};
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    const bool is_address = !host.empty() && std::ranges::all_of(host, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
             c == ':' || c == '.';
    });
    if (!is_address) return {"", -1};
  } else {
    const std::size_t end = text.find(':');
    host = text.substr(0, end);
    rest = end == std::string_view::npos ? "" : text.substr(end);
    if (host.empty() || !std::ranges::all_of(host, is_host_character)) return {"", -1};
  }
  if (rest.empty()) return {std::string(host), default_port};
  int port = 0;
  rest.remove_prefix(1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc() || end != rest.data() + rest.size() || port < 1 || port > 65535) {
    return {"", -1};
  }
  return {std::string(host), port};
}

std::string new_endpoint_id() {
  CHECK(sodium_init() >= 0, "libsodium can't start");
  unsigned char bytes[kIdBytes];
  randombytes_buf(bytes, sizeof(bytes));
  std::string id = "wh_";
  for (const unsigned char byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

bool is_endpoint(store::Session& session, const std::string& id) {
  const auto endpoints = store::list_endpoints(session);
  return std::ranges::find(endpoints, id, &store::EndpointRow::id) != endpoints.end();
}

}  // namespace

std::string_view code(WebhookRefusal refusal) {
  switch (refusal) {
    case WebhookRefusal::UrlInvalid:
      return "URL_INVALID";
    case WebhookRefusal::UrlNotSecure:
      return "URL_NOT_SECURE";
    case WebhookRefusal::UrlThere:
      return "URL_THERE";
    case WebhookRefusal::SecretInvalid:
      return "SECRET_INVALID";
    case WebhookRefusal::CursorUnknown:
      return "CURSOR_UNKNOWN";
    case WebhookRefusal::EndpointUnknown:
      return "ENDPOINT_UNKNOWN";
  }
  std::unreachable();
}

std::string_view sentence(WebhookRefusal refusal) {
  switch (refusal) {
    case WebhookRefusal::UrlInvalid:
      return "a URL is https://HOST/PATH (or http to this machine), at most 2000 bytes, without "
             "user, fragment or spaces";
    case WebhookRefusal::UrlNotSecure:
      return "plain http to another machine can be read on the way: use https, or say "
             "--allow-http";
    case WebhookRefusal::UrlThere:
      return "there is an endpoint with this URL: fenqi webhook list";
    case WebhookRefusal::SecretInvalid:
      return "a secret is whsec_ and base64 of 24 to 64 bytes (--make-secret makes one)";
    case WebhookRefusal::CursorUnknown:
      return "no limit change has this position yet; positions start at 1, and 0 is before all";
    case WebhookRefusal::EndpointUnknown:
      return "no endpoint has this id: fenqi webhook list";
  }
  std::unreachable();
}

std::string WebhookUrl::origin() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", is_tls ? "https" : "http", is_v6 ? "[" : "", host,
                     is_v6 ? "]" : "", port);
}

base::Result<WebhookUrl, WebhookRefusal> parse_webhook_url(std::string_view text) {
  const auto invalid = std::unexpected(WebhookRefusal::UrlInvalid);
  if (text.size() > kUrlMax) return invalid;
  WebhookUrl url;
  if (text.starts_with("https://")) {
    url.is_tls = true;
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return invalid;
  }
  const bool is_plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_plain || text.find('#') != std::string_view::npos) return invalid;
  const std::size_t end = text.find_first_of("/?");
  std::tie(url.host, url.port) = parse_authority(text.substr(0, end), url.is_tls ? 443 : 80);
  if (url.port < 0) return invalid;
  url.path = end == std::string_view::npos ? "/" : std::string(text.substr(end));
  if (url.path.front() == '?') url.path.insert(url.path.begin(), '/');
  return url;
}

bool is_loopback(const WebhookUrl& url) {
  return url.host == "localhost" || url.host == "127.0.0.1" || url.host == "::1";
}

std::optional<WebhookRefusal> refuse_url(const NewEndpoint& endpoint) {
  const auto url = parse_webhook_url(endpoint.url);
  if (!url) return url.error();
  const bool is_safe = url->is_tls || is_loopback(*url) || endpoint.allows_plain_http;
  return is_safe ? std::nullopt : std::optional(WebhookRefusal::UrlNotSecure);
}

base::Result<std::string, WebhookRefusal> add_endpoint(store::Session& session,
                                                       const NewEndpoint& endpoint,
                                                       base::Instant now) {
  if (const auto refusal = refuse_url(endpoint)) return std::unexpected(*refusal);
  const auto secret = parse_webhook_secret(endpoint.secret);
  if (!secret) return std::unexpected(WebhookRefusal::SecretInvalid);
  list_limit_changes(session);
  const std::int64_t last = store::find_last_position(session);
  if (endpoint.after && (*endpoint.after < 0 || *endpoint.after > last)) {
    return std::unexpected(WebhookRefusal::CursorUnknown);
  }
  const store::EndpointRow row{.id = new_endpoint_id(),
                               .url = endpoint.url,
                               .secret = *secret,
                               .queued_through = endpoint.after.value_or(last),
                               .created_at = now};
  if (!store::insert_endpoint(session, row)) return std::unexpected(WebhookRefusal::UrlThere);
  return row.id;
}

base::Result<std::int64_t, WebhookRefusal> replay_webhooks(store::Session& session,
                                                           const std::string& endpoint,
                                                           std::int64_t after, base::Instant now) {
  if (!is_endpoint(session, endpoint)) return std::unexpected(WebhookRefusal::EndpointUnknown);
  list_limit_changes(session);
  if (after < 0 || after > store::find_last_position(session)) {
    return std::unexpected(WebhookRefusal::CursorUnknown);
  }
  return store::replay_deliveries(session, endpoint, after, now);
}

base::Result<std::int64_t, WebhookRefusal> revive_webhooks(store::Session& session,
                                                           const std::string& endpoint,
                                                           base::Instant now) {
  if (!is_endpoint(session, endpoint)) return std::unexpected(WebhookRefusal::EndpointUnknown);
  return store::revive_dead_deliveries(session, endpoint, now);
}

std::optional<std::chrono::microseconds> webhook_pause(
    int failed_attempts, std::int64_t position, std::optional<std::chrono::seconds> retry_after) {
  CHECK(failed_attempts > 0, "a pause comes after a failed attempt, not {}", failed_attempts);
  if (failed_attempts > std::ssize(kWebhookPauses)) return std::nullopt;
  const std::chrono::microseconds pause =
      kWebhookPauses.at(static_cast<std::size_t>(failed_attempts) - 1);
  // Spread by the position, so that it is the same for whoever computes it.
  const auto spread = pause / 10 * ((position * 7919 + failed_attempts * 104729) % 1000) / 1000;
  if (retry_after && *retry_after > pause + spread && *retry_after <= kRetryAfterMax) {
    return *retry_after;
  }
  return pause + spread;
}

}  // namespace engine
