#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace roost::agent {

/// A few threads for work that may block, so that no shard does.
class BlockingPool {
 public:
  using Job = std::move_only_function<void()>;

  explicit BlockingPool(std::size_t threads_max = kThreadsMax, std::size_t jobs_max = kJobsMax);
  /// Like stop().
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// Runs `job` on one of the threads; a thread is started when none is idle. False: too many wait, or stopped; the job
  /// is destroyed. Any thread. Jobs must not throw.
  bool post(Job job);
  /// Waits for the jobs that run; those that did not start are destroyed. Not from a job. May be called again.
  void stop();
  /// Whether this is one of its threads.
  bool is_here() const;
  /// Jobs that were refused because too many waited. Any thread.
  std::uint64_t refused() const;

  static constexpr std::size_t kThreadsMax =
      4;  // enough to overlap waits; work for the processor gains nothing by more
  static constexpr std::size_t kJobsMax = 10'000;  // some seconds of work; whoever waits longer has given up

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roost::agent
