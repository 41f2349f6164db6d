// App::presence with shards and threads: presences that are no channel's.
#include <atomic>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "api_testing.h"

namespace roost::api_test {
namespace {

using namespace std::chrono_literals;

/// Shows who is there to whoever joins.
class Watch final : public Channel {
 public:
  static void events(Events<Watch>& on) { on.event("list", &Watch::list); }
  JoinReply join() {
    after_join([this] { push_presence_state(); });
    return ok();
  }
  Task<Reply> list() { co_return ok(Payload(boost::json::value(co_await presence().list()))); }
};

struct Device {
  int battery = 100;
};
BOOST_DESCRIBE_STRUCT(Device, (), (battery))

App make_app(unsigned shards = 2) {
  App app(quiet(shards));
  app.socket("/socket").channel<Watch>("fleet*");
  return app;
}

std::vector<std::string> keys(const boost::json::object& list) {
  std::vector<std::string> names;
  for (const auto& each : list) names.emplace_back(each.key());
  return names;
}

TEST(AppPresence, OfAThreadIsSeenByClients) {
  App app = make_app();
  const Running running(app);
  auto tracked = app.presence("fleet").track("device:7", Device{80});
  ASSERT_TRUE(tracked);
  WebSocketClient client(app.port());
  client.join("fleet");
  EXPECT_THAT(client.next(), AllOf(HasSubstr("presence_state"), HasSubstr(R"("device:7":{"metas":[{"phx_ref":")"),
                                   HasSubstr(R"("battery":80)")));
  EXPECT_TRUE(tracked->update(Device{70}));
  EXPECT_THAT(client.next(), AllOf(HasSubstr("presence_diff"), HasSubstr(R"("battery":70)")));
  tracked->untrack();
  EXPECT_THAT(client.next(), AllOf(HasSubstr(R"("joins":{},"leaves":{"device:7")"), HasSubstr(R"("battery":70)")));
}

TEST(AppPresence, EndsWithItsHandle) {
  App app = make_app();
  const Running running(app);
  const auto fleet = app.presence("fleet");
  {
    const auto tracked = fleet.track("device:7", Device{});
    EXPECT_THAT(keys(fleet.list().wait()), ElementsAre("device:7"));
  }
  EXPECT_THAT(keys(fleet.list().wait()), ElementsAre());
  std::vector<TrackedPresence> several;
  for (const char* key : {"a", "b", "c"}) several.push_back(*fleet.track(key, Device{}));
  EXPECT_THAT(keys(fleet.list().wait()), ElementsAre("a", "b", "c"));
  several[0] = std::move(several[2]);
  EXPECT_THAT(keys(fleet.list().wait()), ElementsAre("b", "c"));
  several.clear();
  EXPECT_THAT(keys(fleet.list().wait()), ElementsAre());
}

TEST(AppPresence, OfOneKeyHasAMetaForEachHandle) {
  App app = make_app();
  const Running running(app);
  const auto fleet = app.presence("fleet");
  const auto one = fleet.track("device:7", Device{1}), two = fleet.track("device:7", Device{2});
  const auto found = fleet.get_by_key("device:7").wait();
  const auto& metas = found.at("metas").as_array();
  ASSERT_EQ(metas.size(), 2u);
  EXPECT_EQ(metas[0].at("phx_ref").as_string(), one->phx_ref());
  EXPECT_EQ(metas[1].at("phx_ref").as_string(), two->phx_ref());
  EXPECT_NE(one->phx_ref(), two->phx_ref());
  EXPECT_EQ(boost::json::serialize(fleet.get_by_key("nobody").wait()), "[]");
}

TEST(AppPresence, IsUpdatedByAFunctionOfItsMeta) {
  App app = make_app();
  const Running running(app);
  auto tracked = *app.presence("fleet").track("device:7", Device{10});
  const std::string before = tracked.phx_ref();
  const auto after = tracked.update([&before](boost::json::object meta) {
    EXPECT_EQ(meta["phx_ref"].as_string(), before);
    meta["battery"] = meta["battery"].as_int64() + 1;
    return meta;
  });
  EXPECT_EQ(after, tracked.phx_ref());
  const auto found = app.presence("fleet").get_by_key("device:7").wait();
  EXPECT_EQ(boost::json::serialize(found.at("metas").at(0)),
            R"({"phx_ref":")" + *after + R"(","phx_ref_prev":")" + before + R"(","battery":11})");
}

TEST(AppPresence, TrackedBeforeTheStartIsThereFromTheStartOn) {
  App app = make_app();
  auto tracked = *app.presence("fleet").track("device:7", Device{1});
  (void)*app.presence("fleet").track("device:8", Device{});
  EXPECT_TRUE(tracked.update(Device{2}));
  EXPECT_THROW((void)app.presence("fleet").list().wait(), std::logic_error);
  EXPECT_THROW((void)tracked.confirm().wait(), std::logic_error);
  const Running running(app);
  const auto list = app.presence("fleet").list().wait();
  EXPECT_THAT(keys(list), ElementsAre("device:7"));
  EXPECT_EQ(list.at("device:7").at("metas").at(0).at("battery").as_int64(), 2);
}

TEST(AppPresence, MayOutliveTheApp) {
  std::optional<TopicPresence> fleet;
  std::optional<TrackedPresence> early, late;
  {
    App app = make_app();
    fleet = app.presence("fleet");
    early = *fleet->track("early", Device{});
    const Running running(app);
    late = *fleet->track("late", Device{});
  }
  EXPECT_EQ(fleet->track("after", Device{}).error(), PresenceError::stopped);
  EXPECT_EQ(late->update(Device{}).error(), PresenceError::stopped);
  EXPECT_THROW((void)fleet->list().wait(), WorkRefused);
  EXPECT_THROW((void)late->confirm().wait(), WorkRefused);
  late->untrack();
}

TEST(AppPresence, OfAnAppThatNeverStartedIsForgotten) {
  std::optional<TrackedPresence> tracked;
  {
    App app = make_app();
    tracked = *app.presence("fleet").track("device:7", Device{});
  }
  EXPECT_EQ(tracked->update(Device{}).error(), PresenceError::stopped);
}

TEST(AppPresence, IsRefusedBeyondTheLimits) {
  App app = make_app();
  app.presence_options({.key_bytes_max = 8,
                        .meta_bytes_max = 20,
                        .keys_of_app_max = 3,
                        .keys_per_topic_max = 2,
                        .metas_per_key_max = 1});
  const Running running(app);
  const auto fleet = app.presence("fleet");
  const boost::json::object big = {{"text", "more than twenty"}};
  EXPECT_EQ(fleet.track("device:42", Device{}).error(), PresenceError::key_too_long);
  EXPECT_EQ(fleet.track("a", Payload(boost::json::value(big))).error(), PresenceError::meta_too_large);
  EXPECT_THROW((void)fleet.track("a", Payload(7)), std::invalid_argument);
  {
    auto a = *fleet.track("a", Device{}), again = *fleet.track("a", Device{});
    EXPECT_TRUE(a.confirm().wait());
    EXPECT_EQ(again.confirm().wait().error(), PresenceError::too_many_metas);
    EXPECT_EQ(again.update(Device{}).error(), PresenceError::nopresence);
    EXPECT_EQ(a.update(Payload(boost::json::value(big))).error(), PresenceError::meta_too_large);
    const auto second = *app.presence("fleet:2").track("b", Device{}), third = *fleet.track("c", Device{});
    EXPECT_EQ(fleet.track("d", Device{}).error(), PresenceError::too_many_own_keys);
  }
  EXPECT_THAT(keys(fleet.list().wait()), ElementsAre());
  EXPECT_THAT(keys(app.presence("fleet:2").list().wait()), ElementsAre()) << "and the homes know that all three went";
  const auto a = *fleet.track("a", Device{}), b = *fleet.track("b", Device{}), c = *fleet.track("c", Device{});
  EXPECT_EQ(c.confirm().wait().error(), PresenceError::too_many_keys);
  const std::string metrics = app.metrics();
  EXPECT_THAT(metrics, HasSubstr(R"(roost_limit_hits_total{limit="presence_bytes"} 3)"));
  EXPECT_THAT(metrics, HasSubstr(R"(roost_limit_hits_total{limit="presence_own_keys"} 1)"));
  EXPECT_THAT(metrics, HasSubstr(R"(roost_limit_hits_total{limit="presence_keys"} 1)"));
  EXPECT_THAT(metrics, HasSubstr(R"(roost_limit_hits_total{limit="presence_metas"} 1)"));
}

TEST(AppPresence, OfManyThreadsAgreesInTheEnd) {
  App app = make_app(3);
  const Running running(app);
  constexpr int kThreads = 4, kKeys = 20, kRounds = 50;
  std::vector<TrackedPresence> kept(kThreads * kKeys);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&app, &kept, t] {
      const auto topic = app.presence("fleet" + std::to_string(t % 2));
      for (int round = 0; round < kRounds; ++round)
        for (int k = 0; k < kKeys; ++k) {
          auto& mine = kept[static_cast<std::size_t>(t * kKeys + k)];
          if (round % 3 == 0)
            mine = *topic.track("k" + std::to_string(k), Device{round});
          else
            EXPECT_TRUE(mine.update(Device{round}));
        }
    });
  for (auto& thread : threads) thread.join();
  for (const char* topic : {"fleet0", "fleet1"}) {
    const auto list = app.presence(topic).list().wait();
    EXPECT_EQ(list.size(), static_cast<std::size_t>(kKeys));
    for (const auto& [key, presence] : list) {
      const auto& metas = presence.at("metas").as_array();
      ASSERT_EQ(metas.size(), 2u);
      for (const auto& meta : metas) EXPECT_EQ(meta.at("battery").as_int64(), kRounds - 1);
    }
  }
}

