#include <thread>
#include <vector>

#include <boost/describe.hpp>
#include <gtest/gtest.h>

#include <roost/agent.hpp>

#include "agent/runner.h"
#include "agent/test_support.h"

namespace roost::agent {
namespace {

struct Counter {
  int total = 0;
  std::vector<std::string> names;
};
BOOST_DESCRIBE_STRUCT(Counter, (), (total, names))

Task<int> read(Agent<Counter> agent) {
  co_return co_await agent.get([](const Counter& counter) { return counter.total; });
}
Task<int> add(Agent<Counter> agent, int amount) {
  co_return co_await agent.update([amount](Counter& counter) { return counter.total += amount; });
}

class AgentTest : public test::WithStoreFile {
 protected:
  std::shared_ptr<Runner> runner() {
    return std::make_shared<Runner>(open(), [this](const std::string& message) { errors_.push_back(message); });
  }

  test::FakeLoop loop_;
  std::vector<std::string> errors_;
};

TEST_F(AgentTest, UpdatesAndReadsInOrder) {
  Agent<Counter> agent(runner(), "counter", {}, false);
  EXPECT_EQ(loop_.run(add(agent, 2)), 2);
  EXPECT_EQ(loop_.run(add(agent, 3)), 5);
  agent.cast([](Counter& counter) { counter.total *= 10; });
  EXPECT_EQ(loop_.run(read(agent)), 50);
}

TEST_F(AgentTest, GivesResultsByValue) {
  Agent<Counter> agent(runner(), "counter", {.total = 1, .names = {"ann"}}, false);
  const auto names = loop_.run([](Agent<Counter> a) -> Task<std::vector<std::string>> {
    co_await a.update([](Counter& counter) { counter.names.push_back("bob"); });
    co_await a.update([](Counter& counter) -> int& { return ++counter.total; });
    co_return co_await a.get([](const Counter& counter) -> const auto& { return counter.names; });
  }(agent));
  EXPECT_EQ(names, (std::vector<std::string>{"ann", "bob"}));
}

TEST_F(AgentTest, AThrowLeavesTheStateAndReachesTheTask) {
  const auto agents = runner();
  Agent<Counter> agent(agents, "counter", {.total = 7, .names = {}}, true);
  const auto fail = [](Agent<Counter> a) -> Task<void> {
    co_await a.update([](Counter& counter) {
      counter.total = -1;
      throw std::invalid_argument("no");
    });
  };
  EXPECT_THROW(loop_.run(fail(agent)), std::invalid_argument);
  agent.cast([](Counter& counter) {
    counter.total = -2;
    throw std::invalid_argument("cast");
  });
  EXPECT_EQ(loop_.run(read(agent)), 7);
  agents->stop();
  EXPECT_EQ(errors_, std::vector<std::string>{"agents: work threw: cast"});
}

TEST_F(AgentTest, WorkThatIsRefusedIsToldToTheTask) {
  const auto agents = runner();
  Agent<Counter> agent(agents, "counter", {.total = 7, .names = {}}, false);
  agents->stop();
  EXPECT_THROW(loop_.run(read(agent)), WorkRefused);
  EXPECT_THROW(loop_.run(add(agent, 1)), WorkRefused);
  EXPECT_FALSE(agent.cast([](Counter&) {}));
}

TEST_F(AgentTest, APersistentOneIsThereAfterARestart) {
  EXPECT_EQ(loop_.run(add(Agent<Counter>(runner(), "counter", {}, true), 4)), 4);
  EXPECT_EQ(loop_.run(add(Agent<Counter>(runner(), "counter", {}, true), 5)), 9);
  EXPECT_EQ(loop_.run(read(Agent<Counter>(runner(), "other", {.total = 1, .names = {}}, true))), 1);
}

TEST_F(AgentTest, ItsChangeIsOnDiskWhenTheUpdateReturns) {
  Agent<Counter> agent(runner(), "counter", {}, true);
  loop_.run(add(agent, 4));
  EXPECT_EQ(open()->load("counter").value(), R"({"total":4,"names":[]})");
}

TEST_F(AgentTest, ACastIsSavedThoughEveryHandleIsGone) {
  const auto agents = runner();
  Agent<Counter>(agents, "counter", {}, true).cast([](Counter& counter) { counter.total = 3; });
  agents->stop();
  EXPECT_EQ(loop_.run(read(Agent<Counter>(runner(), "counter", {}, true))), 3);
}

TEST_F(AgentTest, ASavedStateThatDoesNotFitIsAnErrorThatNamesTheAgent) {
  ASSERT_TRUE(open()->save(std::vector<Store::Entry>{{"text", R"({"total":"x"})"}, {"broken", "{"}}));
  const auto message = [this](const char* name) -> std::string {
    try {
      Agent<Counter>(runner(), name, {}, true);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message("text"), "agent text: saved state does not fit at /total");
  EXPECT_EQ(message("broken"), "agent broken: saved state is not JSON");
}

TEST_F(AgentTest, EightThreadsLoseNoUpdate) {
  constexpr int kThreads = 8, kRounds = 200;
  const Agent<Counter> agent(runner(), "counter", {}, true);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([agent] {
      test::FakeLoop loop;
      for (int round = 0; round < kRounds; ++round) {
        const int before = loop.run(read(agent));
        agent.cast([](Counter& counter) { ++counter.total; });
        EXPECT_GT(loop.run(add(agent, 1)), before + 1);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(loop_.run(read(agent)), kThreads * kRounds * 2);
}

TEST_F(AgentTest, ATaskThatEndsWhileItWaitsIsNotResumed) {
  const auto agents = runner();
  {
    Task<int> task = add(Agent<Counter>(agents, "counter", {}, false), 1);
    task.start(loop_, [] { ADD_FAILURE() << "resumed"; });
  }
  agents->stop();
  bool ran = false;
  loop_.post([&ran] { ran = true; });
  loop_.run_until([&ran] { return ran; });
}

}  // namespace
}  // namespace roost::agent
