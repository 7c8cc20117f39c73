#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "data/dense_dataset.h"
#include "data/document_ids.h"

namespace temblor::cli {

/// The flags of `build` that are about dense vectors; what is empty is the usual. Must outlive the
/// parsing of the app.
struct DenseBuildFlags {
    std::string index;
    std::string metric;
    std::string store;
    std::string code;
    std::string rotation;
    std::optional<uint32_t> cells;
    std::optional<uint32_t> lists;
    std::optional<uint32_t> assignments;
    std::optional<uint32_t> code_width;
    std::string codes_from;  ///< a segment whose code books and rotation are taken
    bool fit_ranking = false;
    std::optional<uint32_t> m;
    std::optional<uint32_t> ef_construction;

    void add_to(CLI::App& app);
    /// One of the flags that were given; empty: none was.
    [[nodiscard]] std::string any_given() const;
};

/// What they share with those of sparse vectors.
struct DenseBuildTask {
    std::string input;
    std::string ids;
    std::string output;
    uint32_t threads = 0;
    uint64_t seed = 42;
    bool as_json = false;
    /// What rankings are fitted to, if anything: queries, and judgements of which documents answer
    /// them.
    std::string queries{};
    std::string query_ids{};
    std::string pairs{};
};

/// Builds a segment of `vectors` and prints the report. `encoder_json`: how text becomes a query of
/// them, if it does (data/text/model_encoder.h).
Outcome build_dense_segment_of(const DenseBuildFlags& flags, const DenseBuildTask& task,
                               const DenseDataset& vectors, const DocumentIds& ids,
                               std::string encoder_json);

/// Builds a segment of a file of dense vectors and prints the report.
Outcome build_dense(const DenseBuildFlags& flags, const DenseBuildTask& task);

}  // namespace temblor::cli
