// App::subscribe with shards and threads.
#include <atomic>
#include <future>
#include <semaphore>
#include <thread>

#include "api_testing.h"

namespace roost::api_test {
namespace {

/// Collects what it hears, from any thread.
class Heard {
 public:
  std::function<void(const Broadcast&)> function() {
    return [this](const Broadcast& broadcast) {
      {
        const std::lock_guard lock(mutex_);
        events_.emplace_back(broadcast.event);
      }
      count_.release();
    };
  }
  /// Waits for that many more.
  void wait_for(int count) {
    while (count-- > 0) count_.acquire();
  }
  std::vector<std::string> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> events_;  // mutex_
  std::counting_semaphore<> count_{0};
};

TEST(AppSubscriptions, OfAnyThreadHearWhatThatThreadBroadcastsFromThenOn) {
  App app(quiet(3));
  Heard heard;
  const auto early = app.subscribe("early", heard.function());
  const Running running(app);
  app.broadcast("early", "early");
  heard.wait_for(1);
  for (int i = 0; i < 50; ++i) {
    const auto late = app.subscribe("late", heard.function());
    app.broadcast("late", std::to_string(i));
    heard.wait_for(1);
  }
  app.broadcast("late", "nobody hears it");
  app.broadcast("early", "last");
  heard.wait_for(1);
  ASSERT_EQ(heard.events().size(), 52u);
  EXPECT_EQ(heard.events().back(), "last");
}

TEST(AppSubscriptions, KeepTheOrderOfOneThreadsBroadcasts) {
  App app(quiet(2));
  Heard heard;
  const Running running(app);
  const auto subscription = app.subscribe("a", heard.function());
  for (int i = 0; i < 1'000; ++i)
    i % 2 ? app.broadcast("a", std::to_string(i)) : app.local_broadcast("a", std::to_string(i));
  heard.wait_for(1'000);
  const auto events = heard.events();
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(events[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(AppSubscriptions, OfAShardsThreadBeginAtOnce) {
  App app(quiet(2));
  Heard heard;
  Subscription subscription;
  std::promise<void> done;
  app.on_start([&] {
    subscription = app.subscribe("a", heard.function());
    app.broadcast("a", "x");
    done.set_value();
  });
  const Running running(app);
  done.get_future().wait();
  heard.wait_for(1);
  subscription.end();
}

TEST(AppSubscriptions, BridgeTwoAppsOfOneProcess) {
  App one(quiet()), two(quiet());
  Heard heard;
  const Running first(one), second(two);
  const auto there = one.subscribe("a", [&two](const Broadcast& it) { two.broadcast(it.topic, it.event, it.payload); });
  const auto back = two.subscribe("a", [&one](const Broadcast& it) { one.broadcast("back", it.event); });
  const auto end = one.subscribe("back", heard.function());
  one.broadcast("a", "x");
  heard.wait_for(1);
  EXPECT_THAT(heard.events(), ElementsAre("x"));
}

TEST(AppSubscriptions, EndWaitsForTheFunctionThatRuns) {
  App app(quiet());
  const Running running(app);
  std::promise<void> entered, opened;
  std::atomic<bool> ended = false, was_ended = false;
  auto subscription = app.subscribe("a", [&](const Broadcast&) {
    entered.set_value();
    opened.get_future().wait();
    was_ended = ended.load();
  });
  app.broadcast("a", "x");
  entered.get_future().wait();
  std::thread ending([&] {
    subscription.end();
    ended = true;
  });
  opened.set_value();
  ending.join();
  EXPECT_FALSE(was_ended);
}

TEST(AppSubscriptions, MayBeMadeAndEndedAfterTheStop) {
  Subscription before, after;
  {
    App app(quiet(2));
    Heard heard;
    {
      const Running running(app);
      before = app.subscribe("a", heard.function());
    }
    after = app.subscribe("a", heard.function());
    app.broadcast("a", "nobody");
    EXPECT_TRUE(heard.events().empty());
    before.end();
  }
  after.end();
}

TEST(AppSubscriptions, ComeAndGoOnManyThreadsWhileOthersBroadcast) {
  App app(quiet(2));
  const Running running(app);
  std::atomic<bool> going = true;
  std::thread broadcasting([&] {
    std::counting_semaphore<> heard(0);  // no faster than it is heard
    const auto subscription = app.subscribe("a", [&heard](const Broadcast&) { heard.release(); });
    while (going) {
      app.broadcast("a", "x");
      heard.acquire();
    }
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&app] {
      for (int round = 0; round < 100; ++round) {
        std::counting_semaphore<> heard(0);
        const auto subscription = app.subscribe("a", [&heard](const Broadcast&) { heard.release(); });
        heard.acquire();
      }
    });
  for (auto& thread : threads) thread.join();
  going = false;
  broadcasting.join();
}

}  // namespace
}  // namespace roost::api_test
