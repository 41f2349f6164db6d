#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

namespace roost {

class Term;

/// An Elixir atom, `:admin`: a name in UTF-8, at most 255 characters. nil, true and false are not Atoms but
/// nullptr and bool.
struct Atom {
  std::string name;
  /// Whether an atom can have this name.
  static bool is_name(std::string_view text);
  friend auto operator<=>(const Atom&, const Atom&) = default;
};

/// An integer beyond std::int64_t. `magnitude`: little endian, without zero bytes at its end.
struct BigInteger {
  bool negative = false;
  std::string magnitude;
  friend auto operator<=>(const BigInteger&, const BigInteger&) = default;  // an order, not the numbers' order
};

/// An Elixir tuple, `{:ok, 1}`.
struct Tuple {
  std::vector<Term> elements;
};

/// An Elixir map. Keys are distinct and kept in order, so that equal maps are equal however they were written.
class TermMap {
 public:
  using Entry = std::pair<Term, Term>;
  TermMap() = default;
  /// Throws std::invalid_argument when a key comes twice.
  explicit TermMap(std::vector<Entry> entries);
  /// The map, or nullopt when a key comes twice.
  static std::optional<TermMap> from(std::vector<Entry> entries);

  const std::vector<Entry>& entries() const { return entries_; }
  /// The value of `key`, or nullptr. Lasts as long as the map.
  const Term* find(const Term& key) const;

 private:
  std::vector<Entry> entries_;
};

/// The data of a token: an Erlang term, as Phoenix signs them.
///
///     Term(42)   Term("user:42")   Term::map({{"id", 42}, {"name", "bob"}})   Term(Atom{"admin"})
///
/// A string is an Elixir string (a binary, any bytes); a list of small integers is an Elixir charlist, which stays a
/// list. Two terms are equal when Elixir's === says so.
class Term {
 public:
  using List = std::vector<Term>;
  using Value =
      std::variant<std::nullptr_t, bool, std::int64_t, BigInteger, double, Atom, std::string, List, Tuple, TermMap>;

  /// nil
  Term() : value_(nullptr) {}
  Term(std::nullptr_t) : value_(nullptr) {}
  Term(std::same_as<bool> auto value) : value_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Term(T value) : Term(integer(value < 0, magnitude(value))) {}
  /// Throws std::invalid_argument for NaN and the infinities: Erlang has none.
  Term(double value);
  Term(const char* text) : value_(std::string(text)) {}
  Term(std::string_view text) : value_(std::string(text)) {}
  Term(std::string text) : value_(std::move(text)) {}
  /// Atom{"nil"}, Atom{"true"} and Atom{"false"} become nullptr and bools. Throws std::invalid_argument for a name
  /// that is not UTF-8 or longer than 255 characters.
  Term(Atom atom);
  Term(List list) : value_(std::move(list)) {}
  Term(Tuple tuple) : value_(std::move(tuple)) {}
  Term(TermMap map) : value_(std::move(map)) {}

  static Term list(std::initializer_list<Term> elements) { return List(elements); }
  static Term tuple(std::initializer_list<Term> elements) { return Tuple{List(elements)}; }
  /// Throws std::invalid_argument when a key comes twice.
  static Term map(std::initializer_list<TermMap::Entry> entries) { return TermMap(std::vector(entries)); }
  /// The integer with this magnitude, little endian; an int64 when it fits.
  static Term integer(bool negative, std::string_view magnitude);
  /// Objects become maps with string keys, null becomes nil.
  static Term from_json(const boost::json::value& json);

  const Value& value() const { return value_; }
  bool is_nil() const { return std::holds_alternative<std::nullptr_t>(value_); }
  /// The value if it is of this kind, else nullptr. Lasts as long as the term.
  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&value_);
  }
  const std::string* string() const { return get_if<std::string>(); }
  /// The integer, if it is one and fits.
  std::optional<std::int64_t> integer() const;
  /// In a map: what stands under the string `key`, else under the atom of this name. nullptr: nothing, or no map.
  const Term* find(std::string_view key) const;

  /// The same as JSON: atoms become strings, tuples arrays, keys strings. nullopt for what JSON has not: strings that
  /// are not UTF-8, integers beyond 64 bits, keys that are not strings or atoms, or that would fall together.
  std::optional<boost::json::value> to_json() const;

  friend bool operator==(const Term& a, const Term& b) { return (a <=> b) == 0; }
  /// Some total order, not Erlang's.
  friend std::strong_ordering operator<=>(const Term& a, const Term& b);

 private:
  template <std::integral T>
  static std::string magnitude(T value) {
    auto rest = static_cast<std::uint64_t>(value);
    if (value < 0) rest = 0 - rest;
    std::string bytes;
    for (; rest != 0; rest >>= 8) bytes += static_cast<char>(rest & 0xff);
    return bytes;
  }

  Value value_;
};

}  // namespace roost
