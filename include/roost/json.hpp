#pragma once

#include <cmath>
#include <cstdint>
#include <expected>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/describe.hpp>
#include <boost/json.hpp>

namespace roost {

/// Where a JSON value does not fit its type: `path` is a JSON Pointer (RFC 6901, "" is the whole value), `expected`
/// names what would fit: "object", "string", "integer from 0 to 255", "one of red, green" …
struct FieldError {
  std::string path;
  std::string expected;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// Bytes. As a payload they are a binary message; inside of JSON they are a string of base64 (RFC 4648 §4, padded), and
/// so they are as the payload of a client that can send no binary.
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

namespace detail {

template <typename T>
concept Described = std::is_class_v<T> && boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <typename T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsMap : std::false_type {};
template <typename T, typename... Rest>
struct IsMap<std::map<std::string, T, Rest...>> : std::true_type {};
template <typename T, typename... Rest>
struct IsMap<std::unordered_map<std::string, T, Rest...>> : std::true_type {};

template <typename T>
constexpr bool is_json_native = std::is_same_v<T, boost::json::value> || std::is_same_v<T, boost::json::object> ||
                                std::is_same_v<T, boost::json::array>;

template <typename T>
using PublicMembers =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <typename T>
struct IsJson;

template <typename T>
constexpr bool members_are_json() {
  bool all = true;
  boost::mp11::mp_for_each<PublicMembers<T>>([&all](auto member) {
    using Member = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
    all = all && IsJson<Member>::value;
  });
  return all;
}

template <typename T>
struct IsJson {
  static constexpr bool test() {
    if constexpr (is_json_native<T> || std::is_arithmetic_v<T> || std::is_same_v<T, std::string> ||
                  std::is_same_v<T, Bytes> || DescribedEnum<T>)
      return true;
    else if constexpr (IsOptional<T>::value || IsVector<T>::value)
      return IsJson<typename T::value_type>::value;
    else if constexpr (IsMap<T>::value)
      return IsJson<typename T::mapped_type>::value;
    else if constexpr (Described<T>)
      return true;  // the members are looked at when they are converted, so that the error names the member
    else
      return false;
  }
  static constexpr bool value = test();
};

}  // namespace detail

/// A type that JSON can hold: bool, numbers, std::string, Bytes, std::optional, std::vector, std::map and
/// std::unordered_map<std::string, T>, boost::json::value / object / array, and structs and enums described with
/// BOOST_DESCRIBE_STRUCT / _ENUM.
template <typename T>
concept JsonType = detail::IsJson<T>::value;

template <JsonType T>
boost::json::value to_json(const T& value);

/// `value` as JSON text. Throws std::invalid_argument for what JSON cannot hold: NaN, infinity, and strings that are
/// not UTF-8.
std::string json_text(const boost::json::value& value);

/// `value` as a T, or where and why it does not fit. Integers must be whole and in range; an absent or null field fits
/// only an optional; fields that T does not name are ignored.
template <JsonType T>
std::expected<T, FieldError> from_json(const boost::json::value& value);

namespace detail {

inline std::unexpected<FieldError> misfit(std::string expected) {
  return std::unexpected(FieldError{"", std::move(expected)});
}

/// The path segment of a member name, escaped as RFC 6901 §3 says.
std::string path_segment(std::string_view name);

std::string base64(std::string_view bytes);
std::expected<Bytes, FieldError> bytes_from_json(const boost::json::value& value);

template <typename T>
std::string integer_range() {
  return "integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
         std::to_string(std::numeric_limits<T>::max());
}

template <typename T>
std::expected<T, FieldError> integer_from_json(const boost::json::value& value) {
  if (value.is_int64() && std::in_range<T>(value.get_int64())) return static_cast<T>(value.get_int64());
  if (value.is_uint64() && std::in_range<T>(value.get_uint64())) return static_cast<T>(value.get_uint64());
  if (value.is_double()) {  // 3.0 is a whole number too
    const double number = value.get_double();
    if (number == std::trunc(number) && std::fabs(number) < 9.0e15 &&
        std::in_range<T>(static_cast<std::int64_t>(number)))
      return static_cast<T>(number);
  }
  return misfit(integer_range<T>());
}

template <typename T>
std::expected<T, FieldError> enum_from_json(const boost::json::value& value) {
  std::optional<T> found;
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
    if (value.is_string() && value.get_string() == enumerator.name) found = enumerator.value;
    names += (names.empty() ? "one of " : ", ") + std::string(enumerator.name);
  });
  if (!found) return misfit(names);
  return *found;
}

template <typename T>
std::expected<T, FieldError> struct_from_json(const boost::json::value& value) {
  if (!value.is_object()) return misfit("object");
  T result{};
  std::optional<FieldError> error;
  boost::mp11::mp_for_each<PublicMembers<T>>([&](auto member) {
    if (error) return;
    using Member = std::remove_cvref_t<decltype(result.*member.pointer)>;
    if constexpr (!JsonType<Member>) {
      static_assert(JsonType<Member>,
                    "Roost: a member of this struct has a type that JSON cannot hold: describe it, too");
    } else {
      static const boost::json::value absent;
      const boost::json::value* field = value.get_object().if_contains(member.name);
      auto converted = from_json<Member>(field ? *field : absent);
      if (converted)
        result.*member.pointer = std::move(*converted);
      else
        error = FieldError{path_segment(member.name) + converted.error().path, converted.error().expected};
    }
  });
  if (error) return std::unexpected(std::move(*error));
  return result;
}

}  // namespace detail

