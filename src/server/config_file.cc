#include "server/config_file.h"

#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include <boost/json.hpp>
#include <toml++/toml.h>

namespace roost::server {
namespace {

/// A value as the text of a flag; nullopt: a date, a table, an array.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* on = node.as_boolean()) return on->get() ? "true" : "false";
  if (const auto* number = node.as_floating_point()) return boost::json::serialize(boost::json::value(number->get()));
  return std::nullopt;
}

boost::json::value json_of(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    boost::json::object object;
    for (const auto& [key, value] : *table) object[std::string(key.str())] = json_of(value);
    return object;
  }
  if (const auto* array = node.as_array()) {
    boost::json::array list;
    for (const auto& value : *array) list.push_back(json_of(value));
    return list;
  }
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* on = node.as_boolean()) return on->get();
  if (const auto* text = node.as_string()) return boost::json::value(std::string_view(text->get()));
  std::ostringstream text;  // a date or a time
  node.visit([&text](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) text << value;
  });
  return boost::json::value(text.str());
}

class Reader {
 public:
  Reader(std::string path, ConfigFile& file) : path_(std::move(path)), file_(file) {}

  void table(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      const auto* inner = node.as_table();
      if (inner && name == "app")
        file_.app = json_of(node).get_object();
      else if (inner)
        this->table(*inner, name + ".");
      else
        value(name, node);
    }
  }

 private:
  void value(const std::string& name, const toml::node& node) {
    ConfigFile::Value value{name, {}, node.source().begin.line};
    const auto* array = node.as_array();
    value.is_list = array != nullptr;
    bool plain = true;
    const auto add = [&](const toml::node& each) {
      if (auto text = text_of(each))
        value.texts.push_back(std::move(*text));
      else
        plain = false;
    };
    if (array)
      for (const auto& each : *array) add(each);
    else
      add(node);
    if (plain)
      file_.values.push_back(std::move(value));
    else
      file_.errors.push_back(path_ + ":" + std::to_string(value.line) + ": " + name +
                             " is neither a text, a number, a boolean, nor a list of these");
  }

  const std::string path_;
  ConfigFile& file_;
};

}  // namespace

std::expected<ConfigFile, std::string> read_config_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) return std::unexpected(path + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  try {
    const toml::table table = toml::parse(text.str(), path);
    ConfigFile file;
    Reader(path, file).table(table, "");
    return file;
  } catch (const toml::parse_error& error) {
    return std::unexpected(path + ":" + std::to_string(error.source().begin.line) + ": " +
                           std::string(error.description()));
  }
}

}  // namespace roost::server
