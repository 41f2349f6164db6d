// roost::App inside a program: start and stop, broadcasts from anywhere, agents, blocking work.
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "api_testing.h"

namespace roost::api_test {
namespace {

using std::chrono::milliseconds;

struct Tally {
  int total = 0;
};
BOOST_DESCRIBE_STRUCT(Tally, (), (total))

/// Says on which thread it lives, counts in an agent, and works on another thread.
class Room final : public Channel {
 public:
  Room(App& app, Agent<Tally> tally) : app_(app), tally_(std::move(tally)) {}

  static void events(Events<Room>& on) {
    on.event("thread", &Room::thread);
    on.event("count", &Room::count);
    on.event("block", &Room::block);
    on.event("fail", &Room::fail);
    on.event("shout", &Room::shout);
  }
  JoinReply join() { return ok(); }

 private:
  Reply thread() { return ok(std::hash<std::thread::id>{}(std::this_thread::get_id())); }
  Task<Reply> count() {
    const int total = co_await tally_.update([](Tally& tally) { return ++tally.total; });
    co_return ok(total);
  }
  Task<Reply> block() {
    const auto here = std::this_thread::get_id();
    const bool elsewhere = co_await app_.blocking([here] { return std::this_thread::get_id() != here; });
    co_return ok({{"elsewhere", elsewhere}, {"back", std::this_thread::get_id() == here}});
  }
  Task<Reply> fail() {
    co_await app_.blocking([] { throw std::runtime_error("boom"); });
    co_return ok();
  }
  void shout(const Payload& payload) { broadcast("shout", payload); }

