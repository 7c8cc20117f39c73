#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"

namespace temblor::cli {

/// The flags of `build` that are about dense vectors. Must outlive the parsing of the app.
struct DenseBuildFlags {
    std::string index = "hashed";
    std::string metric = "cosine";
    std::string store = "f16";
    std::string code = "product4";
    std::string rotation = "none";
    std::optional<uint32_t> cells;
    std::optional<uint32_t> lists;
    std::optional<uint32_t> assignments;
    std::optional<uint32_t> code_width;

    void add_to(CLI::App& app);
};

/// What they share with those of sparse vectors.
struct DenseBuildTask {
    std::string input;
    std::string ids;
    std::string output;
    uint32_t threads = 0;
    uint64_t seed = 42;
    bool as_json = false;
};

/// Builds a segment of dense vectors and prints the report.
Outcome build_dense(const DenseBuildFlags& flags, const DenseBuildTask& task);

}  // namespace temblor::cli
