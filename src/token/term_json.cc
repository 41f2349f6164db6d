#include <boost/json.hpp>

#include <roost/term.hpp>

#include "base/utf8.h"

namespace roost {
namespace {

namespace json = boost::json;
using Json = std::optional<json::value>;

Json text(const std::string& bytes) {
  return valid_utf8(bytes) ? Json(json::value(bytes)) : std::nullopt;
}

Json array(const Term::List& elements) {
  json::array result;
  result.reserve(elements.size());
  for (const Term& element : elements) {
    auto value = element.to_json();
    if (!value) return std::nullopt;
    result.push_back(std::move(*value));
  }
  return result;
}

Json object(const TermMap& map) {
  json::object result;
  for (const auto& [key, value] : map.entries()) {
    const auto* name = key.get_if<Atom>() ? &key.get_if<Atom>()->name : key.string();
    auto member = value.to_json();
    if (!name || !member || !valid_utf8(*name)) return std::nullopt;
    if (!result.emplace(*name, std::move(*member)).second) return std::nullopt;
  }
  return result;
}

Json number(const BigInteger& big) {
  if (big.negative || big.magnitude.size() > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = big.magnitude.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(big.magnitude[i]);
  return json::value(value);
}

struct Writer {
  Json operator()(std::nullptr_t) const { return json::value(nullptr); }
  Json operator()(bool value) const { return json::value(value); }
  Json operator()(std::int64_t value) const { return json::value(value); }
  Json operator()(double value) const { return json::value(value); }
  Json operator()(const BigInteger& big) const { return number(big); }
  Json operator()(const Atom& atom) const { return text(atom.name); }
  Json operator()(const std::string& bytes) const { return text(bytes); }
  Json operator()(const Term::List& list) const { return array(list); }
  Json operator()(const Tuple& tuple) const { return array(tuple.elements); }
  Json operator()(const TermMap& map) const { return object(map); }
};

}  // namespace

std::optional<json::value> Term::to_json() const {
  return std::visit(Writer{}, value_);
}

Term Term::from_json(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return nullptr;
    case json::kind::bool_:
      return value.get_bool();
    case json::kind::int64:
      return value.get_int64();
    case json::kind::uint64:
      return value.get_uint64();
    case json::kind::double_:
      return value.get_double();
    case json::kind::string:
      return std::string_view(value.get_string());
    case json::kind::array: {
      List list;
      for (const json::value& element : value.get_array()) list.push_back(from_json(element));
      return list;
    }
    case json::kind::object:
      break;
  }
  std::vector<TermMap::Entry> entries;
  for (const auto& member : value.get_object())
    entries.emplace_back(std::string_view(member.key()), from_json(member.value()));
  return TermMap(std::move(entries));
}

}  // namespace roost
