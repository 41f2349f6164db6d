#include "http/route_pattern.h"

#include <algorithm>

#include "base/utf8.h"
#include "http/text.h"

namespace roost::http {
namespace {

/// Calls `take` with each segment that is not empty.
template <typename Take>
void each_segment(std::string_view path, Take&& take) {
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
    if (!segment.empty()) take(segment);
  }
}

bool is_letter(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

PathSegments::PathSegments(std::string_view path) {
  each_segment(path, [this](std::string_view segment) {
    auto text = percent_decoded(segment);
    const bool good = text && valid_utf8(*text);
    readable = readable && good;
    texts.push_back(good ? std::move(*text) : std::string(segment));
  });
}

auto RoutePattern::parse_segment(std::string_view text) -> std::expected<Segment, std::string> {
  if (text.starts_with('{') && text.ends_with('}')) {
    const auto name = text.substr(1, text.size() - 2);
    if (!is_name(name)) return std::unexpected("a variable's name is made of letters, digits and _, as in {room_id}");
    return Segment{true, std::string(name)};
  }
  if (text.starts_with(':')) return std::unexpected("a variable is written {" + std::string(text.substr(1)) + "} here");
  if (text.find_first_of("{}") != text.npos) return std::unexpected("a variable is a whole segment, as in /{id}/");
  if (text.find_first_of("%?#") != text.npos) return std::unexpected("a path is written decoded and without a query");
  return Segment{false, std::string(text)};
}

auto RoutePattern::parse(std::string_view pattern) -> std::expected<RoutePattern, Error> {
  if (!pattern.starts_with('/')) return std::unexpected(Error{"a path begins with /"});
  RoutePattern parsed;
  std::string wrong;
  each_segment(pattern, [&parsed, &wrong](std::string_view text) {
    auto segment = parse_segment(text);
    if (!segment) {
      wrong = segment.error();
      return;
    }
    const auto same = [&segment](const Segment& other) { return other.variable && other.text == segment->text; };
    if (segment->variable && std::ranges::any_of(parsed.segments_, same))
      wrong = "the variable {" + segment->text + "} is there twice";
    parsed.segments_.push_back(std::move(*segment));
  });
  if (!wrong.empty()) return std::unexpected(Error{wrong});
  return parsed;
}

auto RoutePattern::match(const PathSegments& path) const -> std::optional<Variables> {
  if (path.texts.size() != segments_.size()) return std::nullopt;
  for (std::size_t i = 0; i < segments_.size(); ++i)
    if (!segments_[i].variable && segments_[i].text != path.texts[i]) return std::nullopt;
  Variables variables;
  for (std::size_t i = 0; i < segments_.size(); ++i)
    if (segments_[i].variable) variables.emplace_back(segments_[i].text, path.texts[i]);
  return variables;
}

std::strong_ordering RoutePattern::order(const RoutePattern& other) const {
  return std::lexicographical_compare_three_way(
      segments_.begin(), segments_.end(), other.segments_.begin(), other.segments_.end(),
      [](const Segment& a, const Segment& b) -> std::strong_ordering {
        if (a.variable != b.variable) return a.variable ? std::strong_ordering::greater : std::strong_ordering::less;
        return a.variable ? std::strong_ordering::equal : a.text.compare(b.text) <=> 0;
      });
}

std::string RoutePattern::example() const {
  std::string path;
  for (const Segment& segment : segments_) path += "/" + (segment.variable ? std::string("\x01") : segment.text);
  return path.empty() ? "/" : path;
}

}  // namespace roost::http
