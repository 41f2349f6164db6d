#include <bit>
#include <cmath>
#include <cstdint>

#include <zlib.h>

#include "token/etf.h"
#include "token/etf_tags.h"

namespace roost::token {
namespace {

/// The bytes of a UTF-8 text that Latin-1 bytes stand for.
std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

/// Takes terms off the front of its bytes. Every function gives nullopt when they don't fit.
class Decoder {
 public:
  Decoder(std::string_view bytes, const EtfLimits& limits) : rest_(bytes), limits_(limits) {}

  bool at_end() const { return rest_.empty(); }
  std::optional<Term> value(std::size_t depth);

 private:
  std::optional<std::string_view> take(std::uint64_t size);
  std::optional<std::uint64_t> number(std::size_t bytes);
  /// A count of things to come, each at least one byte: more than there are bytes is a lie.
  std::optional<std::size_t> count(std::size_t bytes);

  std::optional<Term> integer32();
  std::optional<Term> big(std::size_t size_bytes);
  std::optional<Term> real();
  std::optional<Term> binary();
  std::optional<Term> atom(std::size_t size_bytes, bool latin1);
  std::optional<Term> list(std::size_t depth);
  std::optional<Term> byte_list();
  std::optional<Term> tuple(std::size_t size_bytes, std::size_t depth);
  std::optional<Term> map(std::size_t depth);
  std::optional<Term::List> values(std::size_t count, std::size_t depth);

