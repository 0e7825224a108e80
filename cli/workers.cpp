#include "cli/workers.h"

#include <utility>

namespace cli {

Workers::Workers(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

std::future<void> Workers::give(std::function<void()> task) {
  std::packaged_task<void()> given(std::move(task));
  std::future<void> done = given.get_future();
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(given));
  }
  given_.notify_one();
  return done;
}

void Workers::work(const std::stop_token& stop) {
  for (;;) {
    std::packaged_task<void()> task;
    {
      std::unique_lock lock(mutex_);
      if (!given_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace cli
