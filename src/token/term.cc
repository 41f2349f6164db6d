#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <roost/term.hpp>

#include "base/utf8.h"

namespace roost {
namespace {

/// Sorts by key. False: a key comes twice.
bool sort_entries(std::vector<TermMap::Entry>& entries) {
  const auto key = [](const TermMap::Entry& entry) -> const Term& { return entry.first; };
  std::ranges::sort(entries, {}, key);
  return std::ranges::adjacent_find(entries, {}, key) == entries.end();
}

std::strong_ordering compare(std::nullptr_t, std::nullptr_t) {
  return std::strong_ordering::equal;
}
std::strong_ordering compare(double a, double b) {
  return std::strong_order(a, b);
}
std::strong_ordering compare(const Term::List& a, const Term::List& b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}
std::strong_ordering compare(const Tuple& a, const Tuple& b) {
  return compare(a.elements, b.elements);
}
std::strong_ordering compare(const TermMap& a, const TermMap& b) {
  return std::lexicographical_compare_three_way(a.entries().begin(), a.entries().end(), b.entries().begin(),
                                                b.entries().end(),
                                                [](const TermMap::Entry& x, const TermMap::Entry& y) {
                                                  const auto keys = x.first <=> y.first;
                                                  return keys != 0 ? keys : x.second <=> y.second;
                                                });
}
template <typename T>
std::strong_ordering compare(const T& a, const T& b) {
  return a <=> b;
}

}  // namespace

bool Atom::is_name(std::string_view text) {
  constexpr std::ptrdiff_t kCharactersMax = 255;  // Erlang's own limit
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return valid_utf8(text) && std::ranges::count_if(text, starts_character) <= kCharactersMax;
}

TermMap::TermMap(std::vector<Entry> entries) : entries_(std::move(entries)) {
  if (!sort_entries(entries_)) throw std::invalid_argument("a key comes twice in a map");
}

std::optional<TermMap> TermMap::from(std::vector<Entry> entries) {
  if (!sort_entries(entries)) return std::nullopt;
  TermMap map;
  map.entries_ = std::move(entries);
  return map;
}

const Term* TermMap::find(const Term& key) const {
  const auto at = std::ranges::lower_bound(entries_, key, {}, &Entry::first);
  return at != entries_.end() && at->first == key ? &at->second : nullptr;
}

Term::Term(double value) : value_(value) {
  if (!std::isfinite(value)) throw std::invalid_argument("Erlang has no float that is not a number");
}

Term::Term(Atom atom) {
  if (atom.name == "nil")
    value_ = nullptr;
  else if (atom.name == "true" || atom.name == "false")
    value_ = atom.name == "true";
  else if (!Atom::is_name(atom.name))
    throw std::invalid_argument("an atom's name is UTF-8 of at most 255 characters");
  else
    value_ = std::move(atom);
}

Term Term::integer(bool negative, std::string_view magnitude) {
  while (magnitude.ends_with('\0')) magnitude.remove_suffix(1);
  constexpr std::uint64_t kMinimum = std::uint64_t{1} << 63;
  std::uint64_t small = 0;
  for (std::size_t i = std::min<std::size_t>(magnitude.size(), 8); i-- > 0;)
    small = small << 8 | static_cast<unsigned char>(magnitude[i]);
  Term term;
  if (magnitude.size() <= 8 && small < kMinimum + (negative ? 1 : 0))
    term.value_ = static_cast<std::int64_t>(negative ? 0 - small : small);
  else
    term.value_ = BigInteger{negative, std::string(magnitude)};
  return term;
}

std::optional<std::int64_t> Term::integer() const {
  const auto* value = get_if<std::int64_t>();
  return value ? std::optional(*value) : std::nullopt;
}

const Term* Term::find(std::string_view key) const {
  const auto* map = get_if<TermMap>();
  if (!map) return nullptr;
  if (const Term* value = map->find(Term(key))) return value;
  return Atom::is_name(key) ? map->find(Term(Atom{std::string(key)})) : nullptr;
}

std::strong_ordering operator<=>(const Term& a, const Term& b) {
  if (const auto kinds = a.value_.index() <=> b.value_.index(); kinds != 0) return kinds;
  return std::visit(
      [&b](const auto& value) { return compare(value, std::get<std::remove_cvref_t<decltype(value)>>(b.value_)); },
      a.value_);
}

}  // namespace roost