  std::string_view rest_;
  const EtfLimits& limits_;
  std::size_t terms_ = 0;
};

std::optional<std::string_view> Decoder::take(std::uint64_t size) {
  if (size > rest_.size()) return std::nullopt;
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::optional<std::uint64_t> Decoder::number(std::size_t bytes) {
  const auto taken = take(bytes);
  if (!taken) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : *taken) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::optional<std::size_t> Decoder::count(std::size_t bytes) {
  const auto value = number(bytes);
  if (!value || *value > rest_.size() || *value > limits_.terms_max - terms_) return std::nullopt;
  return static_cast<std::size_t>(*value);
}

std::optional<Term> Decoder::value(std::size_t depth) {
  if (depth > limits_.depth_max || terms_ == limits_.terms_max) return std::nullopt;
  ++terms_;
  const auto first = number(1);
  if (!first) return std::nullopt;
  switch (*first) {
    case tag::kSmallInteger:
      return number(1).transform([](std::uint64_t byte) { return Term(byte); });
    case tag::kInteger:
      return integer32();
    case tag::kSmallBig:
      return big(1);
    case tag::kLargeBig:
      return big(4);
    case tag::kNewFloat:
      return real();
    case tag::kBinary:
      return binary();
    case tag::kSmallAtomUtf8:
      return atom(1, false);
    case tag::kAtomUtf8:
      return atom(2, false);
    case tag::kSmallAtom:
      return atom(1, true);
    case tag::kAtom:
      return atom(2, true);
    case tag::kNil:
      return Term(Term::List());
    case tag::kList:
      return list(depth);
    case tag::kString:
      return byte_list();
    case tag::kSmallTuple:
      return tuple(1, depth);
    case tag::kLargeTuple:
      return tuple(4, depth);
    case tag::kMap:
      return map(depth);
    default:
      return std::nullopt;
  }
}

std::optional<Term> Decoder::integer32() {
  const auto bits = number(4);
  if (!bits) return std::nullopt;
  return Term(static_cast<std::int32_t>(static_cast<std::uint32_t>(*bits)));
}

std::optional<Term> Decoder::big(std::size_t size_bytes) {
  const auto size = number(size_bytes);
  const auto sign = size ? number(1) : std::nullopt;
  const auto magnitude = sign ? take(*size) : std::nullopt;
  if (!magnitude || *sign > 1) return std::nullopt;
  return Term::integer(*sign == 1, *magnitude);
}

std::optional<Term> Decoder::real() {
  const auto bits = number(8);
  if (!bits) return std::nullopt;
  const auto value = std::bit_cast<double>(*bits);
  return std::isfinite(value) ? std::optional(Term(value)) : std::nullopt;
}

std::optional<Term> Decoder::binary() {
  const auto size = number(4);
  const auto bytes = size ? take(*size) : std::nullopt;
  return bytes ? std::optional(Term(*bytes)) : std::nullopt;
}

std::optional<Term> Decoder::atom(std::size_t size_bytes, bool latin1) {
  const auto size = number(size_bytes);
  const auto bytes = size ? take(*size) : std::nullopt;
  if (!bytes) return std::nullopt;
  std::string name = latin1 ? from_latin1(*bytes) : std::string(*bytes);
  if (!Atom::is_name(name)) return std::nullopt;
  return Term(Atom{std::move(name)});
}

std::optional<Term::List> Decoder::values(std::size_t count, std::size_t depth) {
  Term::List elements;  // not reserved: nested counts could each claim all that is left
  for (std::size_t i = 0; i < count; ++i) {
    auto element = value(depth + 1);
    if (!element) return std::nullopt;
    elements.push_back(std::move(*element));
  }
  return elements;
}

std::optional<Term> Decoder::list(std::size_t depth) {
  const auto size = count(4);
  auto elements = size ? values(*size, depth) : std::nullopt;
  if (!elements || number(1) != tag::kNil) return std::nullopt;  // another tail: an improper list
  return Term(std::move(*elements));
}

std::optional<Term> Decoder::byte_list() {
  const auto size = count(2);
  const auto bytes = size ? take(*size) : std::nullopt;
  if (!bytes) return std::nullopt;
  terms_ += bytes->size();
  Term::List elements;
  elements.reserve(bytes->size());
  for (const char c : *bytes) elements.emplace_back(static_cast<unsigned char>(c));
  return Term(std::move(elements));
}

std::optional<Term> Decoder::tuple(std::size_t size_bytes, std::size_t depth) {
  const auto arity = count(size_bytes);
  auto elements = arity ? values(*arity, depth) : std::nullopt;
  return elements ? std::optional(Term(Tuple{std::move(*elements)})) : std::nullopt;
}

std::optional<Term> Decoder::map(std::size_t depth) {
  const auto size = count(4);
  if (!size) return std::nullopt;
  std::vector<TermMap::Entry> entries;
  for (std::size_t i = 0; i < *size; ++i) {
    auto key = value(depth + 1);
    auto entry = key ? value(depth + 1) : std::nullopt;
    if (!entry) return std::nullopt;
    entries.emplace_back(std::move(*key), std::move(*entry));
  }
  auto map = TermMap::from(std::move(entries));
  return map ? std::optional(Term(std::move(*map))) : std::nullopt;
}

/// The bytes behind `83 50`: nullopt unless they inflate to just what they say.
std::optional<std::string> inflate(std::string_view bytes, const EtfLimits& limits) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint64_t size = 0;
  for (const char c : bytes.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(c);
  if (size > limits.inflated_bytes_max) return std::nullopt;
  std::string value(size, '\0');
  uLongf written = value.size();
  uLong read = bytes.size() - 4;
  if (uncompress2(reinterpret_cast<Bytef*>(value.data()), &written, reinterpret_cast<const Bytef*>(bytes.data() + 4),
                  &read) != Z_OK)
    return std::nullopt;
  if (written != size || read != bytes.size() - 4) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Term> decode_term(std::string_view bytes, const EtfLimits& limits) {
  if (!bytes.starts_with(static_cast<char>(tag::kVersion))) return std::nullopt;
  bytes.remove_prefix(1);
  std::optional<std::string> inflated;
  if (bytes.starts_with(static_cast<char>(tag::kCompressed))) {
    inflated = inflate(bytes.substr(1), limits);
    if (!inflated) return std::nullopt;
    bytes = *inflated;
  }
  Decoder decoder(bytes, limits);
  auto term = decoder.value(1);
  return term && decoder.at_end() ? std::move(term) : std::nullopt;
}

}  // namespace roost::token
