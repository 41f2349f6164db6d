#include "http/address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace roost::http {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 §2.5.5.2
constexpr unsigned kV4PrefixBits = 96;
constexpr unsigned kBitsMax = 128;

/// All of `text` as a decimal number up to `max`, without leading zeros; nullopt: it is none.
std::optional<unsigned> parse_decimal(std::string_view text, unsigned max) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number > max) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  // inet_pton reads up to a NUL, so that one within the text must be found first.
  std::array<char, INET6_ADDRSTRLEN> c_text{};
  if (text.empty() || text.size() >= c_text.size() || text.contains('\0')) return std::nullopt;
  std::ranges::copy(text, c_text.begin());
  Address address;
  if (text.contains(':')) {
    if (::inet_pton(AF_INET6, c_text.data(), address.bytes_.data()) != 1) return std::nullopt;
  } else {
    std::ranges::copy(kV4Prefix, address.bytes_.begin());
    if (::inet_pton(AF_INET, c_text.data(), address.bytes_.data() + kV4Prefix.size()) != 1) return std::nullopt;
  }
  return address;
}

bool Address::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4())
    ::inet_ntop(AF_INET, bytes_.data() + kV4Prefix.size(), text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address_text = text.substr(0, slash);
  const auto address = Address::parse(address_text);
  if (!address) return std::nullopt;
  Network network;
  network.first_ = *address;
  network.bits_ = kBitsMax;
  if (slash == std::string_view::npos) return network;

  const unsigned outside = address_text.contains(':') ? 0 : kV4PrefixBits;
  const auto bits = parse_decimal(text.substr(slash + 1), kBitsMax - outside);
  if (!bits) return std::nullopt;
  network.bits_ = outside + *bits;
  if (address->is_v4() && network.bits_ < kV4PrefixBits) return std::nullopt;  // `::ffff:10.0.0.1/8`
  for (unsigned bit = network.bits_; bit < kBitsMax; ++bit)
    if (address->bytes_[bit / 8] & (0x80u >> (bit % 8))) return std::nullopt;
  return network;
}

bool Network::contains(const Address& address) const {
  if (address.is_v4() != first_.is_v4()) return false;
  const std::size_t whole = bits_ / 8;
  if (!std::equal(first_.bytes_.begin(), first_.bytes_.begin() + whole, address.bytes_.begin())) return false;
  if (bits_ % 8 == 0) return true;
  const unsigned mask = 0xff00u >> (bits_ % 8) & 0xffu;
  return ((first_.bytes_[whole] ^ address.bytes_[whole]) & mask) == 0;
}

std::optional<AddressPort> AddressPort::parse(std::string_view text) {
  std::string_view address_text = text;
  std::optional<std::string_view> port_text;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address_text = text.substr(1, end - 1);
    if (!address_text.contains(':')) return std::nullopt;  // brackets are for IPv6 alone
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    if (!rest.empty()) port_text = rest.substr(1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
    address_text = text.substr(0, colon);
    port_text = text.substr(colon + 1);
  }
  const auto address = Address::parse(address_text);
  if (!address) return std::nullopt;
  if (!port_text) return AddressPort{*address, 0};
  const auto port = parse_decimal(*port_text, 65'535);
  if (!port) return std::nullopt;
  return AddressPort{*address, static_cast<std::uint16_t>(*port)};
}

}  // namespace roost::http
