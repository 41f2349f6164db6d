#include "bench/report.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/plot.h"

namespace roost::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Result a_result() {
  Result result;
  result.scenario = "fanout";
  result.url = "ws://127.0.0.1:4000/socket?a=<b>";
  result.settings = {{"subscribers", "1000"}};
  result.unit = "delivery";
  result.unit_plural = "deliveries";
  result.units = 1'234'567;
  result.seconds = 2;
  result.server_cpu_us = 1.5;
  result.server_cpu_s = 1.85;
  result.figures = {{"diff frames a client", 12.5, ""}, {"all agree after", 3, "s"}};
  result.cpu_source = "perf task-clock";
  for (std::uint64_t us = 1; us <= 1'000; ++us) result.latency->add(us * 1'000);
  result.samples = {{0.1, 100, 0.5}, {0.2, 200, 0.6}, {0.3, 150, 0.7}};
  return result;
}

TEST(Table, HasARowForEachThingThatIsKnown) {
  const std::string table = to_table(a_result());
  EXPECT_THAT(table, HasSubstr("1,234,567 in 2.00 s, 617,283 a second"));
  EXPECT_THAT(table, HasSubstr("1.500 µs each, 1.850 s in all (perf task-clock)"));
  EXPECT_THAT(table, HasSubstr("diff frames a client       12.500\n"));
  EXPECT_THAT(table, HasSubstr("all agree after            3.000 s\n"));
  EXPECT_THAT(table, HasSubstr("p50 502 "));
  EXPECT_THAT(table, Not(HasSubstr("lost")));
}

TEST(Json, IsOneObjectWithTheSameNumbers) {
  const auto json = boost::json::parse(to_json(a_result())).as_object();
  EXPECT_EQ(json.at("units").to_number<std::uint64_t>(), 1'234'567u);
  EXPECT_EQ(json.at("server_cpu_us").as_double(), 1.5);
  EXPECT_EQ(json.at("server_cpu_s").as_double(), 1.85);
  EXPECT_EQ(json.at("diff_frames_a_client").as_double(), 12.5);
  EXPECT_EQ(json.at("all_agree_after_s").as_double(), 3);
  EXPECT_EQ(json.at("settings").at("subscribers").as_string(), "1000");
  EXPECT_NEAR(json.at("latency_us").at("p99").as_double(), 990, 10);
  EXPECT_TRUE(json.at("good").as_bool());
}

TEST(Results, AreGoodOnlyWithoutFaults) {
  Result result = a_result();
  EXPECT_TRUE(result.good());
  result.faults.missing = 1;
  EXPECT_FALSE(result.good());
  EXPECT_THAT(to_table(result), HasSubstr("1 missing"));
  result = a_result();
  result.lost_connections = 1;
  EXPECT_FALSE(result.good());
  result = a_result();
  result.units = 0;
  EXPECT_FALSE(result.good());
}

TEST(Report, StandsAloneAndEscapesWhatItShows) {
  const std::string page = to_html(a_result());
  EXPECT_THAT(page, HasSubstr("?a=&lt;b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<b>}")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("href=")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_THAT(page, HasSubstr("Latency by percentile"));
  EXPECT_THAT(page, HasSubstr("every delivery was right"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(Report, SaysWhatWentWrongAndNeedsNeitherLatencyNorSamples) {
  Result result;
  result.scenario = "echo";
  result.faults.duplicates = 2;
  result.trouble = "nothing came for long";
  const std::string page = to_html(result);
  EXPECT_THAT(page, HasSubstr("something went wrong"));
  EXPECT_THAT(page, HasSubstr("2 more than once"));
  EXPECT_THAT(page, HasSubstr("nothing came for long"));
  EXPECT_THAT(page, Not(HasSubstr("<svg")));
}

TEST(Ticks, AreRoundAndCoverTheRange) {
  EXPECT_THAT(ticks(0, 4.2, false), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(ticks(0, 90, false), ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(ticks(3, 400, true), ElementsAre(1, 10, 100, 1000));
  EXPECT_EQ(ticks(0, 0, false).size(), 2u);
}

TEST(ShortNumbers, HaveAUnit) {
  EXPECT_EQ(short_number(0.25), "0.25");
  EXPECT_EQ(short_number(1'500), "1.5k");
  EXPECT_EQ(short_number(2e6), "2M");
}

}  // namespace
}  // namespace roost::bench
