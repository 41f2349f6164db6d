#include <algorithm>
#include <array>
#include <cctype>

#include <boost/core/demangle.hpp>

#include <roost/typescript.hpp>

namespace roost {
namespace {

/// The parts of "chat::(anonymous namespace)::Room<int>" that a name can be made of: "chat", "Room<int>".
std::vector<std::string> parts_of(std::string_view full) {
  std::vector<std::string> parts;
  for (int depth = 0; const char letter : full) {
    if (parts.empty()) parts.emplace_back();
    depth += (letter == '<' || letter == '(') - (letter == '>' || letter == ')');
    if (letter != ':' || depth > 0)
      parts.back() += letter;
    else if (!parts.back().empty())
      parts.emplace_back();
  }
  std::erase_if(parts, [](const std::string& part) { return part.empty() || part.starts_with('('); });
  return parts;
}

/// "Pair<int, long>" -> "Pair_int_long", and a capital letter first.
std::string identifier(std::string_view part) {
  std::string name;
  for (const char letter : part) {
    if (std::isalnum(static_cast<unsigned char>(letter)))
      name += letter;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (name.ends_with('_')) name.pop_back();
  if (!name.empty()) name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

/// What a module has already, or must not be called.
constexpr std::array<std::string_view, 5> kTaken = {"Contract", "Register", "Record", "Readonly", "Array"};

bool is_identifier(std::string_view name) {
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) &&
         std::ranges::all_of(name, [](unsigned char letter) { return std::isalnum(letter) || letter == '_'; });
}

}  // namespace

std::string TypeScript::declarations() const {
  std::string text;
  for (const auto& [name, body] : interfaces_) text += "export interface " + name + " {\n" + body + "}\n\n";
  return text;
}

std::string TypeScript::list_of(const std::string& element) {
  return "readonly " + (element.find(' ') == std::string::npos ? element : "(" + element + ")") + "[]";
}

std::pair<std::string, bool> TypeScript::name_of(const std::type_info& type) {
  const std::string full = boost::core::demangle(type.name());
  if (const auto found = names_.find(full); found != names_.end()) return {found->second, false};
  const std::vector<std::string> parts = parts_of(full);
  std::string name;
  const auto taken = [&] { return interfaces_.contains(name) || std::ranges::find(kTaken, name) != kTaken.end(); };
  for (auto part = parts.rbegin(); part != parts.rend() && (name.empty() || taken()); ++part)
    name = identifier(*part) + name;
  while (taken()) name += '_';
  names_[full] = name;
  interfaces_[name];
  return {name, true};
}

void TypeScript::declare(const std::string& name, const std::vector<Field>& fields) {
  std::string& body = interfaces_[name];
  for (const auto& [field, type, optional] : fields)
    body +=
        "  readonly " + (is_identifier(field) ? field : "'" + field + "'") + (optional ? "?: " : ": ") + type + "\n";
}

}  // namespace roost
