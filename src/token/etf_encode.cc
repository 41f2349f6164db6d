#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include <zlib.h>

#include "base/assert.h"
#include "token/etf.h"
#include "token/etf_tags.h"

namespace roost::token {
namespace {

class Encoder {
 public:
  explicit Encoder(const EtfLimits& limits) : limits_(limits) { byte(tag::kVersion); }

  /// False: more than the limits allow; then the text is of no use.
  bool value(const Term& term, std::size_t depth) {
    if (depth > limits_.depth_max || ++terms_ > limits_.terms_max) return false;
    return std::visit([this, depth](const auto& value) { return put(value, depth); }, term.value());
  }
  std::string take() { return std::move(out_); }

 private:
  void byte(std::uint64_t value) { out_ += static_cast<char>(value & 0xff); }
  void number(std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) byte(value >> (8 * i));
  }
  void name(std::string_view text) {
    const bool small = text.size() <= 0xff;
    byte(small ? tag::kSmallAtomUtf8 : tag::kAtomUtf8);
    number(text.size(), small ? 1 : 2);
    out_ += text;
  }
  bool values(const Term::List& elements, std::size_t depth) {
    return std::ranges::all_of(elements, [this, depth](const Term& element) { return value(element, depth + 1); });
  }

  bool put(std::nullptr_t, std::size_t) { return name("nil"), true; }
  bool put(bool value, std::size_t) { return name(value ? "true" : "false"), true; }
  bool put(const Atom& atom, std::size_t) { return name(atom.name), true; }
  bool put(std::int64_t value, std::size_t);
  bool put(const BigInteger& big, std::size_t);
  bool put(double value, std::size_t) {
    byte(tag::kNewFloat);
    number(std::bit_cast<std::uint64_t>(value), 8);
    return true;
  }
  bool put(const std::string& bytes, std::size_t) {
    byte(tag::kBinary);
    number(bytes.size(), 4);
    out_ += bytes;
    return bytes.size() <= 0xffff'ffff;
  }
  bool put(const Term::List& list, std::size_t depth);
  bool put(const Tuple& tuple, std::size_t depth) {
    const bool small = tuple.elements.size() <= 0xff;
    byte(small ? tag::kSmallTuple : tag::kLargeTuple);
    number(tuple.elements.size(), small ? 1 : 4);
    return values(tuple.elements, depth);
  }
  bool put(const TermMap& map, std::size_t depth) {
    byte(tag::kMap);
    number(map.entries().size(), 4);
    return std::ranges::all_of(map.entries(), [this, depth](const TermMap::Entry& entry) {
      return value(entry.first, depth + 1) && value(entry.second, depth + 1);
    });
  }

  const EtfLimits& limits_;
  std::string out_;
  std::size_t terms_ = 0;
};

bool is_byte(const Term& term) {
  const auto value = term.integer();
  return value && *value >= 0 && *value <= 0xff;
}

bool Encoder::put(std::int64_t value, std::size_t) {
  using Int32 = std::numeric_limits<std::int32_t>;
  if (value >= 0 && value <= 0xff) {
    byte(tag::kSmallInteger);
    number(static_cast<std::uint64_t>(value), 1);
  } else if (value >= Int32::min() && value <= Int32::max()) {
    byte(tag::kInteger);
    number(static_cast<std::uint64_t>(value), 4);
  } else {
    std::uint64_t rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    byte(tag::kSmallBig);
    byte(static_cast<std::uint64_t>((std::bit_width(rest) + 7) / 8));
    byte(value < 0 ? 1 : 0);
    for (; rest != 0; rest >>= 8) byte(rest);
  }
  return true;
}

bool Encoder::put(const BigInteger& big, std::size_t) {
  const bool small = big.magnitude.size() <= 0xff;
  byte(small ? tag::kSmallBig : tag::kLargeBig);
  number(big.magnitude.size(), small ? 1 : 4);
  byte(big.negative ? 1 : 0);
  out_ += big.magnitude;
  return true;
}

bool Encoder::put(const Term::List& list, std::size_t depth) {
  if (list.empty()) return byte(tag::kNil), true;
  if (list.size() <= 0xffff && std::ranges::all_of(list, is_byte)) {
    byte(tag::kString);
    number(list.size(), 2);
    for (const Term& element : list) byte(static_cast<std::uint64_t>(*element.integer()));
    return (terms_ += list.size()) <= limits_.terms_max;
  }
  byte(tag::kList);
  number(list.size(), 4);
  if (!values(list, depth)) return false;
  byte(tag::kNil);
  return true;
}

}  // namespace

std::optional<std::string> encode_term(const Term& term, const EtfLimits& limits) {
  Encoder encoder(limits);
  if (!encoder.value(term, 1)) return std::nullopt;
  return encoder.take();
}

std::string compress_term(std::string encoded, const EtfLimits& limits) {
  constexpr std::size_t kHeadBytes = 6;  // 83 50 size4
  const std::string_view value = std::string_view(encoded).substr(1);
  if (value.size() > limits.inflated_bytes_max) return encoded;
  std::string compressed(kHeadBytes + compressBound(value.size()), '\0');
  uLongf size = compressed.size() - kHeadBytes;
  ROOST_ASSERT(compress2(reinterpret_cast<Bytef*>(compressed.data() + kHeadBytes), &size,
                         reinterpret_cast<const Bytef*>(value.data()), value.size(), Z_DEFAULT_COMPRESSION) == Z_OK);
  compressed.resize(kHeadBytes + size);
  if (compressed.size() >= encoded.size()) return encoded;
  compressed[0] = static_cast<char>(tag::kVersion);
  compressed[1] = static_cast<char>(tag::kCompressed);
  for (int i = 0; i < 4; ++i) compressed[2 + i] = static_cast<char>(value.size() >> (24 - 8 * i) & 0xff);
  return compressed;
}

}  // namespace roost::token
