#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/settings.h"
#include "bench/swarm.h"
#include "bench/team.h"

namespace roost::bench {

/// This process's clients: connects them, joins them, and hands out what they get after that.
class Crowd final : Swarm::Handler {
 public:
  class Listener {
   public:
    virtual void on_joined(Link&) {}
    /// After Swarm::finish.
    virtual void on_finished(Link&) {}
    /// A message to a client that has joined.
    virtual void on_message(Link& link, bool binary, std::string_view bytes) = 0;

   protected:
    ~Listener() = default;
  };

  /// All three outlive the crowd.
  Crowd(const Settings& settings, Team& team, Listener& listener);

  /// Starts more clients: those that are due if they come over some time (Settings::over), else as long as fewer than
  /// Settings::concurrency are being set up. Returns when the next one is due; nullopt: when something came, or never.
  std::optional<TimePoint> start_some();
  /// Whether all were started.
  bool all_started() const { return swarm_.size() == team_.count(); }

  /// Sends the heartbeats that are due: each client's every kHeartbeat, spread over that time. Often.
  void keep_alive(TimePoint now);

  /// Connects and joins a client anew that was closed or has left.
  void connect_again(Link& link);
  void join_again(Link& link);
  /// Says that a client left its topic: what it gets until it joins again is not for the listener.
  void left(Link& link) { is_joined_[link.number] = false; }
  bool is_joined(const Link& link) const { return is_joined_[link.number]; }
  /// Joins so far; who joins again counts again.
  std::size_t joined() const { return joined_; }
  /// When a client's connection began, or was due to; and the first one's. A client that joined again: when it asked.
  TimePoint began(std::size_t link) const { return began_[link]; }
  TimePoint first_began() const { return first_began_; }

  static constexpr std::chrono::seconds kHeartbeat{30};  // as phoenix.js; servers wait for 60 s

  Swarm& swarm() { return swarm_; }
  const Swarm& swarm() const { return swarm_; }
  std::size_t client_number(const Link& link) const { return team_.first() + link.number; }
  std::size_t topic_number(const Link& link) const { return client_number(link) % settings_.topics; }
  const std::string& topic_of(const Link& link) const { return topics_[topic_number(link)]; }
  std::string_view topic(std::size_t number) const { return topics_[number]; }

 private:
  void on_open(Link& link) override;
  void on_message(Link& link, bool binary, std::string_view bytes) override;
  void on_end(Link& link, const std::string& why) override;
  void on_finished(Link& link) override { listener_.on_finished(link); }
  bool answered(Link& link, std::string_view bytes);
  const std::string& join_frame(const Link& link);
  void start_one(TimePoint when);
  TimePoint due_to_start(std::size_t client) const;

  const Settings& settings_;
  Team& team_;
  Listener& listener_;
  Swarm swarm_;
  std::vector<std::string> topics_;
  std::string join_frame_;  // of all, or of the client that joined last
  bool join_frame_is_of_all_ = false;
  std::vector<bool> is_joined_;
  std::vector<TimePoint> began_;
  std::size_t joined_ = 0;
  TimePoint first_began_{};
  std::string heartbeat_frame_;
  TimePoint created_;
  std::uint64_t heartbeats_ = 0;
};

}  // namespace roost::bench
