#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "bench/histogram.h"
#include "bench/progress.h"
#include "bench/settings.h"
#include "bench/swarm.h"

namespace roost::bench {

/// Clients of one topic: connects them, joins them, and hands out what they get after that.
class Crowd final : Swarm::Handler {
 public:
  using OnMessage = std::function<void(Link& link, bool binary, std::string_view bytes)>;

  /// `settings` outlives the crowd.
  Crowd(const Settings& settings, Progress& progress);

  /// Connects and joins all, Settings::concurrency at a time. Error: one could not; the others stay as they are.
  std::expected<void, Error> join_all();
  /// What joined clients get goes there. Set before anything can come.
  void on_message(OnMessage handler) { on_message_ = std::move(handler); }
  /// Waits for events, at most `patience`, and handles them.
  void turn(Duration patience) { swarm_.turn(patience); }

  Swarm& swarm() { return swarm_; }
  std::size_t joined() const { return joined_; }
  /// From connect() to the reply to phx_join, in nanoseconds.
  const Histogram& join_latency() const { return *join_latency_; }
  /// Connections that ended by themselves, and why the first one did.
  std::uint64_t lost() const { return lost_; }
  const std::string& first_loss() const { return first_loss_; }

 private:
  void on_open(Link& link) override;
  void on_message(Link& link, bool binary, std::string_view bytes) override;
  void on_end(Link& link, const std::string& why) override;
  void on_message_before_joined(Link& link, bool binary, std::string_view bytes);

  const Settings& settings_;
  Progress& progress_;
  Swarm swarm_;
  std::string join_frame_;
  OnMessage on_message_;
  std::vector<bool> is_joined_;
  std::vector<TimePoint> began_;
  std::size_t joined_ = 0;
  std::uint64_t lost_ = 0;
  std::string first_loss_;
  std::unique_ptr<Histogram> join_latency_ = std::make_unique<Histogram>();
};

/// The ref of the join, and the join_ref of all that a client sends.
inline constexpr std::string_view kJoinRef = "1";

}  // namespace roost::bench