template <JsonType T>
std::expected<T, FieldError> from_json(const boost::json::value& value) {
  using namespace detail;
  if constexpr (std::is_same_v<T, boost::json::value>) {
    return value;
  } else if constexpr (std::is_same_v<T, boost::json::object>) {
    if (!value.is_object()) return misfit("object");
    return value.get_object();
  } else if constexpr (std::is_same_v<T, boost::json::array>) {
    if (!value.is_array()) return misfit("array");
    return value.get_array();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_bool()) return misfit("boolean");
    return value.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    return integer_from_json<T>(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!value.is_number()) return misfit("number");
    return value.to_number<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!value.is_string()) return misfit("string");
    return std::string(value.get_string());
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return bytes_from_json(value);
  } else if constexpr (DescribedEnum<T>) {
    return enum_from_json<T>(value);
  } else if constexpr (IsOptional<T>::value) {
    if (value.is_null()) return T{};
    auto inner = from_json<typename T::value_type>(value);
    if (!inner) return std::unexpected(std::move(inner.error()));
    return T(std::move(*inner));
  } else if constexpr (IsVector<T>::value) {
    if (!value.is_array()) return misfit("array");
    T list;
    for (const boost::json::value& element : value.get_array()) {
      auto inner = from_json<typename T::value_type>(element);
      if (!inner)
        return std::unexpected(
            FieldError{"/" + std::to_string(list.size()) + inner.error().path, inner.error().expected});
      list.push_back(std::move(*inner));
    }
    return list;
  } else if constexpr (IsMap<T>::value) {
    if (!value.is_object()) return misfit("object");
    T map;
    for (const auto& [key, element] : value.get_object()) {
      auto inner = from_json<typename T::mapped_type>(element);
      if (!inner) return std::unexpected(FieldError{path_segment(key) + inner.error().path, inner.error().expected});
      map.insert_or_assign(std::string(key), std::move(*inner));
    }
    return map;
  } else {
    return struct_from_json<T>(value);
  }
}

template <JsonType T>
boost::json::value to_json(const T& value) {
  using namespace detail;
  if constexpr (is_json_native<T> || std::is_arithmetic_v<T>) {
    return boost::json::value(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return boost::json::value(std::string_view(value));
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return boost::json::value(base64(value.data));
  } else if constexpr (DescribedEnum<T>) {
    return boost::json::value(std::string_view(boost::describe::enum_to_string(value, "")));
  } else if constexpr (IsOptional<T>::value) {
    return value ? to_json(*value) : boost::json::value();
  } else if constexpr (IsVector<T>::value) {
    boost::json::array list;
    list.reserve(value.size());
    for (const auto& element : value) list.push_back(to_json<typename T::value_type>(element));
    return list;
  } else if constexpr (IsMap<T>::value) {
    boost::json::object object;
    for (const auto& [key, element] : value) object[key] = to_json(element);
    return object;
  } else {
    boost::json::object object;
    boost::mp11::mp_for_each<PublicMembers<T>>([&](auto member) {
      using Member = std::remove_cvref_t<decltype(value.*member.pointer)>;
      const Member& field = value.*member.pointer;
      if constexpr (!JsonType<Member>) {
        static_assert(JsonType<Member>,
                      "Roost: a member of this struct has a type that JSON cannot hold: describe it, too");
      } else if constexpr (IsOptional<Member>::value) {
        if (field) object[member.name] = to_json(*field);  // an empty optional is left out
      } else {
        object[member.name] = to_json(field);
      }
    });
    return object;
  }
}

}  // namespace roost
