#pragma once

#include <expected>
#include <string_view>

#include "base/frame.h"
#include "wire/message.h"

// The binary frames of V2. A size is one byte, the payload is the rest of the frame:
//
//   client push       00 join_ref# ref# topic# event#    join_ref ref topic event     payload
//   server push       00 join_ref# topic# event#         join_ref topic event         payload      no ref, nor its size
//   server reply      01 join_ref# ref# topic# status#   join_ref ref topic status    payload
//   server broadcast  02 topic# event#                   topic event                  payload
//
// Source: Phoenix.Socket.V2.JSONSerializer; PROTOCOL §2.3.
namespace roost::wire {

/// Bytes of a field: its size is one byte (F11).
inline constexpr std::size_t kBinaryFieldBytesMax = 255;

/// The push in a client's frame. Its refs are strings, empty ones too; the message points into `frame` (F12).
///
/// Error: another kind, fewer bytes than the sizes say (F13), or a field that is no UTF-8. Phoenix takes the last, and
/// breaks when it comes to write it as text.
std::expected<Incoming, DecodeError> decode_binary(std::string_view frame);

// Error: a field of more than 255 bytes, a ref that is an array or object, or a topic that was no string.
std::expected<Frame, EncodeError> encode_binary_push(const Ref& join_ref, std::string_view topic,
                                                     std::string_view event, std::string_view payload, FrameHead head);
std::expected<Frame, EncodeError> encode_binary_reply(const Ref& join_ref, const Ref& ref, const TopicText& topic,
                                                      std::string_view status, std::string_view payload,
                                                      FrameHead head);
std::expected<Frame, EncodeError> encode_binary_broadcast(std::string_view topic, std::string_view event,
                                                          std::string_view payload, FrameHead head);

}  // namespace roost::wire
