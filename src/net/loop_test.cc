#include "net/loop.h"

#include <atomic>
#include <thread>
#include <vector>

#include "net/test_support.h"

namespace roost::net {
namespace {

using std::chrono::milliseconds;

TEST(Loop, RunsWhatFourThreadsPostInTheOrderOfEach) {
  test::LoopThread thread;
  constexpr int kThreads = 4, kPosts = 10'000;
  std::vector<int> last(kThreads, -1);  // loop thread only
  int out_of_order = 0;
  std::vector<std::thread> posters;
  for (int poster = 0; poster < kThreads; ++poster)
    posters.emplace_back([&thread, &last, &out_of_order, poster] {
      for (int i = 0; i < kPosts; ++i)
        thread.loop().post([&last, &out_of_order, poster, i] {
          int& previous = last[static_cast<std::size_t>(poster)];
          if (previous + 1 != i) ++out_of_order;
          previous = i;
        });
    });
  for (auto& poster : posters) poster.join();
  EXPECT_EQ(thread.call([&last] { return last; }), std::vector<int>(kThreads, kPosts - 1));
  EXPECT_EQ(thread.call([&out_of_order] { return out_of_order; }), 0);
}

TEST(Loop, WakesForEachOfManySinglePosts) {
  test::LoopThread thread;
  for (int i = 0; i < 2'000; ++i) ASSERT_EQ(thread.call([i] { return i; }), i);
}

TEST(Loop, TwoLoopsPlayPingPong) {
  test::LoopThread a, b;
  test::Event done;
  std::function<void(int)> hit = [&](int left) {
    if (left == 0) return done.set();
    (left % 2 ? a : b).loop().post([&hit, left] { hit(left - 1); });
  };
  a.loop().post([&hit] { hit(5'000); });
  EXPECT_TRUE(done.wait());
}

TEST(Loop, WorkThatPostsItselfDoesNotStarveTimers) {
  Loop loop;
  std::function<void()> again = [&] { loop.post([&again] { again(); }); };
  loop.post([&again] { again(); });
  loop.call_at(Clock::now() + milliseconds(5), [&loop] { loop.stop(); });
  loop.run();
}

TEST(Loop, RunsTimersInOrderAndNotTooEarly) {
  Loop loop;
  std::string ran;
  const auto start = Clock::now();
  loop.call_at(start + milliseconds(20), [&] {
    ran += 'c';
    EXPECT_GE(Clock::now(), start + milliseconds(20));
    loop.stop();
  });
  loop.call_at(start + milliseconds(10), [&] { ran += 'b'; });
  loop.call_at(start, [&] { ran += 'a'; });
  loop.cancel(loop.call_at(start + milliseconds(5), [&] { ran += 'x'; }));
  loop.run();
  EXPECT_EQ(ran, "abc");
}

TEST(Loop, PostAfterRunsInALaterTurn) {
  test::LoopThread thread;
  test::Event done;
  thread.loop().post([&] { thread.loop().post_after(milliseconds(1), [&done] { done.set(); }); });
  EXPECT_TRUE(done.wait());
}

TEST(Loop, TheTimeStandsStillWithinATurn) {
  test::LoopThread thread;
  const auto [first, second] = thread.call([&thread] {
    const auto before = thread.loop().now();
    while (Clock::now() < before + milliseconds(1)) {
    }
    return std::pair(before, thread.loop().now());
  });
  EXPECT_EQ(first, second);
}

TEST(Loop, StoppedBeforeItRunsItEndsAtOnce) {
  Loop loop;
  loop.stop();
  loop.run();
}

TEST(Loop, DestroysWaitingWorkOnItsThread) {
  std::thread::id destroyed_on, loop_thread;
  int destroyed = 0;
  {
    test::LoopThread thread;
    const auto probe = [&] {
      return std::shared_ptr<void>(nullptr, [&](void*) {
        destroyed_on = std::this_thread::get_id();
        ++destroyed;
      });
    };
    thread.call([&] {
      loop_thread = std::this_thread::get_id();
      thread.loop().call_at(Clock::now() + std::chrono::hours(1), [probe = probe()] {});
      thread.loop().stop();
      thread.loop().post([&thread, probe = probe()] { thread.loop().post([probe] {}); });
    });
  }
  EXPECT_EQ(destroyed, 2);
  EXPECT_EQ(destroyed_on, loop_thread);
}

}  // namespace
}  // namespace roost::net
