#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace roost {

// What nodes say to each other is made of: numbers in LEB128 (unsigned, at most 64 bits in ten bytes), and texts, which
// are a number of bytes and the bytes.

/// Writes it.
class BinaryWriter {
 public:
  static constexpr std::size_t kNumberBytesMax = 10;

  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void raw(std::string_view bytes) { bytes_ += bytes; }
  void text(std::string_view text) {
    number(text.size());
    raw(text);
  }

  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  std::string_view bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads it. Goes on after a failure too, but gives zeros and empties: ask ok() before the result is used, and in
/// loops. Views are into the bytes.
class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  /// Whether all was read, and nothing failed.
  bool at_end() const { return ok_ && bytes_.empty(); }
  /// A condition that does not hold is a failure. Returns whether there was none so far.
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
  std::string_view raw(std::uint64_t size) {
    if (!require(size <= bytes_.size())) return {};
    const auto bytes = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return bytes;
  }
  std::string_view text() { return raw(number()); }
  std::string_view rest() { return raw(bytes_.size()); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace roost
