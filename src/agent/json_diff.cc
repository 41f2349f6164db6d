#include "agent/json_diff.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include <roost/json.hpp>

namespace roost::agent {
namespace {

namespace json = boost::json;

/// A name that JavaScript takes for something else when it is set.
bool has_special_name(const json::object& object) {
  return std::ranges::any_of(object, [](const auto& field) { return field.key().starts_with("__proto__"); });
}

class Diff {
 public:
  void values(const std::string& path, const json::value& before, const json::value& after) {
    if (before.is_object() && after.is_object())
      objects(path, before.get_object(), after);
    else if (before.is_array() && after.is_array())
      lists(path, before.get_array(), after.get_array());
    else if (before != after)
      add("replace", path, &after);
  }

  json::array ops;

 private:
  void objects(const std::string& path, const json::object& before, const json::value& with) {
    const json::object& after = with.get_object();
    if (has_special_name(before) || has_special_name(after)) {
      if (before != after) add("replace", path, &with);
      return;
    }
    for (const auto& field : before)
      if (!after.contains(field.key())) add("remove", path + detail::path_segment(field.key()), nullptr);
    for (const auto& field : after) {
      const std::string place = path + detail::path_segment(field.key());
      if (const json::value* old = before.if_contains(field.key()))
        values(place, *old, field.value());
      else
        add("add", place, &field.value());
    }
  }

  void lists(const std::string& path, const json::array& before, const json::array& after) {
    const std::size_t shorter = std::min(before.size(), after.size());
    std::size_t head = 0, tail = 0;
    while (head < shorter && before[head] == after[head]) ++head;
    while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
    const std::size_t both = shorter - head - tail;
    const auto place = [&path](std::size_t at) { return path + "/" + std::to_string(at); };
    for (std::size_t at = head; at < head + both; ++at) values(place(at), before[at], after[at]);
    for (std::size_t at = before.size() - tail; at > head + both; --at) add("remove", place(at - 1), nullptr);
    for (std::size_t at = head + both; at < after.size() - tail; ++at) add("add", place(at), &after[at]);
  }

  void add(std::string_view op, const std::string& path, const json::value* value) {
    json::object& made = ops.emplace_back(json::object{{"op", op}, {"path", path}}).get_object();
    if (value) made["value"] = *value;
  }
};

}  // namespace

json::array json_diff(const json::value& before, const json::value& after) {
  Diff diff;
  diff.values("", before, after);
  return std::move(diff.ops);
}

}  // namespace roost::agent
