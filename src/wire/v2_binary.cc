#include "wire/v2_binary.h"

#include <array>
#include <initializer_list>

#include "base/utf8.h"
#include "wire/envelope.h"

namespace roost::wire {
namespace {

enum Kind : char { kPush = 0, kReply = 1, kBroadcast = 2 };

using Name = EncodeError::Field;

struct Field {
  Name name;
  std::string_view bytes;
};

constexpr std::size_t kClientFields = 4;  // join_ref, ref, topic, event

const char* conversion_error(Name field) {
  switch (field) {
    case Name::join_ref:
      return "unable to convert join_ref to binary";
    case Name::ref:
      return "unable to convert ref to binary";
    case Name::topic:
      return "unable to convert topic to binary";
    case Name::event:
      return "unable to convert event to binary";
    case Name::status:
      return "unable to convert status to binary";
    case Name::payload:
      break;
  }
  return "unable to convert payload to binary";
}

std::unexpected<EncodeError> cannot_convert(Name field) {
  return std::unexpected(EncodeError{field, conversion_error(field)});
}

std::expected<Frame, EncodeError> encode(Kind kind, std::initializer_list<Field> fields, std::string_view payload,
                                         FrameHead head) {
  std::size_t bytes = 1 + fields.size() + payload.size();
  for (const Field& field : fields) {
    if (field.bytes.size() > kBinaryFieldBytesMax) return cannot_convert(field.name);
    bytes += field.bytes.size();
  }
  return Frame::make(bytes, true, head, [&](char* out) {
    *out++ = kind;
    for (const Field& field : fields) *out++ = static_cast<char>(field.bytes.size());
    Writer writer(out);
    for (const Field& field : fields) writer.raw(field.bytes);
    writer.raw(payload);
  });
}

}  // namespace

std::expected<Incoming, DecodeError> decode_binary(std::string_view frame) {
  constexpr std::size_t kSizes = 1 + kClientFields;
  if (frame.size() < kSizes) return std::unexpected(DecodeError{"binary message cut off"});
  if (frame[0] != kPush) return std::unexpected(DecodeError{"unknown kind of binary message"});

  std::array<std::string_view, kClientFields> fields;
  std::string_view rest = frame.substr(kSizes);
  for (std::size_t i = 0; i < kClientFields; ++i) {
    const std::size_t bytes = static_cast<unsigned char>(frame[1 + i]);
    if (bytes > rest.size()) return std::unexpected(DecodeError{"binary message cut off"});
    fields[i] = rest.substr(0, bytes);
    rest.remove_prefix(bytes);
    if (!valid_utf8(fields[i])) return std::unexpected(DecodeError{"invalid UTF-8 in binary message"});
  }
  return Incoming{.join_ref = Ref::from_binary(fields[0]),
                  .ref = Ref::from_binary(fields[1]),
                  .topic = fields[2],
                  .event = fields[3],
                  .payload = {.bytes = rest, .binary = true}};
}

std::expected<Frame, EncodeError> encode_binary_push(const Ref& join_ref, std::string_view topic,
                                                     std::string_view event, std::string_view payload, FrameHead head) {
  const auto join_ref_bytes = join_ref.string_bytes();
  if (!join_ref_bytes) return cannot_convert(Name::join_ref);
  return encode(kPush, {{Name::join_ref, *join_ref_bytes}, {Name::topic, topic}, {Name::event, event}}, payload, head);
}

std::expected<Frame, EncodeError> encode_binary_reply(const Ref& join_ref, const Ref& ref, const TopicText& topic,
                                                      std::string_view status, std::string_view payload,
                                                      FrameHead head) {
  const auto join_ref_bytes = join_ref.string_bytes();
  const auto ref_bytes = ref.string_bytes();
  if (!join_ref_bytes) return cannot_convert(Name::join_ref);
  if (!ref_bytes) return cannot_convert(Name::ref);
  if (topic.is_json()) return cannot_convert(Name::topic);
  return encode(kReply,
                {{Name::join_ref, *join_ref_bytes},
                 {Name::ref, *ref_bytes},
                 {Name::topic, topic.bytes()},
                 {Name::status, status}},
                payload, head);
}

std::expected<Frame, EncodeError> encode_binary_broadcast(std::string_view topic, std::string_view event,
                                                          std::string_view payload, FrameHead head) {
  return encode(kBroadcast, {{Name::topic, topic}, {Name::event, event}}, payload, head);
}

}  // namespace roost::wire
