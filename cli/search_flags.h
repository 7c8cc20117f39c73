#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "query/search_parameters.h"

namespace temblor::cli {

/// The flags that say how a search trades accuracy for time. Must outlive the parsing of the app.
struct SearchFlags {
    uint32_t k = 10;
    std::optional<uint32_t> query_cut;
    std::optional<double> heap_factor;
    std::optional<uint32_t> patience;
    bool exact = false;
    std::optional<double> recall;

    void add_to(CLI::App& app);
    /// A usage outcome when one was given that is not for `index`, which holds dense vectors.
    [[nodiscard]] Outcome refuse(const std::string& index) const;
    /// The parameters for `segment`: what was given over the defaults, the calibrated setting with
    /// --recall, or an exact search. A usage outcome for values out of range; kNotFound when
    /// --recall meets an index without calibration, with the command that helps.
    Outcome resolve(const Segment& segment, SearchParameters& parameters) const;
};

}  // namespace temblor::cli
