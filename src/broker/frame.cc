#include "broker/frame.h"

#include <cstring>

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
constexpr std::size_t kNumberBytesMax = 10;

/// The part of a frame before its payload.
class Head {
 public:
  explicit Head(std::size_t text_bytes) { bytes_.reserve(text_bytes + 4 * kNumberBytesMax + 16); }

  Head& byte(unsigned char value) {
    bytes_ += static_cast<char>(value);
    return *this;
  }
  Head& number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<unsigned char>(value | 0x80));
    return byte(static_cast<unsigned char>(value));
  }
  Head& fixed(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<unsigned char>(value >> shift));
    return *this;
  }
  Head& text(std::string_view text) {
    number(text.size());
    bytes_ += text;
    return *this;
  }
  SharedBytes with(std::string_view payload) const {
    return SharedBytes::make(bytes_.size() + payload.size(), [this, payload](char* out) {
      std::memcpy(out, bytes_.data(), bytes_.size());
      if (!payload.empty()) std::memcpy(out + bytes_.size(), payload.data(), payload.size());
    });
  }

 private:
  std::string bytes_;
};

/// Gives zeros and empties after a failure; ask ok() at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }
  bool require(bool condition) { return ok_ = ok_ && condition; }

  unsigned char byte() {
    const std::string_view one = raw(1);
    return one.empty() ? 0 : static_cast<unsigned char>(one.front());
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned char next = byte();
      if (!require(shift < 63 || next <= 1)) return 0;  // the tenth byte holds bit 63 alone
      value |= std::uint64_t{next & 0x7fu} << shift;
      if (next < 0x80) return value;
    }
    return 0;
  }
  std::uint64_t fixed() {
    std::uint64_t value = 0;
    for (const char c : raw(8)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view raw(std::uint64_t size) {
    if (!require(size <= bytes_.size())) return {};
    const auto text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return text;
  }
  std::string_view text() { return raw(number()); }
  std::string_view node() {
    const auto name = text();
    require(!name.empty() && name.size() <= kNodeNameBytesMax);
    return name;
  }
  bool flag(unsigned char bit) {
    const unsigned char flags = byte();
    require((flags & ~bit) == 0);
    return flags & bit;
  }
  std::string_view rest() { return raw(bytes_.size()); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
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
