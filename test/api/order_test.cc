// What one client hears, and in which order, when much happens in one turn of the loop. With four members or more a
// topic's frames of a turn go out together (decision 10).
#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "api_testing.h"

namespace roost::api_test {
namespace {

/// Says things in the order in which its one event asks for them: "all", "others", "push", "reply". Each is numbered.
class Room final : public Channel {
 public:
  static void events(Events<Room>& on) { on.event("say", &Room::say); }
  JoinReply join(std::string_view topic, const Payload& params) {
    const auto given = params.json();
    if (const auto* by = given.as_object().if_contains("by")) by_ = by->as_int64();
    if (topic.ends_with("loud")) announce();
    if (topic.ends_with("slow")) return later();
    return ok();
  }
  Reply say(const Payload& words) {
    const auto list = words.json();
    for (const auto& word : list.at("words").as_array()) {
      const Payload n{{"n", n_++}, {"by", by_}};
      if (word == "all") broadcast("all", n);
      if (word == "others") broadcast_from("others", n);
      if (word == "push") push("push", n);
      if (word == "reply") reply_ref().reply(ok(n));
    }
    return noreply;
  }

 private:
  /// Also before its own reply, to those who have joined already.
  void announce() {
    broadcast_on("room:y", "first");
    broadcast_on("room:a", "second");
  }
  static Task<JoinReply> later() {
    co_await sleep_for(std::chrono::milliseconds(50));
    co_return ok();
  }
  int n_ = 0;
  std::int64_t by_ = 0;
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

TEST_F(Orders, R3_WhatAJoinItselfBroadcastsFollowsItsReplyInItsOrder) {
  clients[0]->ask(R"(["2","2","room:y","phx_join",{}])");
  clients[0]->send_together({says(R"(["all"])"), R"(["3","3","room:loud","phx_join",{}])"});
  EXPECT_THAT(hears(*clients[0], 4), ElementsAre("all 0", "phx_reply", "first", "second"));
}

TEST_F(Orders, EveryClientHearsWhatIsForItOnceAndInTheOrderOfEachSender) {
  constexpr std::array<std::string_view, 4> kWords = {"all", "others", "push", "reply"};
  constexpr int kClients = 8, kMessages = 40;
  std::vector<std::unique_ptr<WebSocketClient>> many;
  for (int i = 0; i < kClients; ++i) {
    many.push_back(std::make_unique<WebSocketClient>(app.port()));
    many.back()->send(R"(["1","1","room:b","phx_join",{"by":)" + std::to_string(i) + "}]");
    many.back()->next();
  }
  using Said = std::vector<std::string>;  // words with their numbers, of one sender
  std::vector<Said> said(kClients);
  std::minstd_rand random(7);
  for (int round = 0; round < kMessages; ++round)
    for (int sender = 0; sender < kClients; ++sender) {
      boost::json::array words;
      for (std::size_t left = 1 + random() % 6; left > 0; --left) {
        words.push_back(boost::json::value(kWords[random() % kWords.size()]));
        said[sender].push_back(std::string(words.back().as_string()) + " " + std::to_string(said[sender].size()));
      }
      many[sender]->send(R"(["1","2","room:b","say",{"words":)" + serialize(words) + "}]");
    }
  for (int listener = 0; listener < kClients; ++listener) {
    std::map<std::int64_t, Said> expected, heard;
    std::size_t count = 0;
    for (int sender = 0; sender < kClients; ++sender)
      for (const std::string& one : said[sender])
        if (one.starts_with("all") || one.starts_with("others") == (sender != listener)) {
          expected[sender].push_back(one.starts_with("reply") ? "phx_" + one : one);
          ++count;
        }
    for (; count > 0; --count) {
      const auto message = boost::json::parse(many[listener]->next()).as_array();
      const auto& payload = message.at(4).as_object();
      const auto& body = payload.contains("response") ? payload.at("response").as_object() : payload;
      heard[body.at("by").as_int64()].push_back(std::string(message.at(3).as_string()) + " " + serialize(body.at("n")));
    }
    EXPECT_EQ(heard, expected) << "client " << listener;
  }
}

}  // namespace
}  // namespace roost::api_test
