// The code of docs/guide/testing.md, compiled and run. `./dev check` compares the page with this file.
#include <chrono>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

using namespace std::chrono_literals;
using roost::testing::anything;
using roost::testing::including;
using roost::testing::matching;

struct NewMsg {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(NewMsg, (), (body))

struct NewRoom {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(NewRoom, (), (name))

class Room : public roost::Channel {
 public:
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg).event("remind", &Room::remind); }
  roost::JoinReply join(std::string_view topic) {
    if (topic == "room:staff") return roost::refuse({{"reason", "staff only"}});
    after_join([this] {
      track(user<std::string>(), {{"here", true}});
      push_presence_state();
    });
    return roost::ok();
  }
  void new_msg(NewMsg msg) { broadcast("new_msg", {{"from", user<std::string>()}, {"body", msg.body}}); }
  void remind() {
    after(10min, [this] { push("reminder"); });
  }
};

void set_up(roost::App& app) {
  app.socket("/socket")
      .connect([](const roost::ConnectInfo& info) -> roost::ConnectResult {
        const std::string name = info.param("user_id");
        if (name.empty()) return roost::reject("who are you?");
        return roost::accept(name, "users:" + name);
      })
      .channel<Room>("room:*");
  app.get("/rooms/{id}", [](const roost::HttpRequest& request) { return roost::HttpResponse::json(request.params); });
  app.post("/rooms", [](NewRoom room) { return roost::HttpResponse::json(room, 201); });
}

class RoomTest : public ::testing::Test {
 protected:
  RoomTest() { set_up(server.app()); }
  roost::testing::Client connect(std::string_view user) {
    return server.connect("/socket", {.params = {{"user_id", user}}});
  }
  roost::testing::Server server;
};

TEST_F(RoomTest, EverybodyHearsAMessage) {
  auto ann = connect("ann").join("room:lobby");
  auto bob = connect("bob").join("room:lobby");
  ann.push("new_msg", {{"body", "hi"}});
  bob.expect_broadcast("new_msg", {{"from", "ann"}, {"body", "hi"}});
}

TEST_F(RoomTest, AMessageNeedsABody) {
  auto room = connect("ann").join("room:lobby");
  const auto ref = room.push("new_msg", {{"text", "hi"}});
  room.expect_reply(ref, "error", including({{"path", "/body"}}));
}

TEST_F(RoomTest, StaffOnly) {
  connect("ann").expect_refused("room:staff", {}, {{"reason", "staff only"}});
  EXPECT_EQ(server.expect_rejected("/socket"), "who are you?");
}

TEST_F(RoomTest, RoutesAnswer) {
  EXPECT_EQ(server.get("/rooms/lobby").body, R"({"id":"lobby"})");
  EXPECT_EQ(server.post("/rooms", {{"name", 7}}).status, 400);
}

TEST_F(RoomTest, AReminderComesInTime) {
  auto room = connect("ann").join("room:lobby");
  room.received();
  room.push("remind");
  server.advance(9min);
  room.expect_nothing();
  server.advance(1min);
  room.expect_push("reminder");
}

TEST_F(RoomTest, ABannedUserIsSentAway) {
  auto ann = connect("ann");
  server.app().disconnect("users:ann");
  ann.expect_closed(1001);
}

TEST_F(RoomTest, WhoIsHere) {
  auto room = connect("ann").join("room:lobby");
  room.expect_push("presence_state", including({{"ann", boost::json::object()}}));
  room.expect_broadcast("presence_diff", anything());
  room.push("new_msg", {{"body", "long enough"}});
  room.expect_broadcast("new_msg", matching<NewMsg>([](const NewMsg& msg) { return msg.body.size() > 3; }));
}
