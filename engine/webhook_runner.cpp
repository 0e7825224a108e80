// The delivery of webhooks: lease some, send them, record what became of them.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/check.h"
#include "engine/limit_feed.h"
#include "engine/report_text.h"
#include "engine/webhook_signature.h"
#include "engine/webhooks.h"
#include "sql/store/limit_feed_store.h"
#include "sql/store/statement_store.h"

namespace engine {
namespace {

constexpr int kQueuedAtOnce = 10'000;
constexpr int kUnreachedMax = 5;  // in a row: nobody is there
constexpr std::size_t kStoredAnswerMax = 500;
constexpr int kGone = 410;
constexpr std::chrono::seconds kPauseFirst{5};
constexpr std::chrono::seconds kPauseMax{600};

/// The first of an answer, fit for a text column: UTF-8 without control characters.
std::string stored_answer(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kStoredAnswerMax)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? ' ' : byte < 0x80 ? c : '?';
  }
  return out;
}

/// What was leased from an endpoint, being sent.
struct Batch {
  const store::EndpointRow& endpoint;
  std::vector<store::ClaimedDelivery> claimed;
  std::vector<store::ListedLimitChange> changes;  // in the order of `claimed`
  std::vector<std::optional<WebhookAnswer>> answers;
  std::atomic<std::size_t> taken = 0;
  std::atomic<int> unreached = 0;  // in a row
  std::atomic<bool> is_gone = false;

  bool is_given_up() const { return is_gone || unreached >= kUnreachedMax; }
};

}  // namespace

struct WebhookRunner::Impl {
  store::Session session;
  WebhookRunnerOptions options;
  std::string lease;
  std::string feed = {};
  std::optional<base::Zone> zone = {};
  std::vector<std::unique_ptr<WebhookSender>> senders = {};

  Impl(const std::string& conninfo, WebhookRunnerOptions given)
      : session(conninfo), options(std::move(given)) {
    CHECK(sodium_init() >= 0, "libsodium can't start");
    std::uint64_t number = 0;
    randombytes_buf(&number, sizeof(number));
    lease = fmt::format("{:016x}", number);
    for (int i = 0; i < options.connections; ++i) senders.push_back(options.make_sender());
  }

  bool run_batch(const store::EndpointRow& endpoint, WebhookRun& run);
  void send_some(Batch& batch, WebhookSender& sender);
  WebhookRequest request_of(const Batch& batch, std::size_t i) const;
  void record(Batch& batch, WebhookRun& run);
};

WebhookRequest WebhookRunner::Impl::request_of(const Batch& batch, std::size_t i) const {
  const store::ListedLimitChange& change = batch.changes[i];
  WebhookRequest request{
      .url = batch.endpoint.url,
      .id = limit_change_id(feed, change.position),
      .timestamp = std::chrono::floor<std::chrono::seconds>(options.now()).time_since_epoch() /
                   std::chrono::seconds{1},
      .signature = {},
      .body = fmt::format(R"({{"type":"limit.changed","timestamp":"{}","data":)",
                          to_rfc3339(change.listed_at, *zone))};
  append_limit_change(request.body, feed, *zone, change);
  request.body += '}';
  request.signature =
      sign_webhook(batch.endpoint.secret, request.id, request.timestamp, request.body);
  return request;
}

void WebhookRunner::Impl::send_some(Batch& batch, WebhookSender& sender) {
  while (!batch.is_given_up() && !options.is_stopping()) {
    const std::size_t i = batch.taken++;
    if (i >= batch.claimed.size()) return;
    WebhookAnswer answer = sender.post(request_of(batch, i));
    answer.status == 0 ? ++batch.unreached : batch.unreached = 0;
    if (answer.status == kGone) batch.is_gone = true;
    batch.answers[i] = std::move(answer);
  }
}

