#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <roost/roost.hpp>

#include "balls/world.h"

// The engine's side to the world: a topic that shows it, commands that change it, a route that tells it.
namespace balls {

inline constexpr const char* kTopic = "balls";

struct Kick {
  double x = 0, y = 0;
};
BOOST_DESCRIBE_STRUCT(Kick, (), (x, y))

struct Command {
  Kick kick;
  roost::ReplyRef reply;
};

/// What clients want of the main loop, until its next turn. Any thread.
class Inbox {
 public:
  /// False: too much waits.
  bool post(Command command);
  std::vector<Command> take();

 private:
  static constexpr std::size_t kWaitingMax = 1'000;  // more in a twentieth of a second is nonsense
  std::mutex mutex_;
  std::vector<Command> waiting_;  // mutex_
};

/// Topic `balls`: the state at each turn as `state`, who watches as presences.
class Viewer : public roost::Channel {
 public:
  Viewer(Inbox& inbox, roost::Agent<State> shown) : inbox_(inbox), shown_(std::move(shown)) {}
  static void events(roost::Events<Viewer>& on) { on.event("kick", &Viewer::kick); }

  /// Answered with the State.
  roost::Task<roost::JoinReply> join();
  /// ok {"turn": when it was done}, or error {"reason":"busy"}.
  roost::Reply kick(Kick kick);

 private:
  Inbox& inbox_;
  roost::Agent<State> shown_;
};

/// The main loop's handle to the server.
class Stage {
 public:
  /// `app` is set up, not started.
  explicit Stage(roost::App& app);
  /// Does what clients asked for, lets `seconds` pass, and shows the outcome to all.
  void turn(World& world, double seconds);

 private:
  roost::App& app_;
  Inbox inbox_;
  roost::Agent<State> shown_;  // what it looked like after the last turn
};

}  // namespace balls
