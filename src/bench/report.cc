#include "bench/report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/numbers.h"
#include "bench/plot.h"

namespace roost::bench {
namespace {

// Two colours besides ink and paper: one for what was measured, one for what went wrong.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1d2327;--soft:#667079;--line:#e4e1d9;--curve:#0b6e8a;
--area:#0b6e8a1c;--good:#1f7a4d;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--paper:#14181b;--card:#1c2226;--ink:#e7e9ea;--soft:#98a2aa;--line:#2c343a;
--curve:#5cc4e0;--area:#5cc4e01f;--good:#62cf97;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1180px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:26px;font-weight:650;margin:0;letter-spacing:-.01em}
header p{margin:4px 0 0;color:var(--soft);font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}
.verdict{display:inline-block;margin-left:10px;padding:2px 10px;border-radius:99px;font-size:13px;font-weight:600;
vertical-align:4px;border:1px solid}
.good{color:var(--good)}.bad{color:var(--bad)}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:14px;margin:28px 0 14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
.card b{display:block;font-size:26px;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.card span{color:var(--soft);font-size:13px}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(480px,100%),1fr));gap:14px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--soft);font:11px system-ui,sans-serif;font-variant-numeric:tabular-nums}
svg .title{fill:var(--ink);font-size:13px;font-weight:600}
.grid{stroke:var(--line)}.curve{fill:none;stroke:var(--curve);stroke-width:1.75;stroke-linejoin:round}
.area{fill:var(--area)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td{padding:6px 0;border-bottom:1px solid var(--line)}tr:last-child td{border:0}
td:first-child{color:var(--soft);width:40%}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(360px,100%),1fr));gap:14px;margin-top:14px}
h2{font-size:13px;font-weight:600;margin:0 0 6px}
footer{color:var(--soft);font-size:13px;margin-top:24px;max-width:72ch}
)";

using Rows = std::vector<std::pair<std::string, std::string>>;

double to_us(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e3;
}

/// "850 µs", "12.3 ms", "1.20 s".
std::string duration_text(std::uint64_t nanoseconds) {
  const double us = to_us(nanoseconds);
  if (us < 1e3) return fmt::format("{:.0f} µs", us);
  if (us < 1e6) return fmt::format("{:.3g} ms", us / 1e3);
  return fmt::format("{:.3g} s", us / 1e6);
}

std::string card(const std::string& number, const std::string& what) {
  return fmt::format("<div class=\"card\"><b>{}</b><span>{}</span></div>", escape_html(number), escape_html(what));
}

std::string table(const char* title, const Rows& rows) {
  std::string html = fmt::format("<div class=\"card\"><h2>{}</h2><table>", title);
  for (const auto& [name, value] : rows)
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>", escape_html(name), escape_html(value));
  return html + "</table></div>";
}

std::string numbers(const Result& result) {
  std::string html = "<div class=\"numbers\">";
  if (result.server_cpu_us)
    html += card(fmt::format("{:.3g} µs", *result.server_cpu_us), "server CPU for each " + result.unit);
  html +=
      card(short_number(static_cast<double>(result.units) / std::max(result.seconds, 1e-9)) + "/s", result.unit_plural);
  if (result.latency->count() > 0) {
    html += card(duration_text(result.latency->quantile(0.5)), "latency, median");
    html += card(duration_text(result.latency->quantile(0.99)), "latency, 99 of 100 are faster");
  }
  if (result.server_bytes_a_connection)
    html += card(fmt::format("{:.0f} B", *result.server_bytes_a_connection), "server memory for each connection");
  return html + "</div>";
}

/// The axis gives each nine of the fraction the same room: 0.9, 0.99, 0.999.
std::string latency_plot(const Histogram& latency) {
  constexpr double kNines[] = {1, 2, 3, 4, 5};
  Plot plot{"Latency by percentile", "percentile", "µs", {}, true, true, {}, false};
  const auto place = [](double fraction) { return 1 / (1 - fraction); };
  const double most = std::min(1e5, static_cast<double>(latency.count()));
  for (double x = 1; x <= most; x *= 1.05)
    plot.points.emplace_back(x, std::max(to_us(latency.quantile(1 - 1 / x)), 0.1));
  plot.x_ticks.emplace_back(place(0), "min");
  plot.x_ticks.emplace_back(place(0.5), "p50");
  for (const double nines : kNines) {
    const double x = std::pow(10, nines);
    plot.x_ticks.emplace_back(x, fmt::format("p{:.10g}", 100 - 100 / x));
  }
  return to_svg(plot);
}

