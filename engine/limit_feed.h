// The feed of limit changes, for those who ask (GET /v1/limit-changes) and those who are told
// (webhooks): one order, the same words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/zone.h"
#include "sql/store/limit_feed_store.h"
#include "sql/store/session.h"

namespace engine {

inline constexpr int kFeedPageDefault = 1'000;
inline constexpr int kFeedPageMax = 10'000;  ///< some megabytes of text at most

/// Gives every change that was committed its position.
void list_limit_changes(store::Session& session);

enum class FeedFormat { Json, Ndjson, Csv };

struct FeedRequest {
  std::int64_t after = 0;  ///< the cursor: the position that was read last
  int count = kFeedPageDefault;
};

struct FeedPage {
  std::string text;
  std::string feed;       ///< its name
  std::int64_t next = 0;  ///< the cursor to go on with
  bool is_full = false;   ///< then this page reads the same for ever
};

/// `CursorUnknown`: no such position was ever given, as after the book was restored from a backup.
enum class FeedRefusal { BookMissing, CursorUnknown };

base::Result<FeedPage, FeedRefusal> read_limit_feed(store::Session& session,
                                                    const FeedRequest& request, FeedFormat format);

/// "lc_<feed>_<position>": one change in one book; a receiver knows by it what it had before.
std::string limit_change_id(std::string_view feed, std::int64_t position);

/// One change as an object; the same in pages and in webhooks.
void append_limit_change(std::string& out, std::string_view feed, const base::Zone& zone,
                         const store::ListedLimitChange& listed);

}  // namespace engine
