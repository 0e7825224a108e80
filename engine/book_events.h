// Posts book events (book_event.h) as a batch.
#pragma once

#include <span>
#include <vector>

#include "engine/batch.h"
#include "engine/book_event.h"

namespace engine {

/// In one transaction, each with its own result; a refused one posts nothing.
std::vector<ItemResult> post_book_events(Engine::Impl& engine, std::span<const BookEvent> batch,
                                         const BatchContext& context);

}  // namespace engine