TEST(AppPresence, OneHandleMayBeUpdatedByManyThreads) {
  App app = make_app();
  const Running running(app);
  auto tracked = *app.presence("fleet").track("device:7", Device{0});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&tracked] {
      for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(tracked.update([](boost::json::object meta) {
          meta["battery"] = meta["battery"].as_int64() + 1;
          return meta;
        }));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(app.presence("fleet").get_by_key("device:7").wait().at("metas").at(0).at("battery").as_int64(), 400);
}

TEST(AppPresence, OneHandleMayBeUntrackedWhileAnotherThreadUpdatesIt) {
  App app = make_app();
  const Running running(app);
  const auto fleet = app.presence("fleet");
  for (int round = 0; round < 50; ++round) {
    auto tracked = *fleet.track("device:7", Device{0});
    std::thread updating([&tracked] {
      while (tracked.update(Device{1})) (void)tracked.phx_ref();
    });
    tracked.untrack();
    updating.join();
  }
  EXPECT_THAT(keys(fleet.list().wait()), ElementsAre());
}

TEST(AppPresence, OfAnAgentGoesWithIt) {
  App app = make_app();
  const Running running(app);
  const auto jobs = app.presence("fleet");
  {
    struct Job {
      std::shared_ptr<TrackedPresence> presence;
    };
    auto job = app.agent<Job>("job");
    const auto begin = [jobs](Job& state) {
      state.presence = std::make_shared<TrackedPresence>(*jobs.track("job:1", Device{}));
    };
    job.update(begin).wait();
    EXPECT_THAT(keys(jobs.list().wait()), ElementsAre("job:1"));
    const auto progress = [](Job& state) { EXPECT_TRUE(state.presence->update(Device{50})); };
    job.update(progress).wait();
    EXPECT_EQ(jobs.get_by_key("job:1").wait().at("metas").at(0).at("battery").as_int64(), 50);
    job.update([](Job& state) { state.presence.reset(); }).wait();
  }
  EXPECT_THAT(keys(jobs.list().wait()), ElementsAre());
}