  App& app_;
  Agent<Tally> tally_;
};

class Connecting {
 public:
  ConnectResult operator()(const ConnectInfo& info) const {
    return accept(info.param("user"), "users:" + info.param("user"));
  }
};

void mount(App& app) {
  app.socket("/socket").connect(Connecting()).channel<Room>("room:*", std::ref(app), app.agent<Tally>("tally"));
}

TEST(Apps, ServeAChannel) {
  App app(quiet());
  mount(app);
  const Running running(app);
  WebSocketClient client(app.port());
  EXPECT_EQ(client.answer.status, 101);
  EXPECT_EQ(client.ask(R"(["1","1","room:a","phx_join",{}])"),
            R"(["1","1","room:a","phx_reply",{"response":{},"status":"ok"}])");
  EXPECT_EQ(client.ask(R"(["1","2","room:a","shout",{"a":1}])"), R"([null,null,"room:a","shout",{"a":1}])");
}

TEST(Apps, TwoRunInOneProcess) {
  App one(quiet()), two(quiet(2));
  mount(one);
  mount(two);
  const Running first(one), second(two);
  EXPECT_NE(one.port(), two.port());
  WebSocketClient a(one.port()), b(two.port());
  a.join("room:a");
  b.join("room:a");
  one.broadcast("room:a", "for one");
  two.broadcast("room:a", "for two");
  EXPECT_THAT(a.next(), HasSubstr("for one"));
  EXPECT_THAT(b.next(), HasSubstr("for two"));
}

TEST(Apps, SayWhenTheyCannotListen) {
  App one(quiet());
  const Running running(one);
  for (const unsigned shards : {1u, 3u}) {
    Options options = quiet(shards);
    options.port = one.port();
    App two(options);
    const auto started = two.start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error(), StartsWith("listen on 127.0.0.1:" + std::to_string(one.port()) + ": "));
    EXPECT_THAT(started.error(), HasSubstr("in use"));
  }
}

TEST(Apps, MayTryAgainWhenThePortIsFree) {
  auto one = std::make_unique<App>(quiet());
  ASSERT_TRUE(one->start());
  Options options = quiet(2);
  options.port = one->port();
  App two(options);
  mount(two);
  EXPECT_FALSE(two.start());
  one->stop();
  one.reset();
  const Running running(two);
  WebSocketClient client(two.port());
  client.join("room:a");
  two.broadcast("room:a", "x");
  EXPECT_EQ(client.next(), R"([null,null,"room:a","x",{}])");
}

TEST(Apps, SayWhatIsWrongWithTheirOptions) {
  App many(quiet(65));
  EXPECT_THAT(start_error(many), HasSubstr("shards: \"65\""));
  App origin(quiet());
  origin.socket("/socket").check_origin(CheckOrigin::list({"no-scheme.example"}));
  EXPECT_THAT(start_error(origin),
              ::testing::AllOf(StartsWith("socket \"/socket\": "), HasSubstr("no-scheme.example")));
}

TEST(Apps, StartOnceAtATimeAndStopAsOftenAsYouLike) {
  App app(quiet());
  ASSERT_TRUE(app.start());
  EXPECT_EQ(start_error(app), "already started");
  app.stop();
  app.stop();
  EXPECT_FALSE(app.start());  // what it kept has ended: a new App starts anew
}

TEST(Apps, StopWithoutAStartIsNothing) {
  App app(quiet());
  app.stop();
  App never(quiet());
}

TEST(Apps, StopFromTwoThreadsReturnsInBothWhenItHasStopped) {
  App app(quiet(2));
  mount(app);
  ASSERT_TRUE(app.start());
  WebSocketClient client(app.port());
  std::thread other([&app] { app.stop(); });
  std::thread third([&app] { app.stop(); });
  EXPECT_EQ(client.next(), "close 1012");
  client.http().raw().close();
  app.stop();
  other.join();
  third.join();
  EXPECT_FALSE(app.start());
}

/// What stop() throws, and that it did nothing.
std::string stop_error(App& app) {
  try {
    app.stop();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "it stopped";
}

/// Stops the server from where it must not.
class Stopper final : public Channel {
 public:
  Stopper(App& app, Agent<Tally> tally) : app_(app), tally_(std::move(tally)) {}
  JoinReply join() { return ok(); }
  static void events(Events<Stopper>& on) {
    on.event("handler", &Stopper::handler);
    on.event("blocking", &Stopper::blocking);
    on.event("agent", &Stopper::agent);
  }

 private:
  Reply handler() { return ok(stop_error(app_)); }
  Task<Reply> blocking() {
    co_return ok(co_await app_.blocking([&app = app_] { return stop_error(app); }));
  }
  Task<Reply> agent() {
    co_return ok(co_await tally_.get([&app = app_](const Tally&) { return stop_error(app); }));
  }

  App& app_;
  Agent<Tally> tally_;
};

TEST(Apps, StopIsRefusedWhereItWouldWaitForItself) {
  App app(quiet());
  app.socket("/socket").channel<Stopper>("room:*", std::ref(app), app.agent<Tally>("tally"));
  const Running running(app);
  WebSocketClient client(app.port());
  client.join("room:a");
  EXPECT_THAT(client.ask(R"(["1","2","room:a","handler",{}])"), HasSubstr("stop: not from a handler"));
  EXPECT_THAT(client.ask(R"(["1","3","room:a","blocking",{}])"), HasSubstr("stop: not from blocking work"));
  EXPECT_THAT(client.ask(R"(["1","4","room:a","agent",{}])"), HasSubstr("stop: not on the agents' thread"));
  EXPECT_THAT(client.ask(R"([null,"5","phoenix","heartbeat",{}])"), HasSubstr("phx_reply"));
}

TEST(Apps, RunReturnsWhenAnotherThreadStopsIt) {
  App app(quiet());
  std::thread stopping;
  app.on_start([&] { stopping = std::thread([&app] { app.stop(); }); });
  EXPECT_EQ(app.run(), 0);
  stopping.join();
}

TEST(Apps, StopClosesConnectionsWith1012) {
  App app(quiet(2));
  mount(app);
  auto running = std::make_unique<Running>(app);
  WebSocketClient client(app.port());
  client.join("room:a");
  std::thread stopping([&running] { running.reset(); });
  EXPECT_EQ(client.next(), "close 1012");
  EXPECT_EQ(client.next(), "end");
  client.http().raw().close();
  stopping.join();
}

TEST(Apps, BroadcastFromAnyThreadReachesEveryShard) {
  App app(quiet(4));
  mount(app);
  const Running running(app);
  std::set<std::string> threads;
  std::vector<std::unique_ptr<WebSocketClient>> clients;
  while (threads.size() < 3 && clients.size() < 200) {  // the system spreads them by a hash
    auto client = std::make_unique<WebSocketClient>(app.port());
    client->join("room:a");
    threads.insert(client->ask(R"(["1","t","room:a","thread",{}])"));
    clients.push_back(std::move(client));
  }
  EXPECT_GE(threads.size(), 3u);
  std::thread([&app] {
    app.broadcast("room:a", "one", {{"n", 1}});
    app.broadcast("room:a", "two");
  }).join();
  for (const auto& client : clients) {
    EXPECT_EQ(client->next(), R"([null,null,"room:a","one",{"n":1}])");
    EXPECT_EQ(client->next(), R"([null,null,"room:a","two",{}])");
  }
}

TEST(Apps, BroadcastRefusesWhatNoClientCouldRead) {
  App app(quiet());
  EXPECT_THROW(app.broadcast("t", "e", 7), std::invalid_argument);
  app.broadcast("t", "e");  // before the start: nobody hears it
}

TEST(Apps, DisconnectEndsEveryConnectionOfAnId) {
  App app(quiet(2));
  mount(app);
  const Running running(app);
  WebSocketClient one(app.port(), "/socket/websocket?vsn=2.0.0&user=ada");
  WebSocketClient two(app.port(), "/socket/websocket?vsn=2.0.0&user=ada");
  WebSocketClient other(app.port(), "/socket/websocket?vsn=2.0.0&user=bob");
  one.join("room:a");
  two.join("room:a");
  other.join("room:a");
  app.disconnect("users:ada");
  EXPECT_EQ(one.next(), "close 1001");
  EXPECT_EQ(two.next(), "close 1001");
  EXPECT_THAT(other.ask(R"([null,"2","phoenix","heartbeat",{}])"), HasSubstr("phx_reply"));
}

TEST(Apps, AfterRunsOnAShard) {
  App app(quiet());
  EXPECT_THROW(app.after(milliseconds(0), [] {}), std::logic_error);
  mount(app);
  const Running running(app);
  WebSocketClient client(app.port());
  client.join("room:a");
  std::thread([&app] { app.after(milliseconds(1), [&app] { app.broadcast("room:a", "later"); }); }).join();
  EXPECT_EQ(client.next(), R"([null,null,"room:a","later",{}])");
}

TEST(Apps, AThrowInAfterOrOnStartHurtsNobody) {
  App app(quiet());
  mount(app);
  app.on_start([] { throw std::runtime_error("boom"); });
  const Running running(app);
  WebSocketClient client(app.port());
  client.join("room:a");
  app.after(milliseconds(0), [] { throw 7; });
  app.after(milliseconds(1), [&app] { app.broadcast("room:a", "alive"); });
  EXPECT_THAT(client.next(), HasSubstr("alive"));
}

TEST(Apps, OnStartRunsWhenTheServerListens) {
  App app(quiet());
  std::promise<std::uint16_t> port;
  app.on_start([&] { port.set_value(app.port()); });
  const Running running(app);
  EXPECT_EQ(port.get_future().get(), app.port());
}

TEST(Apps, BlockingWorkRunsElsewhereAndComesBack) {
  App app(quiet());
  mount(app);
  const Running running(app);
  WebSocketClient client(app.port());
  client.join("room:a");
  EXPECT_THAT(client.ask(R"(["1","2","room:a","block",{}])"), HasSubstr(R"({"elsewhere":true,"back":true})"));
  EXPECT_THAT(client.ask(R"(["1","3","room:a","fail",{}])"), HasSubstr("phx_error"));
}

/// Waits where it must not, and where it may.
class Waiter final : public Channel {
 public:
  Waiter(App& app, Agent<Tally> tally) : app_(app), tally_(std::move(tally)) {}
  JoinReply join() { return ok(); }
  static void events(Events<Waiter>& on) {
    on.event("handler", &Waiter::handler);
    on.event("blocking", &Waiter::blocking);
  }

 private:
  static int add(Tally& tally) { return ++tally.total; }
  Reply handler() {
    try {
      return ok(tally_.update(add).wait());
    } catch (const std::logic_error& error) {
      return ok(error.what());
    }
  }
  Task<Reply> blocking() {
    const int total = co_await app_.blocking([this] { return tally_.update(add).wait(); });
    const bool refused = co_await app_.blocking([this] {
      try {
        app_.blocking([] {}).wait();
      } catch (const std::logic_error&) {
        return true;
      }
      return false;
    });
    co_return ok({{"total", total}, {"refused", refused}});
  }

  App& app_;
  Agent<Tally> tally_;
};

TEST(Apps, OutsideThreadsAndBlockingWorkMayWaitForAnAgentAndHandlersMayNot) {
  App app(quiet());
  const auto tally = app.agent<Tally>("tally");
  app.socket("/socket").channel<Waiter>("room:*", std::ref(app), tally);
  const auto total = [](const Tally& now) { return now.total; };
  EXPECT_EQ(tally.get(total).wait(), 0) << "before the start, too";
  {
    const Running running(app);
    WebSocketClient client(app.port());
    client.join("room:a");
    EXPECT_THAT(client.ask(R"(["1","2","room:a","handler",{}])"), HasSubstr("wait: not on a shard's thread"));
    EXPECT_THAT(client.ask(R"(["1","3","room:a","blocking",{}])"), HasSubstr(R"({"total":1,"refused":true})"));
    EXPECT_EQ(tally.get(total).wait(), 1);
    EXPECT_EQ(app.blocking([] { return 7; }).wait(), 7);
  }
  EXPECT_THROW(tally.get(total).wait(), WorkRefused) << "it has stopped";
}

TEST(Apps, AgentsCountForAllShards) {
  App app(quiet(2));
  mount(app);
  const Running running(app);
  for (int i = 1; i <= 5; ++i) {
    WebSocketClient client(app.port());
    client.join("room:" + std::to_string(i));
    EXPECT_THAT(client.ask("[\"1\",\"2\",\"room:" + std::to_string(i) + "\",\"count\",{}]"),
                HasSubstr("\"response\":" + std::to_string(i) + ","));
  }
}

TEST(Apps, AgentsPersistWithADatabase) {
  const TempDir dir;
  for (int run = 0; run < 3; ++run) {
    Options options = quiet();
    options.db = dir.path / "state.db";
    App app(options);
    mount(app);
    const Running running(app);
    WebSocketClient client(app.port());
    client.join("room:a");
    EXPECT_THAT(client.ask(R"(["1","2","room:a","count",{}])"),
                HasSubstr("\"response\":" + std::to_string(run + 1) + ","));
  }
}

TEST(Apps, ADatabaseThatCannotBeOpenedIsNamed) {
  Options options = quiet();
  options.db = "/no/such/directory/state.db";
  App app(options);
  try {
    (void)app.agent<Tally>("tally");
    FAIL() << "it was opened";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/no/such/directory/state.db"));
  }
}

TEST(Apps, AConnectionMayGoWhileItsCoroutineWaits) {
  App app(quiet());
  mount(app);
  const Running running(app);
  for (int i = 0; i < 20; ++i) {
    WebSocketClient client(app.port());
    client.join("room:a");
    client.send(R"(["1","2","room:a","block",{}])");
    client.send(R"(["1","3","room:a","count",{}])");
    i % 2 ? client.http().raw().reset() : client.http().raw().close();
  }
}

}  // namespace
}  // namespace roost::api_test
