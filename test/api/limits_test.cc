// Clients that ask for more than their share, and what it costs the server and the others.
#include <future>
#include <optional>
#include <thread>

#include "api_testing.h"

namespace roost::api_test {
namespace {

using std::chrono::milliseconds;

/// Says on which thread it lives, publishes, and can keep its shard from doing anything.
class Room final : public Channel {
 public:
  /// Where it waits when it is told to.
  struct Gate {
    std::promise<void> entered, opened;
  };
  explicit Room(Gate& gate) : gate_(gate) {}
  JoinReply join() { return ok(); }
  static void events(Events<Room>& on) {
    on.event("thread", &Room::thread);
    on.event("block", &Room::block);
    on.event("shout", &Room::shout);
  }

 private:
  Reply thread() { return ok(std::hash<std::thread::id>{}(std::this_thread::get_id())); }
  void block() {
    gate_.entered.set_value();
    gate_.opened.get_future().wait();
  }
  void shout(const Payload& payload) { broadcast("shout", payload); }

  Gate& gate_;
};

/// What a metric says now; 0 if there is none of that name.
long metric(const App& app, std::string_view name) {
  const std::string all = "\n" + app.metrics();
  const auto at = all.find("\n" + std::string(name) + " ");
  return at == all.npos ? 0 : std::stol(all.substr(at + name.size() + 2));
}

/// An App whose clients share topics.
class Crowd : public ::testing::Test {
 protected:
  void start(unsigned shards, MailboxLimits limits) {
    app.emplace(quiet(shards));
    app->socket("/socket").channel<Room>("room:*", std::ref(gate));
    app->mailbox_limits(limits);
    running.emplace(*app);
  }
  std::unique_ptr<WebSocketClient> member() {
    auto client = std::make_unique<WebSocketClient>(app->port());
    client->join("room:a");
    return client;
  }
  static std::string thread_of(WebSocketClient& client) {
    return client.ask(R"(["1","t","room:a","thread",{}])").substr(20);
  }
  /// Its shard does nothing until it is let go.
  void block(WebSocketClient& client) {
    client.send(R"(["1","b","room:a","block",{}])");
    gate.entered.get_future().wait();
  }