// An asynchronous fetch, with shards and threads.

/// A database that may be slow: it answers on a thread that may block, when the test lets it.
class Names {
 public:
  explicit Names(App& app) : app_(app) {}
  Task<boost::json::object> look_up(const std::string&, boost::json::object grouped) {
    const auto read = [this] { return gate_.wait(false); };
    co_await app_.blocking(read);
    for (auto& [key, presence] : grouped) presence.as_object()["name"] = "of " + std::string(key);
    co_return grouped;
  }
  void open() {
    gate_ = true;
    gate_.notify_all();
  }

 private:
  App& app_;
  std::atomic<bool> gate_ = false;
};

TEST(AppPresenceFetch, OfADatabaseIsToldInOrderAndNeverHoldsTheShard) {
  App app(quiet(2));
  Names names(app);
  app.socket("/socket").channel<Watch>("fleet*").presence_fetch(
      [&names](const std::string& topic, boost::json::object grouped) {
        return names.look_up(topic, std::move(grouped));
      });
  const Running running(app);
  WebSocketClient client(app.port());
  client.join("fleet");
  EXPECT_THAT(client.next(), HasSubstr(R"("presence_state",{}])"));
  const auto fleet = app.presence("fleet");
  std::vector<TrackedPresence> tracked;
  for (const char* key : {"a", "b", "c"}) tracked.push_back(*fleet.track(key, Device{}));
  EXPECT_TRUE(tracked.back().confirm().wait()) << "the shard goes on";
  EXPECT_THAT(client.ask(R"([null,"7","phoenix","heartbeat",{}])"), HasSubstr("ok"));
  names.open();
  std::string diffs;
  while (diffs.find("of c") == std::string::npos) diffs += client.next();
  EXPECT_LT(diffs.find("of a"), diffs.find("of b"));
  const auto list = fleet.list().wait();
  EXPECT_THAT(keys(list), ElementsAre("a", "b", "c"));
  for (const auto& [key, presence] : list) EXPECT_EQ(presence.at("name").as_string(), "of " + std::string(key));
  EXPECT_EQ(fleet.get_by_key("b").wait().at("name").as_string(), "of b");
}

