#include "agent/blocking_pool.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace roost::agent {
namespace {

TEST(BlockingPool, RunsAsManyAtOnceAsItHasThreads) {
  std::promise<void> all;
  std::atomic<int> inside = 0;
  BlockingPool pool(3);
  const auto released = all.get_future().share();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(pool.post([&all, &inside, released] {
      if (++inside == 3) all.set_value();
      released.wait();
    }));
  released.wait();
}

TEST(BlockingPool, SaysNoWhenTooManyWaitAndAfterStop) {
  bool here = false;
  BlockingPool pool(1, 2);
  std::promise<void> entered, leave;
  ASSERT_TRUE(pool.post([&] {
    entered.set_value();
    leave.get_future().wait();
    here = pool.is_here();
  }));
  entered.get_future().wait();
  EXPECT_TRUE(pool.post([] {}));
  EXPECT_TRUE(pool.post([] {}));
  EXPECT_FALSE(pool.post([] {}));
  EXPECT_EQ(pool.refused(), 1u);
  EXPECT_FALSE(pool.is_here());
  leave.set_value();
  pool.stop();
  EXPECT_TRUE(here);
  EXPECT_FALSE(pool.post([] {}));
}

TEST(BlockingPool, DestroysJobsThatDidNotStart) {
  std::atomic<int> ran = 0, destroyed = 0;
  std::promise<void> all_destroyed;
  {
    BlockingPool pool(1);
    std::promise<void> entered, leave;
    ASSERT_TRUE(pool.post([&] {
      entered.set_value();
      leave.get_future().wait();
    }));
    entered.get_future().wait();
    for (int i = 0; i < 10; ++i) {
      std::shared_ptr<void> probe(nullptr, [&](void*) {
        if (++destroyed == 10) all_destroyed.set_value();
      });
      EXPECT_TRUE(pool.post([&ran, probe = std::move(probe)] { ++ran; }));
    }
    std::thread stopper([&pool] { pool.stop(); });
    all_destroyed.get_future().wait();
    leave.set_value();
    stopper.join();
  }
  EXPECT_EQ(destroyed, 10);
  EXPECT_EQ(ran, 0);
}

TEST(BlockingPool, ThousandsOfJobsFromManyThreadsAllRun) {
  std::atomic<int> ran = 0;
  std::promise<void> all;
  BlockingPool pool;
  std::vector<std::thread> posters;
  for (int i = 0; i < 4; ++i)
    posters.emplace_back([&] {
      for (int j = 0; j < 1'000; ++j)
        EXPECT_TRUE(pool.post([&] {
          if (++ran == 4'000) all.set_value();
        }));
    });
  for (auto& poster : posters) poster.join();
  all.get_future().wait();
}

}  // namespace
}  // namespace roost::agent
