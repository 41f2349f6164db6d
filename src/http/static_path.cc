#include "http/static_path.h"

#include <algorithm>
#include <optional>

#include "http/text.h"

namespace roost::http {
namespace {

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
}

std::optional<ParseError> check_name(const std::optional<std::string>& name) {
  constexpr ParseError kBad = {400, "bad path"};
  if (!name || *name == "." || *name == "..") return kBad;
  const auto forbidden = [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  if (std::ranges::any_of(*name, forbidden)) return kBad;
  if (name->starts_with('.') && *name != ".well-known") return ParseError{404, "not found"};
  return std::nullopt;
}

}  // namespace

auto resolve_static_path(std::string_view url_path) -> std::expected<std::string, ParseError> {
  std::string path;
  while (!url_path.empty()) {
    const auto segment = url_path.substr(0, url_path.find('/'));
    url_path.remove_prefix(std::min(url_path.size(), segment.size() + 1));
    if (segment.empty()) continue;
    const auto name = percent_decoded(segment);
    if (const auto error = check_name(name)) return std::unexpected(*error);
    if (!path.empty()) path += '/';
    path += *name;
  }
  return path;
}

std::string encode_url_path(std::string_view relative_path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : relative_path) {
    if (is_plain(c) || c == '.' || c == '~' || c == '/') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

bool is_hashed_asset(std::string_view relative_path) {
  constexpr std::size_t kHashChars = 8;  // Vite's default; Rollup's too
  if (!relative_path.starts_with("assets/")) return false;
  auto name = relative_path.substr(relative_path.rfind('/') + 1);
  if (name.ends_with(".map")) name.remove_suffix(4);
  name = name.substr(0, name.rfind('.'));
  if (name.size() <= kHashChars + 1 || name[name.size() - kHashChars - 1] != '-') return false;
  const auto hash = name.substr(name.size() - kHashChars);
  const bool word = std::ranges::all_of(hash, [](char c) { return c >= 'a' && c <= 'z'; });
  return !word && std::ranges::all_of(hash, is_plain);
}

}  // namespace roost::http
