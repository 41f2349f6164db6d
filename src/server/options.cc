#include "server/options.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

#include "http/forwarded.h"
#include "server/config_file.h"
#include "server/settings.h"

namespace roost::server {
namespace {

constexpr const char* kConfigFlag = "--config";
constexpr const char* kContractFlag = "--contract-ts";
constexpr const char* kConfigVariable = "ROOST_CONFIG";

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// A comma-separated list, blanks around its elements aside.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::string_view rest = text; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    parts.push_back(CLI::detail::trim_copy(std::string(rest.substr(0, comma))));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return parts;
}

/// Puts the sources together. Every method adds what is wrong to `errors`.
class Sources {
 public:
  explicit Sources(Options defaults) : options_(std::move(defaults)) {}

  void read_file(const std::string& path) {
    auto file = read_config_file(path);
    if (!file) return errors_.push_back(file.error());
    errors_.insert(errors_.end(), file->errors.begin(), file->errors.end());
    std::ranges::sort(file->values, {}, &ConfigFile::Value::line);
    for (const ConfigFile::Value& value : file->values) set(value, path + ":" + std::to_string(value.line) + ": ");
    options_.app = std::move(file->app);
  }

  void read_environment() {
    for (const Setting& setting : settings())
      if (const char* text = std::getenv(setting.variable().c_str()))
        set(setting, setting.kind == Setting::Kind::list ? split(text) : std::vector<std::string>{text},
            setting.variable() + ": ");
  }

  void set(const Setting& setting, const std::vector<std::string>& texts, const std::string& where) {
    if (texts.empty() && setting.kind != Setting::Kind::list) return errors_.push_back(where + "a value is missing");
    if (auto wrong = setting.set(options_, texts); !wrong.empty()) errors_.push_back(where + wrong);
  }

  void unknown(const std::string& where, const std::string& name, const std::vector<std::string>& names) {
    const std::string meant = closest(name, names);
    errors_.push_back(where + "there is no " + name + (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
  void wrong(std::string error) { errors_.push_back(std::move(error)); }

  const std::vector<std::string>& errors() const { return errors_; }
  Options take() { return std::move(options_); }

 private:
  void set(const ConfigFile::Value& value, const std::string& where) {
    const auto setting = std::ranges::find(settings(), value.key, &Setting::key);
    if (setting == settings().end()) {
      std::vector<std::string> keys;
      for (const Setting& each : settings()) keys.push_back(each.key);
      return unknown(where, value.key, keys);
    }
    if (value.is_list && setting->kind != Setting::Kind::list)
      return wrong(where + value.key + " is one value, not a list");
    set(*setting, value.texts, where + value.key + ": ");
  }

  Options options_;
  std::vector<std::string> errors_;
};

/// The command line, read but not yet looked at.
class CommandLine {
 public:
  explicit CommandLine(const Options& defaults) : cli_("A server of Phoenix Channels, made with Roost.") {
    cli_.set_version_flag("--version", "roost 0.1.0");
    cli_.allow_extras();
    cli_.footer(
        "--log-level is also ROOST_LOG_LEVEL in the environment, and log_level in the file; the others alike.\n"
        "Flags win over the environment, that over the file.");
    cli_.add_flag(kContractFlag, contract_ts_, "print what the channels say and take as TypeScript, and end");
    cli_.add_option(kConfigFlag, config_, "file with settings, in TOML")->type_name("FILE");
    for (const Setting& setting : settings()) add(setting, defaults);
  }

  std::optional<Exit> parse(int argc, const char* const* argv, Sources& sources) {
    try {
      cli_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      return Exit{0, cli_.help()};
    } catch (const CLI::Success& done) {  // --version
      return Exit{0, std::string(done.what()) + "\n"};
    } catch (const CLI::ParseError& error) {  // a flag without its value: nothing else of the line can be trusted
      sources.wrong(error.what());
      broken_ = true;
    }
    return std::nullopt;
  }

  std::string config() const {
    const char* variable = std::getenv(kConfigVariable);
    return config_.empty() && variable ? variable : config_;
  }

  bool contract_ts() const { return contract_ts_; }

  void apply(Sources& sources) const {
    if (broken_) return;
    for (const Setting& setting : settings()) {
      const CLI::Option* option = options_.at(setting.flag);
      if (option->count() > 0) sources.set(setting, texts_.at(setting.flag), setting.flag + ": ");
    }
    std::vector<std::string> flags = {"--help", "--version", kConfigFlag, kContractFlag};
    for (const Setting& setting : settings()) flags.push_back(setting.flag);
    bool skip = false;  // the value of an unknown flag
    for (const std::string& extra : cli_.remaining()) {
      const bool is_flag = extra.starts_with("-");
      if (is_flag)
        sources.unknown("", extra.substr(0, extra.find('=')), flags);
      else if (!std::exchange(skip, false))
        sources.wrong(in_quotes(extra) + " belongs to no flag");
      skip = is_flag && !extra.contains('=');
    }
  }

 private:
  void add(const Setting& setting, const Options& defaults) {
    std::vector<std::string>& texts = texts_[setting.flag];
    CLI::Option* option = nullptr;
    if (setting.kind == Setting::Kind::on) {
      option = cli_.add_flag_callback(
          setting.flag, [&texts] { texts = {"true"}; }, setting.help);
    } else {
      option = cli_.add_option(setting.flag, texts, setting.help)->allow_extra_args(false)->type_name(setting.allowed);
      if (setting.kind == Setting::Kind::list) option->delimiter(',');
      if (auto shown = setting.show(defaults); !shown.empty()) option->default_str(shown);
    }
    const auto dot = setting.key.find('.');
    option->group(dot == std::string::npos ? "Server" : "[" + setting.key.substr(0, dot) + "]");
    options_[setting.flag] = option;
  }

  CLI::App cli_;
  std::string config_;
  bool contract_ts_ = false;  // only here: a file that says so would be a server that never serves
  std::map<std::string, std::vector<std::string>> texts_;  // by flag
  std::map<std::string, CLI::Option*> options_;
  bool broken_ = false;
};

}  // namespace

std::expected<Options, Exit> parse_options(int argc, const char* const* argv, Options defaults) {
  Sources sources(defaults);
  CommandLine line(defaults);
  if (auto exit = line.parse(argc, argv, sources)) return std::unexpected(std::move(*exit));
  if (const std::string path = line.config(); !path.empty()) sources.read_file(path);
  sources.read_environment();
  line.apply(sources);
  if (sources.errors().empty()) {
    Options options = sources.take();
    options.contract_ts |= line.contract_ts();
    return options;
  }
  std::string text;
  for (const std::string& error : sources.errors()) text += error + "\n";
  return std::unexpected(Exit{2, text + "Try --help.\n"});
}

std::string check_options(const Options& options) {
  Options copy = options;
  for (const Setting& setting : settings()) {
    const std::string text = setting.show(options);
    const auto texts = setting.kind == Setting::Kind::list ? split(text) : std::vector<std::string>{text};
    if (text.empty() && setting.kind == Setting::Kind::on) continue;
    if (auto wrong = setting.set(copy, texts); !wrong.empty()) return setting.key + ": " + wrong;
  }
  return "";
}

}  // namespace roost::server

namespace roost {

std::expected<Options, std::vector<std::string>> read_options(const std::string& file, Options defaults) {
  server::Sources sources(std::move(defaults));
  if (!file.empty()) sources.read_file(file);
  sources.read_environment();
  if (!sources.errors().empty()) return std::unexpected(sources.errors());
  return sources.take();
}

}  // namespace roost
