// Signatures of webhooks as the Standard Webhooks specification (1.0) has them: HMAC-SHA256 over
// "id.timestamp.payload" under a secret that is written "whsec_" and base64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace engine {

/// The bytes of a secret, 24 to 64 of them; nothing if it is none.
std::optional<std::string> parse_webhook_secret(std::string_view text);

/// A new secret of 32 random bytes, "whsec_...".
std::string make_webhook_secret();

/// "v1,<base64>". `timestamp` is in seconds of Unix time.
std::string sign_webhook(std::string_view secret, std::string_view id, std::int64_t timestamp,
                         std::string_view payload);

}  // namespace engine
