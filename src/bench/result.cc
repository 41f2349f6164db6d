#include "bench/result.h"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "bench/numbers.h"

namespace roost::bench {
namespace {

constexpr double kQuantiles[] = {0.5, 0.9, 0.99, 0.999};

std::string name_of(double quantile) {
  return fmt::format("p{:g}", quantile * 100);
}

double to_us(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e3;
}

std::string latency_text(const Result& result) {
  const Histogram& latency = *result.latency;
  std::string text;
  for (const double quantile : kQuantiles)
    text += fmt::format("{} {:.0f}   ", name_of(quantile), to_us(latency.quantile(quantile)));
  return text + fmt::format("max {:.0f}", to_us(latency.max()));
}

boost::json::object latency_json(const Histogram& latency) {
  boost::json::object object;
  for (const double quantile : kQuantiles) object[name_of(quantile)] = to_us(latency.quantile(quantile));
  object["max"] = to_us(latency.max());
  object["mean"] = latency.mean() / 1e3;
  object["count"] = latency.count();
  return object;
}

std::string json_name(const Figure& figure) {
  std::string name = figure.name;
  std::ranges::replace(name, ' ', '_');
  return figure.unit.empty() ? name : name + "_" + figure.unit;
}

}  // namespace

std::string text(const Figure& figure) {
  const bool whole = figure.value == std::floor(figure.value) || std::abs(figure.value) >= 1'000;
  const std::string number = whole && figure.unit != "s" ? grouped(static_cast<std::uint64_t>(figure.value))
                                                         : fmt::format("{:.3f}", figure.value);
  return figure.unit.empty() ? number : number + " " + figure.unit;
}

std::string to_table(const Result& result) {
  std::vector<std::pair<std::string, std::string>> rows = result.settings;
  const auto row = [&rows](std::string name, std::string value) {
    rows.emplace_back(std::move(name), std::move(value));
  };
  row(result.unit_plural, fmt::format("{} in {:.2f} s, {} a second", grouped(result.units), result.seconds,
                                      grouped(static_cast<std::uint64_t>(static_cast<double>(result.units) /
                                                                         std::max(result.seconds, 1e-9)))));
  if (result.server_cpu_us)
    row("server CPU", fmt::format("{:.3f} µs each, {:.3f} s in all ({})", *result.server_cpu_us, result.server_cpu_s,
                                  result.cpu_source));
  row("client CPU", fmt::format("{:.3f} µs each", result.client_cpu_us));
  if (result.server_bytes_a_connection)
    row("server memory", fmt::format("{:.0f} bytes a connection", *result.server_bytes_a_connection));
  if (result.server_peak_growth_bytes)
    row("server peak", fmt::format("{:.1f} MB above what it had", *result.server_peak_growth_bytes / 1e6));
  if (result.latency->count() > 0)
    row(result.open_loop ? "latency µs" : "latency µs, closed loop", latency_text(result));
  for (const Figure& figure : result.figures) row(figure.name, text(figure));
  row("faults", result.faults.text());
  if (result.lost_connections > 0) row("lost connections", grouped(result.lost_connections));
  if (!result.trouble.empty()) row("trouble", result.trouble);

  std::size_t width = 0;
  for (const auto& [name, value] : rows) width = std::max(width, name.size());
  std::string text = fmt::format("{}  {}\n", result.scenario, result.url);
  for (const auto& [name, value] : rows) text += fmt::format("  {:<{}}  {}\n", name, width + 1, value);
  return text;
}

std::string to_json(const Result& result) {
  boost::json::object object = {{"scenario", result.scenario},
                                {"url", result.url},
                                {"unit", result.unit},
                                {"units", result.units},
                                {"seconds", result.seconds},
                                {"open_loop", result.open_loop},
                                {"client_cpu_us", result.client_cpu_us},
                                {"faults",
                                 {{"missing", result.faults.missing},
                                  {"duplicates", result.faults.duplicates},
                                  {"out_of_order", result.faults.out_of_order},
                                  {"garbled", result.faults.garbled}}},
                                {"lost_connections", result.lost_connections},
                                {"trouble", result.trouble},
                                {"good", result.good()}};
  boost::json::object settings;
  for (const auto& [name, value] : result.settings) settings[name] = value;
  object["settings"] = std::move(settings);
  if (result.server_cpu_us) object["server_cpu_us"] = *result.server_cpu_us;
  if (result.server_cpu_us) object["server_cpu_s"] = result.server_cpu_s;
  if (result.server_cpu_us) object["cpu_source"] = result.cpu_source;
  if (result.server_bytes_a_connection) object["server_bytes_a_connection"] = *result.server_bytes_a_connection;
  if (result.server_peak_growth_bytes) object["server_peak_growth_bytes"] = *result.server_peak_growth_bytes;
  if (result.latency->count() > 0) object["latency_us"] = latency_json(*result.latency);
  for (const Figure& figure : result.figures) object[json_name(figure)] = figure.value;
  return boost::json::serialize(object);
}

}  // namespace roost::bench
