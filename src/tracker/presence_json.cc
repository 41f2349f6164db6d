#include "tracker/presence_json.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include <roost/json.hpp>

#include "base/utf8.h"
#include "tracker/phx_ref.h"

namespace roost::tracker {
namespace {

using presence::Presence;
using presence::TopicDiff;

/// A key and its metas: `count` from `first` on.
struct Group {
  std::string_view key;
  std::size_t first;
  std::size_t count;
};

/// A list by keys. Views into the list it was made of.
class Groups {
 public:
  explicit Groups(std::span<const Presence> list) {
    items_.reserve(list.size());
    for (const Presence& presence : list) items_.push_back({utf8(presence.key), items_.size(), presence.meta.view()});
    const auto order = [](const Item& item) { return std::pair(item.key, item.place); };
    if (!std::ranges::is_sorted(items_, {}, order)) std::ranges::sort(items_, {}, order);
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (groups_.empty() || groups_.back().key != items_[i].key) groups_.push_back({items_[i].key, i, 0});
      ++groups_.back().count;
    }
  }

  const std::vector<Group>& all() const { return groups_; }
  std::string_view meta(std::size_t i) const { return items_[i].meta; }
  std::size_t bytes() const {
    std::size_t bytes = 2;
    for (const Item& item : items_) bytes += item.key.size() + item.meta.size() + 16;
    return bytes;
  }

 private:
  struct Item {
    std::string_view key;
    std::size_t place;  // in the list: metas of a key keep their order
    std::string_view meta;
  };

  std::string_view utf8(std::string_view key) {
    if (valid_utf8(key)) return key;
    std::string& mended = mended_.emplace_back();
    Utf8Validator validator;
    std::size_t begin = 0;  // of the character that is being read
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (!validator.feed(key.substr(i, 1))) {
        mended += "\xEF\xBF\xBD";  // U+FFFD for the byte it began with; go on with the one after
        validator.reset();
        i = begin++;
      } else if (validator.complete()) {
        mended += key.substr(begin, i + 1 - begin);
        begin = i + 1;
      }
    }
    for (; begin < key.size(); ++begin) mended += "\xEF\xBF\xBD";
    return mended;
  }

  std::vector<Item> items_;
  std::vector<Group> groups_;
  std::deque<std::string> mended_;
};

void append_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789ABCDEF";
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  if (const auto at = kShort.find(c); at != kShort.npos) {
    out.append("\\") += "\"\\bfnrt"[at];
  } else {
    out.append("\\u00") += kHex[c >> 4];
    out += kHex[c & 15];
  }
}

void append_string(std::string& out, std::string_view text) {
  const auto needs_escape = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; };
  out += '"';
  for (auto at = text.begin(); at != text.end();) {
    const auto plain_end = std::find_if(at, text.end(), needs_escape);
    out.append(at, plain_end);
    at = plain_end;
    if (at != text.end()) append_escaped(out, *at++);
  }
  out += '"';
}

void append_key(std::string& out, const Group& group, const Group& first) {
  if (&group != &first) out += ',';
  append_string(out, group.key);
  out += ':';
}

void append_state(std::string& out, const Groups& groups, const FetchedFields& fields) {
  out += '{';
  for (const Group& group : groups.all()) {
    append_key(out, group, groups.all().front());
    out += R"({"metas":[)";
    for (std::size_t i = group.first; i < group.first + group.count; ++i) {
      if (i != group.first) out += ',';
      out += groups.meta(i);
    }
    out += ']';
    if (const auto own = fields.find(group.key); own != fields.end()) out += own->second;
    out += '}';
  }
  out += '}';
}

void append_refs(std::string& out, const Groups& groups) {
  out += '{';
  for (const Group& group : groups.all()) {
    append_key(out, group, groups.all().front());
    out += '[';
    for (std::size_t i = group.first; i < group.first + group.count; ++i) {
      if (i != group.first) out += ',';
      append_string(out, phx_ref_of(groups.meta(i)));
    }
    out += ']';
  }
  out += '}';
}

