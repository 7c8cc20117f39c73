#include "cli/terminal_progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/human_text.h"
#include "cli/interrupt.h"

namespace temblor::cli {
namespace {

constexpr auto kRedrawEvery = std::chrono::milliseconds(100);
constexpr double kRateNeedsSeconds = 0.3;  // before that a rate says nothing

}  // namespace

std::string progress_line(std::string_view stage, uint64_t done, uint64_t total,
                          double elapsed_seconds) {
    std::string line(stage);
    if (total > 0) {
        const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
        line += fmt::format("  {:3.0f} %", std::floor(share * 100));
    } else {
        line += fmt::format("  {}", human_count(static_cast<double>(done)));
    }
    if (elapsed_seconds < kRateNeedsSeconds || done == 0) return line;
    const double rate = static_cast<double>(done) / elapsed_seconds;
    line += fmt::format("  {}/s", human_count(rate));
    if (total > done) {
        line += fmt::format("  {} left", human_time(static_cast<double>(total - done) / rate));
    }
    return line;
}

TerminalProgress::TerminalProgress() : TerminalProgress(isatty(STDERR_FILENO) == 1) {}

TerminalProgress::TerminalProgress(bool visible) : visible_(visible) {}

TerminalProgress::~TerminalProgress() { clear(); }

void TerminalProgress::report(std::string_view stage, uint64_t done, uint64_t total) {
    if (!visible_) return;
    const auto now = Clock::now();
    const bool new_stage = stage != stage_;
    if (new_stage) {
        stage_ = stage;
        stage_start_ = now;
    } else if (now - last_drawn_ < kRedrawEvery) {
        return;
    }
    last_drawn_ = now;
    const double elapsed = std::chrono::duration<double>(now - stage_start_).count();
    const std::string line = progress_line(stage, done, total, elapsed);
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
    std::fflush(stderr);
    drawn_ = true;
}

bool TerminalProgress::cancelled() const { return interrupted(); }

void TerminalProgress::clear() {
    if (!drawn_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace temblor::cli
