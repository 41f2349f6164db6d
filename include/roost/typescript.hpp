#pragma once

#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <roost/json.hpp>

namespace roost {

/// Writes C++ types as TypeScript, so that a page is compiled against what the server says and takes.
///
/// A described struct becomes an interface of its own name (without namespaces, unless two would be called alike), a
/// described enum the union of its names, a std::optional member a field that may be missing, and everything is
/// readonly. 64-bit integers are `number`: JSON.parse loses what is past 2^53. Bytes are base64 in a `string`, and
/// where they are the whole payload an `ArrayBuffer`.
class TypeScript {
 public:
  /// What to write where a T is meant: "string", "readonly Message[]", … Interfaces it needs are declared.
  template <JsonType T>
  std::string type() {
    if constexpr (std::is_same_v<T, boost::json::value>)
      return "unknown";
    else if constexpr (std::is_same_v<T, boost::json::object>)
      return "Readonly<Record<string, unknown>>";
    else if constexpr (std::is_same_v<T, boost::json::array>)
      return "readonly unknown[]";
    else if constexpr (std::is_same_v<T, bool>)
      return "boolean";
    else if constexpr (std::is_arithmetic_v<T>)
      return "number";
    else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Bytes>)
      return "string";
    else if constexpr (detail::DescribedEnum<T>)
      return enumeration<T>();
    else if constexpr (detail::IsOptional<T>::value)
      return type<typename T::value_type>() + " | null";
    else if constexpr (detail::IsVector<T>::value)
      return list_of(type<typename T::value_type>());
    else if constexpr (detail::IsMap<T>::value)
      return "Readonly<Record<string, " + type<typename T::mapped_type>() + ">>";
    else
      return structure<T>();
  }

  /// The interfaces that were needed so far, each `export interface Name { … }`, in the order of their names.
  std::string declarations() const;

 private:
  struct Field {
    std::string name, type;
    bool optional;
  };

  template <typename T>
  std::string enumeration() {
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&names](auto enumerator) { names += (names.empty() ? "'" : " | '") + std::string(enumerator.name) + "'"; });
    return names.empty() ? "never" : names;
  }

  template <typename T>
  std::string structure() {
    auto [name, is_new] = name_of(typeid(T));
    if (!is_new) return name;
    std::vector<Field> fields;
    boost::mp11::mp_for_each<detail::PublicMembers<T>>([this, &fields](auto member) {
      using Member = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      if constexpr (!JsonType<Member>)
        static_assert(JsonType<Member>,
                      "Roost: a member of this struct has a type that JSON cannot hold: describe it, too");
      else if constexpr (detail::IsOptional<Member>::value)
        fields.push_back({member.name, this->template type<typename Member::value_type>(), true});
      else
        fields.push_back({member.name, this->template type<Member>(), false});
    });
    declare(name, fields);
    return name;
  }

  static std::string list_of(const std::string& element);
  std::pair<std::string, bool> name_of(const std::type_info& type);
  void declare(const std::string& name, const std::vector<Field>& fields);

  std::map<std::string, std::string> names_;       // by the full name in C++
  std::map<std::string, std::string> interfaces_;  // by name; empty while its fields are looked at
};

/// What a channel class says and takes, as far as its `events` tells. For App::typescript_contract.
struct TopicTypes {
  using Type = std::string (*)(TypeScript&);  // nullptr: nobody said
  struct Push {
    Type payload = nullptr, reply = nullptr;
  };
  Type params = nullptr, reply = nullptr, presence = nullptr, state = nullptr;
  std::map<std::string, Push> pushes;
  std::map<std::string, Type> events;
};

namespace detail {

template <typename T>
TopicTypes::Type type_of() {
  if constexpr (std::is_same_v<std::remove_cvref_t<T>, Bytes>)
    return [](TypeScript&) { return std::string("ArrayBuffer"); };  // a whole payload of bytes is a binary message
  else if constexpr (JsonType<std::remove_cvref_t<T>>)
    return [](TypeScript& typescript) { return typescript.type<std::remove_cvref_t<T>>(); };
  else
    return nullptr;
}

}  // namespace detail
}  // namespace roost