/// A diff with the updates taken out of joins and leaves.
struct Changes {
  explicit Changes(const TopicDiff& diff) {
    std::vector<bool> joined(diff.joins.size()), left(diff.leaves.size());
    for (const auto& [join, leave] : diff.updates) {
      auto meta = with_previous(diff.joins[join].meta.view(), phx_ref_of(diff.leaves[leave].meta.view()));
      if (!meta) continue;
      updates.push_back({diff.joins[join].key, std::move(*meta)});
      joined[join] = left[leave] = true;
    }
    for (std::size_t i = 0; i < diff.joins.size(); ++i)
      if (!joined[i]) joins.push_back(diff.joins[i]);
    for (std::size_t i = 0; i < diff.leaves.size(); ++i)
      if (!left[i]) leaves.push_back(diff.leaves[i]);
  }
  std::vector<Presence> updates, joins, leaves;
};

boost::json::array metas_of(const Groups& groups, const Group& group) {
  boost::json::parse_options options;
  options.max_depth = kMetaDepthMax;
  boost::json::array metas;
  for (std::size_t i = group.first; i < group.first + group.count; ++i)
    metas.push_back(boost::json::parse(groups.meta(i), {}, options));
  return metas;
}

}  // namespace

boost::json::object grouped(std::span<const Presence> list) {
  const Groups groups(list);
  boost::json::object object;
  for (const Group& group : groups.all()) object[group.key] = boost::json::object{{"metas", metas_of(groups, group)}};
  return object;
}

FetchedFields fields_of(const boost::json::object& fetched) {
  FetchedFields fields;
  for (const auto& [key, presence] : fetched) {
    if (!presence.is_object()) continue;
    std::string text;
    for (const auto& [name, value] : presence.get_object()) {
      if (name == "metas") continue;
      text.append(",").append(json_text(boost::json::string(name)));
      text.append(":").append(json_text(value));
    }
    if (!text.empty()) fields.emplace(key, std::move(text));
  }
  return fields;
}

FetchedFields fetch_fields(std::string_view topic, std::span<const Presence> list, const PresenceFetch& fetch,
                           Log& log) {
  if (!fetch) return {};
  try {
    return fields_of(fetch(topic, grouped(list)));
  } catch (const std::exception& error) {
    log.write(LogLevel::error, "presence fetch crashed", {{"topic", topic}, {"error", error.what()}});
  } catch (...) {
    log.write(LogLevel::error, "presence fetch crashed", {{"topic", topic}});
  }
  return {};
}

std::string encode_state(std::span<const Presence> list, const FetchedFields& fields) {
  const Groups groups(list);
  std::string out;
  out.reserve(groups.bytes());
  append_state(out, groups, fields);
  return out;
}

std::string encode_diff(const TopicDiff& diff, const FetchedFields& joined, const FetchedFields& left) {
  const Groups joins(diff.joins), leaves(diff.leaves);
  std::string out;
  out.reserve(joins.bytes() + leaves.bytes() + 24);
  out += R"({"joins":)";
  append_state(out, joins, joined);
  out += R"(,"leaves":)";
  append_state(out, leaves, left);
  return out += '}';
}

std::string encode_changes(const TopicDiff& diff, const FetchedFields& joined) {
  const Changes changes(diff);
  const Groups updates(changes.updates), joins(changes.joins), leaves(changes.leaves);
  std::string out = "{";
  const auto member = [&out](std::string_view name) {
    if (out.size() > 1) out += ',';
    out.append("\"").append(name).append("\":");
  };
  if (!changes.updates.empty()) member("updates"), append_state(out, updates, joined);
  if (!changes.joins.empty()) member("joins"), append_state(out, joins, joined);
  if (!changes.leaves.empty()) member("leaves"), append_refs(out, leaves);
  return out += '}';
}

std::string with_count(std::string object, const PresenceCount& count) {
  object.pop_back();
  if (object.size() > 1) object += ',';
  return object.append("\"keys\":")
             .append(std::to_string(count.keys))
             .append(",\"metas\":")
             .append(std::to_string(count.metas)) += '}';
}

boost::json::object metas_by_key(std::span<const Presence> list) {
  const Groups groups(list);
  boost::json::object object;
  for (const Group& group : groups.all()) object[group.key] = metas_of(groups, group);
  return object;
}

}  // namespace roost::tracker
