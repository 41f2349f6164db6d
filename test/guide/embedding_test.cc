// The C++ of docs/guide/embedding.md, compiled and run. `./dev check` compares the page with this file; its CMake is
// that of test/install.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

using namespace std::chrono_literals;

namespace ship {

struct Steer {
  double heading = 0;
};
BOOST_DESCRIBE_STRUCT(Steer, (), (heading))

struct Position {
  double x = 0;
  double heading = 0;
};
BOOST_DESCRIBE_STRUCT(Position, (), (x, heading))

class Ship {
 public:
  void steer(double heading) { now_.heading = heading; }
  void step() { now_.x += 1; }
  Position position() const { return now_; }

 private:
  Position now_;
};

struct Command {
  Steer steer;
  roost::ReplyRef reply;
};

/// What clients want of the loop. Any thread.
class Inbox {
 public:
  bool post(Command command) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kWaitingMax) return false;
    waiting_.push_back(std::move(command));
    return true;
  }
  std::vector<Command> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }

 private:
  static constexpr std::size_t kWaitingMax = 1'000;  // for one turn of the loop
  std::mutex mutex_;
  std::vector<Command> waiting_;  // mutex_
};

class Bridge : public roost::Channel {
 public:
  explicit Bridge(Inbox& inbox) : inbox_(inbox) {}
  static void events(roost::Events<Bridge>& on) { on.event("steer", &Bridge::steer); }
  roost::JoinReply join() { return roost::ok(); }

  roost::Reply steer(Steer steer) {
    if (!inbox_.post({steer, reply_ref()})) return roost::error({{"reason", "busy"}});
    return roost::noreply;  // the loop answers
  }

 private:
  Inbox& inbox_;
};

void set_up(roost::App& app, Inbox& inbox) {
  app.socket("/socket").channel<Bridge>("ship", std::ref(inbox));
}

void turn(Ship& ship, Inbox& inbox, roost::App& app) {
  for (const Command& command : inbox.take()) {
    ship.steer(command.steer.heading);
    command.reply.reply(roost::ok(ship.position()));
  }
  ship.step();
  app.broadcast("ship", "position", ship.position());
}

int run_engine(const roost::Options& options, const std::atomic<bool>& asked_to_stop) {
  Ship ship;
  Inbox inbox;  // before the App: channels refer to it until the App has stopped
  roost::App app(options);
  set_up(app, inbox);
  if (const auto started = app.start(); !started) {
    std::fprintf(stderr, "engine: %s\n", started.error().c_str());
    return 1;
  }
  for (auto next = std::chrono::steady_clock::now(); !asked_to_stop; next += 50ms) {
    turn(ship, inbox, app);
    std::this_thread::sleep_until(next);
  }
  app.stop();
  return 0;
}

class Log : public roost::Channel {
 public:
  roost::JoinReply join() { return roost::ok(); }
};

}  // namespace ship

namespace {

TEST(EmbeddingGuide, TheLoopAnswersAndBroadcasts) {
  roost::testing::Server server;
  ship::Inbox inbox;
  ship::Ship ship;
  ship::set_up(server.app(), inbox);
  auto bridge = server.connect().join("ship");
  const auto ref = bridge.push("steer", {{"heading", 90}});
  bridge.expect_nothing();
  ship::turn(ship, inbox, server.app());
  bridge.expect_reply(ref, "ok", {{"x", 0}, {"heading", 90}});
  bridge.expect_broadcast("position", {{"x", 1}, {"heading", 90}});
}

TEST(EmbeddingGuide, AnInboxThatIsFullIsSaid) {
  roost::testing::Server server;
  ship::Inbox inbox;
  ship::set_up(server.app(), inbox);
  auto bridge = server.connect().join("ship");
  for (int i = 0; i < 1'000; ++i) bridge.push("steer", {{"heading", i}});
  bridge.expect_reply(bridge.push("steer", {{"heading", 0}}), "error", {{"reason", "busy"}});
}

TEST(EmbeddingGuide, TheEngineRunsUntilItIsAskedToStop) {
  roost::Options options;
  options.port = 0;
  options.shards = 2;
  options.log_level = "off";
  const std::atomic<bool> at_once = true;
  EXPECT_EQ(ship::run_engine(options, at_once), 0);
  options.host = "nowhere";
  EXPECT_EQ(ship::run_engine(options, at_once), 1);
}

TEST(EmbeddingGuide, TwoAppsInOneProgram) {
  roost::Options options;
  options.port = 0;
  options.shards = 1;
  options.log_level = "off";

  roost::App players(options), admins(options);
  players.socket("/socket").channel<ship::Log>("ship:*");
  admins.socket("/socket").channel<ship::Log>("audit");
  ASSERT_TRUE(players.start() && admins.start());
  EXPECT_NE(players.port(), admins.port());
}

}  // namespace
