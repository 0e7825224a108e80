// Telling receivers of limit changes: at least once, each customer's changes in order, tried again
// with growing pauses. docs/webhooks.md is what a receiver reads.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "sql/store/session.h"
#include "sql/store/webhook_store.h"

namespace engine {

/// What is posted.
struct WebhookRequest {
  std::string url;
  std::string id;              ///< webhook-id: the same however often it is sent
  std::int64_t timestamp = 0;  ///< webhook-timestamp: of this attempt, seconds of Unix time
  std::string signature;       ///< webhook-signature
  std::string body;            ///< JSON
};

struct WebhookAnswer {
  int status = 0;                                        ///< 0: there was none, `text` says why
  std::string text = {};                                 ///< the first of its body
  std::optional<std::chrono::seconds> retry_after = {};  ///< Retry-After

  bool is_success() const { return status >= 200 && status < 300; }
};

/// How long one post may take in all, whatever the receiver does.
inline constexpr std::chrono::seconds kWebhookTimeMax{15};
/// How much of an answer is read.
inline constexpr std::size_t kWebhookAnswerMax = 16'384;

/// A connection to receivers; one thread.
class WebhookSender {
 public:
  virtual ~WebhookSender() = default;
  /// Comes back within kWebhookTimeMax and never throws for what the receiver does.
  virtual WebhookAnswer post(const WebhookRequest& request) = 0;
};

/// The pauses after the first, second, ... failed attempt; after the last one an event is dead.
/// They add up to three days and some hours.
inline constexpr std::array<std::chrono::seconds, 9> kWebhookPauses = {
    std::chrono::seconds{5}, std::chrono::minutes{5}, std::chrono::minutes{30},
    std::chrono::hours{2},   std::chrono::hours{5},   std::chrono::hours{10},
    std::chrono::hours{14},  std::chrono::hours{20},  std::chrono::hours{24}};

/// The pause after this many failed attempts, up to a tenth longer so that what failed at once
/// doesn't come back at once; at least what the receiver asked for, if that is below a day.
/// Nothing: there is no further attempt.
std::optional<std::chrono::microseconds> webhook_pause(
    int failed_attempts, std::int64_t position, std::optional<std::chrono::seconds> retry_after);

struct WebhookRunnerOptions {
  std::function<std::unique_ptr<WebhookSender>()> make_sender;
  std::function<base::Instant()> now;
  std::function<bool()> is_stopping = [] { return false; };
  int batch = 100;      ///< events leased at once
  int connections = 4;  ///< to a receiver at once
};

struct WebhookRun {
  std::int64_t delivered = 0;
  std::int64_t failed = 0;  ///< attempts that will be repeated
  std::int64_t dead = 0;
};

/// Sends what is due. Any number of runners may work at once, on any machines.
class WebhookRunner {
 public:
  WebhookRunner(const std::string& conninfo, WebhookRunnerOptions options);
  ~WebhookRunner();

  /// Until nothing is due, or the options say to stop.
  WebhookRun run_once();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

enum class WebhookRefusal {
  UrlInvalid,      ///< no http or https URL with a host, or with a user or fragment
  UrlNotSecure,    ///< plain http to another machine
  UrlThere,        ///< there is an endpoint with this URL
  SecretInvalid,   ///< no "whsec_" with 24 to 64 bytes in base64
  CursorUnknown,   ///< no such position was ever given
  EndpointUnknown  ///< no endpoint has this id
};
std::string_view code(WebhookRefusal refusal);
std::string_view sentence(WebhookRefusal refusal);

struct WebhookUrl {
  bool is_tls = false;
  std::string host;
  int port = 0;
  std::string path;  ///< with query

  std::string origin() const;  ///< "https://host:port"
};
base::Result<WebhookUrl, WebhookRefusal> parse_webhook_url(std::string_view text);
/// Whether what is sent there stays on this machine.
bool is_loopback(const WebhookUrl& url);

struct NewEndpoint {
  std::string url;
  std::string secret;                      ///< "whsec_..."
  std::optional<std::int64_t> after = {};  ///< nothing: from now on; 0: everything
  bool allows_plain_http = false;          ///< to other machines than this
};
/// Why its URL can't be one, if it can't.
std::optional<WebhookRefusal> refuse_url(const NewEndpoint& endpoint);
/// The endpoint's id.
base::Result<std::string, WebhookRefusal> add_endpoint(store::Session& session,
                                                       const NewEndpoint& endpoint,
                                                       base::Instant now);

/// Sends again what lies behind the cursor; how many.
base::Result<std::int64_t, WebhookRefusal> replay_webhooks(store::Session& session,
                                                           const std::string& endpoint,
                                                           std::int64_t after, base::Instant now);

/// The same of what was given up.
base::Result<std::int64_t, WebhookRefusal> revive_webhooks(store::Session& session,
                                                           const std::string& endpoint,
                                                           base::Instant now);

}  // namespace engine
