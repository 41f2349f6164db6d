#include "bench/server_cpu.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace roost::bench {
namespace {

TEST(ServerCpu, GrowsWithTheWorkOfAProcess) {
  const auto cpu = ServerCpu::of(::getpid());
  ASSERT_TRUE(cpu) << cpu.error().message;
  const std::uint64_t before = cpu->nanoseconds();
  volatile std::uint64_t work = 0;
  constexpr std::uint64_t kWanted = 20'000'000;  // more than a tick of any scheduler
  while (cpu->nanoseconds() - before < kWanted && work < 10'000'000'000) work = work + 1;
  EXPECT_GE(cpu->nanoseconds() - before, kWanted);
}

TEST(ServerCpu, SaysThatThereIsNoSuchProcess) {
  constexpr pid_t kNobody = 0x7fffffff;  // above every pid_max
  const auto cpu = ServerCpu::of(kNobody);
  ASSERT_FALSE(cpu);
  EXPECT_EQ(cpu.error().message, "there is no process 2147483647");
  EXPECT_EQ(private_memory_bytes(kNobody), 0u);
}

TEST(ServerCpu, FindsThisThreadAndItsMemory) {
  const auto threads = threads_of(::getpid());
  EXPECT_TRUE(std::ranges::find(threads, ::getpid()) != threads.end());
  EXPECT_GT(private_memory_bytes(::getpid()), 100'000u);
}

}  // namespace
}  // namespace roost::bench
