#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/serializer.h"

namespace roost::wire {

/// A semantic version as Elixir's Version reads it: three numbers, perhaps `-pre.release` and `+build`.
struct Version {
  // Numbers beyond 64 bits stop at their maximum: nothing is offered up there.
  std::uint64_t major_number = 0;
  std::uint64_t minor_number = 0;
  std::uint64_t patch_number = 0;
  bool pre_release = false;

  /// nullopt: not all three numbers, leading zeros, or anything else that Version.parse/1 refuses.
  static std::optional<Version> parse(std::string_view text);
};

/// `~> 2.0.1`: that version or a later patch of it; `~> 2.0`: or a later minor version. A pre-release comes before the
/// version that it leads to.
struct Requirement {
  std::uint64_t major_number;
  std::uint64_t minor_number;
  std::optional<std::uint64_t> patch_number;

  /// What Elixir's Version.parse_requirement/1 takes with `~>`, but for pre-releases and builds; nullopt: anything
  /// else.
  static std::optional<Requirement> parse(std::string_view text);

  bool matches(const Version& version) const;
  std::string text() const;
};

/// A serializer, and the versions it is for.
struct Offer {
  Requirement requirement;
  const Serializer* serializer;
};

/// What both transports offer unless told otherwise: V1 for `~> 1.0.0`, V2 for `~> 2.0.0` (F19).
std::span<const Offer> default_offers();

/// What a client speaks that does not say (F19).
inline constexpr std::string_view kDefaultVersion = "1.0.0";

enum class VersionError : std::uint8_t {
  invalid,    // no semantic version
  unmatched,  // of no serializer on offer
};

/// The first serializer on offer for the query parameter `vsn`; nullopt: the client sent none. A `vsn` that is a list
/// or map is for the caller to refuse. Both errors refuse the connection (F20).
std::expected<const Serializer*, VersionError> negotiate(std::optional<std::string_view> vsn,
                                                         std::span<const Offer> offers = default_offers());

/// The warning that Phoenix logs about such a client. `vsn` is escaped, so that a stranger cannot break a log's lines.
std::string describe(VersionError error, std::string_view vsn, std::span<const Offer> offers = default_offers());

}  // namespace roost::wire
