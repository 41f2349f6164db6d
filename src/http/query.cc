#include "http/query.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "base/utf8.h"
#include "http/text.h"

namespace roost::http {
namespace {

namespace json = boost::json;

/// One step of a key: `b` in `a[b]`; nullopt for the `[]` in `a[]`.
using Step = std::optional<std::string>;

/// All pairs that share a prefix of steps, in the order in which they came; what it becomes is known at the end.
struct Level {
  struct Entry {
    Step step;
    std::string text;                   // unless `below`
    std::unique_ptr<Level> below = {};  // what `step` leads to
  };
  std::vector<Entry> entries;
  std::map<Step, Level*> children;  // the entries with `below`, each made once
};

std::string decode_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int high = c == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) i += 2;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : c == '+' ? ' ' : c;
  }
  return out;
}

/// `users[address][street]` -> users, address, street; what does not end in `]`, or begins with `[`, is one step.
std::vector<Step> split_key(std::string_view key) {
  const std::size_t open = key.find('[');
  if (!key.ends_with(']') || open == 0 || open == std::string_view::npos) return {std::string(key)};
  std::vector<Step> steps = {std::string(key.substr(0, open))};
  std::string_view rest = key.substr(open + 1, key.size() - open - 2);  // without the first [ and the last ]
  for (;;) {
    const std::size_t end = rest.find("][");
    const auto step = rest.substr(0, end);
    steps.push_back(step.empty() ? Step() : Step(step));
    if (end == std::string_view::npos || steps.size() > kQueryDepthMax) return steps;
    rest.remove_prefix(end + 2);
  }
}

void insert(Level& root, std::vector<Step> steps, std::string value) {
  Level* level = &root;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    Level*& child = level->children[steps[i]];
    if (!child) {
      auto made = std::make_unique<Level>();
      child = made.get();
      level->entries.push_back({std::move(steps[i]), {}, std::move(made)});
    }
    level = child;
  }
  level->entries.push_back({std::move(steps.back()), std::move(value)});
}

json::value finish(Level& level);

json::value finish(Level::Entry& entry) {
  return entry.below ? finish(*entry.below) : json::value(json::string(entry.text));
}

json::object finish_object(Level& level) {
  json::object object;
  for (Level::Entry& entry : level.entries)
    if (entry.step) object.insert_or_assign(*entry.step, finish(entry));
  return object;
}

json::value finish(Level& level) {
  if (level.entries.back().step) return finish_object(level);
  json::array array;
  for (Level::Entry& entry : level.entries)
    if (!entry.step) array.push_back(finish(entry));
  return array;
}

}  // namespace

auto decode_query(std::string_view query) -> std::expected<json::object, ParseError> {
  if (query.size() > kQueryBytesMax) return std::unexpected(ParseError{414, "query too long"});
  Level root;
  std::size_t pairs = 0;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (++pairs > kQueryPairsMax) return std::unexpected(ParseError{400, "too many parameters"});
    const auto name = pair.substr(0, pair.find('='));
    const auto key = decode_text(name);
    auto value = decode_text(pair.substr(std::min(pair.size(), name.size() + 1)));
    if (!valid_utf8(key) || !valid_utf8(value)) return std::unexpected(ParseError{400, "parameters are not UTF-8"});
    auto steps = split_key(key);
    if (steps.size() > kQueryDepthMax) return std::unexpected(ParseError{400, "parameters nested too deeply"});
    insert(root, std::move(steps), std::move(value));
  }
  return finish_object(root);
}

}  // namespace roost::http
