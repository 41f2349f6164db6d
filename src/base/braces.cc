#include <algorithm>

#include <roost/braces.hpp>

namespace roost {

Braces::Braces(std::initializer_list<Braces> parts) {
  if (std::ranges::all_of(parts, &Braces::is_member_)) {
    boost::json::object object;
    for (const Braces& part : parts) {
      boost::json::array& pair = part.value_.get_array();
      object.emplace(pair[0].get_string(), std::move(pair[1]));
    }
    value_ = std::move(object);
    return;
  }
  is_member_ = parts.size() == 2 && parts.begin()->value_.is_string();
  boost::json::array array;
  array.reserve(parts.size());
  for (const Braces& part : parts) array.push_back(part.take());
  value_ = std::move(array);
}

}  // namespace roost
