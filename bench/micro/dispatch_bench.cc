// From a client's frame to all outlets, and what joining costs; no sockets.

#include <deque>

#include <benchmark/benchmark.h>

#include "in_process.h"

namespace roost::micro {
namespace {

/// `pub` of one client to all who joined the topic, so many in a turn of the loop. An item: a delivery.
void broadcast_to_all(benchmark::State& state) {
  InProcess shard;
  std::deque<Member> members;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    if (!members.emplace_back(shard).joins("room:a")) return state.SkipWithError("a join was refused");
  }
  const std::uint64_t before = members.front().bytes();
  const std::string text = push("room:a", "pub", payload_of(64));
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(1); ++i) members.front().says(text);
    shard.end_turn();
  }
  const auto each = static_cast<std::uint64_t>(state.range(1) * state.iterations());
  const std::uint64_t wanted = before + each * broadcast_bytes("room:a", "msg", payload_of(64));
  for (const Member& member : members)
    if (member.bytes() != wanted) state.SkipWithError("one got more or less");
  state.SetItemsProcessed(state.range(0) * state.range(1) * state.iterations());
}
BENCHMARK(broadcast_to_all)->ArgsProduct({{1, 10, 1'000, 10'000}, {1, 16}});

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
