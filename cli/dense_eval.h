#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/query_model.h"
#include "index/dense/dense_segment.h"
#include "query/dense/dense_parameters.h"

namespace temblor::cli {

/// The flags that say how a search of dense vectors trades accuracy for time.
struct DenseSearchFlags {
    std::optional<uint32_t> lists;
    std::optional<uint32_t> blocks;
    std::optional<double> slack;
    std::optional<uint32_t> refine;
    std::optional<uint32_t> ef;

    void add_to(CLI::App& app);
    /// A usage outcome when one was given, which is not for `index`: it holds sparse vectors.
    [[nodiscard]] Outcome refuse(const std::string& index) const;
    /// The parameters for `segment`, as SearchFlags::resolve() does for sparse vectors.
    Outcome resolve(const DenseSegment& segment, uint32_t k, bool exact,
                    std::optional<double> recall, DenseSearchParameters& parameters) const;
};

struct DenseEvalTask {
    std::string index;
    std::string queries;
    std::string query_ids;
    std::string qrels;
    std::string ground_truth;
    bool with_accuracy = false;
    uint32_t k = 10;
    bool exact = false;
    std::optional<double> recall;
    uint32_t threads = 1;
    uint32_t warmup = 1;
    uint32_t repeats = 1;
    std::string load;
    bool as_json = false;
};

/// Measures quality, accuracy and latency of a segment of dense vectors and prints the report.
Outcome eval_dense(const DenseSearchFlags& flags, const QueryModelFlags& model,
                   const DenseEvalTask& task);

}  // namespace temblor::cli
