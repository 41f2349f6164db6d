#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roost::http {

/// An IPv4 or IPv6 address. One of IPv4 that is written as IPv6, `::ffff:10.0.0.1`, is the address of IPv4.
class Address {
 public:
  /// The address alone: no port, no brackets, no zone, no leading zeros in `10.0.0.1`. nullopt: anything else.
  static std::optional<Address> parse(std::string_view text);

  /// As RFC 5952 writes it: `10.0.0.1`, `2001:db8::1`.
  std::string text() const;
  bool is_v4() const;

  friend bool operator==(const Address&, const Address&) = default;

 private:
  friend class Network;
  std::array<std::uint8_t, 16> bytes_{};  // IPv4 as ::ffff:a.b.c.d
};

/// The addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`, or one alone.
class Network {
 public:
  /// nullopt: no address before the slash, no number of bits for its kind behind it, or an address with bits set
  /// behind those, as `10.0.0.1/8`: whoever wrote that may mean one address or sixteen million.
  static std::optional<Network> parse(std::string_view text);

  /// `0.0.0.0/0` holds all of IPv4 and nothing else, `::/0` all of IPv6 and nothing else.
  bool contains(const Address& address) const;

 private:
  Address first_;
  unsigned bits_ = 0;  // of the sixteen bytes
};

/// An address as headers write it, perhaps with its port: `10.0.0.1`, `10.0.0.1:80`, `::1`, `[::1]`, `[::1]:80`.
struct AddressPort {
  Address address;
  std::uint16_t port = 0;  // 0: not written

  static std::optional<AddressPort> parse(std::string_view text);
};

}  // namespace roost::http
