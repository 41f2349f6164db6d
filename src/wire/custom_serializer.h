#pragma once

#include <memory>
#include <string_view>

#include <roost/serializer.hpp>

#include "wire/serializer.h"

namespace roost::wire {

/// An application's serializer among our own: checks what it hands out, so that a mistake in it harms its own clients
/// alone, and takes what it throws as an error.
class CustomSerializer final : public Serializer {
 public:
  explicit CustomSerializer(std::shared_ptr<const roost::Serializer> serializer) : custom_(std::move(serializer)) {}

  std::string_view name() const override { return custom_->name(); }

  /// The message lives in `scratch`. Error: what the serializer says, or which part of its message is not valid.
  std::expected<Incoming, DecodeError> decode(bool binary_frame, std::string_view bytes, Utf8 utf8,
                                              Scratch& scratch) const override;

  Encoded encode_reply(const Ref& join_ref, const Ref& ref, TopicText topic, std::string_view status, Body response,
                       FrameHead head) const override;
  Encoded encode_push(const Ref& join_ref, std::string_view topic, std::string_view event, Body payload,
                      FrameHead head) const override;
  Encoded encode_broadcast(std::string_view topic, std::string_view event, Body payload, FrameHead head) const override;

 private:
  Frame encode_end(const Ref& join_ref, std::string_view topic, std::string_view event, std::string_view payload,
                   FrameHead head) const override;
  Encoded encode(const ServerMessage& message, FrameHead head) const;

  const std::shared_ptr<const roost::Serializer> custom_;
};

}  // namespace roost::wire
