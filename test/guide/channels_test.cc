// The code of docs/guide/channels.md, compiled and run. `./dev check` compares the page with this file.
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

using namespace std::chrono_literals;

namespace smallest {

class Room : public roost::Channel {
 public:
  static void events(roost::Events<Room>& on) { on.event("shout", &Room::shout); }

  roost::JoinReply join(std::string_view topic) {
    if (topic == "room:staff") return roost::refuse({{"reason", "staff only"}});
    return roost::ok();
  }
  void shout(const roost::Payload& payload) { broadcast("shout", payload); }
};

void set_up(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}

}  // namespace smallest

namespace game {

struct User {
  std::string name;
  bool admin = false;
};

roost::ConnectResult connect(const roost::ConnectInfo& info) {
  const std::string name = info.param("name");
  if (name.empty()) return roost::reject();
  return roost::accept(User{name, name == "root"}, "users:" + name);
}

struct JoinParams {
  std::optional<std::int64_t> last_seen;
};
BOOST_DESCRIBE_STRUCT(JoinParams, (), (last_seen))

struct Move {
  int x = 0;
  int y = 0;
};
BOOST_DESCRIBE_STRUCT(Move, (), (x, y))

struct Line {
  std::string to;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Line, (), (to, text))

struct PriceChanged {
  std::int64_t cents;
};

class Feed {
 public:
  void add(roost::ChannelRef channel) {
    const std::lock_guard lock(mutex_);
    channels_.push_back(std::move(channel));
  }
  void publish(PriceChanged price) {
    const std::lock_guard lock(mutex_);
    for (const roost::ChannelRef& channel : channels_) channel.post(price);
  }

 private:
  std::mutex mutex_;
  std::vector<roost::ChannelRef> channels_;  // mutex_
};

class Game : public roost::Channel {
 public:
  Game(Feed& feed, roost::App& app, int points_to_win) : feed_(feed), app_(app), points_to_win_(points_to_win) {}

  static void events(roost::Events<Game>& on) {
    on.event("move", &Game::move)
        .event("score", &Game::score)
        .event("surrender", &Game::surrender)
        .event("ask_later", &Game::ask_later)
        .otherwise(&Game::unknown)
        .intercept("chat", &Game::chat)
        .info(&Game::price_changed);
  }

  roost::JoinReply join(std::string topic, JoinParams params) {
    after_join([this] { push("welcome", {{"name", user<User>().name}}); });
    every(30s, [this] { push("still_here"); });
    subscribe("announcements");
    feed_.add(self());
    return roost::ok({{"topic", topic}, {"missed", params.last_seen ? 0 : 10}});
  }

  roost::Reply move(Move to) {
    if (to.x < 0 || to.x > 7) return roost::error({{"reason", "off the board"}});
    broadcast_from("moved", to);
    return roost::ok();
  }
  roost::Reply score() {
    if (++points_ == points_to_win_) return roost::stop("shutdown", roost::ok({{"won", true}}));
    return roost::ok({{"points", points_}});
  }
  roost::Reply surrender() { return roost::stop(); }
  roost::Reply unknown(std::string_view event, const roost::Payload&) {
    return roost::error({{"reason", "unknown event"}, {"event", event}});
  }

  void ask_later() {
    after(5s, [ref = reply_ref()] { ref.reply(roost::ok({{"answer", 42}})); });
  }

  void chat(Line line) {
    if (line.to == user<User>().name || user<User>().admin) push("chat", line);
  }

  void price_changed(PriceChanged price) { push("price", {{"cents", price.cents}}); }

  roost::Reply on_broadcast(const roost::Broadcast& news) override {
    push(news.event, news.payload);
    return roost::noreply;
  }

  void terminate(const roost::End& end) override {
    app_.broadcast("lobby", "left", {{"name", user<User>().name}, {"why", end.text}});
  }

