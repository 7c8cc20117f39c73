#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/progress.h"

namespace temblor::cli {

/// Shows work as one line that is rewritten: stage, share, rate and time left. Cancels when the
/// process was interrupted. Silent unless standard error is a terminal.
class TerminalProgress final : public Progress {
public:
    TerminalProgress();
    /// Shows nothing if `visible` is false.
    explicit TerminalProgress(bool visible);
    ~TerminalProgress() override;
    TerminalProgress(const TerminalProgress&) = delete;
    TerminalProgress& operator=(const TerminalProgress&) = delete;

    void report(std::string_view stage, uint64_t done, uint64_t total) override;
    [[nodiscard]] bool cancelled() const override;
    /// Wipes the line, so that other output can follow.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    bool visible_;
    bool drawn_ = false;
    std::string stage_;
    Clock::time_point stage_start_;
    Clock::time_point last_drawn_;
};

/// "reading  42 %  1.3 M/s  0:12 left"; total 0 shows the count alone.
std::string progress_line(std::string_view stage, uint64_t done, uint64_t total,
                          double elapsed_seconds);

}  // namespace temblor::cli
