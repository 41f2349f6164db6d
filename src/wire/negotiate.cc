#include "wire/negotiate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <tuple>

#include "wire/json_string.h"

namespace roost::wire {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_identifier(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}
bool has_leading_zero(std::string_view digits) {
  return digits.size() > 1 && digits.front() == '0';
}

/// What stands before the first `mark`, which leaves `text` with the rest; nullopt for the rest if there is no mark.
std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  if (digits.empty() || has_leading_zero(digits) || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  std::uint64_t number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return result.ec == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max();
}

std::string_view without_spaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Whether `text` is identifiers with points between them, `rc.1`. Numbers among those of a pre-release have no leading
/// zeros.
bool valid_identifiers(std::optional<std::string_view> text, bool pre_release) {
  while (text) {
    const auto [part, rest] = split(*text, '.');
    if (part.empty() || !std::ranges::all_of(part, is_identifier)) return false;
    if (pre_release && has_leading_zero(part) && std::ranges::all_of(part, is_digit)) return false;
    text = rest;
  }
  return true;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  const auto [version_and_pre, build] = split(text, '+');
  const auto [version, pre] = split(version_and_pre, '-');
  if (!valid_identifiers(pre, true) || !valid_identifiers(build, false)) return std::nullopt;

  const auto [major_digits, behind_major] = split(version, '.');
  const auto [minor_digits, patch_digits] = split(behind_major.value_or(""), '.');
  const auto major_parsed = parse_number(major_digits);
  const auto minor_parsed = parse_number(minor_digits);
  const auto patch_parsed = parse_number(patch_digits.value_or(""));
  if (!major_parsed || !minor_parsed || !patch_parsed) return std::nullopt;
  return Version{*major_parsed, *minor_parsed, *patch_parsed, pre.has_value()};
}

bool Requirement::matches(const Version& version) const {
  if (version.major_number != major_number) return false;
  if (patch_number && version.minor_number != minor_number) return false;
  const std::uint64_t patch = patch_number.value_or(0);
  const auto wanted = std::tie(minor_number, patch);
  const auto given = std::tie(version.minor_number, version.patch_number);
  return given > wanted || (given == wanted && !version.pre_release);
}

std::string Requirement::text() const {
  const std::string text = "~> " + std::to_string(major_number) + "." + std::to_string(minor_number);
  return patch_number ? text + "." + std::to_string(*patch_number) : text;
}

std::optional<Requirement> Requirement::parse(std::string_view text) {
  text = without_spaces(text);
  if (!text.starts_with("~>")) return std::nullopt;
  const auto [major_digits, behind_major] = split(without_spaces(text.substr(2)), '.');
  const auto [minor_digits, patch_digits] = split(behind_major.value_or(""), '.');
  const auto major_parsed = parse_number(major_digits);
  const auto minor_parsed = parse_number(minor_digits);
  if (!major_parsed || !minor_parsed) return std::nullopt;
  if (!patch_digits) return Requirement{*major_parsed, *minor_parsed, std::nullopt};
  const auto patch_parsed = parse_number(*patch_digits);
  if (!patch_parsed) return std::nullopt;
  return Requirement{*major_parsed, *minor_parsed, patch_parsed};
}

std::span<const Offer> default_offers() {
  static const std::array offers{Offer{{1, 0, 0}, &v1_json()}, Offer{{2, 0, 0}, &v2_json()}};
  return offers;
}

std::expected<const Serializer*, VersionError> negotiate(std::optional<std::string_view> vsn,
                                                         std::span<const Offer> offers) {
  const auto version = Version::parse(vsn.value_or(kDefaultVersion));
  if (!version) return std::unexpected(VersionError::invalid);
  const auto offer = std::ranges::find_if(offers, [&](const Offer& o) { return o.requirement.matches(*version); });
  if (offer == offers.end()) return std::unexpected(VersionError::unmatched);
  return offer->serializer;
}

std::string describe(VersionError error, std::string_view vsn, std::span<const Offer> offers) {
  std::string quoted;
  append_json_string(quoted, vsn);
  if (error == VersionError::invalid) return "Client sent invalid transport version " + quoted;
  std::string text =
      "The client's requested transport version " + quoted + " does not match server's version requirements of [";
  for (const Offer& offer : offers) {
    if (text.back() != '[') text += ", ";
    text.append(offer.serializer->name()).append(" ").append(offer.requirement.text());
  }
  return text + "]";
}

}  // namespace roost::wire