TEST(AppPresenceFetch, AStopMeanwhileTellsWhoWaits) {
  std::optional<TopicPresence> fleet;
  std::thread waiting;
  {
    App app(quiet(2));
    std::promise<void> asked;
    app.socket("/socket").channel<Watch>("fleet*").presence_fetch(
        [&asked](const std::string&, boost::json::object grouped) -> Task<boost::json::object> {
          asked.set_value();
          co_await sleep_for(std::chrono::hours(1));
          co_return grouped;
        });
    const Running running(app);
    fleet = app.presence("fleet");
    const auto tracked = *fleet->track("a", Device{});
    waiting = std::thread([&fleet] { EXPECT_THROW((void)fleet->list().wait(), WorkRefused); });
    asked.get_future().wait();
  }
  waiting.join();
}

TEST(AppPresenceFetch, AfterTheTimeoutAListIsGivenWithoutItsFields) {
  App app(quiet());
  app.presence_options({.fetch_timeout = std::chrono::milliseconds(1)});
  app.socket("/socket").channel<Watch>("fleet*").presence_fetch(
      [](const std::string&, boost::json::object grouped) -> Task<boost::json::object> {
        co_await sleep_for(std::chrono::hours(1));
        co_return grouped;
      });
  const Running running(app);
  const auto tracked = *app.presence("fleet").track("a", Device{});
  EXPECT_THAT(keys(app.presence("fleet").list().wait()), ElementsAre("a"));
  EXPECT_THAT(app.metrics(), HasSubstr(R"(roost_presence_fetches_failed_total{reason="fetch_timeout"} 1)"));
}

}  // namespace
}  // namespace roost::api_test
