#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "base/executor.h"

namespace roost::net {

class LoopImpl;

/// A shard's event loop: one thread that waits, runs what is ready, and sends what gathered.
///
/// A turn: wait for events (at most Poller::kReadyPerWait) · receive from the connections that have something · run the
/// work that was posted · let them handle what they received · run the work posted since and the timers that are due ·
/// end the turn for who asked (at_turn_end) · flush every connection that got output in this turn, so that all its
/// frames leave together. Of many connections the first ones handle, and send their answers, before the next receive.
///
/// What one shard posts to another before it answers a client is seen there before that client's next bytes: posted
/// work runs before the bytes of a connection are handed out.
///
/// Threads: `post` and `stop` from any; everything else on the thread that is in run(). Before run() and after it the
/// thread that owns the Loop counts as that. Listeners, Connections and Signals of this loop go before it. Work must
/// not throw.
class Loop final : public Executor {
 public:
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Any thread. Work that is posted on the loop's own thread runs in this turn or the next, without a wait between.
  /// Work posted after run() has ended is destroyed with the Loop.
  void post(Work work) override { post_sized(std::move(work), 0); }
  void post_sized(Work work, std::size_t bytes) override;
  std::size_t waiting_bytes() const override;
  TimerId call_at(TimePoint at, Work work) override;
  void cancel(TimerId timer) override;
  void at_turn_end(TurnEnd& hook) override;
  TimePoint now() const override;

  /// Runs turns until stop(). Then work and timers that still wait are destroyed, here. Once in a Loop's life.
  void run();
  /// Ends run() after the turn in which it is called; before run(): run() ends at once. Any thread.
  void stop();

  /// Connections that were told to close_after_flush() and are not through with it.
  std::size_t lingering() const;

  /// For the other files of this folder.
  LoopImpl& impl() { return *impl_; }

 private:
  std::unique_ptr<LoopImpl> impl_;
};

}  // namespace roost::net
