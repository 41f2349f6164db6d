#include "net/signals.h"

#include <csignal>

#include <gtest/gtest.h>
#include <unistd.h>

#include "net/loop.h"

namespace roost::net {
namespace {

TEST(Signals, HandsEachSignalToTheLoop) {
  Loop loop;
  std::vector<int> seen;
  const Signals signals(loop, [&](int number) {
    seen.push_back(number);
    if (seen.size() == 2) return loop.stop();
    ::kill(::getpid(), SIGINT);
  });
  loop.post([] { ::kill(::getpid(), SIGTERM); });
  loop.run();
  EXPECT_EQ(seen, (std::vector{SIGTERM, SIGINT}));
}

TEST(Signals, MayGoInItsCallback) {
  Loop loop;
  std::unique_ptr<Signals> signals;
  signals = std::make_unique<Signals>(loop, [&](int) {
    signals.reset();
    loop.stop();
  });
  loop.post([] { ::kill(::getpid(), SIGTERM); });
  loop.run();
  EXPECT_FALSE(signals);
}

}  // namespace
}  // namespace roost::net
