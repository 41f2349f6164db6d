// Codec and envelope: what one message costs before anybody does anything with it.

#include <benchmark/benchmark.h>

#include "in_process.h"
#include "wire/json_scan.h"
#include "ws/client_frames.h"
#include "ws/decoder.h"
#include "ws/deflate.h"

namespace roost::micro {
namespace {

/// Bytes of a client, as one read may give them: `count` frames.
std::string client_bytes(std::size_t payload, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i)
    bytes += ws::client::frame(ws::Opcode::text, push("room:lobby", "new_msg", payload_of(payload)));
  return bytes;
}

void decode_frames(benchmark::State& state) {
  constexpr std::size_t kFrames = 16;
  const std::string bytes = client_bytes(static_cast<std::size_t>(state.range(0)), kFrames);
  const ws::DecoderOptions options;
  ws::Decoder decoder(options);
  std::string copy;
  std::size_t messages = 0;
  for (auto _ : state) {
    copy = bytes;  // it is unmasked where it lies
    std::span<char> input(copy);
    for (auto event = decoder.next(input); event && *event; event = decoder.next(input)) ++messages;
  }
  if (messages != kFrames * static_cast<std::size_t>(state.iterations())) state.SkipWithError("frames were lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(messages));
}
BENCHMARK(decode_frames)->Arg(64)->Arg(1'000)->Arg(16'000);

void scan_envelope(benchmark::State& state) {
  const std::string text = push("room:lobby", "new_msg", payload_of(static_cast<std::size_t>(state.range(0))));
  wire::Scratch scratch;
  for (auto _ : state) {
    const auto message = wire::v2_json().decode(false, text, wire::Utf8::trusted, scratch);
    if (!message || message->event != "new_msg") state.SkipWithError("it was not decoded");
    benchmark::DoNotOptimize(message);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(scan_envelope)->Arg(64)->Arg(1'000)->Arg(16'000);

void scan_nested_json(benchmark::State& state) {
  std::string text = "[";
  for (int i = 0; i < 100; ++i) text += R"({"id":12345,"name":"Ada","at":[1.5,-2e3,true,null],"s":"a\nb"},)";
  text.back() = ']';
  for (auto _ : state) {
    const auto value = wire::scan_json(text, wire::Utf8::trusted);
    if (!value) state.SkipWithError("it is no JSON");
    benchmark::DoNotOptimize(value);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(scan_nested_json);

void encode_broadcast(benchmark::State& state) {
  const std::string payload = payload_of(static_cast<std::size_t>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto frame = wire::v2_json().encode_broadcast("room:lobby", "new_msg", {payload}, &ws::write_head);
    if (!frame) state.SkipWithError("it was not encoded");
    bytes += frame->framed().size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(encode_broadcast)->Arg(64)->Arg(1'000)->Arg(16'000);

void encode_reply(benchmark::State& state) {
  const wire::Ref join_ref = wire::Ref::from_binary("1"), ref = wire::Ref::from_binary("12345");
  const std::string payload = payload_of(64);
  for (auto _ : state) {
    const auto frame =
        wire::v2_json().encode_reply(join_ref, ref, std::string_view("room:lobby"), "ok", {payload}, &ws::write_head);
    if (!frame) state.SkipWithError("it was not encoded");
    benchmark::DoNotOptimize(frame);
  }
}
BENCHMARK(encode_reply);

void deflate_message(benchmark::State& state) {
  const std::string text = push("room:lobby", "new_msg", payload_of(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(ws::deflate_message(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(deflate_message)->Arg(64)->Arg(1'000)->Arg(16'000);

}  // namespace
}  // namespace roost::micro
