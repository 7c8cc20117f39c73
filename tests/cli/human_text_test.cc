#include "cli/human_text.h"

#include <gtest/gtest.h>

#include "cli/terminal_progress.h"

namespace temblor::cli {
namespace {

TEST(FitColumns, LeavesShortTextAlone) {
    EXPECT_EQ(fit_columns("cancer", 6), "cancer");
    EXPECT_EQ(fit_columns("", 6), "");
}

TEST(FitColumns, CutsWholeCharacters) {
    EXPECT_EQ(fit_columns("statins", 6), "stati…");
    EXPECT_EQ(fit_columns("Grüße aus Köln", 5), "Grüß…");
    EXPECT_EQ(fit_columns("anything", 0), "");
    EXPECT_EQ(fit_columns("anything", 1), "…");
}

TEST(FitColumns, CountsWideAndCombiningCharacters) {
    EXPECT_EQ(fit_columns("日本語", 6), "日本語");
    EXPECT_EQ(fit_columns("日本語", 5), "日本…");
    EXPECT_EQ(fit_columns("日本語", 4), "日…");
    EXPECT_EQ(fit_columns("e\u0301a\u0300", 2), "e\u0301a\u0300");
}

TEST(FitColumns, NeutralisesControlsAndBrokenBytes) {
    EXPECT_EQ(fit_columns("a\x1b[31m\nb", 20), "a [31m b");
    EXPECT_EQ(fit_columns("  a \t\r\n b  ", 20), "a b");
    EXPECT_EQ(fit_columns("a\xff\xc3", 20), "a\uFFFD\uFFFD");
    EXPECT_EQ(fit_columns("a\u202Eb", 20), "ab");
}

TEST(FitColumns, LongTextOfBlanksAndMarksEndsToo) {
    EXPECT_EQ(fit_columns(std::string(100'000, ' '), 10), "…");
    EXPECT_EQ(fit_columns(std::string(100'000, 'x'), 3), "xx…");
}

TEST(HumanNumbers, ThreeDigits) {
    EXPECT_EQ(human_count(999), "999");
    EXPECT_EQ(human_count(1000), "1.00 k");
    EXPECT_EQ(human_count(12'345), "12.3 k");
    EXPECT_EQ(human_count(999'600), "1.00 M");
    EXPECT_EQ(human_bytes(950), "950 B");
    EXPECT_EQ(human_bytes(1'050'000'000), "1.05 GB");
    EXPECT_EQ(human_time(6.2), "0:07");
    EXPECT_EQ(human_time(10'859), "3:00:59");
    EXPECT_EQ(human_latency(850), "850 us");
    EXPECT_EQ(human_latency(1234), "1.23 ms");
}

TEST(ProgressLine, ShareRateAndTimeLeft) {
    EXPECT_EQ(progress_line("lists", 250, 1000, 0.5), "lists   25 %  500/s  0:02 left");
    EXPECT_EQ(progress_line("lists", 0, 1000, 5), "lists    0 %");
    EXPECT_EQ(progress_line("reading", 5000, 0, 1), "reading  5.00 k  5.00 k/s");
    EXPECT_EQ(progress_line("lists", 1000, 1000, 2), "lists  100 %  500/s");
}

}  // namespace
}  // namespace temblor::cli
