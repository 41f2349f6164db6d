#include "http/origin.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "http/text.h"

namespace roost::http {
namespace {

bool is_alpha(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The ports that Elixir's URI module knows.
std::optional<std::uint32_t> default_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  if (scheme == "ftp") return 21;
  if (scheme == "sftp") return 22;
  if (scheme == "tftp") return 69;
  if (scheme == "ldap") return 389;
  return std::nullopt;
}

/// The scheme in front of the first colon, if it is one (RFC 3986 §3.1).
std::string_view leading_scheme(std::string_view text) {
  const auto scheme = text.substr(0, text.find(':'));
  if (scheme.size() == text.size() || scheme.empty() || !is_alpha(scheme.front())) return {};
  const bool valid = std::ranges::all_of(
      scheme, [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  return valid ? scheme : std::string_view();
}

/// The digits in front of `text`. A number that fits no port is no port that anything listens on: all are the same.
std::optional<std::uint32_t> leading_number(std::string_view text) {
  constexpr std::uint32_t kTooLarge = std::numeric_limits<std::uint32_t>::max();
  std::optional<std::uint32_t> number;
  for (const char c : text) {
    if (!is_digit(c)) break;
    const std::uint64_t next = std::uint64_t{number.value_or(0)} * 10 + static_cast<std::uint64_t>(c - '0');
    number = static_cast<std::uint32_t>(std::min<std::uint64_t>(next, kTooLarge));
  }
  return number;
}

/// An authority's host: `[...]` of letters, digits, colons and dots, else all before the first colon.
std::string_view leading_host(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = std::find_if_not(authority.begin() + 1, authority.end(),
                                      [](char c) { return is_alpha(c) || is_digit(c) || c == ':' || c == '.'; });
    if (end != authority.end() && *end == ']') return {authority.begin(), end + 1};
  }
  return authority.substr(0, authority.find(':'));
}

std::string without_brackets(std::string_view host) {
  while (host.starts_with('[')) host.remove_prefix(1);
  while (host.ends_with(']')) host.remove_suffix(1);
  return std::string(host);
}

struct HostPort {
  std::optional<std::string> host;
  std::optional<std::uint32_t> port;
};

HostPort split_host_port(std::string_view text) {
  const auto host = leading_host(text);
  const auto rest = text.substr(host.size());
  HostPort split;
  if (!host.empty()) split.host = without_brackets(host);
  if (rest.starts_with(':')) split.port = leading_number(rest.substr(1));
  return split;
}

bool host_fits(std::string_view host, std::string_view entry) {
  if (!entry.starts_with("*.")) return host == entry;
  return host == entry.substr(2) || host.ends_with(entry.substr(1));
}

bool entry_fits(const OriginUri& origin, const OriginUri& entry) {
  return (!entry.scheme || origin.scheme == entry.scheme) && (!entry.port || origin.port == entry.port) &&
         host_fits(*origin.host, *entry.host);
}

}  // namespace

OriginUri parse_origin(std::string_view text) {
  OriginUri uri;
  if (const auto scheme = leading_scheme(text); !scheme.empty()) {
    std::ranges::transform(scheme, std::back_inserter(uri.scheme.emplace()), lower);
    text.remove_prefix(scheme.size() + 1);
  }
  if (text.starts_with("//")) {
    auto authority = text.substr(2, text.find_first_of("/?#", 2) - 2);
    if (authority.empty()) uri.host = "";
    authority.remove_prefix(authority.rfind('@') + 1);  // user information; nothing when there is none
    const auto split = split_host_port(authority);
    if (split.host) uri.host = split.host;
    uri.port = split.port;
  }
  if (!uri.port && uri.scheme) uri.port = default_port(*uri.scheme);
  return uri;
}

RequestOrigin origin_at(std::string_view authority, bool tls) {
  auto split = split_host_port(authority);
  return {
      .scheme = tls ? "https" : "http", .host = split.host.value_or(""), .port = split.port.value_or(tls ? 443 : 80)};
}

RequestOrigin request_origin(const Request& request, bool tls) {
  return origin_at(request.header("host").value_or(""), tls);
}

OriginPolicy OriginPolicy::off() {
  return OriginPolicy(Off{});
}
OriginPolicy OriginPolicy::host(std::optional<std::string> configured_host) {
  return OriginPolicy(Host{std::move(configured_host)});
}
OriginPolicy OriginPolicy::conn() {
  return OriginPolicy(Conn{});
}
OriginPolicy OriginPolicy::callback(std::function<bool(const OriginUri&)> decide) {
  return OriginPolicy(Callback{std::move(decide)});
}

auto OriginPolicy::list(const std::vector<std::string>& entries) -> std::expected<OriginPolicy, Error> {
  List rule;
  for (const std::string& entry : entries) {
    rule.entries.push_back(parse_origin(entry));
    if (rule.entries.back().host.value_or("").empty())
      return std::unexpected(
          Error{"check_origin: \"" + entry + "\" has no host; write \"https://example.com\" or \"//example.com\""});
  }
  return OriginPolicy(std::move(rule));
}

bool OriginPolicy::allows(std::optional<std::string_view> origin_header, const RequestOrigin& request) const {
  if (!origin_header) return true;
  const OriginUri origin = parse_origin(*origin_header);
  return std::visit([&](const auto& rule) { return allowed(rule, origin, request); }, rule_);
}

bool OriginPolicy::allowed(const Off&, const OriginUri&, const RequestOrigin&) {
  return true;
}

bool OriginPolicy::allowed(const Host& rule, const OriginUri& origin, const RequestOrigin&) {
  return origin.host && (!rule.host || origin.host == rule.host);
}

bool OriginPolicy::allowed(const Conn&, const OriginUri& origin, const RequestOrigin& request) {
  return !request.host.empty() && origin.host == request.host && origin.scheme == request.scheme &&
         origin.port == request.port;
}

bool OriginPolicy::allowed(const List& rule, const OriginUri& origin, const RequestOrigin&) {
  if (!origin.host) return false;
  return std::ranges::any_of(rule.entries, [&](const OriginUri& entry) { return entry_fits(origin, entry); });
}

bool OriginPolicy::allowed(const Callback& rule, const OriginUri& origin, const RequestOrigin&) {
  return rule.decide(origin);
}

}  // namespace roost::http
