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

TEST_F(AgentTest, AThreadMayWaitAndSeesItsCasts) {
  const Agent<Counter> agent(runner(), "counter", {}, false);
  const auto total = [](const Counter& counter) { return counter.total; };
  EXPECT_EQ(agent.get(total).wait(), 0);
  EXPECT_EQ(agent.update([](Counter& counter) { return counter.total += 2; }).wait(), 2);
  for (int i = 0; i < 100; ++i) {
    agent.cast([](Counter& counter) { ++counter.total; });
    ASSERT_EQ(agent.get(total).wait(), 3 + i);
  }
  agent.update([](Counter& counter) { counter.names.push_back("ann"); }).wait();
  EXPECT_EQ(agent.get([](const Counter& counter) { return counter.names; }).wait(), std::vector<std::string>{"ann"});
}

TEST_F(AgentTest, AThrowReachesTheThreadThatWaitsAndLeavesTheState) {
  const Agent<Counter> agent(runner(), "counter", {.total = 7, .names = {}}, true);
  EXPECT_THROW(agent
                   .update([](Counter& counter) -> int {
                     counter.total = -1;
                     throw std::invalid_argument("no");
                   })
                   .wait(),
               std::invalid_argument);
  EXPECT_THROW(
      agent.get_and_update([](const Counter&) -> std::pair<int, Counter> { throw std::invalid_argument("no"); }).wait(),
      std::invalid_argument);
  EXPECT_EQ(agent.get([](const Counter& counter) { return counter.total; }).wait(), 7);
}

TEST_F(AgentTest, GetAndUpdateGivesOneThingAndKeepsAnother) {
  const Agent<Counter> agent(runner(), "counter", {.total = 7, .names = {"ann", "bob"}}, true);
  const auto take_name = [](const Counter& counter) {
    Counter rest = counter;
    rest.names.erase(rest.names.begin());
    return std::pair(counter.names.front(), std::move(rest));
  };
  EXPECT_EQ(agent.get_and_update(take_name).wait(), "ann");
  EXPECT_EQ(open()->load("counter").value(), R"({"total":7,"names":["bob"]})") << "saved when the caller has its name";
  EXPECT_EQ(loop_.run([](Agent<Counter> a, auto take) -> Task<std::string> {
    co_return co_await a.get_and_update(take);
  }(agent, take_name)),
            "bob");
  EXPECT_TRUE(agent.get([](const Counter& counter) { return counter.names.empty(); }).wait());
}

TEST_F(AgentTest, TheAgentsThreadMustNotWaitForItself) {
  const Agent<Counter> agent(runner(), "counter", {.total = 7, .names = {}}, false);
  const auto total = [](const Counter& counter) { return counter.total; };
  const std::string said = agent
                               .get([&](const Counter&) -> std::string {
                                 try {
                                   return std::to_string(agent.get(total).wait());
                                 } catch (const std::logic_error& error) {
                                   return error.what();
                                 }
                               })
                               .wait();
  EXPECT_EQ(said, "wait: not on the agents' thread, which others wait for: co_await it in a roost::Task");
}

TEST_F(AgentTest, AThreadThatWaitsIsToldThatTheServerHasStopped) {
  const auto agents = runner();
  const Agent<Counter> agent(agents, "counter", {}, false);
  agents->stop();
  EXPECT_THROW(agent.get([](const Counter&) { return 1; }).wait(), WorkRefused);
}

TEST_F(AgentTest, EightThreadsThatWaitLoseNothing) {
  constexpr int kThreads = 8, kRounds = 300;
  const Agent<Counter> agent(runner(), "counter", {}, false);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([agent] {
      for (int round = 0; round < kRounds; ++round) {
        agent.update([](Counter& counter) { ++counter.total; }).wait();
        agent
            .get_and_update([](const Counter& counter) {
              return std::pair(true, Counter{counter.total + 1, counter.names});
            })
            .wait();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(agent.get([](const Counter& counter) { return counter.total; }).wait(), kThreads * kRounds * 2);
}

TEST(Wait, IsToldWhenNobodyWillCompleteIt) {
  EXPECT_THROW(Async<int>([](Completion<int>) {}).wait(), WorkRefused);
  EXPECT_THROW(sleep_for(std::chrono::seconds(1)).wait(), std::logic_error);
  EXPECT_EQ(Async<int>([](Completion<int> done) { done.complete_with([] { return 7; }); }).wait(), 7);
}

TEST(Wait, MayBeDroppedFromAnotherThread) {
  std::thread other;
  EXPECT_THROW(Async<int>([&other](Completion<int> done) {
                 other = std::thread([done = std::move(done)]() mutable { const auto dropped = std::move(done); });
               }).wait(),
               WorkRefused);
  other.join();
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