std::string spread_plot(const Histogram& latency) {
  Plot plot{"How often each latency was seen", "µs", "share of all, %", {}, true, false, {}, true};
  const double low = std::max(to_us(latency.quantile(0)) * 0.9, 0.1);
  const double high = to_us(latency.max()) * 1.1;
  constexpr double kBars = 60;
  const double step = std::pow(high / low, 1 / kBars);
  for (double from = low; from < high; from *= step) {
    const auto up_to = [&latency](double us) {
      return static_cast<double>(latency.count_up_to(static_cast<std::uint64_t>(us * 1e3)));
    };
    const double share = (up_to(from * step) - up_to(from)) / static_cast<double>(latency.count());
    plot.points.emplace_back(from, share * 100);
  }
  return to_svg(plot);
}

std::string time_plot(const Result& result, std::string title, std::string unit, double Sample::*what) {
  Plot plot{std::move(title), "seconds", std::move(unit), {}, false, false, {}, false};
  for (const Sample& sample : result.samples) plot.points.emplace_back(sample.at, sample.*what);
  return to_svg(plot);
}

std::string plots(const Result& result) {
  std::vector<std::string> all;
  if (result.latency->count() > 1) {
    all.push_back(latency_plot(*result.latency));
    all.push_back(spread_plot(*result.latency));
  }
  if (result.samples.size() > 1) {
    all.push_back(time_plot(result, result.unit_plural + " over time", "a second", &Sample::units_a_second));
    if (result.server_cpu_us) all.push_back(time_plot(result, "Server CPU over time", "cores", &Sample::server_cores));
  }
  std::string html = "<div class=\"plots\">";
  for (const std::string& plot : all) html += "<div class=\"card\">" + plot + "</div>";
  return html + "</div>";
}

Rows found(const Result& result) {
  Rows rows = {{result.unit_plural, fmt::format("{} in {:.2f} s", grouped(result.units), result.seconds)}};
  if (result.server_cpu_us)
    rows.emplace_back("server CPU", fmt::format("{:.3f} µs each, {:.3f} s in all ({})", *result.server_cpu_us,
                                                result.server_cpu_s, result.cpu_source));
  rows.emplace_back("load generator's CPU", fmt::format("{:.3f} µs each", result.client_cpu_us));
  if (result.server_peak_growth_bytes)
    rows.emplace_back("server's peak memory",
                      fmt::format("{:.1f} MB above what it had", *result.server_peak_growth_bytes / 1e6));
  for (const Figure& figure : result.figures) rows.emplace_back(figure.name, text(figure));
  rows.emplace_back("faults", result.faults.text());
  if (result.lost_connections > 0) rows.emplace_back("lost connections", std::to_string(result.lost_connections));
  if (!result.trouble.empty()) rows.emplace_back("trouble", result.trouble);
  return rows;
}

Rows latencies(const Histogram& latency) {
  Rows rows;
  for (const double quantile : {0.5, 0.9, 0.99, 0.999, 0.9999})
    rows.emplace_back(fmt::format("p{:g}", quantile * 100), duration_text(latency.quantile(quantile)));
  rows.emplace_back("max", duration_text(latency.max()));
  return rows;
}

}  // namespace

std::string to_html(const Result& result) {
  const bool good = result.good();
  std::string html = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>{0}: "
      "{1}</title><style>{2}</style></head><body><main><header>"
      "<h1>{0} <span class=\"verdict {3}\">{4}</span></h1><p>{1}</p></header>",
      escape_html(result.scenario), escape_html(result.url), kStyle, good ? "good" : "bad",
      good ? "every delivery was right" : "something went wrong");
  html += numbers(result) + plots(result) + "<div class=\"tables\">" + table("The load", result.settings) +
          table("What was found", found(result));
  if (result.latency->count() > 0) html += table("Latency", latencies(*result.latency));
  html += "</div><footer>";
  html += result.open_loop
              ? "Messages were sent when they were due, whatever had come back; a latency runs from when its "
                "message was due, so that a stall counts for all messages that it held up."
              : "A closed loop: what is sent next waits for what was sent before. Its latencies tell how long "
                "a window takes, not what users feel at some rate; for that, give a rate.";
  return html + "</footer></main></body></html>\n";
}

}  // namespace roost::bench
