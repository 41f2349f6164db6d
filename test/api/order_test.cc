// What one client hears, and in which order, when much happens in one turn of the loop. With four members or more a
// topic's frames of a turn go out together (decision 10).
#include "api_testing.h"

namespace roost::api_test {
namespace {

/// Says things in the order in which its one event asks for them: "all", "others", "push", "reply".
class Room final : public Channel {
 public:
  static void events(Events<Room>& on) { on.event("say", &Room::say); }
  JoinReply join(std::string_view topic, const Payload&) {
    if (topic.ends_with("slow")) return later();
    return ok();
  }
  Reply say(const Payload& words) {
    const auto list = words.json();
    for (const auto& word : list.at("words").as_array()) {
      const Payload n{{"n", n_++}};
      if (word == "all") broadcast("all", n);
      if (word == "others") broadcast_from("others", n);
      if (word == "push") push("push", n);
      if (word == "reply") reply_ref().reply(ok(n));
    }
    return noreply;
  }

 private:
  static Task<JoinReply> later() {
    co_await sleep_for(std::chrono::milliseconds(50));
    co_return ok();
  }
  int n_ = 0;
};

class Orders : public ::testing::Test {
 protected:
  Orders() {
    app.socket("/socket").channel<Room>("room:*");
    running.emplace(app);
    for (int i = 0; i < 5; ++i) {
      clients.push_back(std::make_unique<WebSocketClient>(app.port()));
      clients.back()->send(R"(["1","1","room:a","phx_join",{}])");
      clients.back()->next();
    }
  }
  static std::string says(std::string_view words) {
    return R"(["1","2","room:a","say",{"words":)" + std::string(words) + "}]";
  }
  /// Event or status, and n, of the next messages of a client.
  static std::vector<std::string> hears(WebSocketClient& client, int count) {
    std::vector<std::string> heard;
    while (count-- > 0) {
      const auto message = boost::json::parse(client.next()).as_array();
      const auto& payload = message.at(4).as_object();
      const auto* n = payload.if_contains("response") ? &payload.at("response") : &message.at(4);
      const auto* number = n->as_object().if_contains("n");
      heard.push_back(std::string(message.at(3).as_string()) + (number ? " " + serialize(*number) : ""));
    }
    return heard;
  }

  App app{quiet(1)};
  std::optional<Running> running;
  std::vector<std::unique_ptr<WebSocketClient>> clients;
};

TEST_F(Orders, B1_TheSenderNeverHearsWhatIsForTheOthers) {
  clients[0]->send(says(R"(["all","reply","others","all","push","others","reply","others","all"])"));
  EXPECT_THAT(hears(*clients[0], 6), ElementsAre("all 0", "phx_reply 1", "all 3", "push 4", "phx_reply 6", "all 8"));
  EXPECT_THAT(hears(*clients[1], 6), ElementsAre("all 0", "others 2", "all 3", "others 5", "others 7", "all 8"));
}

TEST_F(Orders, R3_ASlowJoinHoldsWhatOthersBroadcastMeanwhile) {
  clients[0]->send_together({says(R"(["all"])"), R"(["3","3","room:slow","phx_join",{}])"});
  clients[1]->send(says(R"(["all","all"])"));
  EXPECT_THAT(hears(*clients[1], 3), ElementsAre("all 0", "all 0", "all 1"));
  EXPECT_THAT(hears(*clients[0], 4), ElementsAre("all 0", "phx_reply", "all 0", "all 1"));
}

}  // namespace
}  // namespace roost::api_test
