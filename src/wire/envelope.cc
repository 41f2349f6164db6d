#include "wire/envelope.h"

namespace roost::wire {
namespace {

/// The text of a string: a view into the frame if it can be, else into `room`.
std::string_view text_of(const JsonValue& string, std::string& room) {
  if (!string.escaped) return string.string_body();
  room.clear();
  append_unescaped(room, string.string_body());
  return room;
}

}  // namespace

DecodeError refusal(const JsonReader& reader, const char* shape) {
  return {reader.error() ? reason(*reader.error()) : shape};
}

std::expected<Incoming, DecodeError> to_message(const JsonParts& parts, Scratch& scratch) {
  std::expected<Incoming, DecodeError> result;
  Incoming& message = *result;
  if (!message.join_ref.assign(parts[kJoinRef]) || !message.ref.assign(parts[kRef]))
    return std::unexpected(DecodeError{"ref too long"});
  message.payload.bytes = parts[kPayload].text;
  message.topic_is_string = parts[kTopic].is_string();
  message.event_is_string = parts[kEvent].is_string();
  if (message.topic_is_string)
    message.topic = text_of(parts[kTopic], scratch.topic);
  else
    message.topic_json = parts[kTopic].text;
  if (message.event_is_string) message.event = text_of(parts[kEvent], scratch.event);
  return result;
}

}  // namespace roost::wire
