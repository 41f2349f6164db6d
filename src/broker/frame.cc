#include "broker/frame.h"

#include <cstring>

#include "base/binary.h"
#include "base/limits.h"

// frame     = version (broadcast | parcel | fragment | hello)     version: 1
// broadcast = %x01 flags topic event payload                      flags: 1: the payload is bytes, not JSON
// parcel    = %x02 from service payload                           from: name of the node
// fragment  = %x03 sender number total offset payload             total: bytes of the frame; offset: of this piece
// hello     = %x04 node flags sender                              flags: 1: leaves. Up to `node` in every version
// topic, event, service = number bytes                            node, from: 1..255 bytes; payload: to the end
// sender    = 8 bytes, big endian                                 number, total, offset: LEB128, at most 64 bits

namespace roost::broker {
namespace {

enum Type : unsigned char { broadcast = 1, parcel, fragment, hello };
constexpr unsigned char kBinary = 1;
constexpr unsigned char kLeaving = 1;

/// The part of a frame before its payload.
class Head {
 public:
  explicit Head(std::size_t text_bytes) { bytes_.reserve(text_bytes + 4 * BinaryWriter::kNumberBytesMax + 16); }

  Head& byte(unsigned char value) {
    const char one = static_cast<char>(value);
    bytes_.raw({&one, 1});
    return *this;
  }
  Head& number(std::uint64_t value) {
    bytes_.number(value);
    return *this;
  }
  Head& fixed(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<unsigned char>(value >> shift));
    return *this;
  }
  Head& text(std::string_view text) {
    bytes_.text(text);
    return *this;
  }
  SharedBytes with(std::string_view payload) const {
    const std::string_view head = bytes_.bytes();
    return SharedBytes::make(head.size() + payload.size(), [head, payload](char* out) {
      std::memcpy(out, head.data(), head.size());
      if (!payload.empty()) std::memcpy(out + head.size(), payload.data(), payload.size());
    });
  }

 private:
  BinaryWriter bytes_;
};

class Reader : public BinaryReader {
 public:
  using BinaryReader::BinaryReader;

  std::uint64_t fixed() {
    std::uint64_t value = 0;
    for (const char c : raw(8)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view node() {
    const auto name = text();
    require(!name.empty() && name.size() <= limits::kNodeNameBytesMax);
    return name;
  }
  bool flag(unsigned char bit) {
    const unsigned char flags = byte();
    require((flags & ~bit) == 0);
    return flags & bit;
  }
};

Frame read_broadcast(Reader& reader) {
  pubsub::Message message;
  message.binary = reader.flag(kBinary);
  message.topic = reader.text();
  message.event = reader.text();
  message.payload = reader.rest();
  return message;
}

Frame read_parcel(Reader& reader) {
  pubsub::Parcel parcel;
  parcel.from = reader.node();
  parcel.service = reader.text();
  parcel.bytes = reader.rest();
  return parcel;
}

Frame read_fragment(Reader& reader) {
  Fragment fragment;
  fragment.sender = reader.fixed();
  fragment.number = reader.number();
  fragment.total_bytes = reader.number();
  fragment.offset = reader.number();
  fragment.piece = reader.rest();
  reader.require(!fragment.piece.empty() && fragment.offset <= fragment.total_bytes &&
                 fragment.piece.size() <= fragment.total_bytes - fragment.offset);
  return fragment;
}

Frame read_hello(Reader& reader) {
  Hello hello;
  hello.node = reader.node();
  hello.leaving = reader.flag(kLeaving);
  hello.incarnation = reader.fixed();
  return hello;
}

Frame read_frame(Reader& reader) {
  switch (reader.byte()) {
    case Type::broadcast:
      return read_broadcast(reader);
    case Type::parcel:
      return read_parcel(reader);
    case Type::fragment:
      return read_fragment(reader);
    case Type::hello:
      return read_hello(reader);
    default:
      reader.require(false);
      return {};
  }
}

}  // namespace

SharedBytes encode(const pubsub::Message& message) {
  return Head(message.topic.size() + message.event.size())
      .byte(kVersion)
      .byte(Type::broadcast)
      .byte(message.binary ? kBinary : 0)
      .text(message.topic)
      .text(message.event)
      .with(message.payload);
}

SharedBytes encode(const pubsub::Parcel& parcel) {
  return Head(parcel.from.size() + parcel.service.size())
      .byte(kVersion)
      .byte(Type::parcel)
      .text(parcel.from)
      .text(parcel.service)
      .with(parcel.bytes);
}

SharedBytes encode(const Fragment& fragment) {
  return Head(0)
      .byte(kVersion)
      .byte(Type::fragment)
      .fixed(fragment.sender)
      .number(fragment.number)
      .number(fragment.total_bytes)
      .number(fragment.offset)
      .with(fragment.piece);
}

SharedBytes encode(const Hello& hello) {
  return Head(hello.node.size())
      .byte(kVersion)
      .byte(Type::hello)
      .text(hello.node)
      .byte(hello.leaving ? kLeaving : 0)
      .fixed(hello.incarnation)
      .with({});
}

std::expected<Frame, FrameError> decode_frame(std::string_view bytes) {
  Reader reader(bytes);
  const unsigned char version = reader.byte();
  if (!reader.ok()) return std::unexpected(FrameError::malformed);
  if (version != kVersion) return std::unexpected(FrameError::other_version);
  Frame frame = read_frame(reader);
  if (!reader.at_end()) return std::unexpected(FrameError::malformed);
  return frame;
}

std::expected<Introduction, FrameError> decode_introduction(std::string_view hello) {
  Reader reader(hello);
  Introduction introduction;
  introduction.version = reader.byte();
  reader.require(reader.byte() == Type::hello);
  introduction.node = reader.node();
  if (!reader.ok()) return std::unexpected(FrameError::malformed);
  return introduction;
}

}  // namespace roost::broker
