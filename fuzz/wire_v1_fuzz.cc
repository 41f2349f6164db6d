#include <cstdint>

#include "wire/serializer.h"
#include "wire_json.h"

// A frame of V1: the decoder agrees with Boost.JSON on the members, and takes its own broadcasts.
namespace {

using namespace roost::wire;
using fuzz::check;

void check_echo(const Incoming& message) {
  const auto frame = v1_json().encode_broadcast(message.topic, message.event, message.payload, nullptr);
  check(frame.has_value(), "V1 broadcasts any JSON");
  Scratch scratch;
  const auto again = v1_json().decode(true, frame->payload(), Utf8::trusted, scratch);
  check(again.has_value(), "what it writes it reads");
  check(again->topic == message.topic && again->event == message.event, "topic and event stay equal on their way");
  check(again->payload.bytes == message.payload.bytes, "so does the payload, byte for byte");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fuzz::Oracle oracle(text);
  fuzz::check_verdict(scan_json(text, Utf8::check), oracle);

  Scratch scratch;
  const auto message = v1_json().decode(false, text, Utf8::check, scratch);
  if (!message) return 0;
  check_echo(*message);
  if (oracle.error) return 0;
  check(oracle.value.is_object(), "a message is an object");
  const auto& members = oracle.value.get_object();
  for (const char* key : {"topic", "event", "payload", "ref"}) check(members.contains(key), "a message is complete");
  // Boost.JSON keeps the last of equal keys, we the first: compare where there is no doubt.
  std::size_t keys = 0;
  for (const char c : text) keys += c == ':';
  if (keys != members.size()) return 0;
  if (message->topic_is_string) fuzz::check_string(message->topic, members.at("topic"));
  if (message->event_is_string) fuzz::check_string(message->event, members.at("event"));
  return 0;
}
