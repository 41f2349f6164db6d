// Async::wait where an App runs: the test's thread and threads of its own may wait, handlers must not.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

namespace roost::testing {
namespace {

int add(int& total) {
  return ++total;
}

class Impatient final : public Channel {
 public:
  explicit Impatient(Agent<int> total) : total_(std::move(total)) {}
  static void events(Events<Impatient>& on) { on.event("add", &Impatient::add_now); }
  JoinReply join() { return ok(); }
  Reply add_now() { return ok(total_.update(add).wait()); }

 private:
  Agent<int> total_;
};

struct WaitOnAServer : public ::testing::Test {
  Server server;
  Agent<int> total = server.app().agent<int>("total");
};

TEST_F(WaitOnAServer, TheTestsThreadDoesWhatWaits) {
  EXPECT_EQ(total.update(add).wait(), 1);
  total.cast([](int& now) { now += 10; });
  EXPECT_EQ(total.get([](int now) { return now; }).wait(), 11);
  EXPECT_EQ(server.app().blocking([] { return 7; }).wait(), 7);
}

TEST_F(WaitOnAServer, AThreadOfItsOwnWaitsUntilTheTestGoesOn) {
  std::atomic<bool> done = false;
  std::thread other([&] {
    EXPECT_EQ(total.update(add).wait(), 1);
    done = true;
  });
  while (!done) server.run();
  other.join();
}

TEST_F(WaitOnAServer, AHandlerMustNotAndItsChannelCrashes) {
  server.app().socket("/socket").channel<Impatient>("room:*", total);
  auto room = server.connect().join("room:a");
  room.push("add");
  room.expect_crashed();
  server.expect_logged("wait: not on a shard's thread");
  EXPECT_EQ(total.get([](int now) { return now; }).wait(), 0) << "nothing was done";
}

TEST_F(WaitOnAServer, TimersAndRoutesMustNotEither) {
  server.app().get("/", [this] { return HttpResponse::json(total.update(add).wait()); });
  EXPECT_EQ(server.get("/").status, 500);
  server.app().after(std::chrono::milliseconds(1), [this] { total.update(add).wait(); });
  server.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(server.log().size(), 2u);
  EXPECT_EQ(total.get([](int now) { return now; }).wait(), 0);
}

TEST(Waiting, TwoServersOfOneTestHelpEachOther) {
  Server one, two;
  const auto a = one.app().agent<int>("total"), b = two.app().agent<int>("total");
  EXPECT_EQ(a.update(add).wait() + b.update(add).wait(), 2);
}

}  // namespace
}  // namespace roost::testing
