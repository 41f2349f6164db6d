#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <roost/agent.hpp>

#include "agent/store.h"

namespace roost::agent {

/// The agents' thread: runs what is posted in order, and saves what changed once for each batch (group commit).
///
/// A batch is all work that waits when the thread looks. After it every name that was marked by save() is saved in one
/// transaction of the store, then the batch's after_save() work runs: hundreds of updates cost one commit.
///
/// A save that fails is reported once for each kind of failure, and tried again with the next batch and at stop();
/// after_save() work runs all the same, since the state in memory has changed. Without a store nothing is kept. Work
/// that throws is reported.
class Runner final : public AgentRunner {
 public:
  /// Called for an operator's log: on the agents' thread, and on one that posts too much. Must not throw.
  using OnError = std::function<void(const std::string& message)>;

  /// `store` may be null. Starts the thread.
  explicit Runner(std::unique_ptr<Store> store, OnError on_error = nullptr, std::size_t work_max = kWorkMax);
  /// Like stop(). If it happens on the agents' thread (the last handle to the runner was in work), the thread ends by
  /// itself.
  ~Runner() override;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Never blocks. While kWorkMax pieces of work wait, a new one is refused, and on_error hears of the first of them.
  /// After stop(): refused.
  bool post(Work work) override;
  /// Any thread. Throws std::runtime_error if the store cannot be read.
  std::optional<std::string> load(const std::string& name) override;
  void save(const std::string& name, std::function<std::string()> state) override;
  void after_save(Work work) override;

  /// Runs what was posted before, saves, and ends the thread. Not from the agents' thread. May be called again.
  void stop();

  /// Work that waits now. Any thread.
  std::size_t waiting() const;
  /// Pieces of work that were refused because too many waited. Any thread.
  std::uint64_t refused() const;
  /// Whether this is the agents' thread.
  bool is_here() const;

  static constexpr std::size_t kWorkMax = 1'000'000;  // a second or more of full load, some 100 MB: the node is lost

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with the thread
};

}  // namespace roost::agent
