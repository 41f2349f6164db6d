// From a client's frame to all outlets, and what joining costs; no sockets.

#include <deque>

#include <benchmark/benchmark.h>

#include "in_process.h"

namespace roost::micro {
namespace {

/// `pub` of one client to all who joined the topic. An item: a delivery.
void broadcast_to_all(benchmark::State& state) {
  InProcess shard;
  std::deque<Member> members;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    if (!members.emplace_back(shard).joins("room:a")) return state.SkipWithError("a join was refused");
  }
  const std::string text = push("room:a", "pub", payload_of(64));
  for (auto _ : state) {
    members.front().says(text);
    shard.executor->run_until_idle();
  }
  for (const Member& member : members)
    if (member.frames() != 1 + static_cast<std::uint64_t>(state.iterations())) state.SkipWithError("one got none");
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(broadcast_to_all)->Arg(1)->Arg(10)->Arg(1'000)->Arg(10'000);

void echo(benchmark::State& state) {
  InProcess shard;
  Member member(shard);
  member.joins("room:a");
  const std::string text = push("room:a", "echo", payload_of(64));
  for (auto _ : state) member.says(text);
  if (member.frames() != 1 + static_cast<std::uint64_t>(state.iterations())) state.SkipWithError("replies were lost");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(echo);

void join_and_leave(benchmark::State& state) {
  InProcess shard;
  for (auto _ : state) {
    Member member(shard);
    if (!member.joins("room:a")) return state.SkipWithError("the join was refused");
    member.says(push("room:a", "phx_leave", "{}"));
  }
  if (shard.table.topics() != 0) state.SkipWithError("somebody is still there");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(join_and_leave);

}  // namespace
}  // namespace roost::micro