void WebhookRunner::Impl::record(Batch& batch, WebhookRun& run) {
  const base::Instant now = options.now();
  std::vector<store::AttemptRow> attempts;
  bool is_reached = false;
  for (std::size_t i = 0; i < batch.claimed.size(); ++i) {
    // The receiver that wants no more gets the rest of this when it is to go on.
    if (!batch.answers[i] || batch.answers[i]->status == kGone) continue;
    const WebhookAnswer& answer = *batch.answers[i];
    const store::ClaimedDelivery& delivery = batch.claimed[i];
    is_reached |= answer.status != 0;
    store::AttemptRow attempt{.position = delivery.position,
                              .party = delivery.party,
                              .state = store::DeliveryState::Delivered,
                              .next_attempt_at = now,
                              .status = answer.status,
                              .answer = stored_answer(answer.text)};
    if (!answer.is_success()) {
      const auto pause =
          webhook_pause(delivery.attempts + 1, delivery.position, answer.retry_after);
      attempt.state = pause ? store::DeliveryState::Waiting : store::DeliveryState::Dead;
      if (pause) attempt.next_attempt_at = now + *pause;
    }
    ++(attempt.state == store::DeliveryState::Delivered ? run.delivered
       : attempt.state == store::DeliveryState::Dead    ? run.dead
                                                        : run.failed);
    attempts.push_back(std::move(attempt));
  }
  store::Transaction transaction(session);
  store::record_attempts(session, batch.endpoint.id, lease, now, attempts);
  store::release_deliveries(session, batch.endpoint.id, lease);
  if (batch.is_gone) store::stop_endpoint(session, batch.endpoint.id, now);
  if (is_reached) store::record_reached(session, batch.endpoint.id);
  if (!is_reached && batch.unreached >= kUnreachedMax) {
    const int failures = std::min(batch.endpoint.failures + 1, 20);
    const auto pause = std::min(kPauseMax, kPauseFirst * (1 << std::min(failures - 1, 7)));
    store::record_unreached(session, batch.endpoint.id, failures, now + pause);
  }
  transaction.commit();
}

/// False if nothing of the endpoint is due.
bool WebhookRunner::Impl::run_batch(const store::EndpointRow& endpoint, WebhookRun& run) {
  const base::Instant now = options.now();
  if (endpoint.stopped_at || (endpoint.resume_at && *endpoint.resume_at > now)) return false;
  store::queue_deliveries(session, endpoint.id, now, kQueuedAtOnce);
  // All of the batch can be sent in that time, and some more.
  const int rounds = (options.batch + options.connections - 1) / options.connections;
  const base::Instant lease_until = now + kWebhookTimeMax * rounds + std::chrono::minutes{1};
  Batch batch{.endpoint = endpoint, .claimed = {}, .changes = {}, .answers = {}};
  batch.claimed =
      store::claim_deliveries(session, endpoint.id, lease, now, lease_until, options.batch);
  if (batch.claimed.empty()) return false;
  std::ranges::sort(batch.claimed, {}, &store::ClaimedDelivery::position);
  std::vector<std::int64_t> positions;
  for (const auto& delivery : batch.claimed) positions.push_back(delivery.position);
  batch.changes = store::load_limit_feed(session, positions);
  CHECK(batch.changes.size() == batch.claimed.size(), "{} of {} limit changes are missing",
        batch.claimed.size() - batch.changes.size(), batch.claimed.size());
  batch.answers.resize(batch.claimed.size());
  {
    std::vector<std::jthread> threads;
    for (const auto& sender : senders) {
      threads.emplace_back([this, &batch, &sender] { send_some(batch, *sender); });
    }
  }
  record(batch, run);
  return true;
}

WebhookRunner::WebhookRunner(const std::string& conninfo, WebhookRunnerOptions options)
    : impl_(std::make_unique<Impl>(conninfo, std::move(options))) {}
WebhookRunner::~WebhookRunner() = default;

WebhookRun WebhookRunner::run_once() {
  Impl& impl = *impl_;
  WebhookRun run;
  if (!impl.zone) {
    const auto book = store::find_book_dates(impl.session);
    if (!book) return run;
    impl.zone = base::Zone::find(book->zone);
    CHECK(impl.zone.has_value(), "the book's zone {} is unknown here", book->zone);
    impl.feed = store::find_limit_feed_name(impl.session);
  }
  // A batch of each receiver in turn, so that a slow one doesn't keep the others waiting for long.
  for (bool is_any = true; is_any && !impl.options.is_stopping();) {
    list_limit_changes(impl.session);
    is_any = false;
    for (const store::EndpointRow& endpoint : store::list_endpoints(impl.session)) {
      if (impl.options.is_stopping()) break;
      is_any |= impl.run_batch(endpoint, run);
    }
  }
  return run;
}

}  // namespace engine
