#include "wire/custom_serializer.h"

#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"

namespace roost::wire {
namespace {

constexpr const char* kRefused = "refused by its serializer";
using Kind = ServerMessage::Kind;

/// `call()`, an expected whose error is a text, with what it throws as such an error.
template <typename Call>
auto without_throw(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    return std::unexpected(std::string(error.what()));
  } catch (...) {
    return std::unexpected(std::string("threw what is not a std::exception"));
  }
}

std::optional<Ref> read_ref(std::string_view json) {
  const auto value = scan_json(json, Utf8::check);
  return value ? Ref::from_json(*value) : std::nullopt;
}

std::unexpected<DecodeError> invalid(const char* reason) {
  return std::unexpected(DecodeError{reason});
}

/// The payload, moved into `scratch`; nullopt: it is not JSON.
std::optional<Body> keep_payload(const Payload& payload, Scratch& scratch) {
  scratch.payload = payload.shared();
  const std::string_view bytes = scratch.payload.view();
  if (payload.is_binary()) return Body{bytes, true};
  const auto value = scan_json(bytes, Utf8::check);
  if (!value) return std::nullopt;
  return Body{value->text, false};
}

}  // namespace

std::expected<Incoming, DecodeError> CustomSerializer::decode(bool binary_frame, std::string_view bytes, Utf8 utf8,
                                                              Scratch& scratch) const {
  if (!binary_frame && utf8 == Utf8::check && !valid_utf8(bytes)) return invalid("text that is not UTF-8");
  auto message = without_throw([&] { return custom_->decode(bytes, binary_frame); });
  if (!message) return std::unexpected(DecodeError{kRefused, std::move(message.error())});

  auto join_ref = read_ref(message->join_ref);
  if (!join_ref) return invalid("its serializer gave a join_ref that is not JSON, or too long");
  auto ref = read_ref(message->ref);
  if (!ref) return invalid("its serializer gave a ref that is not JSON, or too long");
  if (!valid_utf8(message->topic)) return invalid("its serializer gave a topic that is not UTF-8");
  if (!valid_utf8(message->event)) return invalid("its serializer gave an event that is not UTF-8");
  const auto payload = keep_payload(message->payload, scratch);
  if (!payload) return invalid("its serializer gave a payload that is not JSON");

  scratch.topic = std::move(message->topic);
  scratch.event = std::move(message->event);
  return Incoming{.join_ref = std::move(*join_ref),
                  .ref = std::move(*ref),
                  .topic = scratch.topic,
                  .event = scratch.event,
                  .payload = *payload};
}

auto CustomSerializer::encode_reply(const Ref& join_ref, const Ref& ref, TopicText topic, std::string_view status,
                                    Body response, FrameHead head) const -> Encoded {
  const Payload::Borrowed payload(response.bytes, response.binary);
  return encode({Kind::reply, join_ref.text(), ref.text(), topic.bytes(), "phx_reply", status, payload}, head);
}

auto CustomSerializer::encode_push(const Ref& join_ref, std::string_view topic, std::string_view event, Body body,
                                   FrameHead head) const -> Encoded {
  const Payload::Borrowed payload(body.bytes, body.binary);
  return encode({Kind::push, join_ref.text(), "null", topic, event, "", payload}, head);
}

auto CustomSerializer::encode_broadcast(std::string_view topic, std::string_view event, Body body, FrameHead head) const
    -> Encoded {
  const Payload::Borrowed payload(body.bytes, body.binary);
  return encode({Kind::broadcast, "null", "null", topic, event, "", payload}, head);
}

Frame CustomSerializer::encode_end(const Ref& join_ref, std::string_view topic, std::string_view event,
                                   std::string_view json, FrameHead head) const {
  const Payload::Borrowed payload(json, false);
  const Kind kind = event == "phx_close" ? Kind::close : Kind::error;
  auto encoded = encode({kind, join_ref.text(), join_ref.text(), topic, event, "", payload}, head);
  return encoded ? std::move(*encoded) : Frame();
}

auto CustomSerializer::encode(const ServerMessage& message, FrameHead head) const -> Encoded {
  const auto encoded = without_throw([&] { return custom_->encode(message); });
  if (!encoded) return std::unexpected(EncodeError{EncodeError::Field::payload, kRefused, encoded.error()});
  const std::string& bytes = encoded->bytes;
  if (!encoded->binary && !valid_utf8(bytes))
    return std::unexpected(
        EncodeError{EncodeError::Field::payload, "its serializer made a text message that is not UTF-8"});
  return Frame::make(bytes.size(), encoded->binary, head,
                     [&bytes](char* out) { std::memcpy(out, bytes.data(), bytes.size()); });
}

}  // namespace roost::wire
