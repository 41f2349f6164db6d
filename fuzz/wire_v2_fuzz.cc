#include <cstdint>

#include "wire/serializer.h"
#include "wire_json.h"

// A text frame of V2: the scanner agrees with Boost.JSON on what JSON is, the decoder on what the elements are, and an
// answer to the message is a frame that both read again.
namespace {

using namespace roost::wire;
using fuzz::check;

void check_answer(const Incoming& message, const boost::json::array& elements) {
  const auto frame =
      v2_json().encode_reply(message.join_ref, message.ref, message.answer_topic(), "ok", message.payload, nullptr);
  check(frame.has_value(), "every message has an answer");
  const fuzz::Oracle oracle(frame->payload());
  if (oracle.own_limit()) return;
  check(!oracle.error, "an answer is JSON");
  const auto& answer = oracle.value.get_array();
  check(answer.size() == 5, "an answer has five elements");
  check(fuzz::same(answer[2], elements[2]), "an answer has the topic");
  check(fuzz::same(answer[4].get_object().at("response"), elements[4]), "an answer has the payload");

  Scratch scratch;
  const auto again = v2_json().decode(false, frame->payload(), Utf8::check, scratch);
  if (!again) return;  // one level deeper than what came
  check(again->ref == message.ref && again->join_ref == message.join_ref, "refs stay equal on their way");
  check(again->topic == message.topic && again->topic_is_string == message.topic_is_string, "so does the topic");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fuzz::Oracle oracle(text);
  const auto value = scan_json(text, Utf8::check);
  fuzz::check_verdict(value, oracle);

  Scratch scratch;
  const auto message = v2_json().decode(false, text, Utf8::check, scratch);
  if (!message || oracle.error) return 0;
  check(oracle.value.is_array() && oracle.value.get_array().size() >= 5, "a message is an array of five");
  const auto& elements = oracle.value.get_array();
  check(message->topic_is_string == elements[2].is_string(), "a topic is a string for both");
  if (message->topic_is_string) fuzz::check_string(message->topic, elements[2]);
  if (message->event_is_string) fuzz::check_string(message->event, elements[3]);
  check(fuzz::same(fuzz::Oracle(message->payload.bytes).value, elements[4]), "the payload is the fifth");
  check_answer(*message, elements);
  return 0;
}
