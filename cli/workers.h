// Threads that do what they are given.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace cli {

/// Tasks are begun in the order they were given, as many at a time as there are threads. The
/// destructor waits for what was given.
class Workers {
 public:
  explicit Workers(std::size_t count);

  /// The future throws what the task throws.
  std::future<void> give(std::function<void()> task);

 private:
  void work(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any given_;
  std::deque<std::packaged_task<void()>> tasks_;
  std::vector<std::jthread> threads_;  // last: they are joined before the rest is gone
};

}  // namespace cli
