#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>

#include <roost/json.hpp>

namespace roost {

/// What may stand inside the braces of a Payload: text, any JsonType, nullptr, and more braces.
///
/// `{{"name", "Ann"}, {"scores", scores}}` is an object, for every part is a pair that begins with text; anything else
/// is an array, `{}` the empty object. Of members with one name the first counts.
class Braces {
 public:
  Braces(std::initializer_list<Braces> parts);
  template <JsonType T>
  Braces(const T& value) : value_(to_json(value)) {}
  template <typename T>
  requires(!JsonType<T> && std::convertible_to<const T&, std::string_view>) Braces(const T& text)
      : value_(std::string_view(text)) {}
  Braces(const boost::json::string& text) : value_(text) {}
  Braces(std::nullptr_t) {}

  /// For the error: a struct that nobody described.
  template <typename T>
  requires(std::is_class_v<T>&& std::is_aggregate_v<T> && !JsonType<T> &&
           !std::convertible_to<const T&, std::string_view>) Braces(const T&) {
    static_assert(!std::is_class_v<T>,
                  "Roost: a payload is a type that JSON can hold; describe a struct with "
                  "BOOST_DESCRIBE_STRUCT(Type, (), (members))");
  }

  /// The whole; leaves nothing behind.
  boost::json::value take() const { return std::move(value_); }

 private:
  mutable boost::json::value value_;  // the elements of an initializer_list are const, yet used once
  bool is_member_ = false;            // {"name", value}
};

}  // namespace roost
