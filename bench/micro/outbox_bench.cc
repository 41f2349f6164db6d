// What lies between a frame and send(): an outbox that gathers the frames of one turn.

#include <array>

#include <benchmark/benchmark.h>

#include "net/outbox.h"

namespace roost::micro {
namespace {

/// So many frames of so many bytes, then all of it goes. An item: a frame.
void gather_and_flush(benchmark::State& state) {
  const auto frames = static_cast<std::size_t>(state.range(0));
  const auto frame = SharedBytes::copy(std::string(static_cast<std::size_t>(state.range(1)), 'x'));
  std::array<char, net::Outbox::kGatherMax> scratch;
  net::Outbox outbox;
  std::size_t sent = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < frames; ++i) outbox.push(frame, 0, frame.size());
    while (!outbox.empty()) {
      const auto bytes = outbox.next(scratch);
      sent += bytes.size();
      outbox.consume(bytes.size());
    }
  }
  if (sent != frames * frame.size() * static_cast<std::size_t>(state.iterations())) state.SkipWithError("bytes lost");
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(gather_and_flush)->ArgsProduct({{1, 16, 64}, {100, 1'000}});

}  // namespace
}  // namespace roost::micro
