#include "bench/numbered.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "wire/json_scan.h"

namespace roost::bench {
namespace {

constexpr char kFiller = 'x';
constexpr std::string_view kBeforeNumber = R"({"n":)";
constexpr std::string_view kBetween = R"(,"p":")";
constexpr std::string_view kAfterFiller = R"("})";
constexpr std::size_t kLeast = kBeforeNumber.size() + kNumberDigits + kBetween.size() + kAfterFiller.size();

std::size_t filler_bytes(std::size_t bytes, std::size_t least) {
  return std::max(bytes, least) - least;
}

bool is_filler(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of(kFiller) == std::string_view::npos;
}

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> number_of_json(std::string_view payload, std::size_t bytes) {
  wire::JsonReader reader(payload, wire::Utf8::check);
  std::optional<std::uint64_t> number;
  bool filler = false;
  if (!reader.take('{')) return std::nullopt;
  do {
    const auto key = reader.string();
    if (!key || !reader.take(':')) return std::nullopt;
    const auto value = reader.value();
    if (!value) return std::nullopt;
    if (key->string_body() == "n") number = parse_number(value->text);
    if (key->string_body() == "p")
      filler = value->is_string() && is_filler(value->string_body(), filler_bytes(bytes, kLeast));
  } while (reader.take(','));
  if (!reader.take('}') || !reader.at_end() || !filler) return std::nullopt;
  return number;
}

}  // namespace

void write_number(char* out, std::uint64_t number) {
  const auto written = std::to_chars(out, out + kNumberDigits, number);
  ROOST_ASSERT(written.ec == std::errc() && written.ptr == out + kNumberDigits);
}

std::string numbered_payload(std::uint64_t number, std::size_t bytes) {
  std::string payload(kBeforeNumber);
  payload.append(std::to_string(number)).append(kBetween).append(filler_bytes(bytes, kLeast), kFiller);
  return payload.append(kAfterFiller);
}

std::string numbered_bytes(std::uint64_t number, std::size_t bytes) {
  return std::to_string(number).append(filler_bytes(bytes, kNumberDigits), kFiller);
}

std::optional<std::uint64_t> number_of(bool binary, std::string_view payload, std::size_t bytes) {
  if (!binary) return number_of_json(payload, bytes);
  if (payload.size() < kNumberDigits) return std::nullopt;
  if (!is_filler(payload.substr(kNumberDigits), filler_bytes(bytes, kNumberDigits))) return std::nullopt;
  return parse_number(payload.substr(0, kNumberDigits));
}

NumberedText::NumberedText(std::string text, std::uint64_t number) : text_(std::move(text)), number_(number) {
  char digits[kNumberDigits];
  write_number(digits, number);
  const std::string_view wanted(digits, kNumberDigits);
  for (std::size_t at = text_.find(wanted); at != std::string::npos; at = text_.find(wanted, at + kNumberDigits))
    places_.push_back(at);
}

std::string_view NumberedText::with(std::uint64_t number) {
  if (number != number_)
    for (const std::size_t at : places_) write_number(text_.data() + at, number);
  number_ = number;
  return text_;
}

}  // namespace roost::bench