  Room::Gate gate;
  std::optional<App> app;
  std::optional<Running> running;
};

const std::string kLarge(50'000, 'x');
constexpr const char* kMailboxHits = "roost_limit_hits_total{limit=\"mailbox\"}";

TEST(Limits, ALongPipelineLetsOthersHaveTheirTurn) {
  App app(quiet());
  std::promise<void> entered, sent;
  int answered = 0, answered_before = -1;
  app.get("/first", [&](const HttpRequest&) {
    entered.set_value();
    sent.get_future().wait();
    return HttpResponse::text("");
  });
  app.get("/one-of-many", [&](const HttpRequest&) {
    ++answered;
    return HttpResponse::text("");
  });
  app.get("/other", [&](const HttpRequest&) {
    answered_before = answered;
    return HttpResponse::text("");
  });
  const Running running(app);
  Http greedy(app.port()), other(app.port());
  EXPECT_EQ(other.get("/nothing").status, 404);
  greedy.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  constexpr int kMany = 1'000;
  std::string pipeline;
  for (int i = 0; i < kMany; ++i) pipeline += "GET /one-of-many HTTP/1.1\r\nHost: x\r\n\r\n";
  greedy.send(pipeline);
  other.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n");
  sent.set_value();
  EXPECT_EQ(other.read().status, 200);
  for (int i = 0; i <= kMany; ++i) ASSERT_EQ(greedy.read().status, 200);
  EXPECT_LT(answered_before, kMany / 4);
  EXPECT_EQ(answered, kMany);
}

TEST_F(Crowd, AFloodOfMessagesLetsOthersHaveTheirTurn) {
  start(1, {});
  const auto greedy = member(), other = member();
  block(*greedy);
  constexpr int kMany = 10'000;
  std::string flood;
  for (int i = 0; i < kMany; ++i)
    flood += WebSocketClient::frame("[null,\"" + std::to_string(i) + "\",\"phoenix\",\"heartbeat\",{}]");
  std::thread flooding([&] { greedy->http().send(flood); });
  other->send(R"(["1","2","room:a","shout",{}])");
  gate.opened.set_value();
  EXPECT_THAT(other->next(), HasSubstr("shout"));
  int before = -1;
  for (int i = 0; i <= kMany; ++i) {
    const std::string answer = greedy->next();
    if (answer.contains("shout")) before = i;
  }
  flooding.join();
  EXPECT_LT(before, kMany / 2);
}

TEST_F(Crowd, ABroadcastFromOutsideIsRefusedWhenItsPatienceIsOverAndNothingElseIsLost) {
  start(1, {.bytes_max = 1'000'000, .patience = milliseconds(0)});
  const auto client = member();
  block(*client);
  int published = 0;
  while (app->broadcast("room:a", "x", {{"n", published}, {"large", kLarge}})) ASSERT_LT(++published, 100);
  EXPECT_GT(published, 3);
  EXPECT_EQ(metric(*app, kMailboxHits), 1);
  EXPECT_LT(metric(*app, "roost_mailbox_bytes"), 1'000'000);
  EXPECT_TRUE(app->broadcast("room:nobody", "x")) << "there it has room";
  gate.opened.set_value();
  for (int i = 0; i < published; ++i) EXPECT_THAT(client->next(), HasSubstr("{\"n\":" + std::to_string(i) + ","));
  EXPECT_TRUE(app->broadcast("room:a", "after"));
  EXPECT_THAT(client->next(), HasSubstr("after"));
}

TEST_F(Crowd, ABroadcastFromOutsideWaitsForAShardThatIsBehind) {
  start(1, {.bytes_max = 1'000'000, .patience = std::chrono::minutes(1)});
  const auto client = member();
  block(*client);
  std::thread publishing([this] {
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(app->broadcast("room:a", "x", {{"n", i}, {"large", kLarge}}));
  });
  while (metric(*app, "roost_mailbox_bytes") < 250'000) std::this_thread::yield();
  gate.opened.set_value();
  for (int i = 0; i < 50; ++i) EXPECT_THAT(client->next(), HasSubstr("{\"n\":" + std::to_string(i) + ","));
  publishing.join();
  EXPECT_EQ(metric(*app, kMailboxHits), 0);
}

TEST_F(Crowd, ADisconnectIsNeverRefused) {
  app.emplace(quiet());
  app->socket("/socket")
      .connect([](const ConnectInfo&) -> ConnectResult { return accept(std::string("ada"), "users:ada"); })
      .channel<Room>("room:*", std::ref(gate));
  app->mailbox_limits({.bytes_max = 100'000, .patience = milliseconds(0)});
  running.emplace(*app);
  const auto client = member();
  block(*client);
  while (app->broadcast("room:a", "x", {{"large", kLarge}})) {
  }
  app->disconnect("users:ada");
  gate.opened.set_value();
  std::string last;
  while (!last.starts_with("close")) last = client->next();
  EXPECT_EQ(last, "close 1001");
}

TEST_F(Crowd, AClientThatFloodsACrowdedShardWaitsAndNothingIsLost) {
  start(2, {.bytes_max = 1'000'000, .patience = milliseconds(0)});
  const auto listener = member();
  std::vector<std::unique_ptr<WebSocketClient>> others;  // until one is on the other shard, as the system likes
  do others.push_back(member());
  while (others.size() < 200 && thread_of(*others.back()) == thread_of(*listener));
  WebSocketClient& loud = *others.back();
  block(*listener);
  constexpr int kShouts = 120;  // 6 MB, six times the limit
  std::thread shouting([&loud] {
    for (int i = 0; i < kShouts; ++i)
      loud.send("[\"1\",\"s\",\"room:a\",\"shout\",{\"n\":" + std::to_string(i) + ",\"large\":\"" + kLarge + "\"}]");
  });
  while (metric(*app, "roost_limit_hits_total{limit=\"crowded\"}") == 0) std::this_thread::yield();
  EXPECT_LT(metric(*app, "roost_mailbox_bytes"), 500'000);
  gate.opened.set_value();
  for (int i = 0; i < kShouts; ++i) ASSERT_THAT(listener->next(), HasSubstr("{\"n\":" + std::to_string(i) + ","));
  shouting.join();
  EXPECT_EQ(metric(*app, kMailboxHits), 0);
}

TEST(Limits, APingFloodFromAClientThatDoesNotReadIsOwedTheLatestPong) {
  App app(quiet());
  Room::Gate gate;
  app.socket("/socket").channel<Room>("room:*", std::ref(gate));
  const Running running(app);
  WebSocketClient client(app.port(), "/socket/websocket?vsn=2.0.0", 65'536);
  ASSERT_EQ(client.answer.status, 101);
  // 24 MB of pongs: more than the system takes for a peer that does not read and the outbox' budget together.
  constexpr int kPings = 200'000;
  std::string flood;
  for (int i = 1; i <= kPings; ++i) {
    std::string payload = std::to_string(i);
    payload.resize(120, ' ');
    flood += WebSocketClient::frame(payload, 9);
    if (i % 1'000 == 0) client.http().send(std::exchange(flood, {}));
  }
  int last = 0, pongs = 0;
  while (last < kPings) {
    const std::string pong = client.next();
    ASSERT_EQ(pong.size(), 120u) << pong;
    const int number = std::stoi(pong);
    ASSERT_GT(number, last);
    last = number;
    ++pongs;
  }
  EXPECT_LT(pongs, kPings);
}

}  // namespace
}  // namespace roost::api_test
