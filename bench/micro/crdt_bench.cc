// The presence CRDT: tracking, merging what another replica says, joining a cluster.

#include <memory>

#include <benchmark/benchmark.h>

#include "presence/state.h"
#include "tracker/message.h"

namespace roost::micro {
namespace {

using presence::ReplicaId;
using presence::State;

const SharedBytes kMeta = SharedBytes::copy(R"({"phx_ref":"GFgxzcMmlvnZjQAB","online_at":1700000000})");

std::unique_ptr<State> filled(const ReplicaId& self, std::int64_t entries) {
  auto state = std::make_unique<State>(self);
  for (std::int64_t i = 0; i < entries; ++i) {
    const auto number = std::to_string(i);
    state->add("room:" + std::to_string(i % 100), static_cast<presence::OwnerId>(i), "user" + number, kMeta);
  }
  state->take_diff();
  return state;
}

/// One more presence among so many, and away again.
void add_and_remove(benchmark::State& bench) {
  const auto state = filled({"a", 1}, bench.range(0));
  state->take_delta();
  for (auto _ : bench) {
    state->add("room:7", 1 << 30, "visitor", kMeta);
    state->remove("room:7", 1 << 30, "visitor");
    benchmark::DoNotOptimize(state->take_delta());
    benchmark::DoNotOptimize(state->take_diff());
  }
  if (state->size() != static_cast<std::size_t>(bench.range(0))) bench.SkipWithError("the state is wrong");
}
BENCHMARK(add_and_remove)->Arg(100)->Arg(10'000);

/// A delta of so many joins of another replica. An item: a join.
void merge_delta(benchmark::State& bench) {
  const auto other = filled({"b", 1}, bench.range(0));
  const presence::Delta delta = other->take_delta();
  for (auto _ : bench) {
    State state({"a", 1});
    state.replica_up({"b", 1});
    state.merge(delta.parts);
    if (state.size() != other->size()) bench.SkipWithError("the merge is wrong");
    benchmark::DoNotOptimize(state.take_diff());
  }
  bench.SetItemsProcessed(bench.range(0) * bench.iterations());
}
BENCHMARK(merge_delta)->Arg(1)->Arg(100)->Arg(10'000);

/// The same delta a second time: nothing is new.
void merge_known_delta(benchmark::State& bench) {
  const auto other = filled({"b", 1}, bench.range(0));
  const presence::Delta delta = other->take_delta();
  State state({"a", 1});
  state.replica_up({"b", 1});
  state.merge(delta.parts);
  state.take_diff();
  for (auto _ : bench) state.merge(delta.parts);
  if (!state.take_diff().empty()) bench.SkipWithError("something was new");
  bench.SetItemsProcessed(bench.range(0) * bench.iterations());
}
BENCHMARK(merge_known_delta)->Arg(100)->Arg(10'000);

/// A full state as bytes, and back: what a node that joins the cluster asks for.
void encode_and_decode_transfer(benchmark::State& bench) {
  const auto state = filled({"a", 1}, bench.range(0));
  presence::Clock known = state->context();
  for (auto _ : bench) {
    const auto bytes = tracker::encode(tracker::TransferAnswer{1, {"a", 1}, state->extract(known)});
    const auto message = tracker::decode(bytes);
    if (!message) bench.SkipWithError("it cannot be read back");
    benchmark::DoNotOptimize(message);
  }
  bench.SetItemsProcessed(bench.range(0) * bench.iterations());
}
BENCHMARK(encode_and_decode_transfer)->Arg(1'000);

}  // namespace
}  // namespace roost::micro
