#include <cmath>

#include <boost/json.hpp>

#include <roost/testing.hpp>

#include "testing/text.h"

namespace roost::testing {
namespace {

using boost::json::value;

/// Where `got` is not what `want` says, as `at "/a/0": 7 instead of 8`; empty: nowhere.
class Difference {
 public:
  explicit Difference(bool part) : part_(part) {}

  std::string find(const value& want, const value& got) {
    if (want.is_object() && got.is_object()) return objects(want.get_object(), got.get_object());
    if (want.is_array() && got.is_array()) return arrays(want.get_array(), got.get_array());
    return same(want, got) ? "" : here(serialize(got) + " instead of " + serialize(want));
  }

 private:
  static bool same(const value& want, const value& got) {
    // 3, 3.0 and 3u are one number.
    if (want.is_number() && got.is_number() && want.kind() != got.kind())
      return want.to_number<double>() == got.to_number<double>();
    return want == got;
  }
  std::string objects(const boost::json::object& want, const boost::json::object& got) {
    for (const auto& [key, wanted] : want) {
      const Step step(*this, roost::detail::path_segment(key));
      const value* found = got.if_contains(key);
      if (!found) return here("missing, instead of " + serialize(wanted));
      if (auto difference = find(wanted, *found); !difference.empty()) return difference;
    }
    if (part_) return "";
    for (const auto& [key, extra] : got) {
      const Step step(*this, roost::detail::path_segment(key));
      if (!want.contains(key)) return here(serialize(extra) + " instead of nothing");
    }
    return "";
  }
  std::string arrays(const boost::json::array& want, const boost::json::array& got) {
    if (want.size() != got.size())
      return here(std::to_string(got.size()) + " elements instead of " + std::to_string(want.size()));
    for (std::size_t i = 0; i < want.size(); ++i) {
      const Step step(*this, "/" + std::to_string(i));
      if (auto difference = find(want[i], got[i]); !difference.empty()) return difference;
    }
    return "";
  }
  std::string here(const std::string& what) const { return (path_.empty() ? "" : "at \"" + path_ + "\": ") + what; }

  /// One member or element further down, for as long as it lives.
  struct Step {
    Step(Difference& d, const std::string& segment) : difference(d), size(d.path_.size()) {
      difference.path_ += segment;
    }
    ~Step() { difference.path_.resize(size); }
    Difference& difference;
    const std::size_t size;
  };

  const bool part_;
  std::string path_;
};

PayloadMatcher::Check compare(Payload want, bool part) {
  return [want = std::move(want), part](const Payload& got) -> std::string {
    if (want.is_binary() != got.is_binary()) return got.is_binary() ? "bytes instead of JSON" : "JSON instead of bytes";
    if (want.is_binary()) return want.view() == got.view() ? "" : describe(got) + " instead of " + describe(want);
    return Difference(part).find(want.json(), got.json());
  };
}

}  // namespace

PayloadMatcher::PayloadMatcher(Payload payload)
    : text_(describe(payload)), check_(compare(std::move(payload), false)) {}

PayloadMatcher anything() {
  return PayloadMatcher("anything", [](const Payload&) { return std::string(); });
}

PayloadMatcher including(Payload part) {
  std::string text = "including " + describe(part);
  return PayloadMatcher(std::move(text), compare(std::move(part), true));
}

}  // namespace roost::testing