 private:
  Feed& feed_;
  roost::App& app_;
  const int points_to_win_;
  int points_ = 0;
};

void set_up_origins(roost::App& app) {
  app.socket("/own").check_origin(roost::CheckOrigin::conn());
  app.socket("/partners").check_origin(roost::CheckOrigin::list({"https://example.org", "//*.example.net"}));
}

void set_up(roost::App& app, Feed& feed) {
  app.socket("/socket").connect(connect).channel<Game>("game:*", std::ref(feed), std::ref(app), 3);
}

}  // namespace game

namespace {

TEST(ChannelsGuide, TheSmallestChannel) {
  roost::testing::Server server;
  smallest::set_up(server.app());
  auto client = server.connect("/socket");
  client.expect_refused("room:staff", {}, {{"reason", "staff only"}});
  auto room = client.join("room:a");
  room.push("shout", {{"a", 1}});
  room.expect_broadcast("shout", {{"a", 1}});
}

class GameGuide : public ::testing::Test {
 protected:
  GameGuide() { game::set_up(server.app(), feed); }
  roost::testing::Client connect(std::string_view name) {
    return server.connect("/socket", {.params = {{"name", name}}});
  }
  game::Feed feed;
  roost::testing::Server server;
};

TEST_F(GameGuide, Origins) {
  game::set_up_origins(server.app());
  server.connect("/own");
  server.connect("/partners");
}

TEST_F(GameGuide, Join) {
  auto client = connect("ann");
  auto game = client.start_join("game:1", {{"last_seen", 7}});
  game.expect_joined({{"topic", "game:1"}, {"missed", 0}});
  game.expect_push("welcome", {{"name", "ann"}});
  client.expect_refused("game:2", {{"last_seen", "x"}}, roost::testing::including({{"path", "/last_seen"}}));
}

TEST_F(GameGuide, Events) {
  auto ann = connect("ann").join("game:1");
  auto bob = connect("bob").join("game:1");
  ann.call("move", {{"x", 1}, {"y", 2}});
  bob.expect_broadcast("moved", {{"x", 1}, {"y", 2}});
  ann.expect_reply(ann.push("move", {{"x", 9}, {"y", 2}}), "error", {{"reason", "off the board"}});
  ann.expect_reply(ann.push("move", {{"x", 1}}), "error", roost::testing::including({{"path", "/y"}}));
  ann.expect_reply(ann.push("what"), "error", {{"reason", "unknown event"}, {"event", "what"}});
}

TEST_F(GameGuide, LaterReplies) {
  auto game = connect("ann").join("game:1");
  const auto ref = game.push("ask_later");
  server.advance(5s);
  game.expect_reply(ref, "ok", {{"answer", 42}});
}

TEST_F(GameGuide, Ends) {
  auto lobby = server.subscribe("lobby");
  auto client = connect("ann");
  auto game = client.join("game:1");
  game.call("score");
  game.call("score");
  EXPECT_EQ(game.call("score").view(), R"({"won":true})");
  game.expect_closed();
  lobby.expect_broadcast("left", {{"name", "ann"}, {"why", "shutdown"}});
  auto again = client.join("game:1");
  again.push("surrender");
  again.expect_closed();
  client.join("game:1").leave();
  lobby.expect_broadcast("left", {{"name", "ann"}, {"why", "left"}});
}

TEST_F(GameGuide, InterceptsAndOtherTopics) {
  auto ann = connect("ann").join("game:1");
  auto bob = connect("bob").join("game:1");
  auto root = connect("root").join("game:1");
  server.app().broadcast("game:1", "chat", {{"to", "ann"}, {"text", "psst"}});
  ann.expect_push("chat", {{"to", "ann"}, {"text", "psst"}});
  root.expect_push("chat");
  bob.expect_push("welcome");
  bob.expect_nothing();
  server.app().broadcast("announcements", "maintenance", {{"at", "noon"}});
  bob.expect_push("maintenance", {{"at", "noon"}});
}

TEST_F(GameGuide, TimersAndMessages) {
  auto game = connect("ann").join("game:1");
  game.received();
  server.advance(61s);
  game.expect_push("still_here");
  game.expect_push("still_here");
  std::thread([this] { feed.publish({250}); }).join();
  game.expect_push("price", {{"cents", 250}});
  game.expect_nothing();
}

}  // namespace
