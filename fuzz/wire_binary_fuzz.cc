#include <cstdint>
#include <string>

#include "base/utf8.h"
#include "wire/serializer.h"
#include "wire_json.h"

// A binary frame of V2: what was read, written by the rules of a client, is the frame that came; every answer to it
// fits.
namespace {

using namespace roost::wire;
using fuzz::check;

std::string client_push(const Incoming& message) {
  const std::string join_ref = message.join_ref.string_bytes().value();
  const std::string ref = message.ref.string_bytes().value();
  std::string frame(1, '\0');
  for (const std::size_t bytes : {join_ref.size(), ref.size(), message.topic.size(), message.event.size()})
    frame += static_cast<char>(bytes);
  return frame + join_ref + ref + std::string(message.topic) + std::string(message.event) +
         std::string(message.payload.bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  Scratch scratch;
  const auto message = v2_json().decode(true, frame, Utf8::check, scratch);
  if (!message) return 0;
  check(client_push(*message) == frame, "a frame is its fields");
  check(message->payload.binary && message->topic_is_string && message->event_is_string,
        "a frame holds text and bytes");

  const auto& v2 = v2_json();
  const auto reply = v2.encode_reply(message->join_ref, message->ref, message->topic, "ok", message->payload, nullptr);
  check(reply && reply->payload().size() == frame.size() - message->event.size() + 2, "a reply fits");
  const auto push = v2.encode_push(message->join_ref, message->topic, message->event, message->payload, nullptr);
  check(push && push->payload().ends_with(message->payload.bytes), "a push fits");
  check(v2.encode_broadcast(message->topic, message->event, message->payload, nullptr).has_value(), "a broadcast fits");

  const auto text = v2.encode_reply(message->join_ref, message->ref, message->topic, "error", {}, nullptr);
  check(text && roost::valid_utf8(text->payload()), "an answer in text is UTF-8");
  const auto again = v2.decode(false, text->payload(), Utf8::check, scratch);
  check(again && again->topic == message->topic && again->ref == message->ref, "and says the same");
  return 0;
}
