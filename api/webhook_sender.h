// Posts webhooks over HTTP and HTTPS, and bounds what a receiver can do to us: the time of a post,
// and how much of its answer is read. Redirects are not followed, certificates are checked.
#pragma once

#include <memory>

#include "engine/webhooks.h"

namespace api {

/// `time_max` is for one post in all: connecting, sending, and reading the answer.
std::unique_ptr<engine::WebhookSender> make_webhook_sender(
    std::chrono::milliseconds time_max = engine::kWebhookTimeMax);

}  // namespace api
