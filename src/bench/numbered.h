#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roost::bench {

/// Numbers of messages begin here, so that all have ten digits and a payload's size does not change.
inline constexpr std::uint64_t kFirstNumber = 1'000'000'000;
inline constexpr std::size_t kNumberDigits = 10;

/// The payload `{"n":1000000000,"p":"xxx…"}` of `bytes` bytes; of the least possible size if that is more.
std::string numbered_payload(std::uint64_t number, std::size_t bytes);
/// The same for binary messages: ten digits and filler.
std::string numbered_bytes(std::uint64_t number, std::size_t bytes);

/// The number of a payload made by one of these, and nothing else in it but what they put there. nullopt: it is none.
/// Other spellings of the same JSON will do.
std::optional<std::uint64_t> number_of(bool binary, std::string_view payload, std::size_t bytes);

/// Writes the ten digits of `number`.
void write_number(char* out, std::uint64_t number);

/// A text of which only its numbers change: frames to be sent, and those that are expected.
class NumberedText {
 public:
  NumberedText() = default;
  /// `text` holds the ten digits of `number` at least once; every place where it does changes with the number.
  NumberedText(std::string text, std::uint64_t number);

  /// The text with that number; valid until the next call.
  std::string_view with(std::uint64_t number);
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
  std::uint64_t number_ = 0;
  std::vector<std::size_t> places_;
};

}  // namespace roost::bench
